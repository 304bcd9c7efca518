/**
 * The log of a run in files beside its history: a JSON line for each line, as it was written.
 *
 * L1 a line is with the system when it was handed over: a process that is killed has lost none. L2 what cannot be
 * read is a line too, which says so. L3 the files have a size that they do not go beyond: what was dropped for that
 * is said. L4 a line begins on a line of its own, whatever was cut short before it.
 */
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { limits } from '../../limits.ts';
import { asError } from '../errors.ts';
import { fileLines } from '../history/file-lines.ts';
import { LastLines } from './last-lines.ts';
import type { LogLine } from './logs.ts';

/** What it is called in the folder of a run. */
export const logName = 'log.jsonl';

/** Bytes of a line that are read at most. */
const lineBytes = 16 * 1024 * 1024;

const warnLevel = 40;

/** Where the lines are that came before those of the file. */
const olderPath = (path: string): string => path.replace(/(\.jsonl)?$/, '.1$1');

/** A regular file; undefined where there is none. */
function fileAt(path: string): { readonly ino: number; readonly size: number } | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true ? found : undefined;
}

/** A file that lines are appended to. */
class OpenFile {
  readonly #handle: number;
  #bytes: number;
  /** It ends within a line. */
  #isUnended: boolean;

  constructor(path: string) {
    this.#handle = openSync(path, 'a+');
    this.#bytes = fstatSync(this.#handle).size;
    const last = Buffer.alloc(1);
    this.#isUnended =
      this.#bytes > 0 &&
      readSync(this.#handle, last, 0, 1, this.#bytes - 1) === 1 &&
      last.toString() !== '\n';
  }

  get bytes(): number {
    return this.#bytes;
  }

  write(line: string): void {
    const bytes = Buffer.from(this.#isUnended ? `\n${line}` : line);
    for (let at = 0; at < bytes.length;) {
      const count = writeSync(this.#handle, bytes, at);
      if (count === 0) throw new Error('nothing can be written');
      at += count;
      this.#bytes += count;
      this.#isUnended = at < bytes.length;
    }
  }

  close(): void {
    closeSync(this.#handle);
  }
}

export class LogFileWriter {
  readonly #path: string;
  readonly #maxBytes: number;
  #file: OpenFile;

  /**
   * Goes on with the file where there is one; from `maxBytes` on with another one, beside which the one before is
   * kept. Throws what the file system throws.
   */
  constructor(path: string, maxBytes: number = limits.logFileBytes) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#file = new OpenFile(path);
  }

  /** A line with its end. Throws what the file system throws. */
  write(line: string): void {
    if (this.#file.bytes > 0 && this.#file.bytes + Buffer.byteLength(line) > this.#maxBytes)
      this.#beginAnother(line);
    this.#file.write(line);
  }

  close(): void {
    this.#file.close();
  }

  #beginAnother(line: string): void {
    const older = olderPath(this.#path);
    const dropped = fileAt(older)?.size ?? 0;
    renameSync(this.#path, older);
    const next = new OpenFile(this.#path);
    this.#file.close();
    this.#file = next;
    if (dropped === 0) return;
    const { time, run } = JSON.parse(line) as LogLine;
    const msg = `the log is longer than ${2 * this.#maxBytes} bytes: its oldest ${dropped} are dropped`;
    this.#file.write(`${JSON.stringify({ level: warnLevel, time, run, msg })}\n`);
  }
}

/** The lines of such files, numbered from 0; the last ones are kept, as of a net that runs. */
export class LogFile {
  readonly #path: string;
  readonly #linesOf: typeof fileLines;
  readonly #lines = new LastLines<LogLine>();
  /** The file that is read, and how far. */
  #ino: number | null = null;
  #bytes = 0;
  #failure = '';

  /** `linesOf` reads the lines of a file. */
  constructor(path: string, linesOf: typeof fileLines = fileLines) {
    this.#path = path;
    this.#linesOf = linesOf;
  }

  /** Whether there is a file by now. */
  get isThere(): boolean {
    return fileAt(this.#path) !== undefined;
  }

  get count(): number {
    return this.#lines.count;
  }

  get first(): number {
    return this.#lines.first;
  }

  line(number: number): LogLine | undefined {
    return this.#lines.line(number);
  }

  /** Reads the whole lines that were written since the last time, one after each `next`. */
  *read(): Generator<void> {
    try {
      yield* this.#read();
      this.#failure = '';
    } catch (error) {
      const { message } = asError(error);
      if (message === this.#failure) return;
      this.#failure = message;
      this.#lines.push(this.#saying(`${basename(this.#path)} cannot be read: ${message}`));
      yield;
    }
  }

  *#read(): Generator<void> {
    const current = fileAt(this.#path);
    if (current === undefined) return;
    if (current.ino !== this.#ino || current.size < this.#bytes) {
      const older = fileAt(olderPath(this.#path));
      if (older !== undefined && (this.#ino === null || older.ino === this.#ino))
        yield* this.#readOn(olderPath(this.#path), older.size);
      this.#ino = current.ino;
      this.#bytes = 0;
    }
    yield* this.#readOn(this.#path, current.size);
  }

  *#readOn(path: string, size: number): Generator<void> {
    if (size <= this.#bytes) return;
    for (const { text, end, ended } of this.#linesOf(path, {
      maxBytes: lineBytes,
      from: this.#bytes,
    })) {
      if (!ended) return;
      this.#bytes = end;
      this.#lines.push(text === null ? this.#unreadable('too long') : this.#parsed(text));
      yield;
    }
  }

  #parsed(text: string): LogLine {
    try {
      const line = JSON.parse(text) as LogLine | null;
      if (typeof line?.time === 'number' && typeof line.level === 'number') return line;
    } catch {
      // Said below.
    }
    return this.#unreadable('not a line of a log');
  }

  #unreadable(what: string): LogLine {
    return this.#saying(`line ${this.count + 1} of ${basename(this.#path)} is ${what}`);
  }

  #saying(msg: string): LogLine {
    const { time = 0, run = '' } = this.#lines.line(this.count - 1) ?? {};
    return { level: warnLevel, time, run, msg };
  }
}
