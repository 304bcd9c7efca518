/**
 * A value as it was recorded, in a packet's place of value while its run is put together again.
 *
 * U1 it is read when somebody needs it, and once: copies of a packet share what was read. Values of packets
 * that ended long ago are never read, and may be gone.
 */
import type { RecordedValue } from '../history/record.ts';

/** A value that was read, or why it cannot be: the end of a sentence that begins with the packet. */
export type ReadValue = { readonly value: unknown } | { readonly missing: string };

export class UnreadValue {
  readonly #recorded: RecordedValue | undefined;
  readonly #read: (recorded: RecordedValue) => ReadValue;
  #result: ReadValue | null = null;

  /** `recorded` is undefined where values were not recorded at all. */
  constructor(recorded: RecordedValue | undefined, read: (recorded: RecordedValue) => ReadValue) {
    this.#recorded = recorded;
    this.#read = read;
  }

  /** A function was to make the value when it is consumed. */
  get isLazy(): boolean {
    return this.#recorded !== undefined && 'lazy' in this.#recorded;
  }

  get(): ReadValue {
    this.#result ??= this.#made();
    return this.#result;
  }

  #made(): ReadValue {
    if (this.#recorded === undefined) return { missing: 'was not recorded' };
    if ('lazy' in this.#recorded)
      return { missing: 'is lazy, and the function that makes it is gone with the process' };
    return this.#read(this.#recorded);
  }
}
