/**
 * A history in files, as it was when it was opened.
 *
 * Owns: where its parts end, and what at the end of the last one was cut off by a crash.
 * F1 no more than one record is in memory at once. F2 numbers of records and actions have no gaps and
 * every event follows its action; else reading ends in an error that names file and line. F3 reading
 * changes no file.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
} from 'node:fs';
import { limits } from '../../limits.ts';
import { fileLines } from './file-lines.ts';
import {
  historyFormatUnknown,
  historyInvalid,
  historyUnreadable,
  historyUnwritable,
} from './history-errors.ts';
import { historyParts, historyPath } from './history-parts.ts';
import { RecordUnreadable, parseRecord } from './record-line.ts';
import { RecordSequence } from './record-sequence.ts';
import type { HeaderRecord, HistoryRecord } from './record.ts';

/** What a crash left half-written at the end of a history. */
export interface HistoryRepair {
  /** The last part that holds whole records. */
  readonly file: string;
  /** Bytes of its whole records. */
  readonly keep: number;
  /** Bytes after them. */
  readonly cut: number;
  /** A part after it that was begun, without a whole header; null where there is none. */
  readonly removed: string | null;
  /** All of it in a sentence. */
  readonly notice: string;
}

/** Where a history ends, for whoever goes on with it. */
export interface HistoryEnd {
  /** Path of part 0. */
  readonly path: string;
  readonly header: HeaderRecord;
  /** The last part that holds whole records: its number, and the bytes of them. */
  readonly part: number;
  readonly bytes: number;
  /** The format that it is written in. */
  readonly format: number;
  /** Number of the next record. */
  readonly nextSeq: number;
  /** Actions recorded. */
  readonly actions: number;
}

interface Part {
  readonly file: string;
  readonly header: HeaderRecord;
  /** The format that the file is written in. */
  readonly format: number;
  /** Bytes of whole lines. */
  readonly bytes: number;
}

/** A place between two records. */
interface Mark {
  readonly part: number;
  /** The line before it, and where that ends in bytes. */
  readonly line: number;
  readonly byte: number;
  /** Number of the record after it, and of actions before it. */
  readonly next: number;
  readonly actions: number;
}

/** Records between two places that are noted. */
const recordsPerMark = 2048;

const tailBytes = 64 * 1024;
const newline = 10;

/** Bytes of a file, and of its whole lines. */
function wholeLines(file: string): { readonly size: number; readonly whole: number } {
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const chunk = Buffer.alloc(tailBytes);
    for (let end = size; end > 0; end -= tailBytes) {
      if (size - end > limits.historyLineBytes)
        throw historyInvalid(
          file,
          null,
          `its end is no line of at most ${limits.historyLineBytes} bytes`,
        );
      const from = Math.max(0, end - tailBytes);
      const count = readSync(handle, chunk, 0, end - from, from);
      const found = chunk.subarray(0, count).lastIndexOf(newline);
      if (found >= 0) return { size, whole: from + found + 1 };
    }
    return { size, whole: 0 };
  } finally {
    closeSync(handle);
  }
}

function parsed(file: string, line: number, text: string, format?: number): HistoryRecord {
  try {
    return parseRecord(text, format);
  } catch (error) {
    if (!(error instanceof RecordUnreadable)) throw error;
    if (error.isNewer) throw historyFormatUnknown(file, error.message);
    throw historyInvalid(file, line, error.message);
  }
}

/** The lines of a part that are whole, from a place on: the line before it, and where that ends. */
function* linesOf(
  file: string,
  bytes: number,
  { line: before, byte }: { readonly line: number; readonly byte: number } = { line: 0, byte: 0 },
): Generator<readonly [line: number, text: string, end: number]> {
  let line = before;
  const reading = { maxBytes: limits.historyLineBytes, from: byte, to: bytes };
  for (const { text, garbled, end } of fileLines(file, reading)) {
    line += 1;
    if (text === null)
      throw historyInvalid(file, line, `it is longer than ${limits.historyLineBytes} bytes`);
    if (garbled) throw historyInvalid(file, line, 'it is no text in UTF-8');
    yield [line, text, end];
  }
}

