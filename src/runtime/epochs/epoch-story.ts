/** What the runtime knows of a live epoch beside the kernel: its salvo, its values, its failures. */
import type { Acceptance, Action, EpochId, PacketId, SalvoPackets } from '../../machines/action.ts';
import { counterOf } from '../../machines/protocol.ts';
import type { RunNode } from '../setup/run-node.ts';
import type { StoredValue } from '../values/values.ts';

/** A running attempt, as far as others may touch it. */
export interface RunningAttempt {
  /** It has come to its outcome, or was ended. */
  readonly isOver: boolean;
  /** The attempt is over, for this reason: its context refuses, its signal aborts. Nothing where it was over. */
  end(reason: Error): void;
  /** As `end`; what comes late is told in the log only, for the run goes on without this process. */
  abandon(reason: Error): void;
}

/** An operation of a function that reached the kernel. */
export interface AppliedOperation {
  readonly action: Action;
  readonly answer: Acceptance;
}

/** What an attempt had done when its process ended. */
export interface RecordedAttempt {
  /** In order. */
  readonly operations: readonly AppliedOperation[];
  /** Of packets it had consumed. */
  readonly values: ReadonlyMap<PacketId, unknown>;
}

/** Everything lives as long as the epoch (G7). */
export interface EpochStory {
  readonly id: EpochId;
  /** The epoch's counter: its age. */
  readonly order: number;
  /** It waits to be started. */
  isWaiting: boolean;
  readonly node: RunNode;
  condition: string;
  salvo: SalvoPackets;
  started: boolean;
  /** It has come to its end, and is forgotten with the action that brought it there. */
  hasEnded: boolean;
  /** From 0. */
  attempt: number;
  current: RunningAttempt | null;
  /** Values that the current attempt consumed. */
  received: Map<PacketId, unknown> | null;
  /** Values under way that `consumePacketSync` did not wait for, by packet: a later consumption takes them. */
  making: Map<string, Promise<unknown>> | null;
  /** Values of input packets that were destroyed in the epoch, or sent on by it. */
  salvaged: Map<PacketId, StoredValue> | null;
  /** Errors of failed attempts and when they failed, in milliseconds. */
  readonly errors: Error[];
  readonly failedAt: number[];
  /** What the attempt that is just being failed threw. */
  thrown: Error | null;
  /** What the attempt that is to be run had done before: it counts once. */
  recorded: RecordedAttempt | null;
  /** The `failed` function of the attempt before, while it runs. */
  aftermath: Promise<void> | null;
}

const noPackets: SalvoPackets = [];

export function newStory(id: EpochId, node: RunNode): EpochStory {
  return {
    id,
    order: counterOf(id, 'e'),
    isWaiting: false,
    node,
    condition: '',
    salvo: noPackets,
    started: false,
    hasEnded: false,
    attempt: 0,
    current: null,
    received: null,
    making: null,
    salvaged: null,
    errors: [],
    failedAt: [],
    thrown: null,
    recorded: null,
    aftermath: null,
  };
}
