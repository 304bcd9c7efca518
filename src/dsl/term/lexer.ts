/** Salvo terms as tokens with positions. */
import type { CountOperator } from '../../machines/spec.ts';

/** A mistake in a term's text, at an offset into it (UTF-16 code units). */
export interface TermProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly offset: number;
}

export type TermToken =
  | { readonly type: 'word'; readonly text: string; readonly offset: number }
  | {
      readonly type: 'number';
      readonly text: string;
      readonly value: number;
      readonly offset: number;
    }
  | { readonly type: 'operator'; readonly text: CountOperator; readonly offset: number }
  | { readonly type: '(' | ')' | 'end'; readonly text: string; readonly offset: number };

const space = /[ \t\r\n]+/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const digits = /-?[0-9][A-Za-z0-9_.]*/y;
const comparison = /[=!<>]+/y;
const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

function isComparison(text: string): text is CountOperator {
  return comparisons.has(text);
}

function match(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0];
}

function readNumber(text: string, offset: number): TermToken | TermProblem {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return { type: 'number', text, value, offset };
  return {
    code: 'TERM_NUMBER_INVALID',
    message: `\`${text.slice(0, 40)}\` is not a count`,
    hint: `Counts are compared with whole numbers from 0 to ${Number.MAX_SAFE_INTEGER}.`,
    offset,
  };
}

function readComparison(text: string, offset: number): TermToken | TermProblem {
  if (isComparison(text)) return { type: 'operator', text, offset };
  return {
    code: 'TERM_OPERATOR_INVALID',
    message: `\`${text.slice(0, 40)}\` is not a comparison`,
    hint: 'Comparisons are == != < <= > >=.',
    offset,
  };
}

function readToken(text: string, offset: number): TermToken | TermProblem {
  const char = text.charAt(offset);
  if (char === '(' || char === ')') return { type: char, text: char, offset };
  const name = match(word, text, offset);
  if (name !== undefined) return { type: 'word', text: name, offset };
  const number = match(digits, text, offset);
  if (number !== undefined) return readNumber(number, offset);
  const operator = match(comparison, text, offset);
  if (operator !== undefined) return readComparison(operator, offset);
  return {
    code: 'TERM_UNEXPECTED_CHARACTER',
    message: `${JSON.stringify(String.fromCodePoint(text.codePointAt(offset) ?? 0))} has no meaning in a term`,
    hint: 'A term has words, whole numbers, comparisons and parentheses.',
    offset,
  };
}

/** The tokens of `text`, ending in one of type `end`; or the first character sequence that is none. */
export function lexTerm(text: string): readonly TermToken[] | TermProblem {
  const tokens: TermToken[] = [];
  let offset = 0;
  for (;;) {
    offset += match(space, text, offset)?.length ?? 0;
    if (offset >= text.length) break;
    const token = readToken(text, offset);
    if ('code' in token) return token;
    tokens.push(token);
    offset += token.text.length;
  }
  tokens.push({ type: 'end', text: '', offset: text.length });
  return tokens;
}
