/**
 * A value as text for people: JSON's form, cut to a length, with what is secret left out.
 *
 * V1 the work is bounded by the length of the text, not by the size of the value. V2 no getter and no method
 * of the value is called but those of its class that say what it holds. V3 the value of a key that is to be
 * hidden is not looked at, at whatever depth. V4 nothing that a value does makes this throw.
 */
import type { ValuePreview } from './value-view.ts';

/** Nesting that is shown. */
const maxDepth = 12;

/** Items of one list or keys of one object that are shown. */
const maxItems = 1000;

/** Bytes of a binary value that are shown. */
const maxBytes = 256;

const hidden = '"[redacted]"';

/** Keys whose values are hidden, whatever their case. */
export class Redaction {
  readonly #keys: ReadonlySet<string>;

  constructor(keys: readonly string[]) {
    this.#keys = new Set(keys.map((key) => key.toLowerCase()));
  }

  hides(key: unknown): boolean {
    return this.#keys.size > 0 && typeof key === 'string' && this.#keys.has(key.toLowerCase());
  }
}

class TextWriter {
  readonly #redaction: Redaction;
  readonly #most: number;
  readonly #above = new Set<object>();
  text = '';
  isCut = false;
  isRedacted = false;

  constructor(redaction: Redaction, most: number) {
    this.#redaction = redaction;
    this.#most = most;
  }

  get #isFull(): boolean {
    return this.text.length >= this.#most;
  }

  put(text: string): void {
    const room = this.#most - this.text.length;
    if (text.length > room) this.isCut = true;
    this.text += text.slice(0, Math.max(0, room));
  }

  write(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.#string(value);
        return;
      case 'bigint':
        this.put(`${value}n`);
        return;
      case 'function':
        this.put(`[function ${value.name}]`);
        return;
      case 'object':
        if (value === null) this.put('null');
        else this.#object(value, depth);
        return;
      default:
        this.put(String(value));
    }
  }

  #string(value: string): void {
    const room = Math.max(0, this.#most - this.text.length);
    if (value.length > room) this.isCut = true;
    this.put(JSON.stringify(value.slice(0, room + 1)));
  }

  #object(value: object, depth: number): void {
    if (this.#above.has(value)) {
      this.put('[circular]');
      return;
    }
    if (depth >= maxDepth) {
      this.isCut = true;
      this.put(Array.isArray(value) ? '[…]' : '{…}');
      return;
    }
    this.#above.add(value);
    this.#written(value, depth);
    this.#above.delete(value);
  }

  #written(value: object, depth: number): void {
    if (Array.isArray(value)) this.#list('[', value, ']', (item) => this.write(item, depth + 1));
    else if (value instanceof Date)
      this.put(Number.isNaN(value.getTime()) ? 'Date(invalid)' : value.toISOString());
    else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) this.#bytes(value);
    else if (value instanceof Map) {
      this.#list('Map {', value, '}', ([key, item]: [unknown, unknown]) => {
        this.write(key, depth + 1);
        this.put(' => ');
        this.#field(key, () => item, depth);
      });
    } else if (value instanceof Set)
      this.#list('Set {', value, '}', (item) => this.write(item, depth + 1));
    else if (value instanceof Error) this.put(`${value.name}: ${value.message}`);
    else if (value instanceof RegExp) this.put(String(value));
    else this.#record(value, depth);
  }

  #record(value: object, depth: number): void {
    const name = classOf(value);
    const keys = Object.keys(value);
    this.#list(name === '' ? '{' : `${name} {`, keys, '}', (key) => {
      this.put(`${JSON.stringify(key)}: `);
      this.#field(key, () => ownValue(value, key), depth);
    });
  }

  #field(key: unknown, read: () => unknown, depth: number): void {
    if (this.#redaction.hides(key)) {
      this.isRedacted = true;
      this.put(hidden);
    } else this.write(read(), depth + 1);
  }

  #list<T>(open: string, items: Iterable<T>, close: string, each: (item: T) => void): void {
    this.put(open);
    let count = 0;
    for (const item of items) {
      if (this.#isFull || count >= maxItems) {
        this.isCut = true;
        this.put('…');
        break;
      }
      if (count > 0) this.put(', ');
      each(item);
      count += 1;
    }
    this.put(close);
  }

  #bytes(value: ArrayBufferView | ArrayBuffer): void {
    const { name } = value.constructor;
    const bytes = bytesOf(value);
    const shown = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, maxBytes));
    if (bytes.length > maxBytes) this.isCut = true;
    this.put(`${name}(${bytes.length} bytes) ${shown.toString('hex')}`);
    if (bytes.length > maxBytes) this.put('…');
  }
}

function bytesOf(value: ArrayBufferView | ArrayBuffer): Uint8Array {
  return value instanceof ArrayBuffer
    ? new Uint8Array(value)
    : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** The value of an own key; a getter is not called. */
function ownValue(value: object, key: string): unknown {
  const property = Object.getOwnPropertyDescriptor(value, key);
  return property !== undefined && 'value' in property ? (property.value as unknown) : '[getter]';
}

function sizeOf(value: unknown): Pick<ValuePreview, 'size' | 'unit'> {
  if (typeof value === 'string') return { size: value.length, unit: 'chars' };
  if (Array.isArray(value)) return { size: value.length, unit: 'items' };
  if (value instanceof Map || value instanceof Set) return { size: value.size, unit: 'items' };
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return { size: value.byteLength, unit: 'bytes' };
  return { size: null, unit: 'chars' };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) return 'array';
  return classOf(value) || 'object';
}

/** The name of the class of a value; empty for a plain object. */
function classOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: unknown } | null;
  const made = prototype?.constructor;
  return typeof made === 'function' && made !== Object ? made.name : '';
}

/** A preview of at most `chars` characters. Never throws. */
export function previewOf(value: unknown, redaction: Redaction, chars: number): ValuePreview {
  const writer = new TextWriter(redaction, chars);
  try {
    writer.write(value, 0);
    const { text, isCut, isRedacted } = writer;
    const { size, unit } = sizeOf(value);
    const whole = size === null && !isCut ? text.length : size;
    return { kind: kindOf(value), text, isCut, size: whole, unit, isRedacted };
  } catch {
    // A proxy may throw at any look.
    const text = '[cannot be looked at]'.slice(0, chars);
    return { kind: 'object', text, isCut: false, size: null, unit: 'chars', isRedacted: false };
  }
}
