/** Values read back from the form that value-encoding.ts writes: bounded, and without running anything. */
import { limits } from '../../limits.ts';
import { isPrototypeKey } from './value-encoding.ts';

/** The encoded value is not one that was written. The message says what is wrong with it. */
export class ValueUnreadable extends Error {
  override readonly name: string = 'ValueUnreadable';
}

type Tagged = Readonly<Record<string, unknown>>;

type ViewClass = new (bytes: ArrayBuffer) => ArrayBufferView;

const viewClasses: readonly ViewClass[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
];
const views: ReadonlyMap<string, ViewClass> = new Map(viewClasses.map((View) => [View.name, View]));

const numbers: ReadonlyMap<unknown, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
]);

function text(tagged: Tagged, key: string): string {
  const value = tagged[key];
  if (typeof value === 'string') return value;
  throw new ValueUnreadable(`${String(tagged['$'])} has no text ${key}`);
}

function list(tagged: Tagged, key: string): readonly unknown[] {
  const value = tagged[key];
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new ValueUnreadable(`${String(tagged['$'])} has no list ${key}`);
}

function pair(value: unknown): readonly [unknown, unknown] {
  if (Array.isArray(value) && value.length === 2) return value as [unknown, unknown];
  throw new ValueUnreadable('a pair is none');
}

function bigint(digits: string): bigint {
  if (/^-?\d{1,100000}$/.test(digits)) return BigInt(digits);
  throw new ValueUnreadable('a big integer is none');
}

function bytes(tagged: Tagged): unknown {
  const base64 = text(tagged, 'base64');
  const content = Buffer.from(base64, 'base64');
  if (content.toString('base64') !== base64) throw new ValueUnreadable('bytes are not base64');
  const kind = text(tagged, 'kind');
  if (kind === 'Buffer') return content;
  const own = new Uint8Array(content).buffer;
  if (kind === 'ArrayBuffer') return own;
  const View = views.get(kind);
  if (View === undefined) throw new ValueUnreadable('bytes of an unknown kind');
  return built(() => new View(own));
}

/** What a constructor of the platform makes of content that it may refuse. */
function built<T>(make: () => T): T {
  try {
    return make();
  } catch {
    throw new ValueUnreadable('the content does not fit its kind');
  }
}

/** Decodes values in the order in which they were encoded. */
export class ValueDecoder {
  readonly #objects: object[] = [];
  #depth = 0;

  /** Throws ValueUnreadable. */
  decode(encoded: unknown): unknown {
    if (typeof encoded !== 'object' || encoded === null) return encoded;
    if (this.#depth > limits.valueDepth) throw new ValueUnreadable('a value is nested too deep');
    this.#depth += 1;
    try {
      if (Array.isArray(encoded)) {
        const items = this.#begin<unknown[]>([]);
        for (const item of encoded as readonly unknown[]) items.push(this.decode(item));
        return items;
      }
      const tagged = encoded as Tagged;
      if (Object.hasOwn(tagged, '$')) return this.#tagged(tagged);
      return this.#fill(this.#begin({}), Object.entries(tagged));
    } finally {
      this.#depth -= 1;
    }
  }

  #begin<T extends object>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  #fill<T extends object>(object: T, fields: readonly unknown[], hidden = noKeys): T {
    for (const field of fields) {
      const [key, item] = pair(field);
      if (typeof key !== 'string') throw new ValueUnreadable('a field has no name');
      if (isPrototypeKey(key)) throw new ValueUnreadable(`a field is called ${key}`);
      const enumerable = !hidden.has(key);
      const value = this.decode(item);
      Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
    }
    return object;
  }

  #tagged(tagged: Tagged): unknown {
    switch (tagged['$']) {
      case 'undefined':
      case 'unstorable':
        return undefined;
      case 'number': {
        const value = numbers.get(tagged['value']);
        if (value === undefined) throw new ValueUnreadable('a number is none');
        return value;
      }
      case 'bigint':
        return bigint(text(tagged, 'value'));
      case 'ref': {
        const { to } = tagged;
        const object = typeof to === 'number' ? this.#objects[to] : undefined;
        if (object === undefined) throw new ValueUnreadable('a reference leads nowhere');
        return object;
      }
      default:
        return this.#object(tagged);
    }
  }

  #object(tagged: Tagged): object {
    switch (tagged['$']) {
      case 'date': {
        const ms = tagged['ms'];
        if (ms !== null && typeof ms !== 'number') throw new ValueUnreadable('a date has no time');
        return this.#begin(new Date(ms ?? NaN));
      }
      case 'regexp':
        return this.#begin(built(() => new RegExp(text(tagged, 'source'), text(tagged, 'flags'))));
      case 'url':
        return this.#begin(built(() => new URL(text(tagged, 'href'))));
      case 'bytes':
        return this.#begin(bytes(tagged) as object);
      case 'object':
      case 'instance':
        return this.#fill(this.#begin({}), list(tagged, 'fields'));
      case 'set': {
        const set = this.#begin(new Set<unknown>());
        for (const item of list(tagged, 'items')) set.add(this.decode(item));
        return set;
      }
      case 'map': {
        const map = this.#begin(new Map<unknown, unknown>());
        for (const entry of list(tagged, 'entries')) {
          const [key, value] = pair(entry);
          map.set(this.decode(key), this.decode(value));
        }
        return map;
      }
      case 'error':
        return this.#error(tagged);
      default:
        throw new ValueUnreadable('a value is of an unknown kind');
    }
  }

  #error(tagged: Tagged): Error {
    const error = this.#begin(new Error(text(tagged, 'message')));
    for (const key of ['name', 'stack']) {
      const value = text(tagged, key);
      Object.defineProperty(error, key, { value, writable: true, configurable: true });
    }
    return this.#fill(error, list(tagged, 'fields'), hiddenKeys);
  }
}

const noKeys: ReadonlySet<string> = new Set();
const hiddenKeys: ReadonlySet<string> = new Set(['cause', 'errors']);
