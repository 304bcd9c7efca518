/** What the decoder does with what no encoder wrote. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValueDecoder, ValueUnreadable } from '../../../src/runtime/values/value-decoding.ts';

/** Throws whatever decoding throws, unless it says that the value is unreadable. */
function decodeOrRefuse(encoded: unknown): void {
  try {
    new ValueDecoder().decode(encoded);
  } catch (error) {
    if (!(error instanceof ValueUnreadable)) throw error;
  }
}

const tags = fc.constantFrom(
  'undefined',
  'unstorable',
  'number',
  'bigint',
  'ref',
  'date',
  'regexp',
  'url',
  'bytes',
  'object',
  'instance',
  'set',
  'map',
  'error',
  'array',
  'class',
  'other',
  '__proto__',
);
const { node } = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.jsonValue(),
    fc.record(
      {
        $: tags,
        value: fc.oneof(fc.string(), tie('node')),
        to: fc.oneof(fc.integer(), fc.double(), fc.string()),
        ms: fc.oneof(fc.double(), fc.constant(null), fc.string()),
        source: fc.string(),
        flags: fc.string(),
        href: fc.string(),
        kind: fc.constantFrom('Buffer', 'ArrayBuffer', 'Float64Array', 'Object'),
        base64: fc.oneof(fc.base64String(), fc.string()),
        name: fc.string(),
        message: fc.string(),
        stack: fc.string(),
        items: fc.array(tie('node'), { maxLength: 3 }),
        entries: fc.array(fc.oneof(fc.tuple(tie('node'), tie('node')), tie('node')), {
          maxLength: 3,
        }),
        fields: fc.array(
          fc.oneof(
            fc.tuple(fc.constantFrom('a', '__proto__', 'constructor'), tie('node')),
            tie('node'),
          ),
          { maxLength: 3 },
        ),
      },
      { requiredKeys: ['$'] },
    ),
  ),
}));

describe('decoding what no encoder wrote', () => {
  test('gives a value or says that there is none, and changes no prototype', () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    fc.assert(fc.property(node, decodeOrRefuse), { seed: 5, numRuns: 300 });
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  });

  test.each([
    [{ $: 'bytes', kind: 'Buffer', base64: 'AA*=' }, 'bytes are not base64'],
    [{ $: 'bytes', kind: 'Float64Array', base64: 'AAAA' }, 'the content does not fit its kind'],
    [{ $: 'bytes', kind: 'Function', base64: '' }, 'bytes of an unknown kind'],
    [{ $: 'object', fields: [['__proto__', 1]] }, 'a field is called __proto__'],
    [JSON.parse('{"__proto__":1}'), 'a field is called __proto__'],
    [{ $: 'ref', to: 0 }, 'a reference leads nowhere'],
    [{ $: 'nothing' }, 'a value is of an unknown kind'],
  ])('refuses %j', (encoded, message) => {
    expect(() => new ValueDecoder().decode(encoded)).toThrow(new ValueUnreadable(message));
  });

  test('refuses what is nested deeper than values are', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 5000; level++) deep = [deep];
    expect(() => new ValueDecoder().decode(deep)).toThrow('a value is nested too deep');
  });
});
