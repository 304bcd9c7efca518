/** Values that are written as JSON come back as they were; what cannot is noted, and reading runs nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { ValueDecoder } from '../../src/runtime/values/value-decoding.ts';
import { ValueEncoder } from '../../src/runtime/values/value-encoding.ts';

/** Through the text of a line, as a file has it. */
function throughText(value: unknown): { value: unknown; losses: ValueEncoder['losses'] } {
  const encoder = new ValueEncoder();
  const text = JSON.stringify(encoder.encode(value, 'v'));
  return { value: new ValueDecoder().decode(JSON.parse(text)), losses: encoder.losses };
}

class Point {
  x = 1;
  readonly #hidden = 2;
  sum(): number {
    return this.x + this.#hidden;
  }
}

describe('what comes back as it was', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['no number', NaN],
    ['infinity', [Infinity, -Infinity]],
    ['a big integer', -(2n ** 80n)],
    ['a date', new Date(12)],
    ['a date that is none', new Date(NaN)],
    [
      'a map with objects as keys',
      new Map<unknown, unknown>([[{ a: 1 }, new Set([1, undefined])]]),
    ],
    ['a buffer', Buffer.from([0, 255, 7])],
    ['floats', new Float64Array([0.1, NaN])],
    ['big integers in an array', new BigInt64Array([-1n])],
    ['an array buffer', new Uint8Array([1, 2]).buffer],
    ['a pattern', /a+\/b/giu],
    ['an address', new URL('https://a.example/b?c=d')],
    ['an object that looks like ours', { $: 'map', entries: 3 }],
    ['names that are numbers, in their order', { b: 1, 2: 2, a: { $: undefined } }],
    ['an empty name', { '': [[], {}] }],
  ])('%s', (_name, value) => {
    const read = throughText(value);
    expect(read).toStrictEqual({ value, losses: [] });
  });

  it('a zero below zero', () => {
    expect(Object.is(throughText(-0).value, -0)).toBe(true);
  });

  it('an error with its cause and its own fields', () => {
    const error = Object.assign(new TypeError('bad', { cause: new RangeError('deep') }), {
      code: 7,
    });
    const { value, losses } = throughText(error) as { value: typeof error; losses: unknown };
    expect(value).toBeInstanceOf(Error);
    expect(value).toMatchObject({ name: 'TypeError', message: 'bad', stack: error.stack, code: 7 });
    expect(value.cause).toMatchObject({ name: 'RangeError', message: 'deep' });
    expect(Object.keys(value)).toEqual(['code']);
    expect(losses).toEqual([]);
  });

  it('objects within themselves, and one that comes twice', () => {
    const shared = { n: 1 };
    const ring: Record<string, unknown> = { first: shared, again: [shared], map: new Map() };
    ring['self'] = ring;
    (ring['map'] as Map<unknown, unknown>).set(ring, new Set([ring]));
    const read = throughText(ring).value as typeof ring;
    expect(read['self']).toBe(read);
    expect((read['again'] as unknown[])[0]).toBe(read['first']);
    const inner = (read['map'] as Map<unknown, Set<unknown>>).get(read);
    expect([...(inner ?? [])][0]).toBe(read);
  });

  it('anything that a clone would keep', () => {
    const values = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: false,
      withNullPrototype: false,
      key: fc.string().filter((key) => !['__proto__', 'constructor', 'prototype'].includes(key)),
    });
    fc.assert(
      fc.property(values, (value) => {
        expect(throughText(value)).toStrictEqual({ value, losses: [] });
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});

describe('what cannot be kept', () => {
  it.each<[string, unknown, string, string]>([
    ['a function', { f: () => 1 }, 'v.f', 'a function'],
    ['a symbol', [1, Symbol('s')], 'v[1]', 'the symbol s'],
    ['a promise', new Map([['k', Promise.resolve()]]), 'v[0].value', 'a Promise'],
    ['a weak map', { w: new WeakMap() }, 'v.w', 'a WeakMap'],
    [
      'a field named by a symbol',
      { [Symbol('s')]: 1 },
      'v[Symbol(s)]',
      'a field named by a symbol',
    ],
    [
      'a field named __proto__',
      JSON.parse('{"__proto__":1}'),
      'v.__proto__',
      'a field of a refused name',
    ],
    [
      'a getter that throws',
      {
        get bad(): number {
          throw new Error('no');
        },
      },
      'v.bad',
      'it cannot be read: no',
    ],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('trap');
          },
        },
      ),
      'v',
      'it cannot be read: trap',
    ],
    [
      'an array without end',
      Array.from({ length: limits.valueItems + 1 }),
      'v',
      `more than ${limits.valueItems} parts`,
    ],
  ])('%s is noted with its path', (_name, value, path, what) => {
    expect(throughText(value).losses).toEqual([{ path, kind: 'unstorable', what }]);
  });

  it('a class of its own is noted, and its fields are there', () => {
    const { value, losses } = throughText({ at: new Point() });
    expect(value).toStrictEqual({ at: { x: 1 } });
    expect(losses).toEqual([{ path: 'v.at', kind: 'instance', what: 'Point' }]);
  });

  it('the rest of a value is kept, however deep it goes on', () => {
    let deep: unknown = 'end';
    for (let level = 0; level < 100_000; level += 1) deep = { deep };
    const { value, losses } = throughText({ deep, beside: 1 });
    expect(value).toMatchObject({ beside: 1 });
    expect(losses).toMatchObject([{ kind: 'unstorable', what: 'nested deeper than 200' }]);
  });

  it('is noted so many times at most, and the worst is among them', () => {
    const many = [...Array.from({ length: 500 }, () => new Point()), () => 1];
    const { losses } = throughText(many);
    expect(losses).toHaveLength(limits.valueLosses + 1);
    expect(losses.at(-1)).toMatchObject({ kind: 'unstorable', path: 'v[500]' });
  });
});

describe('reading refuses', () => {
  it.each<[string, unknown]>([
    ['a prototype', JSON.parse('{"__proto__":{"admin":true}}')],
    ['a constructor', { constructor: { prototype: {} } }],
    ['a prototype in a list of fields', { $: 'object', fields: [['__proto__', {}]] }],
    ['a reference to what does not exist', [{ $: 'ref', to: 9 }]],
    ['a reference to no number', [{ $: 'ref', to: 'constructor' }]],
    ['a kind that does not exist', { $: 'function', text: 'process.exit()' }],
    ['bytes of another kind', { $: 'bytes', kind: 'Function', base64: '' }],
    ['bytes that do not fit', { $: 'bytes', kind: 'Float64Array', base64: 'AAA=' }],
    ['a pattern that is none', { $: 'regexp', source: '(', flags: '' }],
    ['a number that is none', { $: 'number', value: '12' }],
    ['a big integer that is none', { $: 'bigint', value: '1e3' }],
    ['a map without entries', { $: 'map' }],
    ['an entry that is no pair', { $: 'map', entries: [[1]] }],
    ['a field without a name', { $: 'instance', class: 'A', fields: [[1, 2]] }],
    ['an error without a message', { $: 'error', name: 'A', stack: '', fields: [] }],
  ])('%s', (_name, encoded) => {
    expect(() => new ValueDecoder().decode(encoded)).toThrow(
      expect.objectContaining({ name: 'ValueUnreadable' }),
    );
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('a value that is nested without end', () => {
    const text = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    expect(() => new ValueDecoder().decode(JSON.parse(text))).toThrow(/too deep/);
  });
});
