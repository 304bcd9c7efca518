/**
 * The records of a history that is still being written, as they come.
 *
 * Owns: how far it has read, in which part. It reads whole lines only: what is half-written is read
 * when the rest is there, and what was rotated is read to its end before the next part is begun.
 */
import { statSync } from 'node:fs';
import { limits } from '../../limits.ts';
import { fileLines } from './file-lines.ts';
import { historyInvalid } from './history-errors.ts';
import { historyPath, partPath } from './history-parts.ts';
import { RecordUnreadable, parseRecord } from './record-line.ts';
import { RecordSequence } from './record-sequence.ts';
import type { HistoryRecord } from './record.ts';

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

export class HistoryTail {
  readonly #path: string;
  #part = 0;
  /** Bytes and lines of this part that have been read, and the format it is written in. */
  #bytes = 0;
  #lines = 0;
  #format = 0;
  #sequence: RecordSequence | null = null;

  /** Throws `HISTORY_UNREADABLE` where there is nothing at the path. */
  constructor(path: string) {
    this.#path = historyPath(path);
  }

  /**
   * What was written since the last time, without headers. Throws `HISTORY_INVALID` with file and line,
   * and what the file system throws.
   */
  *read(): IterableIterator<Exclude<HistoryRecord, { readonly type: 'header' }>> {
    for (;;) {
      // Asked before this part is read: what comes after is written when this one is whole.
      const goesOn = exists(partPath(this.#path, this.#part + 1));
      yield* this.#readPart();
      if (!goesOn) return;
      this.#part += 1;
      this.#bytes = 0;
      this.#lines = 0;
    }
  }

  *#readPart(): IterableIterator<Exclude<HistoryRecord, { readonly type: 'header' }>> {
    const file = partPath(this.#path, this.#part);
    for (const { text, garbled, end, ended } of fileLines(file, {
      maxBytes: limits.historyLineBytes,
      from: this.#bytes,
    })) {
      if (!ended) return;
      this.#lines += 1;
      if (text === null || garbled)
        throw historyInvalid(file, this.#lines, 'it is too long, or no text in UTF-8');
      const record = this.#parsed(file, text);
      this.#bytes = end;
      if (record.type !== 'header') yield record;
    }
  }

  #parsed(file: string, text: string): HistoryRecord {
    try {
      if (this.#lines > 1) return this.#checked(file, parseRecord(text, this.#format));
      const header = parseRecord(text);
      if (header.type !== 'header') throw new RecordUnreadable('its first line is no header');
      this.#format = (JSON.parse(text) as { readonly format: number }).format;
      this.#sequence ??= new RecordSequence(header.level);
      const why = this.#sequence.begin(header);
      if (why !== null) throw new RecordUnreadable(why);
      return header;
    } catch (error) {
      if (error instanceof RecordUnreadable) throw historyInvalid(file, this.#lines, error.message);
      throw error;
    }
  }

  #checked(file: string, record: HistoryRecord): HistoryRecord {
    const why = this.#sequence?.take(record) ?? null;
    if (why !== null) throw historyInvalid(file, this.#lines, why);
    return record;
  }
}
