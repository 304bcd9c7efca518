/**
 * What of a statechart a definition can reach at all: a pure function of the net's spec.
 *
 * W1 what is `never` is reached by no run of the definition, whatever its functions, its inputs and
 *    those who act on it by hand do. It is not counted against it.
 * W2 what is `aside` can be reached, but says nothing of the flow: requests that are refused, what
 *    somebody does to a kernel by hand, bugs, what depends on functions that a spec does not know.
 *    It counts where everything is counted.
 */
import { manualState } from '../../machines/node.machine.ts';
import type { NetSpec, NodeSpec } from '../../machines/spec.ts';
import type { Subject } from './net-machines.ts';
import { type Item, guardOf } from './statechart-items.ts';

export type Counting = 'counted' | 'aside' | 'never';

/** Events of what is done by hand, of questions, of bugs and of another process that goes on. */
const asideEvents = new Set([
  'epoch.create',
  'epoch.timeOut',
  'letter.mark',
  'net.recover',
  'net.recovered',
  'packet.destroy',
  'packet.enter',
  'packet.leave',
  'port.pick',
  'result.late',
  'subject.unknown',
  'xstate.error.actor.*',
]);

/** A question changes nothing, and whoever asks it is not seen to. */
const questions = new Set(['epoch.admit']);

const refusals = /^refuse/;

/** Why a part of a statechart is never reached: each asks of one rule of the spec. */
interface Absent {
  readonly states?: readonly string[];
  readonly guards?: readonly string[];
  readonly events?: readonly string[];
}

function isAbsent(item: Item, absent: Absent): boolean {
  const { states = [], guards = [], events = [] } = absent;
  const within = (path: string) =>
    states.some((state) => path === state || path.startsWith(`${state}.`));
  const { transition } = item;
  if (within(item.state.path.join('.'))) return true;
  if (transition === null) return false;
  if ((transition.target ?? []).some(({ path }) => within(path.join('.')))) return true;
  return (
    guards.includes(guardOf(transition) ?? '') || events.includes(String(transition.eventType))
  );
}

function epochAbsences({ rules, outPorts, outConditions }: NodeSpec): readonly Absent[] {
  const absent: Absent[] = [];
  if (rules.retries === 0) {
    absent.push({
      states: ['running.backingOff'],
      guards: ['retriesLeft', 'firesAttemptWithRetriesLeft'],
    });
  }
  if (rules.timeoutMs === null) absent.push({ guards: ['firesTimeout'] });
  if (rules.attemptTimeoutMs === null) {
    absent.push({ guards: ['firesAttempt', 'firesAttemptWithRetriesLeft'] });
  }
  if (outConditions.length === 0) {
    absent.push({ guards: ['termFails', 'maxSalvosReached', 'leadsNowhere', 'batchSendsOnce'] });
  }
  if (outConditions.every(({ maxSalvos }) => maxSalvos === null)) {
    absent.push({ guards: ['maxSalvosReached'] });
  }
  if (outPorts.every(({ slots }) => slots === null)) absent.push({ guards: ['bucketIsFull'] });
  if (outPorts.length === 0) absent.push({ guards: ['holdsLoadedPackets'] });
  if (outPorts.every(({ edges, outside }) => edges.length > 0 || outside)) {
    absent.push({ guards: ['leadsNowhere'] });
  }
  return absent;
}

/** Whether an edge with a capacity leaves the node, or the port. */
function hasCapacity(spec: NetSpec, ports: readonly NodeSpec['outPorts'][number][]): boolean {
  return ports.some(({ edges }) =>
    edges.some((edge) => (spec.edges[edge]?.capacity ?? null) !== null),
  );
}

function nodeAbsences(spec: NetSpec, node: NodeSpec): readonly Absent[] {
  const { rules, inPorts, outPorts } = node;
  const absent: Absent[] = [];
  if (rules.maxPendingEpochs === null) {
    absent.push({ states: ['intake.held'], guards: ['pendingIsFull'] });
  }
  if (rules.maxParallelEpochs === null) absent.push({ states: ['gate.saturated'] });
  if (rules.startSpacingMs === 0) {
    absent.push({ states: ['gate.throttled'], guards: ['isThrottled', 'needsPause'] });
  }
  if (!hasCapacity(spec, outPorts)) {
    absent.push({ states: ['gate.backpressured'], events: ['output.blocked', 'output.freed'] });
  }
  if (rules.maxEpochs === null && spec.mode !== 'dag') {
    absent.push({
      states: ['gate.exhausted'],
      guards: ['overLimit', 'emptySalvoOverLimit'],
      events: ['epoch.overflow'],
    });
  }
  if (!rules.autostart) absent.push({ guards: ['autostartIsDue'] });
  if (rules.restarts === 0) {
    absent.push({ guards: ['mayRestart', 'awaitsRestart', 'losesRestart'] });
  }
  if (inPorts.length === 0) absent.push({ events: ['port.arrived', 'port.changed'] });
  for (const { name, takes } of node.inConditions) {
    if (takes.length === 1) absent.push({ guards: [`moreAnswersToCome in ${name}`] });
  }
  return absent;
}

