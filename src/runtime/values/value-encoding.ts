/**
 * Values of packets in a form that JSON can write and that keeps what JSON does not know.
 *
 * A value that JSON has is itself. Anything else is an object with the key `$`, which says what it is;
 * an object of the user's own with such a key is written as a list of fields. Objects count from 0 in
 * the order in which they begin, and one that comes again is `{"$":"ref","to":N}`.
 * E1 encoding never throws, and calls no method of the value but getters and proxies' traps; of a class that
 * is registered its `encode`, and nothing else. E2 what cannot be kept is noted with its path. E3 decoding runs
 * no code of the value's making.
 */
import { types } from 'node:util';
import { limits } from '../../limits.ts';
import { type RegisteredClass, registeredClassOf } from './class-registry.ts';

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
  readonly #reason: string;

  constructor(thrown: unknown) {
    this.#reason = thrown instanceof Error ? thrown.message : 'it threw';
  }

  /** Why the value could not be read; null for what could. Asks nothing of the value. */
  static why(value: object): string | null {
    return #reason in value ? `it cannot be read: ${value.#reason}` : null;
  }

  static of(thrown: unknown): string {
    return `it cannot be read: ${new Unreadable(thrown).#reason}`;
  }
}

/** An object taken apart: its own members are read, those within them are not. */
type Parts =
  | { readonly tag: 'array' | 'set'; readonly items: readonly unknown[] }
  | { readonly tag: 'map'; readonly entries: readonly (readonly [unknown, unknown])[] }
  | { readonly tag: 'object' | 'instance'; readonly fields: readonly Field[] }
  | {
      readonly tag: 'error';
      /** The class, where it is one that every JavaScript has. */
      readonly of: string | undefined;
      readonly fields: readonly Field[];
    }
  | { readonly tag: 'sparse'; readonly length: number; readonly fields: readonly Field[] }
  | { readonly tag: 'class'; readonly made: RegisteredClass; readonly data: unknown }
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

/** Classes of errors that every JavaScript has. */
export const errorClasses = {
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError,
} as const;

const errorClassNames: ReadonlyMap<object, string> = new Map(
  Object.entries(errorClasses).map(([name, { prototype }]) => [prototype, name]),
);

/** Digits of a big integer. */
export const bigintDigits = 100_000;

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
  /** Instances of registered classes that are begun: they can be made when all that is in them has been. */
  readonly #unmade = new Set<object>();
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
        return this.#bigint(value, path);
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

  #bigint(value: bigint, path: string): Encoded {
    const digits = String(value);
    if (digits.length > bigintDigits)
      return this.#unstorable(path, `an integer of more than ${bigintDigits} digits`);
    return { $: 'bigint', value: digits };
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
    const unread = Unreadable.why(value);
    if (unread !== null) return this.#unstorable(path, unread);
    const known = this.#numbers.get(value);
    if (known !== undefined) {
      if (this.#unmade.has(value)) return this.#unstorable(path, 'the instance that it is within');
      return { $: 'ref', to: known };
    }
    if (this.#depth >= limits.valueDepth)
      return this.#unstorable(path, `nested deeper than ${limits.valueDepth}`);
    let parts: Parts | string;
    let name: string | null = null;
    try {
      parts = this.#partsOf(value, path);
      name = classOf(value);
    } catch (thrown) {
      parts = Unreadable.of(thrown);
    }
    if (typeof parts === 'string') return this.#unstorable(path, parts);
    this.#numbers.set(value, this.#numbers.size);
    this.#depth += 1;
    try {
      return this.#encoded(value, parts, path, name);
    } finally {
      this.#depth -= 1;
    }
  }

  /** What the object is made of, or why it cannot be kept. */
  #partsOf(value: object, path: string): Parts | string {
    const made = registeredClassOf(value);
    if (made !== undefined) {
      this.#unmade.add(value);
      return this.#counted(1) ?? { tag: 'class', made, data: made.encode(value) };
    }
    if (Array.isArray(value)) return this.#array(value, path);
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

  /** One with an item at each place and nothing else; any other is a list of fields. */
  #array(value: readonly unknown[], path: string): Parts | string {
    const keys = Object.keys(value);
    const { length } = value;
    const tooMany = this.#counted(keys.length);
    if (tooMany !== null) return tooMany;
    const isDense = keys.length === length && (length === 0 || keys.at(-1) === String(length - 1));
    if (isDense) return { tag: 'array', items: keys.map((key) => read(value, key)) };
    return { tag: 'sparse', length, fields: this.#read(value, keys, path) };
  }

  #read(value: object, keys: readonly string[], path: string): readonly Field[] {
    const fields: Field[] = [];
    for (const key of keys) {
      if (isPrototypeKey(key)) this.#unstorable(`${path}.${key}`, 'a field of a refused name');
      else fields.push([key, read(value, key)]);
    }
    return fields;
  }

  #fields(value: object, path: string): Parts {
    const isError = types.isNativeError(value) || value instanceof Error;
    const keys = Object.keys(value).filter((key) => !isError || !errorKeys.has(key));
    if (isError) {
      for (const key of hiddenErrorKeys)
        if (Object.hasOwn(value, key) && !keys.includes(key)) keys.push(key);
    }
    const fields = this.#read(value, keys, path);
    if (isError) {
      const of = errorClassNames.get(Object.getPrototypeOf(value) as object);
      return { tag: 'error', of, fields };
    }
    return { tag: classOf(value) === null ? 'object' : 'instance', fields };
  }

  /** `name` is that of the object's class, null for plain objects. */
  #encoded(value: object, parts: Parts, path: string, name: string | null): Encoded {
    const isKnown = parts.tag === 'error' || parts.tag === 'class';
    const isView = ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
    if (name !== null && !isKnown && !builtIn.has(name) && !isView)
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
        return {
          $: 'error',
          ...(parts.of === undefined ? {} : { class: parts.of }),
          ...told,
          stack,
          fields: this.#pairs(parts.fields, path),
        };
      }
      case 'sparse':
        return { $: 'array', length: parts.length, fields: this.#pairs(parts.fields, path) };
      case 'class': {
        const data = this.encode(parts.data, path);
        this.#unmade.delete(value);
        return { $: 'class', name: parts.made.name, data };
      }
      case 'instance':
        return { $: 'instance', class: name ?? '', fields: this.#pairs(parts.fields, path) };
      case 'object': {
        const pairs = this.#pairs(parts.fields, path);
        if (parts.fields.some(([key]) => key === '$')) return { $: 'object', fields: pairs };
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
