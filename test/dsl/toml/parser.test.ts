/** The TOML parser held against smol-toml, and against what is meant to break parsers. */
import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { parseToml } from '../../../src/dsl/toml/parser.ts';
import { plainTree } from '../../../src/dsl/toml/tree.ts';

function objects(value: unknown): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, each]) => [key, objects(each)]));
  return Array.isArray(value) ? value.map(objects) : value;
}

function read(text: string): { value: unknown; codes: string[] } {
  const { root, problems } = parseToml(text);
  return { value: objects(plainTree(root)), codes: problems.map(({ code }) => code) };
}

/** What smol-toml makes of it, or undefined where it refuses. */
function oracle(text: string): unknown {
  try {
    return parse(text, { integersAsBigInt: 'asNeeded' });
  } catch {
    return undefined;
  }
}

const texts = [
  '',
  '# only a comment',
  'a = 1\nb = "two"\nc = true\nd = 1.5\n',
  'a.b.c = 1\na.b.d = 2\n"quoted key" = 3\n\'lit\' = 4\n"" = 5',
  '[a]\n[a.b]\nx = 1\n[c]\ny = 2',
  '[a.b]\nx = 1\n[a]\ny = 2',
  '[a]\nb.c = 1\n[a.b.d]\ne = 1',
  '[[a]]\nx = 1\n[[a]]\nx = 2\n[a.b]\ny = 3',
  '[[a.b]]\n[a.b.c]\nd = 1\n[[a.b]]',
  'a = { b = 1, c = { d = [1, 2,\n3,] } }',
  'a = { b = 1,\n c = 2,\n}',
  'a = [[1], ["x", { y = 1 }], []]',
  'a = """\none\n  two\\\n   three \\"" """',
  "a = '''\none\n'two' '''''",
  "a = 'C:\\path'",
  'a = "\\t\\n\\u00e9\\U0001F600\\x41\\e"',
  'a = 0xDEAD_beef\nb = 0o755\nc = 0b1010\nd = 1_000\ne = -17\nf = +3',
  'a = 1e5\nb = -0.5E-3\nc = inf\nd = -inf\ne = 6.02_2e23\nf = 0.0',
  'a = 9007199254740993\nb = -9223372036854775808',
  'a = 1979-05-27T07:32:00Z\nb = 1979-05-27 07:32:00.5+02:00\nc = 1979-05-27\nd = 07:32\ne = 1979-05-27T07:32',
  'a = 1\r\nb = 2\r\n[c] # comment\r\nd = """x\r\ny"""\r\n',
  'a  =  1 # one\n\t[ b . "c d" ]\n x = 2',
];

const wrong = [
  ['a = ', 'TOML_VALUE_MISSING'],
  ['a = # b', 'TOML_VALUE_MISSING'],
  ['a 1', 'TOML_EQUALS_MISSING'],
  ['= 1', 'TOML_KEY_MISSING'],
  ['a..b = 1', 'TOML_KEY_MISSING'],
  ['a. = 1', 'TOML_KEY_MISSING'],
  ['[]', 'TOML_KEY_MISSING'],
  ['"""a""" = 1', 'TOML_KEY_MISSING'],
  ['[a', 'TOML_HEADER_UNTERMINATED'],
  ['[[a]', 'TOML_HEADER_UNTERMINATED'],
  ['[a] b = 1', 'TOML_LINE_NOT_ENDED'],
  ['a = 1 b = 2', 'TOML_LINE_NOT_ENDED'],
  ['a = "x', 'TOML_STRING_UNTERMINATED'],
  ['a = "x\ny"', 'TOML_STRING_UNTERMINATED'],
  ['a = """x', 'TOML_STRING_UNTERMINATED'],
  ["a = 'x", 'TOML_STRING_UNTERMINATED'],
  ['a = "\\q"', 'TOML_ESCAPE_INVALID'],
  ['a = "\\uD800"', 'TOML_ESCAPE_INVALID'],
  ['a = "\\u12"', 'TOML_ESCAPE_INVALID'],
  ['a = "\u0001"', 'TOML_CONTROL_CHARACTER'],
  ['# \u0001', 'TOML_CONTROL_CHARACTER'],
  ['a = 1\rb = 2', 'TOML_CONTROL_CHARACTER'],
  ['a = [1, 2', 'TOML_LIST_UNTERMINATED'],
  ['a = [1 2]', 'TOML_COMMA_MISSING'],
  ['a = { b = 1', 'TOML_TABLE_UNTERMINATED'],
  ['a = { b = 1 c = 2 }', 'TOML_COMMA_MISSING'],
  ['a = yes', 'TOML_VALUE_INVALID'],
  ['a = True', 'TOML_VALUE_INVALID'],
  ['a = [,]', 'TOML_VALUE_INVALID'],
  ['a = 012', 'TOML_NUMBER_INVALID'],
  ['a = 1__0', 'TOML_NUMBER_INVALID'],
  ['a = 1.', 'TOML_NUMBER_INVALID'],
  ['a = .5', 'TOML_NUMBER_INVALID'],
  ['a = 0xg', 'TOML_NUMBER_INVALID'],
  ['a = 9223372036854775808', 'TOML_NUMBER_INVALID'],
  ['a = 1979-13-01', 'TOML_DATE_INVALID'],
  ['a = 1979-02-29', 'TOML_DATE_INVALID'],
  ['a = 25:00:00', 'TOML_DATE_INVALID'],
  ['a = 1\na = 2', 'TOML_KEY_DUPLICATE'],
  ['[a]\n[a]', 'TOML_KEY_DUPLICATE'],
  ['[a]\n[a.b]\n[a]', 'TOML_KEY_DUPLICATE'],
  ['a.b = 1\n[a]\nc = 2', 'TOML_KEY_DUPLICATE'],
  ['a = [1]\n[[a]]', 'TOML_KEY_DUPLICATE'],
  ['a = { b = 1 }\na.c = 2', 'TOML_KEY_DUPLICATE'],
  ['a = { b = 1 }\n[a.c]', 'TOML_KEY_DUPLICATE'],
  ['[[a]]\n[a.b]\n[a.b]', 'TOML_KEY_DUPLICATE'],
  ['[a.b.c]\nx = 1\n[a]\nb.d = 2', 'TOML_KEY_DUPLICATE'],
  ['__proto__ = 1', 'TOML_KEY_RESERVED'],
  ['a = { "__proto__" = 1 }', 'TOML_KEY_RESERVED'],
] as const;

