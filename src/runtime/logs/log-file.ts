/**
 * The log of a run in a file beside its history: a JSON line for each line, as it was written.
 *
 * L1 a line is with the system when it was handed over: a process that is killed has lost none. L2 what cannot be
 * read is a line too, which says so.
 */
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { fileLines } from '../history/file-lines.ts';
import { type LogLine, linesKept } from './logs.ts';

/** What it is called in the folder of a run. */
export const logName = 'log.jsonl';

/** Bytes of a line that are read at most. */
const lineBytes = 16 * 1024 * 1024;

const warnLevel = 40;

export class LogFileWriter {
  readonly #handle: number;

  /** Goes on with the file where there is one. Throws what the file system throws. */
  constructor(path: string) {
    this.#handle = openSync(path, 'a');
  }

  /** A line with its end. Throws what the file system throws. */
  write(line: string): void {
    writeSync(this.#handle, line);
  }

  close(): void {
    closeSync(this.#handle);
  }
}

/** The lines of such a file, numbered from 0; the last ones are kept, as of a net that runs. */
export class LogFile {
  readonly #path: string;
  #lines: LogLine[] = [];
  #dropped = 0;
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether there is a file by now. */
  get isThere(): boolean {
    return statSync(this.#path, { throwIfNoEntry: false })?.isFile() === true;
  }

  get count(): number {
    return this.#dropped + this.#lines.length;
  }

  get first(): number {
    return this.#dropped;
  }

  line(number: number): LogLine | undefined {
    return this.#lines[number - this.#dropped];
  }

  /** Reads the whole lines that were written since the last time, one after each `next`. */
  *read(): Generator<void> {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= this.#bytes) return;
    for (const { text, end, ended } of fileLines(this.#path, {
      maxBytes: lineBytes,
      from: this.#bytes,
    })) {
      if (!ended) return;
      this.#bytes = end;
      this.#lines.push(text === null ? this.#unreadable('too long') : this.#parsed(text));
      if (this.#lines.length > 2 * linesKept) {
        this.#dropped += this.#lines.length - linesKept;
        this.#lines = this.#lines.slice(-linesKept);
      }
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
    const { time = 0, run = '' } = this.#lines.at(-1) ?? {};
    const msg = `line ${this.count + 1} of ${basename(this.#path)} is ${what}`;
    return { level: warnLevel, time, run, msg };
  }
}
