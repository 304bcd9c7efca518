/** What a node's machine is made of: its context, its guards and its actions, generated from the node's spec. */
import { assign, emit, enqueueActions, raise, sendParent, sendTo, setup } from 'xstate';
import type { KernelEvent, RejectionCode, SalvoPackets } from './action.ts';
import { firstItems, sizeOf } from './fifo.ts';
import type { NodeContext, NodeInput } from './node-context.ts';
import {
  opened,
  openedReady,
  openedStarved,
  openedStarvedReady,
  startedReady,
  tally,
} from './node-tally.ts';
import { PortAddresses } from './port-addresses.ts';
import {
  type Emission,
  type EpochEnd,
  type InputPortMessage,
  type NetMessage,
  type NodeMessage,
  type Trouble,
  epochAddress,
  type epochDone,
  epochId,
  happened,
  inputAddress,
  netAddress,
  packetId,
} from './protocol.ts';
import { retryDelay } from './retry-delay.ts';
import { type Known, type Slots, takenInAll, termHolds } from './salvo.ts';
import { inserted, placeIn } from './salvo-order.ts';
import type { InConditionSpec, NodeShape, Take } from './spec.ts';

/** Conditions of epochs that no input condition opened. */
export const manualCondition = '__manual__';
export const autostartCondition = '__autostart__';

const none: readonly never[] = [];

type Message<T extends NodeMessage['type']> = Extract<NodeMessage, { type: T }>;
type Args = { context: NodeContext; event: NodeMessage };

type TermGuard = (args: Args, params: { condition: number; port?: number }) => boolean;

const endOf = (event: NodeMessage): EpochEnd => (event as Message<typeof epochDone>).output;
const madeIn = (event: NodeMessage): number => endOf(event).made;
const endedIn = (event: NodeMessage): number => endOf(event).ended;

/** Epochs that this node may open in the life of the net: `max_epochs`, and one in DAG mode. */
function epochLimit(spec: NodeShape, dag: boolean): number | null {
  return dag ? 1 : spec.rules.maxEpochs;
}

/** The last epoch opened that was within the limit. */
function lastLegal(spec: NodeShape, dag: boolean, context: NodeContext): number {
  const limit = epochLimit(spec, dag);
  return limit !== null && context.opened > limit ? context.before : context.last;
}

/** The counts, with what the event tells of one of them. */
function countsWith(context: NodeContext, event: NodeMessage): readonly number[] {
  if (event.type !== 'port.arrived' && event.type !== 'port.changed') return context.counts;
  return replaced(context.counts, event.port, event.count);
}

/** The counts without the packets that a port gave. */
function countsWithout(context: NodeContext, event: NodeMessage): readonly number[] {
  const { port, packets } = event as Message<'port.taken'>;
  return replaced(context.counts, port, (context.counts[port] ?? 0) - packets.length);
}

function replaced(counts: readonly number[], port: number, count: number): readonly number[] {
  const copy = counts.slice();
  copy[port] = count;
  return copy;
}

function conditionHolds(
  { takes, term }: InConditionSpec,
  slots: Slots,
  counts: readonly number[],
  known: Known | null,
): boolean {
  return takenInAll(takes, counts, known) > 0 && termHolds(term, counts, slots, known);
}

/** What a guard that asks for a condition just after an arrival at the one port that it takes from is called. */
export function arrivalGuard(condition: InConditionSpec, port: string): string {
  return `${condition.when}, after ${port}`;
}

/** Guards of the conditions, by their terms. */
function termGuards(spec: NodeShape): Record<string, TermGuard> {
  const slots = spec.inPorts.map((port) => port.slots);
  const holds: TermGuard = ({ context, event }, params) => {
    const asked = spec.inConditions[params.condition];
    const known = event.type === 'port.arrived' ? event : null;
    return (
      asked !== undefined &&
      (params.port === undefined || params.port === known?.port) &&
      conditionHolds(asked, slots, context.counts, known)
    );
  };
  const guards: Record<string, TermGuard> = {};
  for (const condition of spec.inConditions) {
    guards[condition.when] = holds;
    for (const { port } of condition.takes) {
      guards[arrivalGuard(condition, spec.inPorts[port]?.name ?? '')] = holds;
    }
  }
  return guards;
}