function openPart(file: string, number: number, bytes: number): Part {
  for (const [line, text] of linesOf(file, bytes)) {
    const header = parsed(file, line, text);
    if (header.type !== 'header') throw historyInvalid(file, line, 'its first line is no header');
    if (header.part !== number)
      throw historyInvalid(file, line, `it is part ${header.part}, in the place of part ${number}`);
    if ((header.first_seq === undefined) !== (number === 0))
      throw historyInvalid(file, line, 'first_seq belongs to every part but the first');
    return { file, header, format: (JSON.parse(text) as { format: number }).format, bytes };
  }
  throw historyInvalid(file, 1, 'it has no whole header: nothing was recorded');
}

function noticeOf({ file, cut, removed }: Omit<HistoryRepair, 'notice'>): string {
  const notes = [
    ...(cut === 0 ? [] : [`the last line of ${file} is half-written: ${cut} bytes are no record`]),
    ...(removed === null ? [] : [`${removed} was only begun: it holds nothing, and is left out`]),
  ];
  return notes.join('; ');
}

/** The parts of a history, the header of each read, and what was half-written at their end. */
function openParts(path: string): { parts: readonly Part[]; repair: HistoryRepair | null } {
  const files = [...historyParts(path)];
  let removed: string | null = null;
  let last = files.at(-1) as string;
  let { size, whole } = wholeLines(last);
  if (whole === 0 && files.length > 1) {
    removed = last;
    files.pop();
    last = files.at(-1) as string;
    ({ size, whole } = wholeLines(last));
  }
  const parts = files.map((file, number) => {
    if (file === last) return openPart(file, number, whole);
    const ends = wholeLines(file);
    if (ends.size === ends.whole) return openPart(file, number, ends.whole);
    throw historyInvalid(
      file,
      null,
      'its last line is half-written, although another part follows',
    );
  });
  const found = { file: last, keep: whole, cut: size - whole, removed };
  const isWhole = found.cut === 0 && removed === null;
  return { parts, repair: isWhole ? null : { ...found, notice: noticeOf(found) } };
}

/** Throws unless the parts are of one run, each beginning after the one before. */
function assertTogether(parts: readonly Part[]): void {
  for (const [at, { file, header }] of parts.entries()) {
    const before = parts[at - 1];
    if (before === undefined) continue;
    if (header.run !== before.header.run)
      throw historyInvalid(file, 1, `it is of run ${header.run}, not of ${before.header.run}`);
    if (header.level !== before.header.level)
      throw historyInvalid(file, 1, `its level is not that of the part before`);
    if ((header.first_seq ?? 1) < (before.header.first_seq ?? 1))
      throw historyInvalid(file, 1, 'it begins before the part before it');
  }
}

export class RecordedHistory {
  /** Path of part 0. */
  readonly path: string;
  /** What a crash left half-written, which is not read; null where there is nothing. */
  readonly repair: HistoryRepair | null;
  readonly #parts: readonly Part[];
  /** Places that were come by, in order: reading can begin there. */
  readonly #marks: Mark[] = [];
  #nextMark = recordsPerMark;

