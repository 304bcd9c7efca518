/**
 * Every message between the kernel and the actors, and between the actors.
 *
 * Ids in messages are counters (packet 12, epoch 5), nodes, ports, edges and conditions are
 * indexes into the NetSpec; -1 stands for a name that was not found. What an actor emits is either
 * an event of the history (as in action.ts), a mark for the kernel's worklist, or the rejection of a
 * request. A request that is not legal is answered with `rejected` and changes
 * nothing.
 */
import type { AnyActorLogic } from 'xstate';
import type {
  BatchOperation,
  DeadLetterMark,
  EpochId,
  KernelEvent,
  Location,
  PacketId,
  RecordedError,
  RejectionCode,
  SalvoPackets,
} from './action.ts';
import type { Fifo } from './fifo.ts';

/** The first free ids, lent with a message by the net actor; who uses some tells it how many. */
export interface Ids {
  readonly packets: number;
  readonly epochs: number;
}

// What actors emit.

/** An event of the history. */
export interface Happened {
  readonly type: 'happened';
  readonly event: KernelEvent;
}

export const happened = (event: KernelEvent): Happened => ({ type: 'happened', event });

/** For the kernel's worklist; not history. */
export type Mark =
  /** The edge joins the tail of the worklist. */
  | { readonly type: 'mark.edge'; readonly edge: number }
  /** These edges join the tail, in this order: a slot came free at their port. */
  | { readonly type: 'mark.edges'; readonly edges: readonly number[] }
  /** The node's ports or caps changed outside a move: evaluate its conditions in the next run. */
  | { readonly type: 'mark.node'; readonly node: number }
  /** The node opened an epoch: evaluate it again before anything else. */
  | { readonly type: 'mark.again'; readonly node: number }
  /** The node's gate opened. */
  | { readonly type: 'mark.gate'; readonly node: number }
  /** Nothing: fills a place in a list of actions whose length is fixed. */
  | { readonly type: 'mark.none' };

export interface Rejected {
  readonly type: 'rejected';
  readonly code: RejectionCode;
  readonly message: string;
  readonly operation?: number;
}

/** What an epoch's actor is made from. */
export interface EpochInput {
  readonly id: number;
  /** Name of its node. */
  readonly node: string;
  readonly condition: string;
  readonly salvo: SalvoPackets;
  /** The salvo's packets, in the same order. */
  readonly packets: readonly number[];
}

/** For the engine: make this epoch's actor, a child of the node's, before anything else happens. */
export interface EpochOpening {
  readonly type: 'epoch.open';
  readonly input: EpochInput;
}

/** Several events of the history at once, in order. */
export interface Happenings {
  readonly type: 'happenings';
  readonly events: readonly KernelEvent[];
}

export type Emission = Happened | Happenings | Mark | Rejected | EpochOpening;

// To input ports.

export type InputPortMessage =
  /** From an output port: a packet on the edge in place `slot` of this port's edges. */
  | { readonly type: 'edge.put'; readonly slot: number; readonly packet: number }
  /** From the kernel: it is the edge's turn. */
  | { readonly type: 'edge.serve'; readonly slot: number; readonly ids: Ids }
  /** From the node: give up to `count` packets (null: all). */
  | { readonly type: 'port.take'; readonly count: number | null }
  /** From the node: it took the first `count` of those that it was told of on their arrival. */
  | { readonly type: 'port.took'; readonly count: number }
  /** From the node: give these. */
  | { readonly type: 'port.pick'; readonly packets: readonly number[] }
  /** From the kernel: a new packet from outside. */
  | {
      readonly type: 'packet.inject';
      readonly packet: number;
      readonly retryOf: PacketId | null;
    }
  /** From the kernel: a packet comes to the port (`slot` -1) or onto one of its edges. */
  | {
      readonly type: 'packet.enter';
      readonly packet: number;
      readonly slot: number;
      readonly from: Location;
    }
  /** From the kernel: a packet went elsewhere. */
  | { readonly type: 'packet.leave'; readonly packet: number; readonly slot: number }
  | { readonly type: 'packet.destroy'; readonly packet: number; readonly slot: number };

// To output ports.

export type OutputPortMessage =
  /** From an epoch: packets of a salvo; `copies` is the first free id for copies. */
  | {
      readonly type: 'salvo.route';
      readonly packets: readonly number[];
      readonly epoch: EpochId;
      readonly from: Location;
      readonly copies: number;
    }
  /** From input ports: an edge came to its capacity, or below it. */
  | { readonly type: 'edge.filled' }
  | { readonly type: 'edge.freed' };

// To nodes.

