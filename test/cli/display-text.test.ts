/** Text for terminals: harmless, clipped by its width, aligned. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { clip, durationText, oneLine, printable, widthOf } from '../../src/cli/display-text.ts';
import { jsonValue } from '../../src/cli/json-value.ts';
import { tableLines } from '../../src/cli/table.ts';

it('controls and what turns text around are shown by their numbers; line ends and tabs stay', () => {
  expect(printable('a\u001b[2J\u0000\u0007\r\nb\tc\u202e\u2066\u009b\rd')).toBe(
    'a\\u{1b}[2J\\u{0}\\u{7}\nb\tc\\u{202e}\\u{2066}\\u{9b}\\u{d}d',
  );
  expect(oneLine('  a\n\n b\tc ')).toBe('a b c');
});

it('wide characters take two columns, combining ones none', () => {
  expect([widthOf('abc'), widthOf('日本'), widthOf('e\u0301'), widthOf('😀')]).toEqual([
    3, 4, 1, 2,
  ]);
});

it('a clipped line is never wider than asked for, and starts as the line does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (line, columns) => {
      const clipped = clip(line, columns);
      expect(widthOf(clipped)).toBeLessThanOrEqual(columns);
      if (clipped !== line) expect(line.startsWith(clipped.slice(0, -1))).toBe(true);
      else expect(widthOf(line)).toBeLessThanOrEqual(columns);
    }),
    { seed: 3 },
  );
});

it('durations are written for people', () => {
  expect([4.4, 1000, 59_949, 59_950, 125_000, 3_725_000].map(durationText)).toEqual([
    '4 ms',
    '1.0 s',
    '59.9 s',
    '1 min 0 s',
    '2 min 5 s',
    '1 h 2 min',
  ]);
});

it('a table is aligned, numbers at the right', () => {
  const columns = [
    { title: 'name', align: 'left' },
    { title: 'n', align: 'right' },
  ] as const;
  expect(
    tableLines(columns, [
      ['日', '10'],
      ['b', '5'],
    ]),
  ).toEqual(['name   n', '日    10', 'b      5']);
});

it('every value has a form in JSON', () => {
  const ring: Record<string, unknown> = { name: 'ring' };
  ring['self'] = ring;
  let deep: unknown = 0;
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
  const shared = { a: 1 };
  const values: [value: unknown, expected: unknown][] = [
    [new Map([['a', new Set([1n])]]), [['a', ['1']]]],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), 'Invalid Date'],
    [
      [undefined, null, Number.NaN, -Infinity],
      [null, null, 'NaN', '-Infinity'],
    ],
    [{ a: undefined, b: 1 }, { b: 1 }],
    [Uint8Array.from([1, 2, 3]), 'AQID'],
    [Float64Array.from([0.5]), [0.5]],
    [new TypeError('no'), { name: 'TypeError', message: 'no' }],
    [ring, { name: 'ring', self: '[a value within itself]' }],
    [
      [shared, shared],
      [{ a: 1 }, { a: 1 }],
    ],
    [Symbol('s'), '[Symbol(s)]'],
    [function named() {}, '[function named]'],
    [
      {
        get bad() {
          throw new Error('unreadable');
        },
      },
      '[a value that cannot be read: unreadable]',
    ],
    [{ toJSON: () => 7n }, '7'],
    [JSON.parse('{"__proto__": 1}'), JSON.parse('{"__proto__": 1}')],
  ];
  for (const [value, expected] of values) expect(jsonValue(value)).toEqual(expected);
  expect(JSON.stringify(jsonValue(deep))).toContain('[nested too deep]');
});

it('what JSON can write is written as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.stringify(jsonValue(value))).toBe(JSON.stringify(value));
    }),
    { seed: 5 },
  );
});
