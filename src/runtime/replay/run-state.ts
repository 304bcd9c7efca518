/**
 * The whole state of a run at one point, as data.
 *
 * Read from the kernel's snapshot: the packets by place, the epochs, the timers, the statechart of
 * every actor. It holds what lives, never what has ended (G7).
 */
import type { AnyMachineSnapshot, StateValue } from 'xstate';
import type { EpochId, Location, PacketId, SalvoPackets } from '../../machines/action.ts';
import type { SentSalvo } from '../../machines/epoch-operations.ts';
import type { EpochContext } from '../../machines/epoch-parts.ts';
import { type Fifo, emptyFifo, firstItems, sizeOf, toArray } from '../../machines/fifo.ts';
import type { InputPortContext } from '../../machines/input-port.machine.ts';
import type { NetContext } from '../../machines/net-parts.ts';
import type { NodeContext } from '../../machines/node-context.ts';
import { nodeAddress, packetId } from '../../machines/protocol.ts';
import { itemIn } from '../../machines/rows.ts';
import type { NetSpec, NodeSpec } from '../../machines/spec.ts';
import type { Kernel, NetView } from '../kernel/kernel.ts';

/** Packets at one place, in order; only places that have some are listed. */
export interface PlacedPackets {
  readonly place: Location;
  readonly count: number;
  /** The first few, whose turn comes first. */
  readonly first: readonly PacketId[];
}

export interface EpochState {
  readonly epoch: EpochId;
  readonly node: string;
  readonly state: 'startable' | 'running';
  /** From 0. */
  readonly attempt: number;
  readonly condition: string;
  readonly salvo: SalvoPackets;
  readonly sent: readonly SentSalvo[];
}

export interface TimerState {
  /** `retry:e5`, `timeout:e5`, `attempt:e5`, `rate:A`, `restart:A`. */
  readonly key: string;
  /** Milliseconds, in the time of the run. */
  readonly due: number;
}

export interface NodeState {
  readonly node: string;
  readonly service: string;
  readonly gate: string;
  readonly intake: StateValue;
  /** Epochs opened and started, ever; waiting to start and running, now. */
  readonly opened: number;
  readonly started: number;
  readonly startable: number;
  readonly running: number;
}

export interface ActorState {
  /** `net`, `node:A`, `node:A/in:x`, `node:A/out:y`, `epoch:e12`. */
  readonly address: string;
  /** The statechart's value. */
  readonly value: StateValue;
}

export interface RunState {
  /** Number of the last record that has been applied. */
  readonly seq: number;
  /** Milliseconds: the time of the last action. */
  readonly now: number;
  readonly lifecycle: NetView['lifecycle'];
  readonly activity: NetView['activity'];
  readonly blocked: NetView['blocked'];
  readonly mode: NetView['mode'];
  /** Why the net is paused or stopped; empty where it is neither. */
  readonly reason: string;
  readonly counts: {
    /** Packets and epochs ever made. */
    readonly packetsMade: number;
    readonly epochsOpened: number;
    /** Now. */
    readonly packets: number;
    readonly startable: number;
    readonly running: number;
    readonly timers: number;
  };
  /** Edges by the port they end in, then ports, then epochs; the outside last. */
  readonly packets: readonly PlacedPackets[];
  readonly epochs: readonly EpochState[];
  /** What is due first comes first. */
  readonly timers: readonly TimerState[];
  readonly nodes: readonly NodeState[];
  readonly actors: readonly ActorState[];
}

/** Packets named of each place. */
const firstPackets = 10;

/** An actor as it stands in a kernel's snapshot. */
interface SavedActor {
  readonly address: string;
  readonly value: StateValue;
  readonly context: unknown;
}

type NodeValue = Readonly<Record<'intake', StateValue> & Record<'gate' | 'service', string>>;

/** Collects what the actors of one snapshot tell. */
class Collection {
  readonly #specs: ReadonlyMap<string, NodeSpec>;
  readonly edges: PlacedPackets[] = [];
  readonly ports: PlacedPackets[] = [];
  readonly epochs: EpochState[] = [];
  readonly timers: TimerState[] = [];
  readonly nodes: NodeState[] = [];
  outside: Fifo | null = null;

  constructor(spec: NetSpec) {
    this.#specs = new Map(spec.nodes.map((node) => [node.name, node]));
  }

