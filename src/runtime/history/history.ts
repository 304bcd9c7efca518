/**
 * The history of a run in memory: every applied and rejected action and every event, in order.
 *
 * Owns: their representation. Actions stand in columns with the events each one led to; records are
 * made when somebody looks.
 * H1 sequence numbers have no gaps: the header is 0, an action comes before its events.
 * H2 what is dropped for `maxSize` is the oldest, an action always together with its events.
 */
import type { Action, Answer, KernelEvent, Rejection } from '../../machines/action.ts';
import {
  type ActionRecord,
  type EventRecord,
  type HeaderRecord,
  type HistoryRecord,
  actionRecord,
  eventRecord,
} from './record.ts';

export interface HistoryOptions {
  /** ULID of the run. */
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Records kept at most; null = all. */
  readonly maxSize: number | null;
}

/** What readers get: the records of a run, oldest first. */
export interface HistoryReader extends Iterable<HistoryRecord> {
  readonly header: HeaderRecord;
  /** Records kept, without the header. */
  readonly size: number;
  /** Sequence number of the oldest record kept and of the newest (0 = none yet). */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** The record with this number; undefined where there is none, or none any more. */
  get(seq: number): HistoryRecord | undefined;
  /** Records from `from` to `to`, both included. */
  range(from: number, to?: number): IterableIterator<HistoryRecord>;
  /** Records that `keep` holds for. */
  filter(keep: (record: HistoryRecord) => boolean): IterableIterator<HistoryRecord>;
  actions(): IterableIterator<ActionRecord>;
  events(): IterableIterator<EventRecord>;
  /** One line of JSON per record, the header first. */
  lines(): IterableIterator<string>;
}

const noEvents: readonly KernelEvent[] = [];

/** Dropped entries at the front before the columns are cut. */
const cutAt = 1024;

export class History implements HistoryReader {
  readonly header: HeaderRecord;
  readonly #maxSize: number | null;
  /** Columns: one entry per action. */
  readonly #actions: Action[] = [];
  readonly #events: (readonly KernelEvent[])[] = [];
  readonly #firstSeqs: number[] = [];
  readonly #times: number[] = [];
  readonly #rejections = new Map<number, Rejection>();
  /** Actions cut off the columns, and those at their front that are dropped but not yet cut off. */
  #cut = 0;
  #head = 0;
  #nextSeq = 1;

  constructor(options: HistoryOptions) {
    this.#maxSize = options.maxSize;
    this.header = {
      seq: 0,
      type: 'header',
      format: 1,
      run: options.run,
      at: new Date(options.at).toISOString(),
    };
  }

  /** Writes down an action and what came of it. `at` in milliseconds since 1970. */
  append(action: Action, answer: Answer, at: number): void {
    const events = answer.ok ? answer.events : noEvents;
    if (!answer.ok) this.#rejections.set(this.#cut + this.#actions.length, answer);
    this.#actions.push(action);
    this.#events.push(events);
    this.#firstSeqs.push(this.#nextSeq);
    this.#times.push(at);
    this.#nextSeq += 1 + events.length;
    if (this.#maxSize !== null) this.#dropOldest(this.#maxSize);
  }

  get size(): number {
    return this.#nextSeq - this.firstSeq;
  }

  get firstSeq(): number {
    return this.#firstSeqs[this.#head] ?? this.#nextSeq;
  }

  get lastSeq(): number {
    return this.#nextSeq - 1;
  }

  get(seq: number): HistoryRecord | undefined {
    if (seq === 0) return this.header;
    if (seq < this.firstSeq || seq >= this.#nextSeq) return undefined;
    return this.#record(this.#actionAt(seq), seq);
  }

  *range(from: number, to: number = this.lastSeq): IterableIterator<HistoryRecord> {
    if (from <= 0 && to >= 0) yield this.header;
    for (let seq = Math.max(from, this.firstSeq); seq <= to && seq < this.#nextSeq; seq++) {
      const record = this.get(seq);
      if (record === undefined) continue;
      yield record;
    }
  }

  *filter(keep: (record: HistoryRecord) => boolean): IterableIterator<HistoryRecord> {
    for (const record of this) if (keep(record)) yield record;
  }

  *actions(): IterableIterator<ActionRecord> {
    for (const record of this) if (record.type === 'action') yield record;
  }

  *events(): IterableIterator<EventRecord> {
    for (const record of this) if (record.type === 'event') yield record;
  }

  *lines(): IterableIterator<string> {
    for (const record of this) yield JSON.stringify(record);
  }

  *[Symbol.iterator](): IterableIterator<HistoryRecord> {
    yield* this.range(0);
  }

  /** The entry that the record `seq` belongs to, by binary search. */
  #actionAt(seq: number): number {
    let low = this.#head;
    let high = this.#firstSeqs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#firstSeqs[middle] as number) <= seq) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #record(entry: number, seq: number): HistoryRecord {
    const number = this.#cut + entry;
    const first = this.#firstSeqs[entry] as number;
    const at = new Date(this.#times[entry] as number).toISOString();
    const place = { seq, at, action: number + 1 };
    if (seq > first) {
      const event = this.#events[entry]?.[seq - first - 1] as KernelEvent;
      return eventRecord(place, seq - (number + 1), event);
    }
    const rejection = this.#rejections.get(number);
    if (rejection === undefined)
      return actionRecord(place, this.#actions[entry] as Action, undefined);
    const { ok: _, ...told } = rejection;
    return actionRecord(place, this.#actions[entry] as Action, told);
  }

  #dropOldest(maxSize: number): void {
    while (this.size > maxSize && this.#head < this.#actions.length) {
      this.#rejections.delete(this.#cut + this.#head);
      this.#head += 1;
    }
    if (this.#head < cutAt || this.#head * 2 < this.#actions.length) return;
    for (const column of [this.#actions, this.#events, this.#firstSeqs, this.#times]) {
      column.splice(0, this.#head);
    }
    this.#cut += this.#head;
    this.#head = 0;
  }
}