describe('the TOML parser', () => {
  it.each(texts)('reads %j as smol-toml does', (text) => {
    const { value, codes } = read(text);
    expect(codes).toEqual([]);
    expect(value).toEqual(oracle(text));
  });

  it.each(wrong)('refuses %j: %s', (text, code) => {
    expect(read(text).codes[0]).toBe(code);
  });

  it('reads back whatever smol-toml prints', () => {
    const scalar = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer(),
      fc.boolean(),
      fc.double(),
      fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
    );
    const key = fc.string({ unit: 'grapheme' }).filter((name) => name !== '__proto__');
    const { table } = fc.letrec<{ value: unknown; table: Record<string, unknown> }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        scalar,
        fc.array(tie('value'), { maxLength: 4 }),
        tie('table'),
      ),
      table: fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
    }));
    fc.assert(
      fc.property(table, (document) => {
        const text = stringify(document);
        expect(read(text)).toEqual({ value: parse(text), codes: [] });
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it('agrees with smol-toml on what a text with one character changed means, where both read it', () => {
    const pieces = fc.constantFrom(...'[]{}=.,"\'\n#\\ abc01-_:+eT'.split(''));
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.nat(),
        pieces,
        fc.nat(2),
        (text, at, piece, removed) => {
          const position = at % (text.length + 1);
          const changed = text.slice(0, position) + piece + text.slice(position + removed);
          const { value, codes } = read(changed);
          const other = oracle(changed);
          if (codes.length === 0 && other !== undefined) expect(value).toEqual(other);
        },
      ),
      { numRuns: 2000, seed: 11 },
    );
  });

  it('finds the mistakes of several statements in one go, and reads the others', () => {
    const { value, codes } = read('a = \nb = 2\nc == 3\n[t]\nd = "x\ne = 5\n[u\nf = 6\n[v]\ng = 7');
    expect(codes).toEqual([
      'TOML_VALUE_MISSING',
      'TOML_VALUE_INVALID',
      'TOML_STRING_UNTERMINATED',
      'TOML_HEADER_UNTERMINATED',
    ]);
    expect(value).toEqual({ b: 2, t: { e: 5 }, v: { g: 7 } });
  });

  it.each([
    ['nested lists', `a = ${'['.repeat(1_000_000)}`, 'DEFINITION_TOO_DEEP'],
    ['nested tables', `a = ${'{a='.repeat(500_000)}`, 'DEFINITION_TOO_DEEP'],
    ['brackets alone', '['.repeat(1_000_000), 'TOML_KEY_MISSING'],
    ['a key of a million parts', `${'a.'.repeat(1_000_000)}a = 1`, 'TOML_KEY_TOO_LONG'],
    ['a header of a million parts', `[${'a.'.repeat(1_000_000)}a]`, 'TOML_KEY_TOO_LONG'],
    ['a number of a million digits', `a = ${'1'.repeat(1_000_000)}`, 'TOML_NUMBER_INVALID'],
    [
      'blanks after a bracket',
      `a = x\n${`[${' '.repeat(1000)}\n`.repeat(1000)}`,
      'TOML_VALUE_INVALID',
    ],
    ['a million mistakes', '=\n'.repeat(1_000_000), 'TOML_KEY_MISSING'],
    [
      'an unclosed string of a million lines',
      `a = """${'\n'.repeat(1_000_000)}`,
      'TOML_STRING_UNTERMINATED',
    ],
  ])('gives up on %s at once', (_name, text, code) => {
    const { codes } = read(text);
    expect(codes[0]).toBe(code);
    expect(codes.length).toBeLessThan(300);
  });

  it('reads a string of a million characters and a list of a million numbers', () => {
    const { value, codes } = read(
      `a = "${'x'.repeat(1_000_000)}"\nb = [${'1,'.repeat(1_000_000)}]`,
    );
    expect(codes).toEqual([]);
    expect(value).toMatchObject({ a: 'x'.repeat(1_000_000) });
  });
});
