/**
 * Places at which a net pauses by itself.
 *
 * Owns: the break-points that are set. The net is listened to only while there are any; one that is hit asks
 * for a pause by the net's own action, so that the history has it with its reason.
 */
import type { AnyMachineSnapshot } from 'xstate';
import { NetrunError } from '../../errors.ts';
import type { KernelEvent, Location } from '../../machines/action.ts';
import { nodeAddress } from '../../machines/protocol.ts';
import type { NetSpec, NodeSpec } from '../../machines/spec.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { BreakPoint, BreakPointOn } from './history-view.ts';
import type { Asked } from './protocol.ts';
import { breakReason } from './run-index.ts';

/** What a net's break-points need of it. */
export interface BreakWorld {
  readonly spec: NetSpec;
  readonly kernel: Kernel;
  lastSeq(): number;
  pause(reason: string): void;
  /** Tells of the events of every action, once they are dealt with; the function returned ends it. */
  listen(happened: (events: readonly KernelEvent[]) => void): () => void;
}

/** States of an epoch's statechart by the event that tells of them. */
const epochStates: Readonly<Record<string, string>> = {
  EpochCreated: 'startable',
  EpochStarted: 'running',
  AttemptStarted: 'running',
  EpochRetryScheduled: 'backingOff',
  EpochFinished: 'finished',
  EpochTimedOut: 'timedOut',
  EpochCancelled: 'cancelled',
};

const events: ReadonlySet<string> = new Set<KernelEvent['event']>([
  'PacketCreated',
  'PacketConsumed',
  'PacketDestroyed',
  'PacketMoved',
  'EpochCreated',
  'InputSalvoTriggered',
  'OutputSalvoTriggered',
  'EpochStarted',
  'EpochFinished',
  'AttemptStarted',
  'EpochFailed',
  'EpochRetryScheduled',
  'BatchDropped',
  'EpochTimedOut',
  'EpochCancelled',
  'ValueRecorded',
  'LateResult',
  'DeadLetterMarked',
  'TimerSet',
  'TimerCleared',
  'DagViolation',
  'NetBlocked',
  'NodeStarted',
  'NodeFailed',
  'NodeRestartScheduled',
  'NodeRestarting',
]);

/** Break-points that one net has at most. */
const most = 100;

interface SetPoint {
  point: BreakPoint;
  /** Whether what happened is it. */
  readonly isHit: (happened: readonly KernelEvent[]) => boolean;
}

function textOf(at: BreakPointOn): string {
  switch (at.on) {
    case 'port':
      return `a packet at ${at.port}`;
    case 'state':
      return `${at.node} is in ${at.state}`;
    case 'event':
      return at.node === undefined ? at.event : `${at.event} of ${at.node}`;
  }
}

export class BreakPoints {
  readonly #world: BreakWorld;
  readonly #set = new Map<string, SetPoint>();
  readonly #listeners = new Set<(hit: BreakPoint, seq: number) => void>();
  readonly #setListeners = new Set<(breaks: readonly BreakPoint[]) => void>();
  /** Nodes of live epochs, while the net is listened to. */
  readonly #nodes = new Map<string, string>();
  #count = 0;
  #unlisten: () => void = () => undefined;

  constructor(world: BreakWorld) {
    this.#world = world;
  }

