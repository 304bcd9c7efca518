/** Values in records: by hash, whole, or kept elsewhere; and read back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type StoredText,
  type ValueHash,
  ValueRecorder,
  type ValueTexts,
  readValue,
  textHash,
} from '../../../src/runtime/values/recorded-value.ts';
import { LazyValue } from '../../../src/runtime/values/values.ts';

class Texts implements ValueTexts {
  readonly texts = new Map<string, string>();

  put(text: string): ValueHash {
    const ref = textHash(text);
    this.texts.set(ref, text);
    return ref;
  }

  get(ref: string): StoredText {
    const text = this.texts.get(ref);
    return text === undefined ? { missing: 'is not there' } : { text };
  }
}

const hashes = new ValueRecorder({ mode: 'hash' });
const inline = new ValueRecorder({ mode: 'inline' });

describe('a value in a record', () => {
  test('is read back as it was, from the record and from where it is kept', () => {
    const texts = new Texts();
    const store = new ValueRecorder({ mode: 'store', texts });
    const values = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(values, (value) => {
        for (const recorded of [inline.record(value), store.record(value)]) {
          const throughText = JSON.parse(JSON.stringify(recorded)) as typeof recorded;
          if ('lost' in recorded) expect(recorded.lost).toContain('a field of a refused name');
          else expect(readValue(throughText, texts)).toEqual({ value });
        }
      }),
      { seed: 11 },
    );
  });

  test('is kept once where it comes twice', () => {
    const texts = new Texts();
    const store = new ValueRecorder({ mode: 'store', texts });
    expect(store.record(new Map([['a', 1n]]))).toEqual(store.record(new Map([['a', 1n]])));
    expect(texts.texts.size).toBe(1);
  });

  test('that is lazy is not made', () => {
    const make = (): never => {
      throw new Error('made');
    };
    const lazy = new LazyValue(make, { nodeName: 'N', epochId: 'E' });
    expect([inline.record(lazy), hashes.record(lazy)]).toEqual([{ lazy: true }, { lazy: true }]);
    expect(readValue({ lazy: true }, null)).toEqual({
      missing: 'is lazy: only its function could make it',
    });
  });

  test('that cannot be kept whole is lost, with the place and the reason', () => {
    const recorded = inline.record({ a: [() => 1] });
    expect(recorded).toEqual({ lost: 'value.a[0]: a function' });
    expect(hashes.record({ a: [() => 1] })).toEqual(recorded);
    expect(readValue(recorded, null)).toEqual({
      missing: 'was not kept: value.a[0]: a function',
    });
  });
});

describe('the hash of a value', () => {
  test('is equal for equal values, and another for another order, kind or sign', () => {
    const distinct = [{ a: 1, b: 2 }, { b: 2, a: 1 }, new Map(), new Set(), 0, -0, 1, 1n, '1'];
    const told = new Set(distinct.map((value) => JSON.stringify(hashes.record(value))));
    expect(told.size).toBe(distinct.length);
    expect(hashes.record({ a: [1, NaN] })).toEqual(hashes.record({ a: [1, NaN] }));
  });

  test('is that of the encoded text', () => {
    expect(hashes.record(null)).toEqual({
      hash: 'sha256-74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b',
    });
  });

  test('gives no value back', () => {
    expect(readValue(hashes.record(1), null)).toEqual({
      missing: 'was recorded by its hash alone',
    });
  });
});

describe('a record that was tampered with', () => {
  test('is said to be unreadable', () => {
    expect(readValue({ value: { $: 'ref', to: 7 } }, null)).toEqual({
      missing: 'cannot be read: a reference leads nowhere',
    });
  });

  test('is said to be unreadable where the text kept elsewhere is no JSON', () => {
    const texts = new Texts();
    expect(readValue({ ref: texts.put('{') }, texts)).toEqual({
      missing: 'cannot be read: a value is of an unknown kind',
    });
    expect(readValue({ ref: textHash('1') }, texts)).toEqual({ missing: 'is not there' });
    expect(readValue({ ref: textHash('1') }, null)).toEqual({
      missing: 'is kept in a folder, and packet_storage_path does not say which',
    });
  });
});
