import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkPortType, describePortType } from '../../src/dsl/port-type.ts';
import type { PortType } from '../../src/dsl/definition.ts';

class Animal {}
class Dog extends Animal {}
const other = { Animal: class Animal {} };

const samples: readonly unknown[] = [
  'a',
  '',
  0,
  Number.NaN,
  1n,
  true,
  null,
  undefined,
  {},
  [],
  new Map(),
  new Date(0),
  new Uint8Array(1),
  Buffer.from('a'),
  Symbol.iterator,
  () => 1,
  new Animal(),
  new Dog(),
  Object.create(null),
];

function accepted(type: PortType): readonly unknown[] {
  return samples.filter((value) => checkPortType(type, value) === null);
}

describe('checkPortType', () => {
  it('tells the named types apart', () => {
    expect(accepted('string')).toEqual(['a', '']);
    expect(accepted('number')).toEqual([0, Number.NaN]);
    expect(accepted('boolean')).toEqual([true]);
    expect(accepted('array')).toEqual([[]]);
    expect(accepted('date')).toEqual([new Date(0)]);
    expect(accepted('bytes')).toEqual([new Uint8Array(1), Buffer.from('a')]);
    expect(accepted('object')).toHaveLength(8);
    expect(accepted('object')).not.toContainEqual([]);
  });

  it('takes a class with its subclasses, and exactly the class where that is asked', () => {
    expect(checkPortType(Animal, new Dog())).toBeNull();
    expect(checkPortType({ class: Animal, exact: false }, new Dog())).toBeNull();
    expect(checkPortType({ class: Animal, exact: true }, new Animal())).toBeNull();
    expect(checkPortType({ class: Animal, exact: true }, new Dog())).toEqual({
      expected: 'exactly Animal',
      actual: 'Dog',
      path: [],
    });
    expect(checkPortType(Dog, new Animal())).not.toBeNull();
    expect(checkPortType(Animal, new other.Animal())).not.toBeNull();
  });

  it('compares a name with the constructors of the value', () => {
    expect(checkPortType('Animal', new Dog())).toBeNull();
    expect(checkPortType('Animal', new other.Animal())).toBeNull();
    expect(checkPortType({ class: 'Animal', exact: true }, new Dog())).toMatchObject({
      actual: 'Dog',
    });
    expect(checkPortType({ class: 'Animal', exact: true }, new Animal())).toBeNull();
    expect(checkPortType('Animal', { constructor: 'Animal' })).toMatchObject({ actual: 'object' });
    expect(checkPortType('Animal', null)).toEqual({ expected: 'Animal', actual: 'null', path: [] });
  });

  it('says where in a value a schema fails', () => {
    const order = z.object({ items: z.array(z.object({ price: z.number() })) });
    expect(checkPortType(order, { items: [{ price: 1 }] })).toBeNull();
    expect(checkPortType(order, { items: [{ price: 1 }, { price: 'two' }] })).toEqual({
      expected: 'number',
      actual: 'string "two"',
      path: ['items', 1, 'price'],
    });
    expect(checkPortType(order, 7)).toEqual({ expected: 'object', actual: 'number 7', path: [] });
  });

  it('gives the message of a schema that fails otherwise', () => {
    const found = checkPortType(z.number().min(3, 'at least three'), 2);
    expect(found).toEqual({ expected: 'number (at least three)', actual: 'number 2', path: [] });
    const deep = checkPortType(z.object({ n: z.number().min(3, 'at least three') }), { n: 1 });
    expect(deep).toEqual({
      expected: 'another value (at least three)',
      actual: 'number 1',
      path: ['n'],
    });
  });

  it('finds the value at a key of a Map', () => {
    const found = checkPortType(z.map(z.string(), z.number()), new Map([['k', 'v']]));
    expect(found).toMatchObject({ actual: 'string "v"', path: ['k'] });
  });

  it('leaves a value as it is, whatever a schema would make of it', () => {
    const value = { id: ' x ', extra: 1 };
    const schema = z.object({ id: z.string().trim(), n: z.number().default(4) });
    expect(checkPortType(schema, value)).toBeNull();
    expect(value).toEqual({ id: ' x ', extra: 1 });
  });

  it('judges the input of a transform', () => {
    const length = z.string().transform((text) => text.length);
    expect(checkPortType(length, 'abc')).toBeNull();
    expect(checkPortType(length, 3)).toMatchObject({ expected: 'string' });
  });

  it('refuses a schema that checks asynchronously', () => {
    const schema = z.string().refine(async (text) => Promise.resolve(text !== ''));
    expect(() => checkPortType(schema, 'a')).toThrow(
      expect.objectContaining({ code: 'PORT_TYPE_ASYNC' }),
    );
  });

  it('lets an error of a refinement through as it is', () => {
    const schema = z.string().refine(() => {
      throw new RangeError('mine');
    });
    expect(() => checkPortType(schema, 'a')).toThrow(RangeError);
  });

  it('refuses an import path that nobody resolved', () => {
    expect(() => checkPortType('./schemas.ts#order', 1)).toThrow(
      expect.objectContaining({ code: 'PORT_TYPE_UNRESOLVED' }),
    );
  });

  it('says something of every value', () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }),
        (value) => {
          const found = checkPortType('NoSuchClass', value);
          expect(found?.actual).toMatch(/./);
          expect(found?.actual.length).toBeLessThan(400);
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });
});

describe('describePortType', () => {
  it.each(
    (
      [
        ['string', 'string'],
        ['./schemas.ts#order', './schemas.ts#order'],
        [Animal, 'Animal'],
        [class {}, 'a class without a name'],
        [{ class: Animal, exact: true }, 'exactly Animal'],
        [{ class: 'Animal', exact: false }, 'Animal'],
        [z.number().int(), 'number'],
        [
          z.object({ id: z.string(), tags: z.array(z.string()).optional() }),
          '{ id: string, tags?: Array<string> }',
        ],
        [z.object({}), '{}'],
        [z.union([z.string(), z.null()]), 'string | null'],
        [z.number().nullable(), 'number | null'],
        [z.enum(['a', 'b']), '"a" | "b"'],
        [z.literal(['x', 3]), '"x" | 3'],
        [z.string().transform(Number), 'string'],
        [
          z.object({ a: z.object({ b: z.object({ c: z.object({ d: z.string() }) }) }) }),
          '{ a: { b: { c: object } } }',
        ],
        [z.number().describe('an age in years'), 'an age in years'],
        [
          z.enum(Array.from({ length: 20 }, (_, n) => `v${n}`) as [string, ...string[]]),
          '"v0" | "v1" | "v2" | "v3" | "v4" | "v5" | "v6" | "v7" | …',
        ],
      ] satisfies [PortType, string][]
    ).map(([type, text]) => [text, () => type] as const),
  )('writes a type as %s', (text, type) => {
    expect(describePortType(type())).toBe(text);
  });
});
