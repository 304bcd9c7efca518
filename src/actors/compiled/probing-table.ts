/**
 * Tables by strings and by numbers for entries that come and go all the time.
 *
 * Open addressing with linear probing; what follows a removed entry moves up, so that nothing is left
 * of it: a `Map` keeps the removed until it is rebuilt, and the rebuilt ones alive in older ones.
 */
const smallest = 8;

abstract class ProbingTable<K extends string | number, V> {
  #keys: (K | undefined)[] = [];
  #values: (V | undefined)[] = [];
  #mask = -1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  protected abstract hash(key: K): number;

  get(key: K): V | undefined {
    if (this.#size === 0) return undefined;
    const place = this.#place(key);
    return this.#keys[place] === undefined ? undefined : this.#values[place];
  }

  set(key: K, value: V): void {
    if (this.#size * 2 >= this.#mask) this.#resize(Math.max(smallest, (this.#mask + 1) * 2));
    const place = this.#place(key);
    if (this.#keys[place] === undefined) {
      this.#keys[place] = key;
      this.#size++;
    }
    this.#values[place] = value;
  }

  delete(key: K): boolean {
    if (this.#size === 0) return false;
    let hole = this.#place(key);
    if (this.#keys[hole] === undefined) return false;
    const mask = this.#mask;
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const next = this.#keys[at];
      if (next === undefined) break;
      const home = this.hash(next) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      this.#keys[hole] = next;
      this.#values[hole] = this.#values[at];
      hole = at;
    }
    this.#keys[hole] = undefined;
    this.#values[hole] = undefined;
    this.#size--;
    if (mask >= 256 && this.#size * 16 < mask) this.#resize((mask + 1) >> 1);
    return true;
  }

  /** In no order that means anything. */
  entries(): [K, V][] {
    const found: [K, V][] = [];
    for (const [at, key] of this.#keys.entries()) {
      if (key !== undefined) found.push([key, this.#values[at] as V]);
    }
    return found;
  }

  /** Where the key is, or where it would be. */
  #place(key: K): number {
    const keys = this.#keys;
    const mask = this.#mask;
    let at = this.hash(key) & mask;
    for (;;) {
      const there = keys[at];
      if (there === undefined || there === key) return at;
      at = (at + 1) & mask;
    }
  }

  #resize(capacity: number): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = Array.from<K | undefined>({ length: capacity }).fill(undefined);
    this.#values = Array.from<V | undefined>({ length: capacity }).fill(undefined);
    this.#mask = capacity - 1;
    for (let from = 0; from < keys.length; from++) {
      const key = keys[from];
      if (key === undefined) continue;
      const place = this.#place(key);
      this.#keys[place] = key;
      this.#values[place] = values[from];
    }
  }
}

/** FNV-1a over the code units. */
export function hashOf(key: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < key.length; at++) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01_00_01_93);
  }
  return hash ^ (hash >>> 15);
}

export class StringTable<V> extends ProbingTable<string, V> {
  protected hash(key: string): number {
    return hashOf(key);
  }
}

export class NumberTable<V> extends ProbingTable<number, V> {
  protected hash(key: number): number {
    return Math.imul(key, 0x9e_37_79_b1) >>> 8;
  }
}
