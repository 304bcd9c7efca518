/** Salvo terms printed, with the parentheses they need and no others. */
import { limits } from '../../limits.ts';
import type { Term } from '../../machines/spec.ts';
import { DslError } from '../errors.ts';

const binding = { or: 1, and: 2, not: 3 } as const;

function print(term: Term<string>, outer: number, depth: number): string {
  if (depth > limits.termDepth * 3) {
    throw new DslError(
      'TERM_TOO_DEEP',
      `A term nested more than ${limits.termDepth} deep cannot be printed.`,
    );
  }
  switch (term.type) {
    case 'count':
      return `count(${term.port}) ${term.op} ${term.n}`;
    case 'not':
      return `not ${print(term.term, binding.not, depth + 1)}`;
    case 'and':
    case 'or': {
      const own = binding[term.type];
      const text = term.terms.map((each) => print(each, own, depth + 1)).join(` ${term.type} `);
      return own < outer ? `(${text})` : text;
    }
    default:
      return `${term.type}(${term.port})`;
  }
}

/**
 * The text of a term, in its canonical form: `parseTerm(printTerm(t))` equals `t` for every `t` that
 * the parser can produce. Throws DslError `TERM_TOO_DEEP` on a hand-made term nested beyond the limit.
 */
export function printTerm(term: Term<string>): string {
  return print(term, 0, 0);
}
