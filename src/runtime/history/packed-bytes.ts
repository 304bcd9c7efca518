/**
 * Rows of whole numbers in few bytes, one row after the other, in memory that the garbage collector does not look into.
 *
 * Owns: the chunks, and how a number is written: seven bits to a byte, the lowest first, all but the last byte
 * with their highest bit set. B1 a row is never split. B2 positions only grow; what lies before a position can be
 * given up, in whole chunks.
 */

/** Bytes of one chunk. */
const chunkSize = 1 << 16;

/** What a row begins with that is none: the rows go on in the next chunk. */
const elsewhere = 0;

/** Bytes of a row at most: what is longer is kept in another way. */
export const rowBytes = 1 << 12;

/** Numbers from here on do not fit; nor do the differences of two that are smaller, doubled, into more than 31 bits. */
export const tooLarge = 2 ** 30;

export class PackedBytes {
  readonly #chunks = new Map<number, Uint8Array>();
  #oldest = 0;
  /** The chunk that is being written, its number, and where its next byte goes. */
  #chunk = new Uint8Array(0);
  #number = -1;
  #at = 0;
  /** Where in the chunk the row begins. */
  #row = 0;

  /** Where the next byte goes. */
  get end(): number {
    return this.#number * chunkSize + this.#at;
  }

  /** Begins a row of at most `bytes` bytes, if not one that nothing was written of. Its first number must not be 0. */
  begin(bytes: number): void {
    if (this.#chunk.length - this.#at < bytes) {
      if (this.#at < this.#chunk.length) this.#chunk[this.#at] = elsewhere;
      this.#number += 1;
      this.#at = 0;
      this.#chunk = new Uint8Array(chunkSize);
      this.#chunks.set(this.#number, this.#chunk);
    }
    this.#row = this.#at;
  }

  /** Writes a number below 2^32. */
  put(number: number): void {
    const chunk = this.#chunk;
    let at = this.#at;
    let left = number;
    for (; left > 127; left >>>= 7) chunk[at++] = (left & 127) | 128;
    chunk[at++] = left;
    this.#at = at;
  }

  /** Writes a number of up to 53 bits. */
  putLarge(number: number): void {
    let left = number;
    for (; left >= tooLarge; left = Math.floor(left / 128))
      this.#chunk[this.#at++] = (left % 128) + 128;
    this.put(left);
  }

  /** Takes back what was written of the row. */
  takeBack(): void {
    this.#at = this.#row;
  }

  /** The bytes from a position on, in its chunk. */
  chunkAt(position: number): Uint8Array {
    const chunk = this.#chunks.get(Math.floor(position / chunkSize));
    if (chunk === undefined) throw new Error(`nothing is packed at ${position}`);
    return chunk;
  }

  /** Gives up the chunks that lie wholly before `position`. */
  dropBefore(position: number): void {
    for (; (this.#oldest + 1) * chunkSize <= position; this.#oldest += 1)
      this.#chunks.delete(this.#oldest);
  }
}

/** Reads what was packed, from a position on. */
export class ByteCursor {
  readonly #bytes: PackedBytes;
  #chunk: Uint8Array;
  #number: number;
  #at: number;

  constructor(bytes: PackedBytes, position: number) {
    this.#bytes = bytes;
    this.#chunk = bytes.chunkAt(position);
    this.#number = Math.floor(position / chunkSize);
    this.#at = position % chunkSize;
  }

  /** The first number of the next row. */
  begin(): number {
    if (this.#at === chunkSize || this.#chunk[this.#at] === elsewhere) {
      this.#number += 1;
      this.#at = 0;
      this.#chunk = this.#bytes.chunkAt(this.#number * chunkSize);
    }
    return this.take();
  }

  /** The next number of the row. */
  take(): number {
    let number = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#chunk[this.#at++] as number;
      if (byte < 128) return number + byte * scale;
      number += (byte - 128) * scale;
      scale *= 128;
    }
  }
}

/** Differences as numbers that are not negative: the smaller, the fewer bytes. */
export function zigzag(difference: number): number {
  return (difference << 1) ^ (difference >> 31);
}

/** As `zigzag`, of up to 52 bits. */
export function zigzagLarge(difference: number): number {
  return difference < 0 ? -2 * difference - 1 : 2 * difference;
}

/** The difference that either makes this of. */
export function unzigzag(number: number): number {
  return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
}
