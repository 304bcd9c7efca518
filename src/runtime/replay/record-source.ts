/** Where a replay gets records from: a history in memory or one in files. */
import type { HistoryReader } from '../history/history.ts';
import type { HeaderRecord, HistoryRecord } from '../history/record.ts';

/** Records of one run, oldest first. */
export interface RecordSource {
  readonly header: HeaderRecord;
  /** Records from number `from` (0: the header) on; what comes earlier may be given too, and is skipped. */
  records(from?: number): Iterable<HistoryRecord>;
}

/** A history in memory as a source; a source as it is. */
export function recordSource(history: RecordSource | HistoryReader): RecordSource {
  if ('records' in history) return history;
  return { header: history.header, records: (from = 0) => history.range(from) };
}

/** Records of a source one after the other, with a look at the next. */
export class RecordCursor {
  readonly #records: Iterator<HistoryRecord>;
  readonly #from: number;
  #ahead: HistoryRecord | null | undefined;

  /** Stands before the first record of number `from` or later. The header is left out. */
  constructor(source: RecordSource, from: number) {
    this.#from = Math.max(1, from);
    this.#records = source.records(this.#from)[Symbol.iterator]();
  }

  /** The next record, which stays the next; null at the end. */
  peek(): HistoryRecord | null {
    if (this.#ahead === undefined) this.#ahead = this.#read();
    return this.#ahead;
  }

  next(): HistoryRecord | null {
    const record = this.peek();
    this.#ahead = undefined;
    return record;
  }

  /** Gives up what the source holds open. */
  close(): void {
    this.#ahead = null;
    this.#records.return?.();
  }

  #read(): HistoryRecord | null {
    for (;;) {
      const read = this.#records.next();
      if (read.done === true) return null;
      if (read.value.seq >= this.#from) return read.value;
    }
  }
}
