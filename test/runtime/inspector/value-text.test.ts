/** Values as the inspector shows them: short, without secrets, whatever they are. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redaction, previewOf } from '../../../src/runtime/inspector/value-text.ts';

const nothing = new Redaction([]);
const textOf = (value: unknown): string => previewOf(value, nothing, 1000).text;

describe('a value', () => {
  it('is shown as JSON has it, and as people write it where JSON does not', () => {
    expect(textOf({ a: [1, 'x', null, true], b: undefined })).toBe(
      '{"a": [1, "x", null, true], "b": undefined}',
    );
    expect(textOf(new Map<unknown, unknown>([['k', new Set([1n])]]))).toBe('Map {"k" => Set {1n}}');
    expect(textOf(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
    expect(textOf(new Date(Number.NaN))).toBe('Date(invalid)');
    expect(textOf(Buffer.from('ab'))).toBe('Buffer(2 bytes) 6162');
    expect(textOf(new TypeError('no'))).toBe('TypeError: no');
    expect(
      textOf(
        new (class Order {
          id = 1;
        })(),
      ),
    ).toBe('Order {"id": 1}');
    expect(textOf(-0)).toBe('0');
    expect(textOf(Symbol('s'))).toBe('Symbol(s)');
  });

  it('is told by its kind and size', () => {
    expect(previewOf('abc', nothing, 10)).toMatchObject({ kind: 'string', size: 3, unit: 'chars' });
    expect(previewOf(new Uint8Array(9), nothing, 10)).toMatchObject({
      kind: 'Uint8Array',
      size: 9,
      unit: 'bytes',
    });
    expect(previewOf([1, 2], nothing, 100)).toMatchObject({
      kind: 'array',
      size: 2,
      unit: 'items',
    });
    expect(previewOf({ a: 1 }, nothing, 100)).toMatchObject({ kind: 'object', size: 8 });
    expect(previewOf(null, nothing, 100)).toMatchObject({ kind: 'null' });
  });

  it('that is large costs no more than what is shown of it', () => {
    let looked = 0;
    const endless = {
      *[Symbol.iterator]() {
        for (;;) yield (looked += 1);
      },
    };
    const set = Object.assign(new Set<number>(), endless);
    const { text, isCut } = previewOf(set, nothing, 50);
    expect({ isCut, length: text.length }).toEqual({ isCut: true, length: 50 });
    expect(looked).toBeLessThan(60);
    expect(previewOf('x'.repeat(1e6), nothing, 20)).toMatchObject({ isCut: true, size: 1e6 });
  });

  it('that holds itself, or is deep, is shown as far as it goes', () => {
    const ring: Record<string, unknown> = {};
    ring['self'] = ring;
    expect(textOf(ring)).toBe('{"self": [circular]}');
    const deep = Array.from({ length: 100 }).reduce<unknown>((inner) => [inner], 1);
    expect(previewOf(deep, nothing, 1000)).toMatchObject({ isCut: true });
  });

  it('is not run: getters stay uncalled, a proxy that throws is no harm', () => {
    const value = {
      get harm(): never {
        throw new Error('called');
      },
    };
    expect(textOf(value)).toBe('{"harm": "[getter]"}');
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    expect(textOf(hostile)).toBe('[cannot be looked at]');
  });

  it('whatever it is has a text that is no longer than asked for', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withMap: true,
          withSet: true,
          withDate: true,
          withBigInt: true,
          withTypedArray: true,
          withNullPrototype: true,
        }),
        fc.nat(200),
        (value, chars) => {
          const { text, isCut } = previewOf(value, nothing, chars);
          expect(text.length).toBeLessThanOrEqual(chars);
          const whole = previewOf(value, nothing, 1e6).text;
          expect(whole.startsWith(text)).toBe(true);
          if (!isCut) expect(text).toBe(whole);
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });
});

describe('a key that is to be hidden', () => {
  const redaction = new Redaction(['password', 'Token']);

  it('is hidden at whatever depth, in maps too, whatever its case', () => {
    const value = {
      user: 'ann',
      Password: { deep: 'secret1' },
      list: [{ token: 'secret2' }],
      map: new Map([['PASSWORD', 'secret3']]),
    };
    const { text, isRedacted } = previewOf(value, redaction, 1000);
    expect(isRedacted).toBe(true);
    expect(text).not.toContain('secret');
    expect(text).toContain('"ann"');
  });

  it('is not looked at', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 4 }), (object) => {
        const seen: string[] = [];
        const spy = new Proxy(
          {},
          {
            ownKeys: () => (seen.push('looked'), []),
          },
        );
        const { text } = previewOf({ ...object, password: spy, later: 1 }, redaction, 1e6);
        expect(seen).toEqual([]);
        expect(text).toContain('"password": "[redacted]"');
      }),
      { numRuns: 50, seed: 1 },
    );
  });
});
