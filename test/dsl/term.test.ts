/** Salvo terms: parsed, printed, refused with a place. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TermError } from '../../src/dsl/errors.ts';
import { parseTerm } from '../../src/dsl/term/parser.ts';
import { printTerm } from '../../src/dsl/term/printer.ts';
import { limits } from '../../src/limits.ts';
import type { Term } from '../../src/machines/spec.ts';
import { anyTerm, portName } from './generators.ts';

function refusal(text: string): TermError {
  try {
    parseTerm(text);
  } catch (error) {
    if (error instanceof TermError) return error;
    throw error;
  }
  throw new Error(`${text} was not refused`);
}

/** A term's text with more parentheses and blanks than it needs. */
function verbose(term: Term<string>): string {
  switch (term.type) {
    case 'count':
      return `( count ( ${term.port} )${term.op}\n${term.n} )`;
    case 'not':
      return `((not\t${verbose(term.term)}))`;
    case 'and':
    case 'or':
      return `(${term.terms.map(verbose).join(` ${term.type} `)})`;
    default:
      return `(${term.type}(${term.port}))`;
  }
}

describe('salvo terms', () => {
  it('parse to what they were printed from', () => {
    fc.assert(
      fc.property(anyTerm(portName), (term) => {
        expect(parseTerm(printTerm(term))).toEqual(term);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('mean the same with parentheses that they do not need', () => {
    fc.assert(
      fc.property(anyTerm(portName), (term) => {
        expect(parseTerm(verbose(term))).toEqual(term);
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it('are refused or read, and nothing else, whatever the text is', () => {
    const words = fc.constantFrom(
      'and',
      'or',
      'not',
      'count',
      'empty',
      'full',
      'x',
      '(',
      ')',
      '>=',
      '=',
      '7',
      '-1',
      ' ',
      '\n',
      '$',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(words).map((parts) => parts.join(' ')),
          fc.string(),
        ),
        (text) => {
          try {
            const term = parseTerm(text);
            expect(parseTerm(printTerm(term))).toEqual(term);
          } catch (error) {
            expect(error).toBeInstanceOf(TermError);
          }
        },
      ),
      { numRuns: 1000, seed: 3 },
    );
  });

  it('bind not before and before or', () => {
    expect(parseTerm('not empty(a) and full(b) or nonfull(c)')).toEqual({
      type: 'or',
      terms: [
        {
          type: 'and',
          terms: [
            { type: 'not', term: { type: 'empty', port: 'a' } },
            { type: 'full', port: 'b' },
          ],
        },
        { type: 'nonfull', port: 'c' },
      ],
    });
  });

  it('are printed with the parentheses they need and no others', () => {
    const text = '((not (empty(a) and (full(b)))) and ((nonempty(c)) or (count(d)>=2)))';
    expect(printTerm(parseTerm(text))).toBe(
      'not (empty(a) and full(b)) and (nonempty(c) or count(d) >= 2)',
    );
  });

  it('have one form for a chain, however it was grouped', () => {
    expect(parseTerm('empty(a) and (empty(b) and empty(c))')).toEqual(
      parseTerm('(empty(a) and empty(b)) and empty(c)'),
    );
  });

  it('read words as whole identifiers, and function names as ports where a port is expected', () => {
    expect(parseTerm('nonempty(orders)')).toEqual({ type: 'nonempty', port: 'orders' });
    expect(parseTerm('count(count) > 1 and not nonempty(not)')).toEqual({
      type: 'and',
      terms: [
        { type: 'count', port: 'count', op: '>', n: 1 },
        { type: 'not', term: { type: 'nonempty', port: 'not' } },
      ],
    });
  });

  it.each([
    ['', 'TERM_EMPTY', 1, 1],
    [' \n ', 'TERM_EMPTY', 1, 1],
    ['nonempty(a) & full(b)', 'TERM_UNEXPECTED_CHARACTER', 1, 13],
    ['nonempty(a)\nand\n  fulll(b)', 'TERM_UNKNOWN_FUNCTION', 3, 3],
    ['nonempty(a', 'TERM_UNEXPECTED_END', 1, 11],
    ['nonempty(a) and', 'TERM_UNEXPECTED_END', 1, 16],
    ['nonempty(a) nonempty(b)', 'TERM_UNEXPECTED_TOKEN', 1, 13],
    ['and nonempty(a)', 'TERM_UNEXPECTED_TOKEN', 1, 1],
    ['nonempty()', 'TERM_UNEXPECTED_TOKEN', 1, 10],
    ['nonempty(a))', 'TERM_UNEXPECTED_TOKEN', 1, 12],
    ['count(a)', 'TERM_COMPARISON_MISSING', 1, 9],
    ['count(a) and empty(b)', 'TERM_COMPARISON_MISSING', 1, 10],
    ['count(a) = 2', 'TERM_OPERATOR_INVALID', 1, 10],
    ['count(a) >= -2', 'TERM_NUMBER_INVALID', 1, 13],
    ['count(a) >= 1.5', 'TERM_NUMBER_INVALID', 1, 13],
    ['count(a) >= 9007199254740992', 'TERM_NUMBER_INVALID', 1, 13],
    ['count(a) >= b', 'TERM_UNEXPECTED_TOKEN', 1, 13],
  ])('refuse %j as %s at line %i, column %i', (text, code, line, column) => {
    const error = refusal(text);
    expect([error.code, error.line, error.column]).toEqual([code, line, column]);
    expect(error.hint).not.toBe('');
  });

  it('show the text with a caret under the mistake', () => {
    expect(refusal('nonempty(a)\nand fulll(b)').message.split('\n').slice(1)).toEqual([
      '  and fulll(b)',
      '      ^',
    ]);
    expect(refusal('nonempty(a) and fulll(b)').hint).toBe('Did you mean `full`?');
    const long = `${'empty(a) and '.repeat(200)}x(a)`;
    const [, shown = '', caret = ''] = refusal(long).message.split('\n');
    expect(shown.length).toBeLessThan(90);
    expect(shown.slice(caret.length - 1)).toMatch(/^x\(a\)/);
  });

  it('have limits, and no text overflows the stack', () => {
    const nested = (deep: number): string => `${'('.repeat(deep)}empty(a)${')'.repeat(deep)}`;
    expect(parseTerm(nested(limits.termDepth))).toEqual({ type: 'empty', port: 'a' });
    expect(refusal(nested(limits.termDepth + 1)).code).toBe('TERM_TOO_DEEP');
    expect(refusal(`${'not '.repeat(2000)}empty(a)`).code).toBe('TERM_TOO_DEEP');
    expect(refusal('('.repeat(limits.termChars)).code).toBe('TERM_TOO_DEEP');
    expect(refusal('('.repeat(10_000_000)).code).toBe('TERM_TOO_LONG');
    expect(parseTerm(Array.from({ length: 700 }, () => 'empty(a)').join(' and '))).toMatchObject({
      type: 'and',
    });
  });

  it('made by hand are printed only as deep as they could be read', () => {
    let term: Term<string> = { type: 'empty', port: 'a' };
    for (let n = 0; n < 100_000; n += 1) term = { type: 'not', term };
    expect(() => printTerm(term)).toThrow(expect.objectContaining({ code: 'TERM_TOO_DEEP' }));
  });
});
