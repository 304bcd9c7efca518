/** Any value that can be kept comes back in the same shape: cycles, shared parts, odd numbers, holes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/limits.ts';
import { ValueDecoder } from '../../../src/runtime/values/value-decoding.ts';
import { ValueEncoder } from '../../../src/runtime/values/value-encoding.ts';

function throughText(value: unknown): { value: unknown; losses: ValueEncoder['losses'] } {
  const encoder = new ValueEncoder();
  const text = JSON.stringify(encoder.encode(value, 'v'));
  return { value: new ValueDecoder().decode(JSON.parse(text)), losses: encoder.losses };
}

/** What an object is made of, in order, and of which class it is. */
function partsOf(value: object): readonly unknown[] {
  if (value instanceof Map) return ['Map', ...value.keys(), ...value.values()] as unknown[];
  if (value instanceof Set) return ['Set', ...(value as Set<unknown>)];
  const own = Reflect.ownKeys(value).filter((key) => key !== 'stack');
  if (value instanceof Error) own.sort((a, b) => (String(a) < String(b) ? -1 : 1));
  const parts = own.flatMap((key) => {
    const found = Object.getOwnPropertyDescriptor(value, key);
    return [key, found?.enumerable, found?.value as unknown];
  });
  return [Object.getPrototypeOf(value), ...parts];
}

/** Whether both are the same graph: what is one object there is one here. */
function isSame(a: unknown, b: unknown, pairs = new Map<unknown, unknown>()): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null)
    return Object.is(a, b);
  if (pairs.has(a)) return pairs.get(a) === b;
  pairs.set(a, b);
  const [own, other] = [partsOf(a), partsOf(b)];
  return own.length === other.length && own.every((part, at) => isSame(part, other[at], pairs));
}

