/** What the inspector looks at: a run that goes on in this process, or one that is in files. */
import type { Graph } from '../../dsl/graph.ts';
import type { NetSpec } from '../../machines/spec.ts';
import type { EpochCounts } from '../drive/tally.ts';
import type { DeadLetter } from '../failure/dead-letter.ts';
import type { HistoryReader } from '../history/history.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { LogLine } from '../logs/logs.ts';
import type { ReplayStart } from '../replay/replay.ts';
import type { Asked } from './protocol.ts';
import type { BreakPoint, CommandResult } from './history-view.ts';

/** A value as it is found: itself, or why there is none. */
export type FoundValue =
  | { readonly state: 'found'; readonly value: unknown }
  | { readonly state: 'lazy' }
  | { readonly state: 'gone' | 'unrecorded' | 'unreadable'; readonly why: string };

/** The lines of a log, numbered from 0 as they were written. */
export interface LogSource {
  /** Lines ever written. */
  readonly count: number;
  /** Number of the oldest that is kept. */
  readonly first: number;
  line(number: number): LogLine | undefined;
}

/** What only a net of this process has. */
export interface Controls {
  run(command: Asked<'command'>['command']): Promise<CommandResult>;
  set(at: Asked<'breakSet'>['at']): BreakPoint;
  clear(id: string): void;
  breaks(): readonly BreakPoint[];
  /** Told when a break-point is hit, with the record that did it; the function returned ends it. */
  onBreak(listener: (hit: BreakPoint, seq: number) => void): () => void;
  /** Told of all that are set, when one is set or cleared; the function returned ends it. */
  onBreaks(listener: (breaks: readonly BreakPoint[]) => void): () => void;
}

export interface WatchedRun {
  readonly source: 'live' | 'following' | 'recorded';
  /** File name of the definition or of the history; empty where there is neither. */
  readonly title: string;
  /** What whoever looks should know of what is shown; null: nothing. */
  readonly notice: string | null;
  readonly spec: NetSpec;
  readonly graph: Graph;
  /** In memory; it grows. */
  readonly history: HistoryReader;
  /** As it stands after the last record of the history; nothing is applied to it here. */
  readonly kernel: Kernel;
  /** Another process goes on with it: the kernel does not know. */
  readonly isSuspended: boolean;
  /** Nothing comes any more. */
  readonly isOver: boolean;
  /** Values injected that wait outside for a slot, by `Node.port`. */
  waitingInputs(): ReadonlyMap<string, number>;
  /** What has become of a node's epochs until now, where that is counted; null: it stands in the history alone. */
  ended(node: string): EpochCounts | null;
  /** Brings the history and the kernel to where the run is now. */
  settle(): void;
  /** Where going back ends, for a history that does not begin with the run; null: it does. */
  start(): ReplayStart | null;
  /** Null where that is not known. */
  hasFunction(node: string): boolean | null;
  /** The value of a packet that the action of record `seq` made as its `index`-th; a lazy one is not made. */
  value(packet: string, seq: number, index: number): FoundValue;
  readonly hasValues: boolean;
  /** The stack of what an attempt threw, which the action of record `seq` tells of; undefined where none was kept. */
  thrown(seq: number, epoch: string, attempt: number): string | undefined;
  /** Null where there is none to be had. */
  readonly logs: LogSource | null;
  letters(): readonly DeadLetter[];
  readonly controls: Controls | null;
  /** Nobody looks any more. */
  close(): void;
}