  all(): readonly BreakPoint[] {
    return [...this.#set.values()].map(({ point }) => point);
  }

  onBreak(listener: (hit: BreakPoint, seq: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onBreaks(listener: (breaks: readonly BreakPoint[]) => void): () => void {
    this.#setListeners.add(listener);
    return () => this.#setListeners.delete(listener);
  }

  /** Throws `BREAK_POINT_INVALID`. */
  set(asked: Asked<'breakSet'>['at']): BreakPoint {
    if (this.#set.size >= most) throw invalid(`there are ${most} break-points already`);
    const at = asked as BreakPointOn;
    const isHit = this.#condition(at);
    this.#count += 1;
    const id = `b${this.#count}`;
    const point: BreakPoint = { id, at, text: textOf(at), hits: 0, lastSeq: null };
    this.#set.set(id, { point, isHit });
    if (this.#set.size === 1) this.#listen();
    this.#tellSet();
    return point;
  }

  clear(id: string): void {
    if (!this.#set.delete(id)) return;
    if (this.#set.size === 0) this.#unlisten();
    this.#tellSet();
  }

  #tellSet(): void {
    for (const tell of this.#setListeners) tell(this.all());
  }

  #listen(): void {
    const { kernel } = this.#world;
    this.#nodes.clear();
    for (const epoch of kernel.epochs()) this.#nodes.set(epoch, kernel.epoch(epoch).node);
    this.#unlisten = this.#world.listen((events) => this.#happened(events));
  }

  close(): void {
    this.#set.clear();
    this.#listeners.clear();
    this.#setListeners.clear();
    this.#unlisten();
  }

  #happened(happened: readonly KernelEvent[]): void {
    for (const event of happened)
      if (event.event === 'EpochCreated') this.#nodes.set(event.epoch, event.node);
    for (const set of this.#set.values()) {
      if (!set.isHit(happened)) continue;
      const seq = this.#world.lastSeq();
      set.point = { ...set.point, hits: set.point.hits + 1, lastSeq: seq };
      this.#world.pause(`${breakReason}${set.point.text}`);
      for (const tell of this.#listeners) tell(set.point, seq);
    }
    for (const event of happened) if (endsEpoch(event)) this.#nodes.delete(event.epoch);
  }

  #condition(at: BreakPointOn): SetPoint['isHit'] {
    switch (at.on) {
      case 'port':
        return this.#atPort(at.port);
      case 'state':
        return this.#inState(this.#node(at.node), at.state);
      case 'event':
        return this.#onEvent(at);
    }
  }

  #node(name: string): NodeSpec {
    const node = this.#world.spec.nodes.find((each) => each.name === name);
    if (node === undefined) throw invalid(`there is no node ${name}`);
    return node;
  }

  #atPort(port: string): SetPoint['isHit'] {
    const end = port.lastIndexOf('.');
    const node = this.#node(port.slice(0, end));
    const name = port.slice(end + 1);
    if (node.inPorts.some((each) => each.name === name))
      return (happened) =>
        happened.some(
          (event) =>
            event.event === 'PacketMoved' &&
            event.to.type === 'InputPort' &&
            event.to.node === node.name &&
            event.to.port === name,
        );
    if (!node.outPorts.some((each) => each.name === name))
      throw invalid(`node ${node.name} has no port ${name}`);
    return (happened) =>
      happened.some(
        (event) =>
          event.event === 'PacketMoved' &&
          event.from.type === 'OutputPort' &&
          event.from.port === name &&
          this.#isOf(event.from, event.to, node.name),
      );
  }

  /** Whether what left an output port left that of the node; the epoch may be over by now. */
  #isOf(from: Extract<Location, { epoch: string }>, to: Location, node: string): boolean {
    if (to.type === 'Edge') return to.from.startsWith(`${node}.`);
    return this.#nodes.get(from.epoch) === node;
  }

  #onEvent({ event, node }: Extract<BreakPointOn, { on: 'event' }>): SetPoint['isHit'] {
    if (!events.has(event)) throw invalid(`there is no event ${event}`);
    if (node !== undefined) this.#node(node);
    return (happened) =>
      happened.some(
        (each) => each.event === event && (node === undefined || this.#about(each) === node),
      );
  }

  #inState(node: NodeSpec, state: string): SetPoint['isHit'] {
    const [region = '', ...path] = state.split('.');
    if (region === 'epoch') return this.#epochState(node, path.join('.'));
    const value = path.length === 0 ? null : { [region]: path.join('.') };
    const actor = this.#world.kernel.actor(nodeAddress(node.name));
    const snapshot = (): AnyMachineSnapshot => actor?.getSnapshot() as AnyMachineSnapshot;
    const { machine } = snapshot();
    if (value === null || machine.root.states[region]?.states[path[0] ?? ''] === undefined)
      throw invalid(`a node has no state ${state}`);
    let was = snapshot().matches(value);
    return () => {
      const before = was;
      was = snapshot().matches(value);
      return was && !before;
    };
  }

  #epochState(node: NodeSpec, state: string): SetPoint['isHit'] {
    if (state !== 'failed' && !Object.values(epochStates).includes(state))
      throw invalid(`an epoch has no state ${state}`);
    return (happened) =>
      happened.some((event) => {
        const isFinal = event.event === 'EpochFailed' && event.final;
        const entered = isFinal ? 'failed' : epochStates[event.event];
        return entered === state && this.#about(event) === node.name;
      });
  }

  #about(event: KernelEvent): string | undefined {
    if ('node' in event) return event.node;
    return 'epoch' in event && event.epoch !== undefined ? this.#nodes.get(event.epoch) : undefined;
  }
}

function endsEpoch(event: KernelEvent): event is Extract<KernelEvent, { final: boolean }> {
  if (event.event === 'EpochFailed') return event.final;
  return ['EpochFinished', 'EpochTimedOut', 'EpochCancelled'].includes(event.event);
}

function invalid(what: string): NetrunError {
  return new NetrunError('BREAK_POINT_INVALID', `no break-point can be set: ${what}`, {
    hint: 'Name a port (Node.port), a state of a node (gate.saturated, epoch.failed), or a type of event.',
  });
}