type Kind = 'object' | 'array' | 'sparse' | 'map' | 'set' | 'error';
const kinds: readonly Kind[] = ['object', 'array', 'sparse', 'map', 'set', 'error'];
const leaf = fc.oneof(
  fc.string(),
  fc.double(),
  fc.bigInt(),
  fc.constantFrom(-0, NaN, Infinity, null, undefined, true),
);
/** What is put into an object: a leaf, or one of the objects by its number. */
const link = fc.oneof(
  leaf.map((value) => ({ value })),
  fc.nat(5).map((to) => ({ to })),
);
const graph = fc
  .array(fc.tuple(fc.constantFrom(...kinds), fc.array(link, { maxLength: 4 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((specs) => {
    const objects = specs.map(([kind], at): object => {
      if (kind === 'map') return new Map();
      if (kind === 'set') return new Set();
      if (kind === 'error') return at % 2 === 0 ? new RangeError(`e${at}`) : new AggregateError([]);
      return kind === 'object' ? {} : [];
    });
    for (const [at, [kind, links]] of specs.entries()) {
      const object = objects[at] as object;
      for (const [place, linked] of links.entries()) {
        const part = 'to' in linked ? objects[linked.to % objects.length] : linked.value;
        if (object instanceof Map) object.set(place % 2 === 0 ? part : `k${place}`, part);
        else if (object instanceof Set) object.add(part);
        else if (kind === 'sparse') Reflect.set(object, String(3 * place + 1), part);
        else if (kind === 'array') (object as unknown[]).push(part);
        else if (kind === 'error' && place === 0)
          Object.defineProperty(object, 'cause', {
            value: part,
            writable: true,
            configurable: true,
          });
        else Reflect.set(object, `f${place}`, part);
      }
    }
    return objects[0];
  });

describe('a value that is written and read', () => {
  it('is the same graph of objects', () => {
    fc.assert(
      fc.property(graph, (value) => {
        const read = throughText(value);
        expect(read.losses).toEqual([]);
        expect(isSame(value, read.value)).toBe(true);
      }),
      { seed: 17, numRuns: 500 },
    );
  });

  it('is told from one that is another graph', () => {
    const shared = {};
    expect(isSame([shared, shared], [{}, {}])).toBe(false);
    expect(isSame([{}, {}], [shared, shared])).toBe(true);
    expect(isSame([0], [-0])).toBe(false);
    expect(isSame([undefined], Array.from({ length: 1 }).fill(null))).toBe(false);
  });

  it('has the holes that it had, and the fields beside its items', () => {
    const holes = Object.assign([], { 0: 1, 2: 3, length: 4, note: 'x' });
    const { value, losses } = throughText({
      holes,
      none: [undefined],
      long: Object.assign([], { length: 10 ** 9 }),
    });
    expect(losses).toEqual([]);
    const read = value as { holes: unknown[]; none: unknown[]; long: unknown[] };
    expect(Object.keys(read.holes)).toEqual(['0', '2', 'note']);
    expect(read.holes).toHaveLength(4);
    expect(Object.keys(read.none)).toEqual(['0']);
    expect(read.long).toHaveLength(10 ** 9);
  });

  it('has errors of the classes that every JavaScript has, and all errors of several', () => {
    const several = new AggregateError([new TypeError('a'), 'b'], 'both', { cause: 3n });
    const read = throughText(several).value as AggregateError;
    expect(read).toBeInstanceOf(AggregateError);
    expect(read).toMatchObject({ name: 'AggregateError', message: 'both', cause: 3n });
    expect(read.errors[0]).toBeInstanceOf(TypeError);
    expect(read.errors[1]).toBe('b');
    expect(Object.keys(read)).toEqual([]);
  });

  it('has an Error with its name where its class is not known', () => {
    class Odd extends RangeError {
      override readonly name = 'Odd';
    }
    const read = throughText(new Odd('x')).value as Error;
    expect(Object.getPrototypeOf(read)).toBe(Error.prototype);
    expect(read).toMatchObject({ name: 'Odd', message: 'x' });
  });

  it('is kept as deep as the limit, and noted where it goes deeper', () => {
    const nested = (levels: number): unknown => {
      let value: unknown = 'end';
      for (let level = 0; level < levels; level += 1)
        value = level % 3 === 0 ? [value] : level % 3 === 1 ? { a: value } : new Map([[1, value]]);
      return value;
    };
    const deepest = nested(limits.valueDepth);
    const read = throughText(deepest);
    expect(read.losses).toEqual([]);
    expect(isSame(deepest, read.value)).toBe(true);
    expect(throughText(nested(limits.valueDepth + 1)).losses).toMatchObject([
      { what: `nested deeper than ${limits.valueDepth}` },
    ]);
  });

  it('of getters and proxies is what they gave, read once', () => {
    let reads = 0;
    const value = {
      get n(): number {
        return (reads += 1);
      },
      list: new Proxy([1, 2], {}),
      made: new Proxy({ a: 1 }, { get: (target, key) => Reflect.get(target, key) as unknown }),
    };
    expect(throughText(value)).toStrictEqual({
      value: { n: 1, list: [1, 2], made: { a: 1 } },
      losses: [],
    });
  });

  it('is never thrown over, whatever its traps and getters do', () => {
    const broken = (name: string): object =>
      new Proxy([], {
        [name]: () => {
          throw new Error(name);
        },
      });
    const traps = ['get', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor'];
    const { losses } = throughText(traps.map(broken));
    expect(losses.length).toBeGreaterThan(0);
    expect(new Set(losses.map(({ kind }) => kind))).toEqual(new Set(['unstorable']));
  });

  it('is noted where an integer has more digits than are read', () => {
    const { losses } = throughText({ n: 10n ** 100_000n });
    expect(losses).toMatchObject([{ path: 'v.n', kind: 'unstorable' }]);
  });
});

describe('an array that no encoder wrote', () => {
  it.each<[string, unknown]>([
    ['without a length', { $: 'array', fields: [] }],
    ['of a length that is none', { $: 'array', length: 2 ** 32, fields: [] }],
    ['of a length below zero', { $: 'array', length: -1, fields: [] }],
    ['of two lengths', { $: 'array', length: 1, fields: [['length', 3]] }],
    ['without fields', { $: 'array', length: 1 }],
  ])('%s is refused', (_, encoded) => {
    expect(() => new ValueDecoder().decode(encoded)).toThrow(
      expect.objectContaining({ name: 'ValueUnreadable' }),
    );
  });
});
