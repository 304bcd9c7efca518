/**
 * The lines of a file, one after the other.
 *
 * R1 no more than one line is in memory at once, and none that is longer than the limit.
 */
import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';

export interface FileLine {
  /** Null where the line is too long. */
  readonly text: string | null;
  /** Its bytes are no text: what stands for them in `text` is not what was there. */
  readonly garbled: boolean;
  /** Offset in bytes of what comes after. */
  readonly end: number;
  /** The end of the line is there. */
  readonly ended: boolean;
}

export interface LineLimits {
  /** Bytes of a line at most. */
  readonly maxBytes: number;
  /** Offset in bytes of the first line that is wanted. Default: 0. */
  readonly from?: number;
  /** Offset in bytes that nothing is read beyond. Default: the end of the file. */
  readonly to?: number;
}

const chunkBytes = 256 * 1024;
const newline = 10;

/** Collects what stands between two ends of lines. */
class LineParts {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Adds bytes; `isLast` where the line ends with them, so that nothing has to be copied. */
  add(bytes: Buffer, isLast: boolean): void {
    this.length += bytes.length;
    if (this.length > this.#maxBytes) this.#parts = [];
    else this.#parts.push(isLast ? bytes : Buffer.from(bytes));
  }

  take(end: number, ended: boolean): FileLine {
    const isTooLong = this.length > this.#maxBytes;
    const [first, ...rest] = this.#parts;
    this.#parts = [];
    this.length = 0;
    if (isTooLong) return { text: null, garbled: false, end, ended };
    if (first === undefined) return { text: '', garbled: false, end, ended };
    const bytes = rest.length === 0 ? first : Buffer.concat([first, ...rest]);
    const text = bytes.toString('utf8');
    return { text, garbled: text.includes('\uFFFD') && !isUtf8(bytes), end, ended };
  }
}

/** The lines of a regular file. Throws what the file system throws. */
export function* fileLines(
  path: string,
  { maxBytes, from = 0, to = Infinity }: LineLimits,
): Generator<FileLine> {
  const handle = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(chunkBytes);
    const line = new LineParts(maxBytes);
    let offset = from;
    while (offset < to) {
      const count = readSync(handle, chunk, 0, Math.min(chunkBytes, to - offset), offset);
      if (count === 0) break;
      for (let at = 0; at < count;) {
        const found = chunk.indexOf(newline, at);
        const ended = found >= 0 && found < count;
        const stop = ended ? found : count;
        line.add(chunk.subarray(at, stop), ended);
        at = stop + 1;
        if (ended) yield line.take(offset + at, true);
      }
      offset += count;
    }
    if (line.length > 0) yield line.take(offset, false);
  } finally {
    closeSync(handle);
  }
}