export type EpochOutcome = 'finished' | 'failed' | 'timedOut' | 'cancelled';

/** What an epoch comes to. */
export interface EpochEnd {
  readonly outcome: EpochOutcome;
  /** Cancelled before it was started. */
  readonly withdrawn: boolean;
  /** Packets that were made in it and not told of before, and packets that ended in it. */
  readonly made: number;
  readonly ended: number;
}

export type NodeMessage =
  /** From the kernel: evaluate the input conditions. */
  | { readonly type: 'node.evaluate'; readonly ids: Ids }
  /** From the kernel: an epoch by hand. */
  | {
      readonly type: 'epoch.create';
      readonly ids: Ids;
      readonly groups: readonly (readonly [port: number, packets: readonly number[]])[];
      readonly salvo: readonly (readonly [port: number, packet: number])[];
    }
  /** From the kernel, to ask: whether an epoch may start. */
  | { readonly type: 'epoch.admit' }
  | { readonly type: 'node.up' }
  | {
      readonly type: 'node.fail';
      readonly now: number;
      readonly error: RecordedError;
      readonly waitMs: number | null;
    }
  | { readonly type: 'timer.fire'; readonly kind: 'rate' }
  | { readonly type: 'restart.fire' }
  /** From input ports. */
  | {
      readonly type: 'port.arrived';
      readonly port: number;
      readonly count: number;
      /** All that wait there now, which the node may take. */
      readonly waiting: Fifo;
      readonly ids: Ids;
    }
  | { readonly type: 'port.changed'; readonly port: number; readonly count: number }
  | { readonly type: 'port.taken'; readonly port: number; readonly packets: readonly number[] }
  /** From output ports. */
  | { readonly type: 'output.blocked' }
  | { readonly type: 'output.freed' }
  /** From epochs; the second is XState's own, with the epoch's output. */
  | { readonly type: 'epoch.started'; readonly now: number }
  | { readonly type: typeof epochDone; readonly output: EpochEnd }
  /** From the net. */
  | { readonly type: 'net.started'; readonly functionless: boolean }
  | { readonly type: 'net.opened' }
  | { readonly type: 'net.closed' }
  /** To the gate, then to the service. */
  | { readonly type: 'net.stopping' }
  | { readonly type: 'service.stop' }
  | { readonly type: 'net.stopped' }
  | { readonly type: 'net.recovered'; readonly functionless: boolean }
  /** To itself. */
  | { readonly type: 'epoch.opened' }
  | { readonly type: 'epoch.overflow' };

// To epochs.

export type EpochTimer = 'retry' | 'timeout' | 'attempt';

export type EpochMessage =
  | {
      readonly type: 'epoch.start';
      readonly now: number;
      /** `open`, or the state of the net or the node that does not let it. */
      readonly gate: string;
    }
  | { readonly type: 'packet.create'; readonly ids: Ids }
  | { readonly type: 'packet.consume'; readonly packet: number }
  | {
      readonly type: 'packet.load';
      readonly packet: number;
      readonly port: number;
      readonly name: string;
    }
  | {
      readonly type: 'salvo.send';
      readonly condition: number;
      readonly name: string;
      readonly ids: Ids;
    }
  | { readonly type: 'epoch.finish'; readonly unconsumed: 'error' | 'destroy' }
  | {
      readonly type: 'epoch.commit';
      readonly operations: readonly BatchOperation[];
      readonly unconsumed: 'error' | 'destroy';
      readonly ids: Ids;
    }
  | {
      readonly type: 'attempt.fail';
      readonly error: RecordedError;
      readonly waitMs: number | null;
      readonly dropped: readonly BatchOperation[] | null;
      readonly now: number;
    }
  | { readonly type: 'epoch.timeOut' }
  | { readonly type: 'epoch.cancel'; readonly reason: string }
  | { readonly type: 'timer.fire'; readonly kind: EpochTimer; readonly now: number }
  | { readonly type: 'value.record'; readonly kind: string; readonly value: unknown };

// To the net.

