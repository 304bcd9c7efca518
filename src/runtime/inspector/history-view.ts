/**
 * What a run's history says: its course, epochs, packets, messages, logs, dead letters.
 *
 * Every `seq` is the number of a record. Times are milliseconds since 1970, in the time of the run.
 */
import type { EpochId, KernelEvent, Location, SalvoPackets } from '../../machines/action.ts';
import type { SentSalvo } from '../../machines/epoch-operations.ts';
import type { PacketTrace } from '../explain/packet-trace.ts';
import type { HeaderRecord, HistoryRecord } from '../history/record.ts';
import type { Page, ValuePreview, ValueView } from './value-view.ts';

export interface PositionView {
  /** Oldest record kept, and newest (0 = none). */
  readonly first: number;
  readonly last: number;
  /** Times of these. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** More may come. */
  readonly isLive: boolean;
}

export type MarkKind =
  | 'failed'
  | 'timedOut'
  | 'retry'
  | 'violation'
  | 'rejected'
  | 'net'
  | 'blocked'
  | 'break';

/** A remarkable record. */
export interface TimeMark {
  readonly seq: number;
  readonly at: number;
  readonly kind: MarkKind;
  /** What happened in a few words: `Fetch e12: TypeError: …`, `NetPaused`. */
  readonly text: string;
  readonly epoch: EpochId | null;
  readonly node: string | null;
}

export interface TimebarView {
  readonly axis: 'seq' | 'time';
  /** Range that the buckets divide evenly, in numbers of records or in times. */
  readonly from: number;
  readonly to: number;
  /** Per bucket. `seqs`: the first record in it (or of a later one). */
  readonly records: readonly number[];
  readonly starts: readonly number[];
  readonly errors: readonly number[];
  readonly seqs: readonly number[];
  /** Errors and changes of the net's life, thinned where they are too many: `marksTotal` counts them. */
  readonly marks: readonly TimeMark[];
  readonly marksTotal: number;
}

export interface StepView {
  /** The record stepped to, and the last record of its action: the instant shown. */
  readonly seq: number;
  readonly at: number;
  /** The record itself; null before the first. */
  readonly record: HistoryRecord | null;
  /** Nothing lies beyond in this direction. */
  readonly isEnd: boolean;
}

// Epochs.

export type EpochWord =
  | 'startable'
  | 'running'
  /** Running, between two attempts. */
  | 'retrying'
  | 'finished'
  | 'failed'
  | 'timedOut'
  | 'cancelled';

export interface AttemptView {
  /** From 0. */
  readonly attempt: number;
  readonly start: number;
  readonly startSeq: number;
  /** Null: under way. */
  readonly end: number | null;
  readonly endSeq: number | null;
  readonly outcome: 'running' | 'finished' | 'failed' | 'timedOut' | 'cancelled';
  /** `TypeError: …`, where it failed. */
  readonly error: string | null;
}

/** An epoch as a row of the table, and as a bar of the timeline. */
export interface EpochRow {
  readonly epoch: EpochId;
  readonly node: string;
  readonly state: EpochWord;
  readonly condition: string;
  /** Opened, started (null: not yet), ended (null: not yet). */
  readonly opened: number;
  readonly openedSeq: number;
  readonly started: number | null;
  readonly startedSeq: number | null;
  readonly ended: number | null;
  readonly endedSeq: number | null;
  readonly inputs: number;
  readonly outputs: number;
  readonly attempts: readonly AttemptView[];
  /** The last error, or why it was cancelled. */
  readonly note: string | null;
}

export interface ErrorView {
  readonly attempt: number;
  readonly at: number;
  readonly seq: number;
  readonly name: string;
  readonly message: string;
  readonly code: string | null;
  /** Null where none was kept. */
  readonly stack: string | null;
}

export interface EpochDetail extends EpochRow {
  readonly at: number;
  readonly salvo: SalvoPackets;
  readonly sent: readonly SentSalvo[];
  readonly errors: readonly ErrorView[];
  /** The open dead letter of it. */
  readonly letter: string | null;
  /** What it recorded: draws, clock readings, values of lazy packets. */
  readonly recorded: Page<{
    readonly seq: number;
    readonly kind: string;
    readonly value: ValuePreview;
  }>;
  readonly log: Page<LogView>;
}

