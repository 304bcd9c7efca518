/** Where a replay gets records from: a history in memory or one in files. */
import type { HistoryReader } from '../history/history.ts';
import type { HeaderRecord, HistoryRecord } from '../history/record.ts';

/** Records of one run, oldest first. */
export interface RecordSource {
  readonly header: HeaderRecord;
  /** Records from number `from` (0: the header) on; what comes earlier may be given too, and is skipped. */
  records(from?: number): Iterable<HistoryRecord>;
  /** Of one that grows: number of its last record now. */
  lastSeq?(): number;
}

/** A history in memory as a source; a source as it is. */
export function recordSource(history: RecordSource | HistoryReader): RecordSource {
  if ('records' in history) return history;
  return {
    header: history.header,
    records: (from = 0) => history.range(from),
    lastSeq: () => history.lastSeq,
  };
}

/** Records of a source one after the other, with a look at the next; what a source grows by comes too. */
export class RecordCursor {
  readonly #source: RecordSource;
  #records: Iterator<HistoryRecord>;
  #from: number;
  #ahead: HistoryRecord | null | undefined;
  #isClosed = false;

  /** Stands before the first record of number `from` or later. The header is left out. */
  constructor(source: RecordSource, from: number) {
    this.#source = source;
    this.#from = Math.max(1, from);
    this.#records = source.records(this.#from)[Symbol.iterator]();
  }

  /** The next record, which stays the next; null at the end. */
  peek(): HistoryRecord | null {
    if (this.#ahead === undefined) this.#ahead = this.#read();
    else if (this.#ahead === null && this.#hasGrown()) {
      this.#records = this.#source.records(this.#from)[Symbol.iterator]();
      this.#ahead = this.#read();
    }
    return this.#ahead;
  }

  next(): HistoryRecord | null {
    const record = this.peek();
    this.#ahead = undefined;
    return record;
  }

  /** Gives up what the source holds open. */
  close(): void {
    this.#isClosed = true;
    this.#ahead = null;
    this.#records.return?.();
  }

  #hasGrown(): boolean {
    return !this.#isClosed && (this.#source.lastSeq?.() ?? 0) >= this.#from;
  }

  #read(): HistoryRecord | null {
    for (;;) {
      const read = this.#records.next();
      if (read.done === true) return null;
      if (read.value.seq < this.#from) continue;
      this.#from = read.value.seq + 1;
      return read.value;
    }
  }
}
