/**
 * What is known of packets or epochs, by counter: a hash table that leaves nothing behind when its entries come and go.
 *
 *  C1  Finding, putting and removing take the same time whatever the table holds, on average.
 *  C2  Its size follows what it holds now, not what it ever held (G7).
 */

/** Entries that there is room for at least; a power of two, as every capacity. */
const smallest = 256;

export class CounterTable<T> {
  /** 0 where nothing is: no counter is 0. */
  #keys = new Float64Array(smallest);
  #values: (T | undefined)[] = Array.from({ length: smallest });
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(counter: number): T | undefined {
    return this.#values[this.#placeOf(counter)];
  }

  has(counter: number): boolean {
    return counter !== 0 && this.#keys[this.#placeOf(counter)] === counter;
  }

  /** Puts an entry, in place of one that is there. */
  set(counter: number, value: T): void {
    const at = this.#placeOf(counter);
    if (this.#keys[at] === 0) {
      if ((this.#size + 1) * 2 > this.#keys.length) {
        this.#resize(this.#keys.length * 2);
        this.set(counter, value);
        return;
      }
      this.#size += 1;
      this.#keys[at] = counter;
    }
    this.#values[at] = value;
  }

  delete(counter: number): void {
    if (this.#size === 0) return;
    const at = this.#placeOf(counter);
    if (this.#keys[at] === 0) return;
    this.#size -= 1;
    this.#close(at);
    if (this.#keys.length > smallest && this.#size * 16 < this.#keys.length) {
      this.#resize(this.#keys.length / 2);
    }
  }

  /** In order. */
  counters(): number[] {
    return Array.from(this.#keys.filter((key) => key !== 0)).sort((a, b) => a - b);
  }

  /** Where the counter is, or would be put. */
  #placeOf(counter: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    let at = home(counter, mask);
    for (let key = keys[at]; key !== counter && key !== 0; key = keys[at]) at = (at + 1) & mask;
    return at;
  }

  /** Entries that stand behind a place because it was taken move up. */
  #close(place: number): void {
    const [keys, values] = [this.#keys, this.#values];
    const mask = keys.length - 1;
    let free = place;
    for (let at = (free + 1) & mask; ; at = (at + 1) & mask) {
      const key = keys[at] ?? 0;
      if (key === 0) break;
      if (((at - home(key, mask)) & mask) < ((at - free) & mask)) continue;
      keys[free] = key;
      values[free] = values[at];
      free = at;
    }
    keys[free] = 0;
    values[free] = undefined;
  }

  #resize(capacity: number): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Float64Array(capacity);
    this.#values = Array.from({ length: capacity });
    for (let from = 0; from < keys.length; from++) {
      const key = keys[from] ?? 0;
      if (key === 0) continue;
      const at = this.#placeOf(key);
      this.#keys[at] = key;
      this.#values[at] = values[from];
    }
  }
}

/** Counters in a row are spread, so that no long row of entries has to be gone through. */
function home(counter: number, mask: number): number {
  const mixed = Math.imul(counter, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) & mask;
}
