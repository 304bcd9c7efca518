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
  /** Where the next row goes. */
  #end = 0;

  get end(): number {
    return this.#end;
  }

  /** Appends a row of at most `maxFields` integers, and says where it is. */
  push(kind: number, fields: readonly number[]): number {
    const length = fields.length + 2;
    const room = chunkSize - (this.#end % chunkSize);
    if (room < length) {
      this.#chunk(this.#end)[this.#end % chunkSize] = filler;
      this.#end += room;
    }
    const start = this.#end;
    const chunk = this.#chunk(start);
    let at = start % chunkSize;
    chunk[at++] = kind;
    chunk[at++] = length;
    for (const field of fields) chunk[at++] = field;
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
