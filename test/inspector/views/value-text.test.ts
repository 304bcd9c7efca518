/** Values are broken into lines where they are long, and lose nothing by it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, sizeOf } from '../../../inspector/words/sizes.ts';
import {
  byteRows,
  readBytes,
  readString,
  valueLines,
} from '../../../inspector/words/value-text.ts';

const plain = (text: string): string =>
  valueLines(text)
    .map((line) => line.map((token) => token.text).join(''))
    .join('\n');

describe('the text of a value', () => {
  it('stands in one line where it is short, and in several where it is long', () => {
    expect(plain('{"id": 1, "tags": ["a", "b"]}')).toBe('{"id": 1, "tags": ["a", "b"]}');
    const long = `{"id": 1, "text": "${'x'.repeat(60)}", "tags": ["a", "b"]}`;
    expect(plain(long)).toBe(
      `{\n  "id": 1,\n  "text": "${'x'.repeat(60)}",\n  "tags": ["a", "b"]\n}`,
    );
  });

  it('says of each part what it is', () => {
    const [line] = valueLines('{"a": "b", n: -1.5, x: Map(2)}');
    const kinds = line!.filter(({ kind }) => kind !== 'mark' && kind !== 'space');
    expect(kinds.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'key "a"',
      'string "b"',
      'key n',
      'number -1.5',
      'key x',
      'word Map',
      'number 2',
    ]);
  });

  it('loses nothing but spaces, cut anywhere', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.nat(), (json, cut) => {
        const text = json.slice(0, cut % (json.length + 1));
        const bare = (value: string): string => value.replaceAll(/\s/g, '');
        expect(bare(plain(text))).toBe(bare(text));
      }),
      { seed: 1 },
    );
  });

  it('is read in time that grows with its length alone', () => {
    const deep = '['.repeat(20_000);
    expect(plain(deep).replaceAll(/\s/g, '')).toBe(deep);
  });
});

it('a text is read from its quotes, wherever it was cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (said, cut) => {
      const text = JSON.stringify(said);
      expect(readString(text)).toBe(said);
      const read = readString(text.slice(0, 1 + (cut % text.length)));
      expect(read).not.toBeNull();
      expect(said.startsWith(read!)).toBe(true);
    }),
    { seed: 1 },
  );
  expect(readString('"a" + "b"')).toBeNull();
  expect(readString(String.raw`"cut at \"`), 'a quote that is said').toBe('cut at "');
  expect(readString('7')).toBeNull();
});

describe('bytes', () => {
  it('stand in rows, as numbers and as letters', () => {
    const found = readBytes('Uint8Array(10 bytes) 48656c6c6f00ff7e2121');
    expect(found?.head).toBe('Uint8Array(10 bytes)');
    expect(byteRows(found!.hex)).toEqual([
      { at: '000000', hex: '48 65 6c 6c 6f 00 ff 7e', text: 'Hello··~' },
      { at: '000008', hex: '21 21                  ', text: '!!' },
    ]);
    expect(readBytes('"Uint8Array"')).toBeNull();
  });

  it.each([
    [1, '1 byte'],
    [999, '999 bytes'],
    [3000, '3.0\u202fkB'],
    [2_400_000, '2.4\u202fMB'],
    [123_456_789_000, '123\u202fGB'],
  ])('%i are %s', (size, text) => {
    expect(bytes(size)).toBe(text);
  });

  it('are told from characters and items', () => {
    expect(sizeOf({ size: 3000, unit: 'bytes' })).toBe('3.0\u202fkB');
    expect(sizeOf({ size: 1, unit: 'items' })).toBe('1 item');
    expect(sizeOf({ size: 2, unit: 'chars' })).toBe('2 characters');
    expect(sizeOf({ size: null, unit: 'chars' })).toBe('very large');
  });
});
