/**
 * Values of packets in a form that JSON can write and that keeps what JSON does not know.
 *
 * A value that JSON has is itself. Anything else is an object with the key `$`, which says what it is;
 * an object of the user's own with such a key is written as a list of fields. Objects count from 0 in
 * the order in which they begin, and one that comes again is `{"$":"ref","to":N}`.
 * E1 encoding never throws, and calls no method of the value but getters and proxies' traps.
 * E2 what cannot be kept is noted with its path. E3 decoding runs no code of the value's making.
 */
import { types } from 'node:util';
import { limits } from '../../limits.ts';

export type Encoded =
  | null
  | boolean
  | number
  | string
  | readonly Encoded[]
  | { readonly [key: string]: Encoded };

/**
 * Where a value that was read back is not what it was. `unstorable`: undefined stands in its place, and
 * `what` says why. `instance`: of the class `what` only its own enumerable fields are there.
 */
export interface ValueLoss {
  readonly path: string;
  readonly kind: 'unstorable' | 'instance';
  readonly what: string;
}

/** A field whose getter threw. */
class Unreadable {
  readonly reason: string;

  constructor(thrown: unknown) {
    this.reason = thrown instanceof Error ? thrown.message : 'it threw';
  }
}

/** An object taken apart: its own members are read, those within them are not. */
type Parts =
  | { readonly tag: 'array' | 'set'; readonly items: readonly unknown[] }
  | { readonly tag: 'map'; readonly entries: readonly (readonly [unknown, unknown])[] }
  | { readonly tag: 'object' | 'instance' | 'error'; readonly fields: readonly Field[] }
  | { readonly tag: 'leaf'; readonly encoded: Encoded };
type Field = readonly [name: string, value: unknown];

/** Keys that reach an object's prototype where somebody copies them with care for nothing. */
export function isPrototypeKey(key: string): boolean {
  return key === '__proto__' || key === 'prototype' || key === 'constructor';
}

const errorKeys: ReadonlySet<string> = new Set(['name', 'message', 'stack']);
/** Own keys of errors that no loop shows. */
const hiddenErrorKeys = ['cause', 'errors'] as const;

function read(value: object, key: PropertyKey): unknown {
  try {
    return (value as Record<PropertyKey, unknown>)[key];
  } catch (thrown) {
    return new Unreadable(thrown);
  }
}

function textOf(value: object, key: string): string {
  const text = read(value, key);
  return typeof text === 'string' ? text : '';
}

/** The class of an object; null for plain objects, also those of other realms. */
function classOf(value: object): string | null {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return null;
  const constructor = read(prototype, 'constructor');
  return typeof constructor === 'function' ? constructor.name || '(nameless)' : '(nameless)';
}

/** Classes of which nothing is lost. */
const builtIn: ReadonlySet<string> = new Set(['Map', 'Set', 'Date', 'RegExp', 'Array', 'URL']);

/** Encodes values, one after the other; an object that several of them share stays shared. */
export class ValueEncoder {
  readonly losses: ValueLoss[] = [];
  readonly #numbers = new Map<object, number>();
  #depth = 0;
  #items = 0;

