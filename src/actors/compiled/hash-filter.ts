/**
 * Hashes of which most others can be told apart: two bits of one word for each, so that one look says of
 * nearly every hash that is not there that it is not. Nothing is ever taken out.
 */

const bitsEach = 16;
const wordBits = 32;

export class HashFilter {
  readonly #words: Int32Array;
  #room: number;

  /** For so many: a power of two, or 0. */
  constructor(capacity: number) {
    this.#words = new Int32Array((capacity * bitsEach) / wordBits);
    this.#room = capacity;
  }

  /** With more it tells fewer apart. */
  get isFull(): boolean {
    return this.#room <= 0;
  }

  add(hash: number): void {
    const at = this.#wordOf(hash);
    this.#words[at] = (this.#words[at] ?? 0) | bitsOf(hash);
    this.#room--;
  }

  /** False = it was never added. */
  mayHave(hash: number): boolean {
    const bits = bitsOf(hash);
    return ((this.#words[this.#wordOf(hash)] ?? 0) & bits) === bits;
  }

  /** By the bits of the hash that the two in the word are not chosen by. */
  #wordOf(hash: number): number {
    return (hash >>> 10) & (this.#words.length - 1);
  }
}

const bitsOf = (hash: number): number => (1 << (hash & 31)) | (1 << ((hash >>> 5) & 31));