export interface EpochsView {
  readonly at: number;
  readonly epochs: Page<EpochRow>;
}

/** Bars of epochs that touch the window, by time of opening. */
export interface TimelineView {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly bars: Page<EpochRow>;
}

// Packets.

export interface PacketDetail {
  readonly trace: PacketTrace;
  readonly value: ValueView;
  /** Where it was at the instant asked for; null: not made yet, or ended. */
  readonly location: Location | null;
  readonly at: number;
}

// Messages.

export interface MessageView {
  /** Number of the action's record, and place among the action's messages, from 0: together they name it. */
  readonly seq: number;
  readonly index: number;
  readonly at: number;
  /** Addresses of actors; `kernel` = from outside of them. */
  readonly from: string;
  readonly to: string;
  /** Event type: `port.arrived`. */
  readonly type: string;
  /** Transitions that it took the receiver through, as in its chart. */
  readonly transitions: readonly number[];
}

export interface MessagesView {
  readonly from: number;
  readonly to: number;
  readonly messages: Page<MessageView>;
  /** False: the span was too long, and its end is left out. */
  readonly isWhole: boolean;
}

export interface MessageDetail extends MessageView {
  readonly event: ValuePreview;
}

// Logs and dead letters.

export interface LogView {
  /** Counts lines of the run, from 0: `logs` goes on after it. */
  readonly line: number;
  /** pino's: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
  readonly level: number;
  readonly time: number;
  readonly text: string;
  readonly node: string | null;
  readonly epoch: string | null;
  /** Further fields as one line of JSON; an error's stack stands in `stack`. */
  readonly fields: string;
  readonly stack: string | null;
}

export interface LogsView {
  readonly lines: readonly LogView[];
  /** Number of the last line that was looked at: `after` of the next question. */
  readonly last: number;
  /** Lines before the first of these were dropped: the run keeps the latest. */
  readonly isCut: boolean;
}

export interface LetterView {
  readonly id: string;
  readonly run: string;
  readonly node: string;
  readonly epoch: string;
  readonly condition: string;
  readonly outcome: 'failed' | 'timedOut' | 'violation';
  readonly at: number;
  readonly error: string;
  readonly attempts: number;
  readonly packets: number;
  /** Open: can be retried here and now. */
  readonly canRetry: boolean;
}

export interface LetterDetail extends LetterView {
  readonly errors: readonly {
    readonly name: string;
    readonly message: string;
    readonly stack: string;
    readonly at: number;
  }[];
  readonly values: readonly {
    readonly port: string;
    readonly packet: string;
    readonly value: ValueView;
  }[];
  readonly retryOf: readonly string[];
}

export type RecordView = ActionOrEvent & {
  /** The epoch and the node it is about, where it is about one. */
  readonly aboutEpoch: EpochId | null;
  readonly aboutNode: string | null;
};
type ActionOrEvent = Exclude<HistoryRecord, HeaderRecord>;

export interface RecordsView {
  readonly records: readonly RecordView[];
  /** Where to go on, in the direction asked for; null: nothing more. */
  readonly next: number | null;
}

// Break-points.

export type BreakPointOn =
  /** A packet comes to this port, `Node.port`: an input port, or sent from an output port. */
  | { readonly on: 'port'; readonly port: string }
  /** A node's statechart enters the state, such as `gate.saturated`, `service.failed`, or an epoch of it `epoch.failed`. */
  | { readonly on: 'state'; readonly node: string; readonly state: string }
  | {
      readonly on: 'event';
      readonly event: KernelEvent['event'];
      readonly node?: string | undefined;
    };

export interface BreakPoint {
  readonly id: string;
  readonly at: BreakPointOn;
  /** In words: what the net's pause gives as its reason. */
  readonly text: string;
  readonly hits: number;
  /** Record of the last hit; null = none. */
  readonly lastSeq: number | null;
}

/** What a command came to. */
export interface CommandResult {
  /** Last record when it was done. */
  readonly seq: number;
  /** In words: `p12 put at Clean.in`. */
  readonly text: string;
  /** Ids that were made. */
  readonly packet: string | null;
  readonly epoch: string | null;
}
