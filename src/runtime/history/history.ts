/**
 * The history of a run in memory: every applied and rejected action and every event, in order.
 *
 * Owns: where records stand among the packed rows, block by block; records are made when somebody looks.
 * H1 sequence numbers have no gaps: the header is 0, an action comes before its events.
 * H2 what is dropped for `maxSize` is the oldest, an action always together with its events.
 */
import type { Action, Answer, KernelEvent, Rejection } from '../../machines/action.ts';
import { Packing, hasRowFor } from './packing.ts';
import { recordLine } from './record-line.ts';
import { NumberColumn } from './number-column.ts';
import {
  type ActionRecord,
  type EventRecord,
  type HeaderRecord,
  type HistoryRecord,
  actionRecord,
  eventRecord,
  rejectionOf,
} from './record.ts';
import { Unpacking } from './unpacking.ts';

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

/** A row as it was read: its action's number, from 0, and time. */
interface Row {
  readonly number: number;
  readonly time: number;
  readonly content: ReturnType<Unpacking['read']>;
}

/** A block as far as it was read: the next look-up is most often for the record after. */
interface Block {
  readonly firstSeq: number;
  readonly reader: Unpacking;
  readonly rows: Row[];
  nextAction: number;
}

/** Records after which the next action begins a block: from there on rows are read. */
const blockSize = 128;

/** Dropped entries at the front before a column is cut. */
const cutAt = 1024;

export class History implements HistoryReader {
  readonly #makeHeader: () => HeaderRecord;
  #header: HeaderRecord | null = null;
  readonly #maxSize: number | null;
  readonly #packing = new Packing();
  /** Columns, one entry per block: where its rows begin, its first record and action, and what was kept before. */
  readonly #marks = new NumberColumn();
  readonly #firstSeqs = new NumberColumn();
  readonly #firstActions = new NumberColumn();
  readonly #keptBefore = new NumberColumn();
  /** Refused actions and times that no row can have, by the number of their action from 0. */
  readonly #rejections = new Map<number, Rejection>();
  readonly #oddTimes = new Map<number, number>();
  /** Where the records are dropped: how many each of the actions has that are kept, from `#head` on. */
  readonly #sizes = new NumberColumn();
  #head = 0;
  #droppedActions: number;
  #firstSeq: number;
  #actions: number;
  #nextSeq: number;
  /** The block that was looked at last, as far as it was read. */
  #read: Block | null = null;

  constructor(options: HistoryOptions) {
    this.#maxSize = options.maxSize;
    this.#makeHeader = options.header;
    this.#nextSeq = (options.before?.seq ?? 0) + 1;
    this.#firstSeq = this.#nextSeq;
    this.#actions = options.before?.actions ?? 0;
    this.#droppedActions = this.#actions;
  }

  get header(): HeaderRecord {
    return (this.#header ??= this.#makeHeader());
  }

  /** Actions written down, also those whose records are dropped. */
  get actionCount(): number {
    return this.#actions;
  }

  /** Writes down an action and what came of it. `at` in milliseconds since 1970. */
  append(action: Action, answer: Answer, at: number): void {
    const blocks = this.#firstSeqs.length;
    if (blocks === 0 || this.#nextSeq - this.#firstSeqs.at(blocks - 1) >= blockSize) this.#begin();
    const events = answer.ok ? answer.events : noEvents;
    if (answer.ok) this.#packing.pushAction(action, at);
    else {
      this.#rejections.set(this.#actions, answer);
      this.#packing.pushKept(action, at);
    }
    if (!hasRowFor(at)) this.#oddTimes.set(this.#actions, at);
    for (let event = 0; event < events.length; event++)
      this.#packing.pushEvent(events[event] as KernelEvent);
    this.#actions += 1;
    this.#nextSeq += 1 + events.length;
    if (this.#maxSize === null) return;
    this.#sizes.push(1 + events.length);
    this.#dropOldest(this.#maxSize);
  }

  get size(): number {
    return this.#nextSeq - this.#firstSeq;
  }

  get firstSeq(): number {
    return this.#firstSeq;
  }

  get lastSeq(): number {
    return this.#nextSeq - 1;
  }

  get(seq: number): HistoryRecord | undefined {
    if (seq === 0) return this.header;
    if (seq < this.#firstSeq || seq >= this.#nextSeq || !Number.isInteger(seq)) return undefined;
    return this.#record(seq);
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

  /** The next action begins a block. */
  #begin(): void {
    this.#marks.push(this.#packing.mark());
    this.#firstSeqs.push(this.#nextSeq);
    this.#firstActions.push(this.#actions);
    this.#keptBefore.push(this.#packing.keptCount);
  }

  #record(seq: number): HistoryRecord {
    const { number, time, content } = this.#row(seq);
    const place = { seq, at: new Date(time).toISOString(), action: number + 1 };
    if ('event' in content) return eventRecord(place, seq - (number + 1), content.event);
    const rejection = this.#rejections.get(number);
    return actionRecord(place, content.action, rejection && rejectionOf(rejection));
  }

  #row(seq: number): Row {
    const known = this.#read?.rows[seq - this.#read.firstSeq];
    if (known !== undefined) return known;
    const block = this.#blockOf(seq);
    while (block.rows.length <= seq - block.firstSeq) this.#readRow(block);
    return block.rows[seq - block.firstSeq] as Row;
  }

  /** The block of a record, nothing of it read yet unless it was looked at last; by binary search. */
  #blockOf(seq: number): Block {
    let low = 0;
    let high = this.#firstSeqs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#firstSeqs.at(middle) <= seq) low = middle;
      else high = middle - 1;
    }
    const firstSeq = this.#firstSeqs.at(low);
    if (this.#read?.firstSeq === firstSeq) return this.#read;
    const reader = new Unpacking(this.#packing, this.#marks.at(low));
    this.#read = { firstSeq, reader, rows: [], nextAction: this.#firstActions.at(low) };
    return this.#read;
  }

  #readRow(block: Block): void {
    const content = block.reader.read();
    if ('action' in content) block.nextAction += 1;
    const number = block.nextAction - 1;
    const time = this.#oddTimes.get(number) ?? block.reader.time;
    block.rows.push({ number, time, content });
  }

  #dropOldest(maxSize: number): void {
    while (this.size > maxSize && this.#head < this.#sizes.length) {
      this.#rejections.delete(this.#droppedActions);
      this.#oddTimes.delete(this.#droppedActions);
      this.#firstSeq += this.#sizes.at(this.#head);
      this.#droppedActions += 1;
      this.#head += 1;
    }
    if (this.#head < cutAt || this.#head * 2 < this.#sizes.length) return;
    this.#sizes.cut(this.#head);
    this.#head = 0;
    this.#dropBlocks();
  }

  /** Gives up the blocks of which nothing is kept. */
  #dropBlocks(): void {
    let gone = 0;
    while (gone + 1 < this.#firstSeqs.length && this.#firstSeqs.at(gone + 1) <= this.#firstSeq)
      gone += 1;
    if (gone === 0) return;
    for (const column of [this.#marks, this.#firstSeqs, this.#firstActions, this.#keptBefore])
      column.cut(gone);
    this.#packing.forget(this.#marks.at(0), this.#keptBefore.at(0));
  }
}