function inputAbsences(spec: NetSpec, node: NodeSpec, at: number): readonly Absent[] {
  const slots = node.inPorts[at]?.slots ?? null;
  const absent: Absent[] = [];
  if (slots === null) absent.push({ states: ['full'], guards: ['fillsPort'] });
  if (slots === 1) absent.push({ states: ['partial'] });
  const self = spec.nodes.indexOf(node);
  if (!spec.edges.some(({ to }) => to.node === self && to.port === at)) {
    absent.push({ events: ['edge.put', 'edge.serve'] });
  }
  return absent;
}

/** Moves of a bounded input port that no condition's take comes to. */
function unmadeMoves(node: NodeSpec, at: number): readonly string[] {
  const slots = node.inPorts[at]?.slots ?? null;
  const takes = node.inConditions.flatMap((condition) =>
    condition.takes.filter(({ port }) => port === at),
  );
  const unmade: string[] = [];
  if (takes.length === 0) unmade.push('partial → empty');
  if (!takes.some(({ count }) => count === null || (slots !== null && count >= slots))) {
    unmade.push('full → empty');
  }
  if (!takes.some(({ count }) => count !== null && slots !== null && count < slots)) {
    unmade.push('full → partial');
  }
  if (slots !== 1) unmade.push('empty → full');
  return unmade;
}

function outputAbsences(spec: NetSpec, node: NodeSpec, at: number): readonly Absent[] {
  const port = node.outPorts[at];
  if (port === undefined) return [];
  const absent: Absent[] = [];
  if (!hasCapacity(spec, [port])) {
    absent.push({ states: ['blocked'], events: ['edge.filled', 'edge.freed'] });
  }
  const leads = port.edges.length > 0 || port.outside;
  if (leads) absent.push({ states: ['unconnected'], guards: ['leadsNowhere'] });
  if (port.fanout !== 'round_robin') absent.push({ guards: ['takesTurns'] });
  return absent;
}

function netAbsences(spec: NetSpec): readonly Absent[] {
  return [
    spec.mode === 'dag' ? {} : { states: ['mode.dag'], guards: ['isDag', 'violates'] },
    spec.onError === 'continue' ? { guards: ['pausesOnTrouble'] } : {},
  ];
}

function absencesOf(spec: NetSpec, { kind, node, port }: Subject): readonly Absent[] {
  if (node === null) return netAbsences(spec);
  switch (kind) {
    case 'epoch':
      return epochAbsences(node);
    case 'node':
      return nodeAbsences(spec, node);
    case 'input port':
      return inputAbsences(spec, node, port);
    default:
      return outputAbsences(spec, node, port);
  }
}

/** States, by machine, that are passed through or that only a fault of the flow leads to. */
function asideStates(spec: NetSpec, { kind, node, port }: Subject): readonly string[] {
  if (node === null) {
    const faults = ['lifecycle.failed', 'activity.blocked.stuck', 'activity.blocked.starved'];
    return spec.mode === 'dag' ? [...faults, 'mode.cyclic'] : faults;
  }
  if (kind === 'epoch') return node.rules.timeoutMs === null ? ['timedOut'] : [];
  if (kind === 'node') {
    const byHand = [`intake.gathering.${manualState}`];
    return node.rules.restarts === 0 ? [...byHand, 'service.failed'] : byHand;
  }
  if (kind === 'input port') return [];
  const out = node.outPorts[port];
  return out === undefined || out.edges.length > 0 || out.outside ? [] : ['open'];
}

/** `moreAnswersToCome` of one condition. */
function gatheringGuard(item: Item): string | null {
  const [region, state, name] = item.state.path;
  if (region !== 'intake' || state !== 'gathering' || item.transition === null) return null;
  const guard = guardOf(item.transition);
  return guard === 'moreAnswersToCome' ? `${guard} in ${name}` : null;
}

/** A function that says of each item of the subject's machine whether it counts. */
export function countingOf(spec: NetSpec, subject: Subject): (item: Item) => Counting {
  const absences = absencesOf(spec, subject);
  const absentGuards = new Set(absences.flatMap(({ guards = [] }) => guards));
  const aside = new Set(asideStates(spec, subject));
  const isAside = (path: readonly string[]) => aside.has(path.join('.'));
  const unmade =
    subject.kind === 'input port' && subject.node !== null
      ? new Set(unmadeMoves(subject.node, subject.port))
      : new Set<string>();
  return (item) => {
    const { transition, state } = item;
    if (absences.some((absent) => isAbsent(item, absent))) return 'never';
    if (absentGuards.has(gatheringGuard(item) ?? '')) return 'never';
    if (isAside(state.path)) return 'aside';
    if (transition === null) return 'counted';
    const eventType = String(transition.eventType);
    if (questions.has(eventType)) return 'never';
    if (asideEvents.has(eventType)) return 'aside';
    if (transition.actions.some((action) => refusals.test(actionType(action)))) return 'aside';
    if ((transition.target ?? []).some(({ path }) => isAside(path))) return 'aside';
    return unmade.has(item.move ?? '') ? 'aside' : 'counted';
  };
}

function actionType(action: unknown): string {
  return typeof action === 'string' ? action : (action as { readonly type: string }).type;
}