  /** For `openHistory`. */
  constructor(path: string) {
    this.path = path;
    try {
      const { parts, repair } = openParts(path);
      this.#parts = parts;
      this.repair = repair;
    } catch (error) {
      throw historyUnreadable(path, error);
    }
    assertTogether(this.#parts);
  }

  get header(): HeaderRecord {
    return this.#part(0).header;
  }

  /** Paths of the files, in order. */
  get files(): readonly string[] {
    return this.#parts.map(({ file }) => file);
  }

  /**
   * The records in order, the header first; `from` is the number of the first that is wanted. Throws
   * `HISTORY_INVALID` with file and line at the first that is none, `HISTORY_UNREADABLE`.
   */
  *records(from = 0): Generator<HistoryRecord> {
    if (from <= 0) yield this.header;
    const start = this.#parts.findLastIndex(({ header }) => (header.first_seq ?? 0) <= from);
    const sequence = new RecordSequence(this.header.level);
    let mark = this.#marks.findLast(({ next }) => next <= from);
    if (mark !== undefined && mark.part >= start) sequence.resume(mark);
    else mark = undefined;
    for (let part = mark?.part ?? Math.max(0, start); part < this.#parts.length; part++) {
      for (const record of this.#recordsOf(part, sequence, mark))
        if (record.seq >= from) yield record;
      mark = undefined;
    }
  }

  /** Where the history ends. Throws as `records`. */
  end(): HistoryEnd {
    const last = this.#part(this.#parts.length - 1);
    const sequence = this.#lastSequence();
    return {
      path: this.path,
      header: this.header,
      part: this.#parts.length - 1,
      bytes: last.bytes,
      format: last.format,
      nextSeq: Math.max(1, sequence.next),
      actions: sequence.actions,
    };
  }

  /** What comes after the last record: from the last place that was come by, else from the last part with an action. */
  #lastSequence(): RecordSequence {
    const { level } = this.header;
    let sequence = new RecordSequence(level);
    const mark = this.#marks.at(-1);
    if (mark !== undefined) {
      sequence.resume(mark);
      this.#readOn(mark.part, sequence, mark);
      return sequence;
    }
    for (let at = this.#parts.length - 1; at >= 0 && sequence.actions === 0; at--) {
      sequence = new RecordSequence(level);
      this.#readOn(at, sequence);
    }
    return sequence;
  }

  #readOn(from: number, sequence: RecordSequence, mark?: Mark): void {
    for (let part = from; part < this.#parts.length; part++) {
      const start = part === from ? mark : undefined;
      for (const _ of this.#recordsOf(part, sequence, start)) continue;
    }
  }

  #part(number: number): Part {
    const part = this.#parts[number];
    if (part === undefined) throw new Error(`no part ${number}`);
    return part;
  }

  *#recordsOf(part: number, sequence: RecordSequence, mark?: Mark): Generator<HistoryRecord> {
    const { file, format, bytes, header } = this.#part(part);
    try {
      for (const [line, text, byte] of linesOf(file, bytes, mark)) {
        if (line === 1) {
          const why = sequence.begin(header);
          if (why !== null) throw historyInvalid(file, line, why);
          continue;
        }
        const record = parsed(file, line, text, format);
        const why = sequence.take(record);
        if (why !== null) throw historyInvalid(file, line, why);
        const { next, actions } = sequence;
        if (next >= this.#nextMark) this.#mark({ part, line, byte, next, actions });
        yield record;
      }
    } catch (error) {
      throw historyUnreadable(file, error);
    }
  }

  /** Notes a place further on than all before. */
  #mark(mark: Mark): void {
    this.#marks.push(mark);
    this.#nextMark = mark.next + recordsPerMark;
  }
}

/**
 * Opens the history at a path: its first file, or the folder that has it as `history.jsonl`. Nothing is
 * changed. Throws `HISTORY_UNREADABLE`, `HISTORY_INVALID`, `HISTORY_FORMAT_UNKNOWN`.
 */
export function openHistory(path: string): RecordedHistory {
  return new RecordedHistory(historyPath(path));
}

/**
 * Cuts off what a crash left half-written, and says what it was; null where there was nothing. Nobody
 * may be writing the history. Throws as `openHistory`, and `HISTORY_UNWRITABLE`.
 */
export function repairHistory(path: string): HistoryRepair | null {
  const { repair } = openHistory(path);
  if (repair === null) return null;
  try {
    if (repair.removed !== null) rmSync(repair.removed);
    const handle = openSync(repair.file, 'r+');
    try {
      ftruncateSync(handle, repair.keep);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (cause) {
    throw historyUnwritable(repair.file, cause);
  }
  return repair;
}
