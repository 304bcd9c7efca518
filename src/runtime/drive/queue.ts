/**
 * First in, first out, for what comes and goes all the time: places are used again, and nothing is left in one
 * that is free.
 */

/** Free places at the front from which on they are given up. */
const cutAt = 1024;

export class Queue<T> {
  #items: (T | undefined)[] = [];
  /** The items are those from here to `#tail`. */
  #head = 0;
  #tail = 0;

  get size(): number {
    return this.#tail - this.#head;
  }

  put(item: T): void {
    this.#items[this.#tail] = item;
    this.#tail += 1;
  }

  /** The item that came first; undefined where there is none. */
  first(): T | undefined {
    return this.#items[this.#head];
  }

  /** Takes the item that came first. */
  take(): T | undefined {
    if (this.#head === this.#tail) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#tail) {
      if (this.#tail > cutAt) this.#items.length = 0;
      this.#head = 0;
      this.#tail = 0;
    } else if (this.#head > cutAt && this.#head * 2 > this.#tail) this.#restart(this.list());
    return item;
  }

  /** All items, in order. */
  list(): T[] {
    return this.#items.slice(this.#head, this.#tail) as T[];
  }

  /** Keeps the items that `keep` holds for. */
  filter(keep: (item: T) => boolean): void {
    this.#restart(this.list().filter(keep));
  }

  #restart(items: T[]): void {
    this.#items = items;
    this.#head = 0;
    this.#tail = items.length;
  }
}
