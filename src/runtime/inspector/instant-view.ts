/**
 * A run at one instant.
 *
 * An instant is the number (`seq`) of a record of the history: the state after the action that the record
 * belongs to. Times are milliseconds since 1970, in the time of the run.
 */
import type { StateValue } from 'xstate';
import type { BlockKind, Location, PacketId } from '../../machines/action.ts';
import type { AtomExplanation, BlockExplanation } from '../explain/explanation.ts';
import type { NetView } from '../kernel/kernel.ts';
import type { TimerState } from '../replay/run-state.ts';
import type { Page, ValuePreview } from './value-view.ts';

/** How a node looks, in one word; where several hold, the first of this order. */
export type NodeWord =
  /** Its service failed, or an epoch of it failed finally and none has been started since. */
  | 'failed'
  | 'running'
  /** Epochs could start but for `max_parallel_epochs`; the rate limit; a full edge behind it; `max_epochs`; its service or the net. */
  | 'saturated'
  | 'throttled'
  | 'backpressured'
  | 'exhausted'
  | 'closed'
  /** An attempt is waited for. */
  | 'retrying'
  /** The net is blocked, and packets wait here that no condition takes. */
  | 'blocked'
  /** Packets wait here, or epochs to be started. */
  | 'waiting'
  | 'idle';

export interface NodeLook {
  /** Index into `GraphView.nodes`. */
  readonly node: number;
  readonly word: NodeWord;
  readonly service: string;
  readonly gate: string;
  readonly intake: StateValue;
  /** Packets at each input port, by index. */
  readonly ports: readonly number[];
  /** Epochs now. */
  readonly startable: number;
  readonly running: number;
  /** Epochs ever, until this instant. */
  readonly opened: number;
  readonly started: number;
  readonly finished: number;
  /** Failed finally, or timed out. */
  readonly failed: number;
  readonly cancelled: number;
  /** Attempts after the first. */
  readonly retried: number;
}

/** Edges with packets; one that is not told of has none. */
export interface EdgeLook {
  /** Index into `GraphView.edges`. */
  readonly edge: number;
  readonly count: number;
  /** Its first packet waits for a slot of the port, or the edge is at its capacity. */
  readonly isFull: boolean;
}

export interface NetLook {
  readonly lifecycle: NetView['lifecycle'] | 'suspended';
  readonly activity: NetView['activity'];
  readonly blocked: BlockKind | null;
  readonly mode: NetView['mode'];
  /** Why it is paused or stopped; empty where it is neither. */
  readonly reason: string;
  readonly running: number;
  readonly startable: number;
  readonly timers: number;
  /** Packets in the net now, and made ever; epochs opened ever. */
  readonly packets: number;
  readonly packetsMade: number;
  readonly epochsOpened: number;
  /** Packets outside that are not taken yet. */
  readonly outside: number;
}

export interface Overview {
  /** Last record of the action that the state is after; 0 = before the first. */
  readonly at: number;
  /** Time of that action; 0 = none yet. */
  readonly now: number;
  readonly net: NetLook;
  /** All of them, in order of the graph. */
  readonly nodes: readonly NodeLook[];
  readonly edges: readonly EdgeLook[];
}

/**
 * What changed since the overview or tick before: only rows that are not as they were, with `count: 0` of an edge that
 * has become empty.
 */
export type OverviewChange = Overview;

export interface ConditionState {
  readonly name: string;
  readonly holds: boolean;
  /** In the order of `ConditionView.atoms`. */
  readonly atoms: readonly AtomExplanation[];
}

/** One actor at an instant. */
export interface ActorView {
  readonly at: number;
  readonly address: string;
  /** False: not opened yet, or ended; the other fields are then those of its last moment, or empty. */
  readonly isLive: boolean;
  /** Index into `MachinesView.charts`. */
  readonly chart: number;
  readonly value: StateValue;
  readonly context: ValuePreview;
  /** Of a node: its input conditions. Of an epoch: its node's output conditions over its own ports. Else empty. */
  readonly conditions: readonly ConditionState[];
}

/** How often an actor took each transition until an instant, and which it took last. */
export interface TransitionsView {
  readonly at: number;
  readonly address: string;
  readonly chart: number;
  /** `[transition, times]`, only those taken. */
  readonly counts: readonly (readonly [transition: number, times: number])[];
  /** Those taken in the last action that moved it, in order; `seq` of that action (0 = none). */
  readonly last: { readonly seq: number; readonly transitions: readonly number[] };
  /** False: the history was too long to be counted whole, and counts begin later. */
  readonly isWhole: boolean;
}

/** Packets at one place. */
export interface PlaceView {
  readonly place: Location;
  readonly count: number;
  readonly packets: Page<PacketId>;
}

export interface PlacesView {
  readonly at: number;
  readonly places: Page<PlaceView>;
}

export interface TimersView {
  readonly at: number;
  readonly now: number;
  readonly timers: Page<TimerState>;
}

export interface ExplainView {
  readonly at: number;
  readonly explanation: BlockExplanation;
}
