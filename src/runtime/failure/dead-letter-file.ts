/**
 * The file that dead letters are appended to.
 *
 * Owns: what is still to be written. D1 nothing that stands in the file is changed; only the half of a
 * line that could not be written whole is cut off. D2 a line that cannot be written stays, and is tried
 * again with the next. D3 a failure of the file system is told, never thrown, once the file was opened.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { NetrunError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import type { DeadLetter } from './dead-letter.ts';
import { headerLine } from './dead-letter-lines.ts';
import { type DeadLetterScan, type SeenLetter, readDeadLetters } from './dead-letter-reading.ts';
import { asError, codeOf } from '../errors.ts';

/** Writes bytes to an open file, from an offset on; says how many were written. */
export type WriteBytes = (handle: number, bytes: Uint8Array, offset: number) => number;

const writeToDisk: WriteBytes = (handle, bytes, offset) => writeSync(handle, bytes, offset);

export class DeadLetterFile {
  readonly path: string;
  readonly #write: WriteBytes;
  readonly #pending: string[] = [];
  /** What is in the file ends within a line, and could not be cut off. */
  #unended = false;

  constructor(path: string, write: WriteBytes = writeToDisk) {
    this.path = path;
    this.#write = write;
  }

  /** Lines that could not be written yet. */
  get pending(): number {
    return this.#pending.length;
  }

  /**
   * Reads the open letters, oldest first, and cuts off a half-written last line; `seen` is told of all
   * that were ever open. Null where there is no file yet. Throws `DEAD_LETTER_FILE_INVALID`, and `DEAD_LETTER_FILE_UNUSABLE` where it can be
   * neither read nor written, or its folder not be made.
   */
  open(
    each: (letter: DeadLetter) => void,
    seen: (letter: SeenLetter) => void = () => undefined,
  ): DeadLetterScan | null {
    try {
      if (!existsSync(this.path)) {
        assertFolder(dirname(this.path));
        return null;
      }
      if (statSync(this.path).isDirectory()) throw new Error('it is a folder');
      accessSync(this.path, constants.R_OK | constants.W_OK);
      if (!statSync(this.path).isFile()) return null;
      const scan = readDeadLetters(this.path, each, seen);
      if (scan.half > 0) truncateSync(this.path, scan.end);
      this.#unended = scan.unended;
      return scan;
    } catch (cause) {
      if (cause instanceof NetrunError) throw cause;
      throw new NetrunError(
        'DEAD_LETTER_FILE_UNUSABLE',
        `the file of dead letters ${this.path} cannot be used: ${asError(cause).message}`,
        { cause, hint: 'Check dead_letter_path and the permissions of the file and its folder.' },
      );
    }
  }

  /** Appends a line, after those that could not be written before; what kept it from being written, or null. */
  append(line: string): Error | null {
    this.#pending.push(line);
    const failure = this.flush();
    if (this.#pending.length <= limits.deadLetters) return failure;
    this.#pending.shift();
    return new Error('too many lines could not be written: the oldest is given up', {
      cause: failure,
    });
  }

  /** Tries to write what could not be written. */
  flush(): Error | null {
    if (this.#pending.length === 0) return null;
    try {
      const handle = this.#opened();
      try {
        this.#writeAll(handle);
      } finally {
        closeSync(handle);
      }
      return null;
    } catch (thrown) {
      return asError(thrown);
    }
  }

  #opened(): number {
    try {
      return openSync(this.path, 'a');
    } catch (thrown) {
      if (codeOf(thrown) !== 'ENOENT') throw thrown;
      mkdirSync(dirname(this.path), { recursive: true });
      return openSync(this.path, 'a');
    }
  }

  #writeAll(handle: number): void {
    let written = 0;
    try {
      for (const line of this.#pending) {
        const { size } = fstatSync(handle);
        const before = size === 0 ? headerLine : this.#unended ? '\n' : '';
        this.#writeLine(handle, Buffer.from(before + line), size);
        this.#unended = false;
        written += 1;
      }
    } finally {
      this.#pending.splice(0, written);
    }
  }

  /** Writes a line whole; where that fails, takes back what of it was written. */
  #writeLine(handle: number, bytes: Uint8Array, size: number): void {
    let at = 0;
    try {
      while (at < bytes.length) {
        const count = this.#write(handle, bytes, at);
        if (count === 0) throw new Error('nothing can be written');
        at += count;
      }
    } catch (thrown) {
      if (at > 0) this.#takeBack(handle, size, at);
      throw thrown;
    }
  }

  #takeBack(handle: number, size: number, written: number): void {
    try {
      // What another process has appended meanwhile is not ours to cut off.
      if (fstatSync(handle).size !== size + written) throw new Error('the file has grown');
      ftruncateSync(handle, size);
    } catch {
      this.#unended = true;
    }
  }
}

/** Throws unless the folder is there, or can be made, and may be written to. */
function assertFolder(folder: string): void {
  let at = folder;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  if (!statSync(at).isDirectory()) throw new Error(`${at} is no folder`);
  accessSync(at, constants.W_OK);
}
