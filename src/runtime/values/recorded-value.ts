/**
 * Values as records have them, and read back from there.
 *
 * R1 a record never has a value in part: it is kept whole but for the classes of instances, or it is lost
 * and the record says why. R2 equal values have equal hashes: a hash is that of the JSON text of the encoded
 * value. Order counts in it, of an object's keys as of a Map's entries: with another order it is another value.
 */
import { createHash } from 'node:crypto';
import { limits } from '../../limits.ts';
import type { RecordedValue } from '../history/record.ts';
import type { ReadValue } from '../recovery/unread-value.ts';
import { ValueDecoder, ValueUnreadable } from './value-decoding.ts';
import { type Encoded, ValueEncoder } from './value-encoding.ts';
import { LazyValue, type StoredValue } from './values.ts';

/** `sha256-` and 64 hexadecimal digits. */
export type ValueHash = `sha256-${string}`;

/** A text that was kept, or why there is none: the end of a sentence that begins with the packet. */
export type StoredText = { readonly text: string } | { readonly missing: string };

/** Where values are kept that do not stand in their records. */
export interface ValueTexts {
  /** Keeps a text, equal ones once. Throws where it cannot be kept. */
  put(text: string): ValueHash;
  get(ref: string): StoredText;
}

/** How records have values: by their hash alone, in the record, or by reference to where they are kept. */
export type RecordingMode =
  | { readonly mode: 'hash' }
  | { readonly mode: 'inline' }
  | { readonly mode: 'store'; readonly texts: ValueTexts };

export function textHash(text: string): ValueHash {
  return `sha256-${createHash('sha256').update(text).digest('hex')}`;
}

/** Characters of a text whose bytes can in no way be too many. */
const surelyFits = limits.storedValueBytes / 4;

function isTooLarge(text: string): boolean {
  return text.length > surelyFits && Buffer.byteLength(text) > limits.storedValueBytes;
}

/** A value that is written as it is. */
function isPlain(value: unknown): value is string | number | boolean | null {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  return typeof value === 'string' || typeof value === 'boolean' || value === null;
}

/** Makes what a record has of a value. */
export class ValueRecorder {
  readonly #how: RecordingMode;

  constructor(how: RecordingMode) {
    this.#how = how;
  }

  /** A lazy value is not made. Throws what keeping the text throws. */
  record(value: StoredValue): RecordedValue {
    if (value instanceof LazyValue) return { lazy: true };
    if (this.#how.mode === 'inline' && isPlain(value)) return { value };
    const encoder = new ValueEncoder();
    const encoded = encoder.encode(value, 'value');
    const lost = encoder.losses.find(({ kind }) => kind === 'unstorable');
    if (lost !== undefined) return { lost: `${lost.path}: ${lost.what}` };
    if (this.#how.mode === 'inline') return { value: encoded };
    const text = JSON.stringify(encoded);
    if (this.#how.mode === 'hash') return { hash: textHash(text) };
    if (isTooLarge(text)) return { lost: `larger than ${limits.storedValueBytes} bytes` };
    return { ref: this.#how.texts.put(text) };
  }
}

/**
 * The value of a record; why there is none, as the end of a sentence that begins with the packet. `texts` is
 * where values are kept that do not stand in their records.
 */
export function readValue(
  recorded: RecordedValue,
  texts: Pick<ValueTexts, 'get'> | null,
): ReadValue {
  if ('lost' in recorded) return { missing: `was not kept: ${recorded.lost}` };
  if ('hash' in recorded) return { missing: 'was recorded by its hash alone' };
  if ('lazy' in recorded) return { missing: 'is lazy: only its function could make it' };
  if ('value' in recorded) return decoded(recorded.value);
  if (texts === null)
    return { missing: 'is kept in a folder, and packet_storage_path does not say which' };
  const stored = texts.get(recorded.ref);
  return 'text' in stored ? decoded(parsed(stored.text)) : stored;
}

/** A text that is no JSON is read as one that no value has. */
function parsed(text: string): Encoded {
  try {
    return JSON.parse(text) as Encoded;
  } catch {
    return { $: 'unreadable' };
  }
}

function decoded(encoded: Encoded): ReadValue {
  try {
    return { value: new ValueDecoder().decode(encoded) };
  } catch (error) {
    if (!(error instanceof ValueUnreadable)) throw error;
    return { missing: `cannot be read: ${error.message}` };
  }
}