function nodeGuards(spec: NodeShape, dag: boolean) {
  const limit = epochLimit(spec, dag);
  const { maxPendingEpochs, maxParallelEpochs } = spec.rules;
  const lastAnswer = (context: NodeContext) => context.awaiting === 1;
  const overLimit = (context: NodeContext) => limit !== null && context.opened >= limit;
  const makesRoom = (context: NodeContext) =>
    maxPendingEpochs === null || context.pending - 1 < maxPendingEpochs;
  const closed = (context: NodeContext) => !context.bare && !(context.netOpen && context.up);
  const exhausted = (context: NodeContext) => limit !== null && context.started >= limit;
  const saturated = (context: NodeContext) =>
    maxParallelEpochs !== null && context.running >= maxParallelEpochs;
  return {
    autostartIsDue: ({ context }: Args) => context.autostart,
    salvoIsEmpty: ({ event }: Args) => (event as Message<'epoch.create'>).salvo.length === 0,
    emptySalvoOverLimit: ({ context, event }: Args) =>
      (event as Message<'epoch.create'>).salvo.length === 0 && overLimit(context),
    moreAnswersToCome: ({ context }: Args) => !lastAnswer(context),
    overLimit: ({ context }: Args) => overLimit(context),
    /** With the last answer nothing is left at any port. */
    portsAreDrained: ({ context, event }: Args) => {
      const { port, packets } = event as Message<'port.taken'>;
      const { counts } = context;
      for (let at = 0; at < counts.length; at++)
        if (counts[at] !== (at === port ? packets.length : 0)) return false;
      return true;
    },
    pendingIsFull: ({ context }: Args) =>
      maxPendingEpochs !== null && context.pending >= maxPendingEpochs,
    endsPending: ({ event }: Args) => endOf(event).withdrawn,
    /** Asked before the epoch that starts or ends is counted. */
    makesRoom: ({ context }: Args) => makesRoom(context),
    endMakesRoom: ({ context, event }: Args) => endOf(event).withdrawn && makesRoom(context),

    isBare: ({ context }: Args) => context.bare,
    isClosed: ({ context }: Args) => closed(context),
    isNotClosed: ({ context }: Args) => !closed(context),
    isExhausted: ({ context }: Args) => exhausted(context),
    isBackpressured: ({ context }: Args) => context.blockedOutputs > 0,
    isNotBackpressured: ({ context }: Args) => context.blockedOutputs === 0,
    isSaturated: ({ context }: Args) => saturated(context),
    isNotSaturated: ({ context }: Args) => !saturated(context),
    isThrottled: ({ context }: Args) => context.rateAt !== null,
    isNotThrottled: ({ context }: Args) => context.rateAt === null,
    mayRestart: ({ context }: Args) => context.startFailures < spec.rules.restarts,
    awaitsRestart: ({ context }: Args) => context.restartAt !== null,
    needsPause: ({ context, event }: Args) =>
      startAfter(spec, context, event) > (event as Message<'epoch.started'>).now,
    hasNoFunction: ({ event }: Args) =>
      (event as Message<'net.started' | 'net.recovered'>).functionless,
    losesRestart: ({ context, event }: Args) =>
      context.restartAt !== null && (event as Message<'net.recovered'>).functionless,
    failed: ({ event }: Args) => {
      const { outcome } = endOf(event);
      return outcome === 'failed' || outcome === 'timedOut';
    },
  };
}

/** When the start after this one may be: spaced by the rate, with at most a millisecond of credit. */
function startAfter(spec: NodeShape, context: NodeContext, event: NodeMessage): number {
  const { now } = event as Message<'epoch.started'>;
  const spacing = spec.rules.startSpacingMs;
  return Math.max(context.nextStartAt, spacing < 1 ? now - 1 : now) + spacing;
}

/** Several actions in a row, as many as the context says. */
const perform = enqueueActions<
  NodeContext,
  NodeMessage,
  undefined,
  NodeMessage,
  never,
  never,
  never,
  never,
  Emission
>;

const noteOpened = raise<NodeContext, NodeMessage, NodeMessage, undefined>({
  type: 'epoch.opened',
});

