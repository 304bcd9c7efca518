/**
 * A run gone through again from its history, without any of its nodes.
 *
 * Owns: where the replay stands, and a kernel in exactly the state that the run's had there.
 * T1 an action is applied whole: the replay stands after an action and its events, never within.
 * T2 every answer of the kernel is held against the record, on every way that is gone.
 * T3 the state at a place is the same from wherever the replay came to it.
 */
import { NetrunError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import type { Flow } from '../../dsl/builder.ts';
import type { Answer } from '../../machines/action.ts';
import type { NetSpec } from '../../machines/spec.ts';
import { failureEvents } from '../epochs/recorded-error.ts';
import type { HistoryReader } from '../history/history.ts';
import {
  type ActionRecord,
  type EventRecord,
  type HeaderRecord,
  type HistoryRecord,
  actionOf,
} from '../history/record.ts';
import {
  type Kernel,
  type KernelOptions,
  type KernelSource,
  createKernel,
} from '../kernel/kernel.ts';
import { type KeptSnapshot, KeptSnapshots, type ReplayPlace } from './kept-snapshots.ts';
import { RecordCheck, type ReplayDifference, differenceError } from './record-check.ts';
import { RecordCursor, type RecordSource, recordSource } from './record-source.ts';
import { replayedSpec } from './replayed-spec.ts';
import { type RunState, runState } from './run-state.ts';
import { stateHash } from './state-hash.ts';

export interface ReplayOptions {
  /** The net to replay with, which must be the run's own: a Graph, or a flow. Default: the definition in the history's header. */
  readonly graph?: KernelSource | Flow;
  /** Default: `compiled`. */
  readonly engine?: NonNullable<KernelOptions['engine']>;
  /**
   * What to do where an answer is not the recorded one: `fail` throws NonDeterminismError at the first,
   * `report` goes on with the recorded actions and keeps the differences. Default: `fail`.
   */
  readonly onDifference?: 'fail' | 'report';
  /** Where a history begins that does not begin with the run. Default: before its first action. */
  readonly from?: ReplayStart;
}

/** A place in a history, with the state that the net had there. */
export interface ReplayStart {
  /** The last record, and the number of actions until there. */
  readonly seq: number;
  readonly actions: number;
  /** Of the net's kernel. */
  readonly snapshot: unknown;
}

/** What a replay came to. */
export interface ReplayResult {
  /** ULID of the run. */
  readonly run: string;
  /** Number of the last record gone through. */
  readonly seq: number;
  readonly actions: number;
  /** Those of them that were refused, then as now. */
  readonly rejected: number;
  readonly events: number;
  /** False where the last action was written down in part: the run was killed while it wrote. */
  readonly isWhole: boolean;
  /** `sha256-…` of the state there. */
  readonly stateHash: string;
  /** Those kept, earliest first, and how many there are in all. Empty with `onDifference: 'fail'`. */
  readonly differences: readonly ReplayDifference[];
  readonly differenceCount: number;
}

/** Before the first action. */
const start: ReplayPlace = { seq: 0, action: 0, actions: 0, rejected: 0, events: 0 };

export class Replay {
  readonly header: HeaderRecord;
  readonly spec: NetSpec;
  readonly #source: RecordSource;
  readonly #engine: KernelOptions;
  readonly #start: ReplayPlace;
  readonly #fails: boolean;
  readonly #snapshots = new KeptSnapshots(limits.replaySnapshotChars);
  readonly #differences: ReplayDifference[] = [];
  #differenceCount = 0;
  /** Records up to here were gone through before: their differences are told. */
  #judged = 0;
  #kernel: Kernel;
  #cursor: RecordCursor;
  #place: ReplayPlace;
  #isWhole = true;

  /**
   * Throws `HISTORY_INCOMPLETE` where the history does not begin with the run or has no definition,
   * `HISTORY_OTHER_DEFINITION`, `HISTORY_INVALID`, `ENGINE_UNAVAILABLE`.
   */
  constructor(history: RecordSource | HistoryReader, options: ReplayOptions = {}) {
    this.#source = recordSource(history);
    this.header = this.#source.header;
    this.spec = replayedSpec(this.header, options.graph);
    const { from } = options;
    this.#engine = {
      ...(options.engine === undefined ? {} : { engine: options.engine }),
      ...(from === undefined ? {} : { snapshot: from.snapshot }),
    };
    this.#fails = options.onDifference !== 'report';
    this.#start =
      from === undefined
        ? start
        : { ...start, seq: from.seq, action: from.seq, actions: from.actions };
    this.#place = this.#start;
    this.#kernel = createKernel(this.spec, this.#engine);
    this.#cursor = new RecordCursor(this.#source, this.seq + 1);
    this.#assertFromStart();
  }

  /** The kernel as it is here, to be looked at; the next step may be made by another one. */
  get kernel(): Kernel {
    return this.#kernel;
  }

  /** Number of the last record applied: that of an action's last event. 0 before the first action. */
  get seq(): number {
    return this.#place.seq;
  }

  /** Goes from here to the end, or to the action that `until` belongs to. Throws as `seek`. */
  verify(until: number = Number.POSITIVE_INFINITY): ReplayResult {
    this.#forward(until);
    return {
      run: this.header.run,
      seq: this.seq,
      actions: this.#place.actions,
      rejected: this.#place.rejected,
      events: this.#place.events,
      isWhole: this.#isWhole,
      stateHash: this.stateHash(),
      differences: [...this.#differences],
      differenceCount: this.#differenceCount,
    };
  }

  /**
   * Goes to the end of the action that record `seq` belongs to, forwards or back; 0 is before the first.
   * Throws `SEQ_NOT_FOUND`, NonDeterminismError.
   */
  seek(seq: number): this {
    this.approach(seq);
    this.#forward(seq);
    if (seq > this.seq) throw this.#notFound(seq);
    return this;
  }

  /**
   * Goes as near to record `seq` as the states go that are kept, back or forwards; nothing is applied. Throws
   * `SEQ_NOT_FOUND`.
   */
  approach(seq: number): this {
    if (!Number.isInteger(seq) || seq < this.#start.seq) throw this.#notFound(seq);
    const kept = this.#snapshots.before(seq);
    const isNearer = kept !== undefined && kept.place.seq > this.seq;
    if (seq < this.#place.action || isNearer) this.#jump(kept);
    return this;
  }

  /** The whole state of the net here. */
  state(): RunState {
    return runState(this.#kernel, this.spec, this.seq);
  }

  /** `sha256-…` of the state here: the same state has the same. */
  stateHash(): string {
    return stateHash(this.#kernel);
  }

  /**
   * The records from here on, one by one, with the events that the history left out; the replay goes
   * along, an action ahead of its events. Throws NonDeterminismError.
   */
  *records(): IterableIterator<ActionRecord | EventRecord> {
    for (let action = this.#peekAction(); action !== null; action = this.#peekAction()) {
      yield action;
      yield* this.#take(action);
    }
  }

  /** Gives up the files that the replay holds open. What it knows can still be asked. */
  close(): void {
    this.#cursor.close();
  }

  #forward(until: number): void {
    for (let action = this.#peekAction(); action !== null; action = this.#peekAction()) {
      if (action.seq > until) break;
      this.#take(action);
    }
  }

  /** To a state that is kept, or to the beginning. */
  #jump(kept: KeptSnapshot | undefined): void {
    this.#kernel = createKernel(this.spec, {
      ...this.#engine,
      ...(kept === undefined ? {} : { snapshot: JSON.parse(kept.text) as unknown }),
    });
    this.#place = kept?.place ?? this.#start;
    this.#cursor.close();
    this.#cursor = new RecordCursor(this.#source, this.seq + 1);
  }

  /** Applies an action, and holds what it gives against the records that follow. */
  #take(action: ActionRecord): Iterable<EventRecord> {
    this.#cursor.next();
    const answer = this.#apply(action);
    const check = new RecordCheck(action, this.#place.actions + 1, answer);
    let next = this.#cursor.peek();
    for (; next?.type === 'event'; next = this.#cursor.peek()) {
      check.see(next);
      this.#cursor.next();
    }
    const last = this.#endOf(check, action, next);
    this.#place = {
      seq: last,
      action: action.seq,
      actions: this.#place.actions + 1,
      rejected: this.#place.rejected + (answer.ok ? 0 : 1),
      events: this.#place.events + check.made,
    };
    this.#judge(check.difference);
    if (this.#snapshots.isDue(last)) {
      this.#snapshots.add({ place: this.#place, text: JSON.stringify(this.#kernel.snapshot()) });
    }
    return check.events();
  }

  /** A throw of the kernel is what it was in the run: the net's failure. */
  #apply(action: ActionRecord): Answer {
    try {
      return this.#kernel.apply(actionOf(action));
    } catch (thrown) {
      return { ok: true, events: failureEvents(thrown) };
    }
  }

  /** Number of the action's last record, by the record that comes next; at the end some may be missing. */
  #endOf(check: RecordCheck, action: ActionRecord, next: HistoryRecord | null): number {
    if (next !== null) {
      check.end(next.seq - action.seq - 1);
      return next.seq - 1;
    }
    const leavesOut = this.header.level === 'actions' && check.seen === 0;
    this.#isWhole = leavesOut || check.seen >= check.made;
    return action.seq + Math.max(check.made, check.seen);
  }

  #judge(difference: ReplayDifference | null): void {
    if (difference === null) return;
    if (this.#fails) throw differenceError(difference);
    if (difference.seq <= this.#judged) return;
    this.#judged = difference.seq;
    this.#differenceCount += 1;
    if (this.#differences.length < limits.replayDifferences) this.#differences.push(difference);
  }

  #peekAction(): ActionRecord | null {
    const record = this.#cursor.peek();
    if (record === null || record.type === 'action') return record;
    throw new NetrunError('HISTORY_INVALID', `record ${record.seq} belongs to no action`, {
      hint: 'The history was changed: an action comes before its events.',
    });
  }

  #assertFromStart(): void {
    const first = this.#cursor.peek();
    if (first === null || first.seq === this.seq + 1) return;
    throw new NetrunError(
      'HISTORY_INCOMPLETE',
      `the history of run ${this.header.run} begins at record ${first.seq}: what came before was dropped`,
      { hint: 'Keep it all: leave history_max_size out, or write a file with history_file.' },
    );
  }

  #notFound(seq: number): NetrunError {
    const last = this.#cursor.peek() === null ? `, and the last is ${this.seq}` : '';
    return new NetrunError('SEQ_NOT_FOUND', `the history has no record ${seq}${last}`, {
      hint: 'Records are numbered from 1; 0 is before the first.',
    });
  }
}