  add({ address, value, context }: SavedActor): void {
    if (address === 'net') this.outside = (context as NetContext).outside;
    else if (address.startsWith('epoch:')) this.#epoch(value, context as EpochContext);
    else if (address.includes('/in:')) this.#inputPort(context as InputPortContext);
    else if (!address.includes('/out:')) this.#node(value as NodeValue, context as NodeContext);
  }

  #inputPort({ here, queue, edges, queues }: InputPortContext): void {
    for (const [slot, edge] of edges.entries()) {
      place(this.edges, edge.place, itemIn(queues, slot) ?? emptyFifo);
    }
    place(this.ports, here, queue);
  }

  #node({ intake, gate, service }: NodeValue, context: NodeContext): void {
    const { name, opened, started, pending, running } = context;
    this.nodes.push({
      node: name,
      service,
      gate,
      intake,
      opened,
      started,
      startable: pending,
      running,
    });
    this.#nodeTimers(context);
  }

  /** Of a node, or of an epoch. */
  addTimers(address: string, context: unknown): void {
    if (address.startsWith('epoch:')) this.#epochTimers(context as EpochContext);
    else this.#nodeTimers(context as NodeContext);
  }

  #nodeTimers({ name, rateAt, restartAt }: NodeContext): void {
    this.#timer(`rate:${name}`, rateAt);
    this.#timer(`restart:${name}`, restartAt);
  }

  #epoch(value: StateValue, context: EpochContext): void {
    const epoch = context.name as EpochId;
    const { node } = context;
    this.epochs.push({
      epoch,
      node,
      state: value === 'startable' ? 'startable' : 'running',
      attempt: context.attempt,
      condition: context.condition,
      salvo: context.salvo,
      sent: toArray(context.salvos),
    });
    place(this.ports, { type: 'Node', epoch }, context.inside);
    for (const [at, bucket] of context.buckets.entries()) {
      const port = this.#specs.get(node)?.outPorts[at]?.name ?? '';
      place(this.ports, { type: 'OutputPort', epoch, port }, bucket);
    }
    this.#epochTimers(context);
  }

  #epochTimers({ name, retryAt, timeoutAt, attemptAt }: EpochContext): void {
    this.#timer(`retry:${name}`, retryAt);
    this.#timer(`timeout:${name}`, timeoutAt);
    this.#timer(`attempt:${name}`, attemptAt);
  }

  #timer(key: string, due: number | null): void {
    if (due !== null) this.timers.push({ key, due });
  }
}

function place(list: PlacedPackets[], where: Location, queue: Fifo): void {
  const count = sizeOf(queue);
  if (count === 0) return;
  list.push({ place: where, count, first: firstItems(queue, firstPackets).map(packetId) });
}

/** The state of a kernel that was made from `spec`; `seq` is the last record applied to it. */
export function runState(kernel: Kernel, spec: NetSpec, seq: number): RunState {
  const { actors } = kernel.snapshot() as { readonly actors: readonly SavedActor[] };
  const found = new Collection(spec);
  for (const actor of actors) found.add(actor);
  const net = actors[0]?.context as NetContext;
  const { lifecycle, activity, blocked, mode } = kernel.net();
  const packets = [...found.edges, ...found.ports];
  if (found.outside !== null) place(packets, { type: 'OutsideNet' }, found.outside);
  const sum = packets.reduce((total, { count }) => total + count, 0);
  return {
    seq,
    now: net.now,
    lifecycle,
    activity,
    blocked,
    mode,
    reason: net.reason,
    counts: {
      packetsMade: net.nextPacket - 1,
      epochsOpened: net.nextEpoch - 1,
      packets: sum,
      startable: net.startable,
      running: net.running,
      timers: found.timers.length,
    },
    packets,
    epochs: found.epochs,
    timers: byDue(found.timers),
    nodes: found.nodes,
    actors: actors.map(({ address, value }) => ({ address, value })),
  };
}

/** The timers that are armed in a kernel made from `spec`, what is due first comes first. */
export function timersOf(kernel: Kernel, spec: NetSpec): readonly TimerState[] {
  const found = new Collection(spec);
  const addresses = spec.nodes.map(({ name }) => nodeAddress(name));
  for (const epoch of kernel.epochs()) addresses.push(`epoch:${epoch}`);
  for (const address of addresses) {
    const snapshot = kernel.actor(address)?.getSnapshot() as AnyMachineSnapshot | undefined;
    if (snapshot !== undefined) found.addTimers(address, snapshot.context);
  }
  return byDue(found.timers);
}

function byDue(timers: readonly TimerState[]): readonly TimerState[] {
  return timers.toSorted((a, b) => a.due - b.due || compareText(a.key, b.key));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