export type NetMessage =
  | { readonly type: 'clock.move'; readonly now: number }
  | { readonly type: 'packet.create'; readonly ids: Ids }
  | { readonly type: 'packet.consume'; readonly packet: number }
  | { readonly type: 'packet.destroy'; readonly packet: number }
  | { readonly type: 'packet.enter'; readonly packet: number; readonly from: Location }
  | { readonly type: 'packet.leave'; readonly packet: number }
  | { readonly type: 'epoch.admit' }
  /** From the kernel: moves are left, no move is left after some, there was none to make. */
  | { readonly type: 'flow.run'; readonly queued: number }
  | { readonly type: 'flow.ran'; readonly queued: number }
  | { readonly type: 'flow.settle'; readonly queued: number }
  | { readonly type: 'net.start'; readonly functionless: readonly number[] }
  | { readonly type: 'net.pause'; readonly reason: string }
  | { readonly type: 'net.resume' }
  | { readonly type: 'net.stop'; readonly reason: string }
  | {
      readonly type: 'net.recover';
      readonly functionless: readonly number[];
      readonly reason: string;
    }
  /** From XState: an actor of a node threw. */
  | { readonly type: `xstate.error.actor.${string}`; readonly error: unknown }
  /** From the kernel, for a subject that no actor answers for. */
  | { readonly type: 'subject.unknown'; readonly code: RejectionCode; readonly message: string }
  /** From ports and epochs: ids were used. */
  | { readonly type: 'packets.made'; readonly count: number }
  | { readonly type: 'packets.ended'; readonly count: number }
  | { readonly type: 'outside.put'; readonly packet: number }
  | { readonly type: 'timers.changed'; readonly delta: 1 | -1 }
  /** From nodes: what changed, as differences. */
  | {
      readonly type: 'node.tally';
      readonly opened: number;
      readonly startable: number;
      readonly ready: number;
      readonly running: number;
      readonly starved: number;
      readonly made: number;
      readonly ended: number;
      readonly trouble: Trouble;
    }
  | { readonly type: 'node.settled'; readonly trouble: Trouble }
  /** From the kernel: what a function did when nobody waited for it any more. */
  | {
      readonly type: 'result.late';
      readonly late: Omit<Extract<KernelEvent, { event: 'LateResult' }>, 'event'>;
    }
  /** From the kernel: what became of a dead letter. */
  | { readonly type: 'letter.mark'; readonly letter: string; readonly mark: DeadLetterMark };

/** What `on_error` and the mode region look at. */
export type Trouble = 'none' | 'failure' | 'violation';

export type ActorMessage =
  | InputPortMessage
  | OutputPortMessage
  | NodeMessage
  | EpochMessage
  | NetMessage;

/** A context's own `spawn`, for children whose address is their id. */
export type SpawnChild = (
  logic: AnyActorLogic,
  options: { readonly id: string; readonly systemId: string; readonly input: unknown },
) => unknown;

// Addresses (systemIds) and ids as the outside knows them.

export const netAddress = 'net';
export const nodeAddress = (node: string): string => `node:${node}`;
export const inputAddress = (node: string, port: string): string => `node:${node}/in:${port}`;
export const outputAddress = (node: string, port: string): string => `node:${node}/out:${port}`;
export const epochAddress = (epoch: number): string => `epoch:e${epoch}`;
/** The epoch with this address; 0, which no epoch has, where it is none of an epoch. */
export const epochAt = (address: string): number =>
  address.startsWith('epoch:') ? counterOf(address.slice(6), 'e') : 0;
/** What tells a node that an epoch of its own is done: all its epochs have one id. */
export const epochDone = 'xstate.done.actor.epoch';

/** Ids that were asked for last, by counter: one id is asked for many times in a row. */
class IdTexts<Id> {
  readonly #counters = new Float64Array(1024);
  readonly #texts: Id[] = [];
  readonly #make: (counter: number) => Id;

  constructor(make: (counter: number) => Id) {
    this.#make = make;
    for (let at = 0; at < this.#counters.length; at++) this.#texts.push(make(0));
  }

  of(counter: number): Id {
    const at = counter & 1023;
    if (this.#counters[at] !== counter) {
      this.#counters[at] = counter;
      this.#texts[at] = this.#make(counter);
    }
    return this.#texts[at] as Id;
  }
}

const packetTexts = new IdTexts<PacketId>((packet) => `p${packet}`);
const epochTexts = new IdTexts<EpochId>((epoch) => `e${epoch}`);

export const packetId = (packet: number): PacketId => packetTexts.of(packet);
export const epochId = (epoch: number): EpochId => epochTexts.of(epoch);

/** Code of the digit 0. */
const zero = 48;

/** The number in `p12` or `e5`; 0, which no packet and no epoch has, where the text is not of that form. */
export function counterOf(id: string, letter: 'p' | 'e'): number {
  const { length } = id;
  if (length < 2 || length > 16) return 0;
  if (id.charCodeAt(0) !== letter.charCodeAt(0) || id.charCodeAt(1) === zero) return 0;
  let counter = 0;
  for (let at = 1; at < length; at++) {
    const digit = id.charCodeAt(at) - zero;
    if (digit < 0 || digit > 9) return 0;
    counter = counter * 10 + digit;
  }
  return counter;
}
