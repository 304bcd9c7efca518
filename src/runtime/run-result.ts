/** What a net tells of itself: the result of a run, and how it stands. */
import type { BlockKind } from '../machines/action.ts';
import type { RunError } from './errors.ts';
import type { NetState } from './drive/lifecycle.ts';
import type { RunCounts } from './drive/tally.ts';

/** What a run came to. */
export interface RunResult {
  readonly state: NetState;
  /** The kind of block; null where the net was paused or stopped. */
  readonly blocked: BlockKind | null;
  readonly counts: RunCounts;
  /** The values collected so far, by `Node.port`. */
  readonly outputs: Readonly<Record<string, readonly unknown[]>>;
  /** The first error, where one paused the net. */
  readonly error?: RunError;
}

export interface NetStatus {
  readonly state: NetState;
  readonly activity: 'moving' | 'working' | 'waiting' | 'blocked';
  readonly blocked: BlockKind | null;
  readonly counts: RunCounts;
  readonly running: number;
  readonly startable: number;
  readonly timers: number;
  /** Packets in the net, exact while no epoch runs. */
  readonly packetsInside: number;
  /** Injected values that wait for a slot. */
  readonly waitingInputs: number;
}

export interface InjectOptions {
  /** Wait for a slot where the port is full. Default: false. */
  readonly wait?: boolean;
}