  /** `path` is what the value is called in the losses. */
  encode(value: unknown, path: string): Encoded {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        if (Number.isFinite(value) && !Object.is(value, -0)) return value;
        return { $: 'number', value: Object.is(value, -0) ? '-0' : String(value) };
      case 'bigint':
        return { $: 'bigint', value: String(value) };
      case 'undefined':
        return { $: 'undefined' };
      case 'function':
        return this.#unstorable(path, 'a function');
      case 'symbol':
        return this.#unstorable(path, `the symbol ${value.description ?? ''}`);
      default:
        return value === null ? null : this.#object(value as object, path);
    }
  }

  #unstorable(path: string, what: string): Encoded {
    this.#lose({ path, kind: 'unstorable', what });
    return { $: 'unstorable' };
  }

  /** Of too many the first are kept, and one at least of those that are worst. */
  #lose(loss: ValueLoss): void {
    const isWorse =
      loss.kind === 'unstorable' && !this.losses.some(({ kind }) => kind === loss.kind);
    if (this.losses.length < limits.valueLosses || isWorse) this.losses.push(loss);
  }

  #object(value: object, path: string): Encoded {
    if (value instanceof Unreadable)
      return this.#unstorable(path, `it cannot be read: ${value.reason}`);
    const known = this.#numbers.get(value);
    if (known !== undefined) return { $: 'ref', to: known };
    if (this.#depth >= limits.valueDepth)
      return this.#unstorable(path, `nested deeper than ${limits.valueDepth}`);
    let parts: Parts | string;
    try {
      parts = this.#partsOf(value, path);
    } catch (thrown) {
      parts = `it cannot be read: ${new Unreadable(thrown).reason}`;
    }
    if (typeof parts === 'string') return this.#unstorable(path, parts);
    this.#numbers.set(value, this.#numbers.size);
    this.#depth += 1;
    try {
      return this.#encoded(value, parts, path);
    } finally {
      this.#depth -= 1;
    }
  }

  /** What the object is made of, or why it cannot be kept. */
  #partsOf(value: object, path: string): Parts | string {
    if (Array.isArray(value)) return this.#counted(value.length) ?? this.#array(value);
    if (types.isMap(value)) {
      const entries = [...Map.prototype.entries.call(value)] as [unknown, unknown][];
      return this.#counted(2 * entries.length) ?? { tag: 'map', entries };
    }
    if (types.isSet(value)) {
      const items = [...Set.prototype.values.call(value)] as unknown[];
      return this.#counted(items.length) ?? { tag: 'set', items };
    }
    const leaf = leafOf(value);
    if (leaf !== null) return leaf;
    for (const symbol of Object.getOwnPropertySymbols(value)) {
      if (Object.prototype.propertyIsEnumerable.call(value, symbol))
        this.#unstorable(`${path}[${String(symbol)}]`, 'a field named by a symbol');
    }
    return this.#counted(Object.keys(value).length) ?? this.#fields(value, path);
  }

  #counted(items: number): string | null {
    this.#items += items + 1;
    return this.#items > limits.valueItems ? `more than ${limits.valueItems} parts` : null;
  }

  #array(value: readonly unknown[]): Parts {
    return {
      tag: 'array',
      items: Array.from({ length: value.length }, (_, at) => read(value, at)),
    };
  }

  #fields(value: object, path: string): Parts {
    const isError = types.isNativeError(value) || value instanceof Error;
    const keys = Object.keys(value).filter((key) => !isError || !errorKeys.has(key));
    if (isError) {
      for (const key of hiddenErrorKeys)
        if (Object.hasOwn(value, key) && !keys.includes(key)) keys.push(key);
    }
    const fields: Field[] = [];
    for (const key of keys) {
      if (isPrototypeKey(key)) this.#unstorable(`${path}.${key}`, 'a field of a refused name');
      else fields.push([key, read(value, key)]);
    }
    if (isError) return { tag: 'error', fields };
    return { tag: classOf(value) === null ? 'object' : 'instance', fields };
  }

  #encoded(value: object, parts: Parts, path: string): Encoded {
    const name = parts.tag === 'error' ? null : classOf(value);
    const isView = ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
    if (name !== null && !builtIn.has(name) && !isView)
      this.#lose({ path, kind: 'instance', what: name });
    switch (parts.tag) {
      case 'leaf':
        return parts.encoded;
      case 'array':
        return parts.items.map((item, at) => this.encode(item, `${path}[${at}]`));
      case 'set': {
        const items = parts.items.map((item, at) => this.encode(item, `${path}[${at}]`));
        return { $: 'set', items };
      }
      case 'map': {
        const entries = parts.entries.map(([key, item], at): Encoded => [
          this.encode(key, `${path}[${at}].key`),
          this.encode(item, `${path}[${at}].value`),
        ]);
        return { $: 'map', entries };
      }
      case 'error': {
        const told = { name: textOf(value, 'name'), message: textOf(value, 'message') };
        const stack = textOf(value, 'stack');
        return { $: 'error', ...told, stack, fields: this.#pairs(parts.fields, path) };
      }
      case 'instance':
        return { $: 'instance', class: name ?? '', fields: this.#pairs(parts.fields, path) };
      case 'object': {
        const pairs = this.#pairs(parts.fields, path);
        if (Object.hasOwn(value, '$')) return { $: 'object', fields: pairs };
        return Object.fromEntries(pairs);
      }
    }
  }

  #pairs(fields: readonly Field[], path: string): [string, Encoded][] {
    return fields.map(([key, item]) => [key, this.encode(item, `${path}.${key}`)]);
  }
}

/** An object that has no parts of its own, encoded, or why it cannot be kept; null for any other. */
function leafOf(value: object): Parts | string | null {
  if (types.isDate(value)) {
    const ms = Date.prototype.getTime.call(value);
    return { tag: 'leaf', encoded: { $: 'date', ms: Number.isNaN(ms) ? null : ms } };
  }
  if (types.isRegExp(value))
    return { tag: 'leaf', encoded: { $: 'regexp', source: value.source, flags: value.flags } };
  if (value instanceof URL) return { tag: 'leaf', encoded: { $: 'url', href: value.href } };
  if (ArrayBuffer.isView(value)) {
    const kind = Buffer.isBuffer(value)
      ? 'Buffer'
      : Object.prototype.toString.call(value).slice(8, -1);
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return { tag: 'leaf', encoded: { $: 'bytes', kind, base64: bytes.toString('base64') } };
  }
  if (types.isAnyArrayBuffer(value)) {
    const base64 = Buffer.from(value).toString('base64');
    return { tag: 'leaf', encoded: { $: 'bytes', kind: 'ArrayBuffer', base64 } };
  }
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  return opaque.has(kind) ? `a ${kind}` : null;
}

/** Built-in objects whose content nobody can see. */
const opaque: ReadonlySet<string> = new Set([
  'Promise',
  'WeakMap',
  'WeakSet',
  'WeakRef',
  'Generator',
  'AsyncGenerator',
]);