/** Guards and actions of a node's machine, by name. A condition's guard is named by its term. */
export function nodeParts(spec: NodeShape, dag: boolean) {
  const addresses = new PortAddresses(spec.inPorts, inputAddress);
  const entry = (context: NodeContext, port: number) => addresses.of(context.name, port);
  const named = (port: number, packets: readonly number[]): SalvoPackets => {
    const name = spec.inPorts[port]?.name ?? '';
    const [only] = packets;
    if (only !== undefined && packets.length === 1) return [[name, packetId(only)]];
    return packets.map((packet) => [name, packetId(packet)] as const);
  };
  return setup({
    types: {
      context: {} as NodeContext,
      events: {} as NodeMessage,
      emitted: {} as Emission,
      input: {} as NodeInput,
    },
    // Each term is a guard by its own text; `term` stands for them all in types.
    guards: { ...nodeGuards(spec, dag), ...(termGuards(spec) as { term: TermGuard }) },
    actions: {
      /** The engine makes the epoch's actor, a child of this node's. */
      openEpoch: emit(({ context }, params: { condition: string }) => ({
        type: 'epoch.open' as const,
        input: {
          id: context.last,
          node: context.name,
          condition: params.condition,
          salvo: context.salvo,
          packets: context.packets,
        },
      })),

      // Counting and gathering.
      count: assign({ counts: ({ context, event }) => countsWith(context, event) }),
      startGathering: assign({
        ids: ({ event }) => (event as Message<'node.evaluate'>).ids,
        awaiting: (_, params: { awaiting: number }) => params.awaiting,
      }),
      startPicking: assign({
        ids: ({ event }) => (event as Message<'epoch.create'>).ids,
        awaiting: ({ event }) => (event as Message<'epoch.create'>).groups.length,
        packets: ({ event }) =>
          (event as Message<'epoch.create'>).salvo.map(([, packet]) => packet),
        salvo: ({ event }) =>
          (event as Message<'epoch.create'>).salvo.flatMap(([port, packet]) =>
            named(port, [packet]),
          ),
      }),
      askPort: sendTo(
        ({ context }, params: { port: number; count: number | null }) =>
          entry(context, params.port),
        (_, params: { port: number; count: number | null }): InputPortMessage => ({
          type: 'port.take',
          count: params.count,
        }),
      ),
      /** The port need not be asked: it told with the arrival what waits there. */
      takeArrived: raise(({ event }, params: { port: number; count: number | null }) => {
        const { waiting } = event as Message<'port.arrived'>;
        const packets = firstItems(waiting, params.count ?? sizeOf(waiting));
        return { type: 'port.taken' as const, port: params.port, packets };
      }),
      tellTook: sendTo(
        ({ context }, params: { port: number; count: number | null }) =>
          entry(context, params.port),
        ({ event }, params: { port: number; count: number | null }): InputPortMessage => {
          const waiting = sizeOf((event as Message<'port.arrived'>).waiting);
          return { type: 'port.took', count: Math.min(params.count ?? waiting, waiting) };
        },
      ),
      askForPicked: perform(({ context, event, enqueue }) => {
        for (const [port, packets] of (event as Message<'epoch.create'>).groups) {
          const pick: InputPortMessage = { type: 'port.pick', packets };
          enqueue.sendTo(entry(context, port), pick);
        }
      }),
      gather: assign({
        counts: ({ context, event }) => countsWithout(context, event),
        awaiting: ({ context }) => context.awaiting - 1,
        packets: ({ context, event }, params: { takes: readonly Take[] }) => {
          const { port, packets } = event as Message<'port.taken'>;
          const at = placeIn(spec, params.takes, context.salvo, port);
          return inserted(context.packets, at, packets);
        },
        salvo: ({ context, event }, params: { takes: readonly Take[] }) => {
          const { port, packets } = event as Message<'port.taken'>;
          const at = placeIn(spec, params.takes, context.salvo, port);
          return inserted(context.salvo, at, named(port, packets));
        },
      }),
      /** A salvo made by hand keeps the order in which it was given. */
      gatherPicked: assign({
        counts: ({ context, event }) => countsWithout(context, event),
        awaiting: ({ context }) => context.awaiting - 1,
      }),

      // Opening.
      register: assign({
        opened: ({ context }) => context.opened + 1,
        before: ({ context }) => lastLegal(spec, dag, context),
        last: ({ context }) => context.ids.epochs,
        pending: ({ context }) => context.pending + 1,
        autostart: false,
      }),
      takeIds: assign({ ids: ({ event }) => (event as Message<'node.evaluate'>).ids }),
      /** The epoch's story until now. */
      emitOpened: emit(({ context }, params: { condition: string }) => ({
        type: 'happenings' as const,
        events: openingOf(context, params.condition),
      })),
      noteOpened,
      forgetSalvo: assign({ salvo: none, packets: none }),
      emitViolation: emit(({ context }) =>
        happened({
          event: 'DagViolation',
          node: context.name,
          epochs: [epochId(context.before), epochId(context.last)] as const,
        }),
      ),
      /** The epoch's actor is there once this step's effects are out. */
      overflow: sendTo(({ self }) => self, { type: 'epoch.overflow' } satisfies NodeMessage),
      cancelOpened: sendTo(
        ({ context, system }) => system.get(epochAddress(context.last)),
        ({ context }) => ({
          type: 'epoch.cancel',
          reason: `node ${context.name} may open ${epochLimit(spec, dag)} epoch(s), of which ${epochId(context.before)} was the last`,
        }),
      ),
      tellViolation: sendParent(() => tally({ trouble: 'violation' })),
      markNode: emit(({ context }) => ({ type: 'mark.node' as const, node: context.index })),
      markAutostart: emit(({ context }) =>
        context.autostart
          ? { type: 'mark.node' as const, node: context.index }
          : { type: 'mark.none' as const },
      ),
      markAgain: emit(({ context }) => ({ type: 'mark.again' as const, node: context.index })),

      // Counting epochs, and telling the net.
      tellOpenedReady: sendParent(({ context }) =>
        context.functionless ? openedStarvedReady : openedReady,
      ),
      tellOpened: sendParent(({ context }) => (context.functionless ? openedStarved : opened)),
      countStart: assign({
        pending: ({ context }) => context.pending - 1,
        running: ({ context }) => context.running + 1,
        started: ({ context }) => context.started + 1,
        nextStartAt: ({ context, event }) => startAfter(spec, context, event),
      }),
      tellStartedReady: sendParent(startedReady),
      tellStarted: sendParent(({ context }) =>
        tally({ startable: -1, running: 1, starved: context.functionless ? -1 : 0 }),
      ),
      countPendingEnd: assign({ pending: ({ context }) => context.pending - 1 }),
      tellPendingEndReady: sendParent(({ event }) =>
        tally({ startable: -1, ready: -1, made: madeIn(event), ended: endedIn(event) }),
      ),
      tellPendingEnd: sendParent(({ context, event }) =>
        tally({
          startable: -1,
          starved: context.functionless ? -1 : 0,
          made: madeIn(event),
          ended: endedIn(event),
        }),
      ),
      countRunEnd: assign({ running: ({ context }) => context.running - 1 }),
      tellRunEnd: sendParent(({ event }, params: { trouble: Trouble }): NetMessage => {
        const { made, ended } = endOf(event);
        return {
          type: 'node.tally',
          opened: 0,
          startable: 0,
          ready: 0,
          running: -1,
          starved: 0,
          made,
          ended,
          trouble: params.trouble,
        };
      }),

      // The gate.
      tellGateOpened: sendParent(({ context }) => tally({ ready: context.pending })),
      tellGateClosed: sendParent(({ context }) => tally({ ready: -context.pending })),
      markGate: emit(({ context }) => ({ type: 'mark.gate' as const, node: context.index })),
      admit: () => undefined,
      countBlocked: assign({ blockedOutputs: ({ context }) => context.blockedOutputs + 1 }),
      countFreed: assign({ blockedOutputs: ({ context }) => context.blockedOutputs - 1 }),
      armRate: assign({ rateAt: ({ context }) => Math.ceil(context.nextStartAt) }),
      emitRateSet: emit(({ context }) =>
        happened({ event: 'TimerSet', key: `rate:${context.name}`, at: context.rateAt ?? 0 }),
      ),
      emitRateCleared: emit(({ context }) =>
        happened({ event: 'TimerCleared', key: `rate:${context.name}`, at: context.rateAt ?? 0 }),
      ),
      disarmRate: assign({ rateAt: null }),
      tellTimer: sendTo(
        ({ system }) => system.get(netAddress),
        (_, params: { delta: 1 | -1 }): NetMessage => ({
          type: 'timers.changed',
          delta: params.delta,
        }),
      ),
      refuse: emit((_, params: { code: RejectionCode; message: string }) => ({
        type: 'rejected' as const,
        ...params,
      })),

      // The service.
      enlist: assign(({ context, event }) => ({
        bare: false,
        netOpen: true,
        functionless: (event as Message<'net.started'>).functionless,
        autostart: spec.rules.autostart && context.opened === 0,
      })),
      tellStarved: sendParent(({ context }) => tally({ starved: context.pending })),
      /** An epoch of its own accord is due once in all lives of the net. */
      enlistAgain: assign(({ context, event }) => ({
        bare: false,
        netOpen: false,
        up: false,
        functionless: (event as Message<'net.recovered'>).functionless,
        autostart: context.bare ? spec.rules.autostart && context.opened === 0 : context.autostart,
      })),
      /** Before it is enlisted again: its epochs starve where it lost its function, and no more where it has one again. */
      tellStarvedAgain: sendParent(({ context, event }) => {
        const now = (event as Message<'net.recovered'>).functionless;
        const change = Number(now) - Number(context.functionless);
        return tally({ starved: change * context.pending });
      }),
      forgetFailures: assign({ startFailures: 0 }),
      rise: assign({ up: true }),
      fall: assign({ up: false }),
      emitUp: emit(({ context }) => happened({ event: 'NodeStarted', node: context.name })),
      emitDown: emit(({ context, event }) =>
        happened({
          event: 'NodeFailed',
          node: context.name,
          error: (event as Message<'node.fail'>).error,
        }),
      ),
      scheduleRestart: assign(({ context, event }) => {
        const { now, waitMs } = event as Message<'node.fail'>;
        return {
          startFailures: context.startFailures + 1,
          restartAt: now + (waitMs ?? retryDelay(spec, context.startFailures)),
        };
      }),
      emitRestartScheduled: emit(({ context }) =>
        happened({
          event: 'NodeRestartScheduled',
          node: context.name,
          attempt: context.startFailures,
          at: context.restartAt ?? 0,
        }),
      ),
      emitRestartSet: emit(({ context }) =>
        happened({ event: 'TimerSet', key: `restart:${context.name}`, at: context.restartAt ?? 0 }),
      ),
      emitRestartCleared: emit(({ context }) =>
        happened({
          event: 'TimerCleared',
          key: `restart:${context.name}`,
          at: context.restartAt ?? 0,
        }),
      ),
      disarmRestart: assign({ restartAt: null }),
      emitRestarting: emit(({ context }) =>
        happened({ event: 'NodeRestarting', node: context.name, attempt: context.startFailures }),
      ),
      tellSettled: sendParent((_, params: { trouble: Trouble }): NetMessage => ({
        type: 'node.settled',
        trouble: params.trouble,
      })),
      open: assign({ netOpen: true }),
      close: assign({ netOpen: false }),
    },
  });
}

export type NodeParts = ReturnType<typeof nodeParts>;

/** An epoch comes to be, with what it was opened for. */
function openingOf(context: NodeContext, condition: string): readonly KernelEvent[] {
  const { name, last, salvo } = context;
  const epoch = epochId(last);
  const created: KernelEvent = { event: 'EpochCreated', epoch, node: name };
  const triggered: KernelEvent = {
    event: 'InputSalvoTriggered',
    epoch,
    condition,
    packets: salvo,
  };
  const moved = ([port, packet]: SalvoPackets[number]): KernelEvent => ({
    event: 'PacketMoved',
    packet,
    from: { type: 'InputPort', node: name, port },
    to: { type: 'Node', epoch },
  });
  const [only] = salvo;
  return only !== undefined && salvo.length === 1
    ? [created, triggered, moved(only)]
    : [created, triggered, ...salvo.map(moved)];
}
