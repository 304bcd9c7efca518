/**
 * Values read back from the form that value-encoding.ts writes.
 *
 * D1 what it takes is bounded by what it reads. D2 nothing is called but the `decode` of classes that were
 * registered, with what has been read already.
 */
import { limits } from '../../limits.ts';
import { registeredClass } from './class-registry.ts';
import { bigintDigits, errorClasses, isPrototypeKey } from './value-encoding.ts';

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
  if (digits.length <= bigintDigits && /^-?\d+$/.test(digits)) return BigInt(digits);
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
  /** Null in the place of an instance that is not made yet. */
  readonly #objects: (object | null)[] = [];
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
        if (object === undefined || object === null)
          throw new ValueUnreadable('a reference leads nowhere');
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
      case 'array':
        return this.#sparse(tagged);
      case 'class':
        return this.#instance(tagged);
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

  /** An array with places that have no item, or fields beside its items. */
  #sparse(tagged: Tagged): unknown[] {
    const { length } = tagged;
    const isLength = typeof length === 'number' && Number.isInteger(length) && length >= 0;
    if (!isLength || length >= 2 ** 32) throw new ValueUnreadable('an array has no length');
    const array = this.#begin<unknown[]>([]);
    const fields = list(tagged, 'fields');
    if (fields.some((field) => pair(field)[0] === 'length'))
      throw new ValueUnreadable('an array has two lengths');
    array.length = length;
    return this.#fill(array, fields);
  }

  #instance(tagged: Tagged): object {
    const name = text(tagged, 'name');
    const made = registeredClass(name);
    if (made === undefined) throw new ValueUnreadable(`the class ${name} is not registered`);
    const number = this.#objects.length;
    this.#objects.push(null);
    const data = this.decode(tagged['data']);
    let instance: unknown;
    try {
      instance = made.decode(data);
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : 'it threw';
      throw new ValueUnreadable(`the class ${name} cannot make an instance: ${why}`);
    }
    const isOne =
      typeof instance === 'object' &&
      instance !== null &&
      Object.prototype.isPrototypeOf.call(made.prototype, instance);
    if (!isOne) throw new ValueUnreadable(`the class ${name} made something else`);
    this.#objects[number] = instance as object;
    return instance as object;
  }

  #error(tagged: Tagged): Error {
    const error = this.#begin(newError(tagged['class'], text(tagged, 'message')));
    for (const key of ['name', 'stack'] as const) {
      const value = text(tagged, key);
      if (error[key] === value) continue;
      Object.defineProperty(error, key, { value, writable: true, configurable: true });
    }
    return this.#fill(error, list(tagged, 'fields'), hiddenKeys);
  }
}

const errorMakers: ReadonlyMap<unknown, () => Error> = new Map(
  Object.entries(errorClasses).map(([name, Made]) => [
    name,
    () => (Made === AggregateError ? new Made([]) : new (Made as ErrorConstructor)()),
  ]),
);

/** An error of a class that every JavaScript has; of any other, an Error. */
function newError(name: unknown, message: string): Error {
  const error = errorMakers.get(name)?.() ?? new Error();
  if (message === '') return error;
  Object.defineProperty(error, 'message', { value: message, writable: true, configurable: true });
  return error;
}

const noKeys: ReadonlySet<string> = new Set();
const hiddenKeys: ReadonlySet<string> = new Set(['cause', 'errors']);
