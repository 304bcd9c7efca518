/** Licence expressions are read as SPDX means them, and put into the family that counts. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readLicence } from '../../examples/licence-audit/classification.ts';
import { familyOf } from '../../examples/licence-audit/licence-families.ts';
import { licenceOfText } from '../../examples/licence-audit/licence-files.ts';
import { parseExpression, printExpression } from '../../examples/licence-audit/spdx-expression.ts';
import type { Expression } from '../../examples/licence-audit/spdx-expression.ts';

const licence: fc.Arbitrary<Expression> = fc.oneof(
  fc
    .constantFrom('MIT', 'GPL-2.0+', 'LicenseRef-own')
    .map((id) => ({ type: 'licence', id }) as const),
  fc.constant({
    type: 'licence',
    id: 'GPL-2.0-only',
    exception: 'Classpath-exception-2.0',
  } as const),
);

/** Lists alternate between `and` and `or`, as reading gives them. */
const { and, or } = fc.letrec<{ and: Expression; or: Expression }>((tie) => ({
  and: fc.oneof(
    { maxDepth: 3 },
    licence,
    fc.array(tie('or'), { minLength: 2, maxLength: 3 }).map((parts) => list('and', parts)),
  ),
  or: fc.oneof(
    { maxDepth: 3 },
    licence,
    fc.array(tie('and'), { minLength: 2, maxLength: 3 }).map((parts) => list('or', parts)),
  ),
}));

function list(type: 'and' | 'or', parts: readonly Expression[]): Expression {
  return { type, parts };
}

it('what is printed is read as the same expression', () => {
  fc.assert(
    fc.property(fc.oneof(and, or), (expression) => {
      expect(parseExpression(printExpression(expression))).toEqual(expression);
    }),
    { seed: 1 },
  );
});

it('any text is read or refused, and never an error', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      expect(['object']).toContain(typeof parseExpression(text));
      expect(typeof readLicence(text).family).toBe('string');
    }),
    { seed: 2 },
  );
});

it('brackets without end are refused', () => {
  expect(parseExpression('('.repeat(100_000))).toBeNull();
  expect(parseExpression('('.repeat(900))).toBeNull();
});

it.each(['', 'MIT OR', 'OR MIT', '(MIT', 'MIT)', 'MIT ISC', 'MIT WITH', 'MIT, ISC', 'AND', '()'])(
  '%j is no expression',
  (text) => {
    expect(parseExpression(text)).toBeNull();
  },
);

it.each([
  ['MIT', 'permissive'],
  ['mit', 'permissive'],
  ['(MIT OR GPL-3.0-only)', 'permissive'],
  ['MIT AND GPL-3.0-only', 'strong-copyleft'],
  ['MIT OR GPL-3.0-only AND LGPL-3.0-only', 'permissive'],
  ['(MIT OR ISC) AND Foo-2.0', 'unknown'],
  ['(Foo-2.0 OR MPL-2.0)', 'weak-copyleft'],
  ['LGPL-2.1+', 'weak-copyleft'],
  ['GPL-2.0-or-later WITH Classpath-exception-2.0', 'weak-copyleft'],
  ['GPL-2.0-or-later WITH Bison-exception-2.2', 'strong-copyleft'],
  ['Apache-2.0 WITH LLVM-exception', 'permissive'],
  ['CC0-1.0', 'public-domain'],
  ['UNLICENSED', 'proprietary'],
  ['LicenseRef-own', 'unknown'],
])('%s is %s', (text, family) => {
  const expression = parseExpression(text);
  expect(expression === null ? null : familyOf(expression)).toBe(family);
});

it.each([
  ['Apache 2.0', 'Apache-2.0'],
  ['The Apache Software License, Version 2.0', 'Apache-2.0'],
  ['MIT License', 'MIT'],
  ['New BSD', 'BSD-3-Clause'],
  ['GPLv3', 'GPL-3.0-only'],
  ['Public Domain', 'CC0-1.0'],
])('%s, as people write it, is %s', (text, licence) => {
  expect(readLicence(text)).toMatchObject({
    licence,
    reasons: [`written in words, read as ${licence}`],
  });
});

it('an expression as SPDX has it is nothing odd, in whatever case', () => {
  expect(
    ['MIT', 'ISC', 'Unlicense', 'BSD-3-Clause'].map((text) => readLicence(text).reasons),
  ).toEqual([[], [], [], []]);
  expect(readLicence('mit').reasons).toEqual(['written in words, read as MIT']);
});

it.each([
  ['GNU GENERAL PUBLIC LICENSE\n   Version 2, June 1991', 'GPL-2.0-only'],
  ['GNU LESSER GENERAL PUBLIC LICENSE\n  Version 3, 29 June 2007', 'LGPL-3.0-only'],
  ['Apache License\n                           Version 2.0', 'Apache-2.0'],
  ['a text of our own', null],
])('the text that begins %j is that of %s', (text, licence) => {
  expect(licenceOfText(text)).toBe(licence);
});
