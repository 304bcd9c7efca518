/**
 * The history of a run in memory: every applied and rejected action and every event, in order.
 *
 * Owns: where each record stands among the packed rows; records are made when somebody looks.
 * H1 sequence numbers have no gaps: the header is 0, an action comes before its events.
 * H2 what is dropped for `maxSize` is the oldest, an action always together with its events.
 */
import type { Action, Answer, KernelEvent, Rejection } from '../../machines/action.ts';
import { Packing } from './packing.ts';
import { recordLine } from './record-line.ts';
import { NumberColumn } from './rows.ts';
import {
  type ActionRecord,
  type EventRecord,
  type HeaderRecord,
  type HistoryRecord,
  actionRecord,
  eventRecord,
  rejectionOf,
} from './record.ts';

export interface HistoryOptions {
  /** Makes the header, when it is first looked at. */
  readonly header: () => HeaderRecord;
  /** Records kept at most; null = all. */
  readonly maxSize: number | null;
  /** What was recorded elsewhere, before: default nothing. */
  readonly before?: HistoryStart;
}

/** What a history goes on after. */
export interface HistoryStart {
  /** Number of the last record, and how many actions there were. */
  readonly seq: number;
  readonly actions: number;
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
  readonly #makeHeader: () => HeaderRecord;
  #header: HeaderRecord | null = null;
  readonly #maxSize: number | null;
  readonly #packing = new Packing();
  /** Columns, one entry per action: the row of the action, after which those of its events come. */
  readonly #rows = new NumberColumn();
  readonly #firstSeqs = new NumberColumn();
  readonly #times = new NumberColumn();
  readonly #rejections = new Map<number, Rejection>();
  /** Actions cut off the columns, and those at their front that are dropped but not yet cut off. */
  #cut = 0;
  #head = 0;
  #nextSeq = 1;
  /** Where the last look-up ended: the next one is most often for the record after it. */
  #lastRead = { seq: 0, next: 0 };

  constructor(options: HistoryOptions) {
    this.#maxSize = options.maxSize;
    this.#makeHeader = options.header;
    this.#nextSeq = (options.before?.seq ?? 0) + 1;
    this.#cut = options.before?.actions ?? 0;
  }

  get header(): HeaderRecord {
    return (this.#header ??= this.#makeHeader());
  }

  /** Actions written down, also those whose records are dropped. */
  get actionCount(): number {
    return this.#cut + this.#rows.length;
  }

  /** Writes down an action and what came of it. `at` in milliseconds since 1970. */
  append(action: Action, answer: Answer, at: number): void {
    const events = answer.ok ? answer.events : noEvents;
    if (!answer.ok) this.#rejections.set(this.#cut + this.#rows.length, answer);
    this.#rows.push(
      answer.ok ? this.#packing.pushAction(action, at) : this.#packing.pushRefused(action),
    );
    this.#firstSeqs.push(this.#nextSeq);
    this.#times.push(at);
    for (const event of events) this.#packing.pushEvent(event);
    this.#nextSeq += 1 + events.length;
    if (this.#maxSize !== null) this.#dropOldest(this.#maxSize);
  }

  get size(): number {
    return this.#nextSeq - this.firstSeq;
  }

  get firstSeq(): number {
    return this.#head < this.#firstSeqs.length ? this.#firstSeqs.at(this.#head) : this.#nextSeq;
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
    for (const record of this) yield recordLine(record);
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
      if (this.#firstSeqs.at(middle) <= seq) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #record(entry: number, seq: number): HistoryRecord {
    const number = this.#cut + entry;
    const first = this.#firstSeqs.at(entry);
    const time = this.#times.at(entry);
    const place = { seq, at: new Date(time).toISOString(), action: number + 1 };
    if (seq > first) {
      const event = this.#packing.event(this.#rowOf(entry, seq));
      return eventRecord(place, seq - (number + 1), event);
    }
    const action = this.#packing.action(this.#rows.at(entry), time);
    const rejection = this.#rejections.get(number);
    return actionRecord(place, action, rejection && rejectionOf(rejection));
  }

  /** The row of an event: found from the one read before, or from its action's. */
  #rowOf(entry: number, seq: number): number {
    const last = this.#lastRead;
    let row = last.seq === seq - 1 ? last.next : this.#packing.next(this.#rows.at(entry));
    const from = last.seq === seq - 1 ? seq : this.#firstSeqs.at(entry) + 1;
    for (let at = from; at < seq; at++) row = this.#packing.next(row);
    this.#lastRead = { seq, next: this.#packing.next(row) };
    return row;
  }

  #dropOldest(maxSize: number): void {
    const before = this.#head;
    while (this.size > maxSize && this.#head < this.#rows.length) {
      this.#rejections.delete(this.#cut + this.#head);
      this.#head += 1;
    }
    if (this.#head > before) {
      const end =
        this.#head < this.#rows.length ? this.#rows.at(this.#head) : this.#packing.rows.end;
      this.#packing.forget(this.#rows.at(before), end);
    }
    if (this.#head < cutAt || this.#head * 2 < this.#rows.length) return;
    for (const column of [this.#rows, this.#firstSeqs, this.#times]) column.cut(this.#head);
    this.#cut += this.#head;
    this.#head = 0;
  }
}
