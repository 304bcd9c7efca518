/**
 * Where two runs part: the first record that is not the same in both, times left aside.
 *
 * Two runs of one net on the same inputs do the same until a function acts differently, or until
 * something outside (a timer, a slow function) comes in another order.
 */
import type { BlockKind } from '../../machines/action.ts';
import type { HistoryReader } from '../history/history.ts';
import type { HeaderRecord, HistoryRecord } from '../history/record.ts';
import { firstDifference } from './first-difference.ts';
import { RecordCursor, type RecordSource, recordSource } from './record-source.ts';
import { replayedSpec } from './replayed-spec.ts';
import { withEvents } from './with-events.ts';

/** What a run had come to at its last record. */
export interface RunEnd {
  /** ULID. */
  readonly run: string;
  /** ISO time of its beginning. */
  readonly at: string;
  /** Number of its last record. */
  readonly lastSeq: number;
  readonly actions: number;
  /** The net's state by the last event that told of it; `created` where none did. */
  readonly state: 'created' | 'running' | 'blocked' | 'paused' | 'stopped' | 'failed';
  /** The kind of block that it is in, or was stopped in. */
  readonly blocked: BlockKind | null;
  readonly epochs: Readonly<
    Record<'opened' | 'finished' | 'failed' | 'timedOut' | 'cancelled', number>
  >;
  readonly packets: Readonly<Record<'created' | 'consumed' | 'destroyed', number>>;
}

/** Where the runs part: the record of each, or null where that run has none any more. */
export interface PartingPlace {
  readonly seq: number;
  /** JSON path within the records; `$` where only one run has a record. */
  readonly path: string;
  /** What is there; undefined where nothing is. */
  readonly left: unknown;
  readonly right: unknown;
  readonly leftRecord: HistoryRecord | null;
  readonly rightRecord: HistoryRecord | null;
}

export interface RunDiff {
  /** The runs are of the same net and did the same. */
  readonly same: boolean;
  /** The first difference of the nets themselves; null where they are the same or one has no definition. */
  readonly definitions: {
    readonly path: string;
    readonly left: unknown;
    readonly right: unknown;
  } | null;
  readonly parted: PartingPlace | null;
  readonly left: RunEnd;
  readonly right: RunEnd;
}

/** When things were done, and stacks, which name places on one machine. */
const leftAside: ReadonlySet<string> = new Set(['at', 'now', 'due', 'thrown']);
const andValues: ReadonlySet<string> = new Set([...leftAside, 'values']);

/** Values are held against each other where both runs recorded them. */
function recordsPart(left: HistoryRecord | null, right: HistoryRecord | null) {
  const both = left !== null && right !== null && 'values' in left && 'values' in right;
  return firstDifference(left ?? undefined, right ?? undefined, both ? leftAside : andValues);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Follows one run to its end. */
class RunFollower {
  readonly #header: HeaderRecord;
  #lastSeq = 0;
  #actions = 0;
  #state: RunEnd['state'] = 'created';
  #blocked: BlockKind | null = null;
  readonly #epochs: Writable<RunEnd['epochs']> = {
    opened: 0,
    finished: 0,
    failed: 0,
    timedOut: 0,
    cancelled: 0,
  };
  readonly #packets: Writable<RunEnd['packets']> = { created: 0, consumed: 0, destroyed: 0 };

  constructor(header: HeaderRecord) {
    this.#header = header;
  }

  see(record: HistoryRecord): void {
    this.#lastSeq = record.seq;
    if (record.type === 'action') this.#actions += 1;
    if (record.type !== 'event') return;
    switch (record.event) {
      case 'PacketCreated':
        this.#packets.created += 1;
        break;
      case 'PacketConsumed':
        this.#packets.consumed += 1;
        break;
      case 'PacketDestroyed':
        this.#packets.destroyed += 1;
        break;
      case 'EpochCreated':
        this.#epochs.opened += 1;
        break;
      case 'EpochFinished':
        this.#epochs.finished += 1;
        break;
      case 'EpochTimedOut':
        this.#epochs.timedOut += 1;
        break;
      case 'EpochCancelled':
        this.#epochs.cancelled += 1;
        break;
      case 'EpochFailed':
        if (record['final'] === true) this.#epochs.failed += 1;
        break;
      case 'NetBlocked':
        this.#enter('blocked', record['kind'] as BlockKind);
        break;
      case 'NetPaused':
        this.#enter('paused');
        break;
      case 'NetStopped':
        this.#enter('stopped', this.#blocked);
        break;
      case 'NetFailed':
        this.#enter('failed');
        break;
      case 'NetStarted':
      case 'NetResumed':
      case 'NetRecovered':
      case 'EpochStarted':
        if (this.#state !== 'stopped') this.#enter('running');
        break;
      default:
    }
  }

  end(): RunEnd {
    return {
      run: this.#header.run,
      at: this.#header.at,
      lastSeq: this.#lastSeq,
      actions: this.#actions,
      state: this.#state,
      blocked: this.#blocked,
      epochs: this.#epochs,
      packets: this.#packets,
    };
  }

  #enter(state: RunEnd['state'], blocked: BlockKind | null = null): void {
    this.#state = state;
    this.#blocked = blocked;
  }
}

function definitionsPart(left: HeaderRecord, right: HeaderRecord): RunDiff['definitions'] {
  const hash = left.spec_hash;
  if (hash !== null && hash === right.spec_hash) return null;
  if (left.definition === undefined || right.definition === undefined) {
    if (hash === null || right.spec_hash === null) return null;
    return { path: '$', left: hash, right: right.spec_hash };
  }
  return firstDifference(replayedSpec(left, undefined), replayedSpec(right, undefined));
}

/**
 * Goes through both histories, in bounded memory. When things were done is left aside: `at`, `now` and
 * when timers are due; so are the stacks of errors. Throws as reading either history does, and
 * `HISTORY_INVALID` for a header whose definition is none.
 */
export function diffRuns(
  left: RecordSource | HistoryReader,
  right: RecordSource | HistoryReader,
): RunDiff {
  const sources = [recordSource(left), recordSource(right)] as const;
  const definitions = definitionsPart(sources[0].header, sources[1].header);
  const [leftRun, rightRun] = sources.map((source) => new RunFollower(source.header)) as [
    RunFollower,
    RunFollower,
  ];
  const cursors = sources.map((source) => new RecordCursor(withEvents(source), 1)) as [
    RecordCursor,
    RecordCursor,
  ];
  let parted: PartingPlace | null = null;
  for (;;) {
    const [leftRecord, rightRecord] = [cursors[0].next(), cursors[1].next()];
    if (leftRecord === null && rightRecord === null) break;
    if (leftRecord !== null) leftRun.see(leftRecord);
    if (rightRecord !== null) rightRun.see(rightRecord);
    if (parted === null) {
      const seq = Math.min(leftRecord?.seq ?? Infinity, rightRecord?.seq ?? Infinity);
      const found = recordsPart(leftRecord, rightRecord);
      if (found !== null) parted = { seq, ...found, leftRecord, rightRecord };
    }
  }
  return {
    same: definitions === null && parted === null,
    definitions,
    parted,
    left: leftRun.end(),
    right: rightRun.end(),
  };
}
