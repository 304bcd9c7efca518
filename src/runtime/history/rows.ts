/**
 * Rows of integers, one after the other, in memory that the garbage collector does not look into.
 *
 * Owns: the chunks. R1 a row is never split; its first integer is its kind, its second its length.
 * R2 positions only grow; what lies before a position can be given up, in whole chunks.
 */

/** Integers of one chunk. */
const chunkSize = 1 << 16;

/** Kind of what fills the end of a chunk. */
const filler = -1;

/** A row's fields at most: what is longer is kept in another way. */
export const maxFields = 1024;

export class Rows {
  readonly #chunks = new Map<number, Int32Array>();
  #first = 0;
  /** The chunk of the last row. */
  #newest: Int32Array = new Int32Array(0);
  /** Where the next row goes. */
  #end = 0;

  get end(): number {
    return this.#end;
  }

  /** Appends a row of at most `maxFields` integers, and says where it is. */
  push(kind: number, fields: readonly number[]): number {
    const start = this.#begin(kind, fields.length);
    const chunk = this.#newest;
    let at = (start % chunkSize) + 2;
    for (let field = 0; field < fields.length; field++) chunk[at++] = fields[field] as number;
    return start;
  }

  /** Appends a row of `count` integers, at most five: the same as `push`, without a list. */
  put(kind: number, count: number, a: number, b = 0, c = 0, d = 0, e = 0): number {
    const start = this.#begin(kind, count);
    const chunk = this.#newest;
    const at = (start % chunkSize) + 2;
    chunk[at] = a;
    if (count > 1) chunk[at + 1] = b;
    if (count > 2) chunk[at + 2] = c;
    if (count > 3) chunk[at + 3] = d;
    if (count > 4) chunk[at + 4] = e;
    return start;
  }

  /** Room for a row: its place, with its kind and length written. */
  #begin(kind: number, fields: number): number {
    const length = fields + 2;
    const at = this.#end % chunkSize;
    if (at === 0) this.#newest = this.#chunk(this.#end);
    else if (chunkSize - at < length) {
      this.#newest[at] = filler;
      this.#end += chunkSize - at;
      this.#newest = this.#chunk(this.#end);
    }
    const start = this.#end;
    this.#newest[start % chunkSize] = kind;
    this.#newest[(start % chunkSize) + 1] = length;
    this.#end = start + length;
    return start;
  }

  /** The row at `position`, or the first after it; `fields` is a view, not to be kept. */
  read(position: number): {
    readonly kind: number;
    readonly fields: Int32Array;
    readonly next: number;
  } {
    const at = position % chunkSize;
    const chunk = this.#chunks.get(Math.floor(position / chunkSize));
    if (chunk === undefined) throw new Error(`no row at ${position}`);
    const kind = chunk[at] as number;
    if (kind === filler) return this.read(position - at + chunkSize);
    const length = chunk[at + 1] as number;
    return { kind, fields: chunk.subarray(at + 2, at + length), next: position + length };
  }

  /** Gives up the chunks that lie wholly before `position`. */
  dropBefore(position: number): void {
    for (; (this.#first + 1) * chunkSize <= position; this.#first += 1)
      this.#chunks.delete(this.#first);
  }

  #chunk(position: number): Int32Array {
    const number = Math.floor(position / chunkSize);
    let chunk = this.#chunks.get(number);
    if (chunk === undefined) {
      chunk = new Int32Array(chunkSize);
      this.#chunks.set(number, chunk);
    }
    return chunk;
  }
}

/** A list of numbers that grows at its end and is cut at its front. */
export class NumberColumn {
  #values = new Float64Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  /** Throws for a place outside the list. */
  at(index: number): number {
    if (index < 0 || index >= this.#length) throw new RangeError(`no number at ${index}`);
    return this.#values[index] as number;
  }

  /** Takes the first `count` numbers off. */
  cut(count: number): void {
    this.#values.copyWithin(0, count, this.#length);
    this.#length -= count;
  }
}
