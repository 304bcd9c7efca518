/** A node's memory as one attempt sees it: what is committed, and its own writes over it. */
import type { NodeMemory } from '../../dsl/node-functions.ts';

/** Stands for a key that the attempt deleted. */
const deleted = Symbol('deleted');

export class AttemptMemory implements NodeMemory {
  readonly #committed: Map<string, unknown>;
  readonly #writes = new Map<string, unknown>();
  readonly #assertRunning: () => void;

  constructor(committed: Map<string, unknown>, assertRunning: () => void) {
    this.#committed = committed;
    this.#assertRunning = assertRunning;
  }

  get(key: string): unknown {
    this.#assertRunning();
    if (!this.#writes.has(key)) return this.#committed.get(key);
    const written = this.#writes.get(key);
    return written === deleted ? undefined : written;
  }

  has(key: string): boolean {
    this.#assertRunning();
    if (!this.#writes.has(key)) return this.#committed.has(key);
    return this.#writes.get(key) !== deleted;
  }

  set(key: string, value: unknown): void {
    this.#assertRunning();
    this.#writes.set(key, value);
  }

  delete(key: string): boolean {
    const had = this.has(key);
    if (had) this.#writes.set(key, deleted);
    return had;
  }

  keys(): readonly string[] {
    this.#assertRunning();
    const keys = new Set(this.#committed.keys());
    for (const [key, value] of this.#writes) {
      if (value === deleted) keys.delete(key);
      else keys.add(key);
    }
    return [...keys];
  }

  /** The writes, in order of their keys' first write. */
  writes(): readonly (
    | { readonly key: string; readonly value: unknown }
    | { readonly key: string; readonly deleted: true }
  )[] {
    return [...this.#writes].map(([key, value]) =>
      value === deleted ? { key, deleted: true } : { key, value },
    );
  }

  /** Makes the writes what is committed. */
  commit(): void {
    for (const [key, value] of this.#writes) {
      if (value === deleted) this.#committed.delete(key);
      else this.#committed.set(key, value);
    }
  }
}
