/** A list of numbers that grows at its end and is cut at its front, in memory that the garbage collector does not look into. */

export class NumberColumn {
  #values = new Float64Array(64);
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
