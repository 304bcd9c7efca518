/**
 * Salvo terms parsed.
 *
 *     or   = and { "or" and }          and  = not { "and" not }
 *     not  = { "not" } atom            atom = "(" or ")" | function "(" port ")" [ comparison number ]
 *
 * T1: the stack is as deep as the term is nested, and that is at most `limits.termDepth`.
 * T2: a term comes out in one form: no `and` directly in an `and`, no `or` directly in an `or`.
 */
import { limits } from '../../limits.ts';
import type { Term } from '../../machines/spec.ts';
import { TermError } from '../errors.ts';
import type { TermPosition } from '../errors.ts';
import { nearest } from '../nearest-name.ts';
import { lexTerm } from './lexer.ts';
import type { TermProblem, TermToken } from './lexer.ts';

/** A port as a term names it, and where. */
export interface TermPort {
  readonly name: string;
  readonly offset: number;
}

export type TermReading =
  | { readonly ok: true; readonly term: Term<string>; readonly ports: readonly TermPort[] }
  | { readonly ok: false; readonly problem: TermProblem };

const states = ['empty', 'nonempty', 'full', 'nonfull'] as const;
const functions: readonly string[] = [...states, 'count'];

function stateNamed(word: string): (typeof states)[number] | undefined {
  return states.find((state) => state === word);
}

/** Unwinds the parser to `readTerm`; never leaves this file. */
class Unparsable extends Error {
  readonly problem: TermProblem;

  constructor(problem: TermProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

class Parser {
  readonly ports: TermPort[] = [];
  readonly #tokens: readonly TermToken[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly TermToken[]) {
    this.#tokens = tokens;
  }

  whole(): Term<string> {
    const term = this.#or();
    const rest = this.#peek();
    if (rest.type !== 'end')
      this.#fail('TERM_UNEXPECTED_TOKEN', rest, '`and`, `or` or the end of the term');
    return term;
  }

  #or(): Term<string> {
    return this.#chain('or', () => this.#and());
  }

  #and(): Term<string> {
    return this.#chain('and', () => this.#not());
  }

  #chain(word: 'and' | 'or', operand: () => Term<string>): Term<string> {
    const terms: Term<string>[] = [];
    const add = (term: Term<string>): void => {
      if (term.type === word) terms.push(...term.terms);
      else terms.push(term);
    };
    const first = operand();
    if (!this.#takeWord(word)) return first;
    add(first);
    do add(operand());
    while (this.#takeWord(word));
    return { type: word, terms };
  }

  #not(): Term<string> {
    const before = this.#depth;
    let nots = 0;
    while (this.#startsNot()) {
      this.#enter();
      this.#at += 1;
      nots += 1;
    }
    let term = this.#atom();
    for (; nots > 0; nots -= 1) term = { type: 'not', term };
    this.#depth = before;
    return term;
  }

  /** `not` is an operator wherever an atom may start: no function has that name. */
  #startsNot(): boolean {
    const token = this.#peek();
    return token.type === 'word' && token.text === 'not';
  }

  #atom(): Term<string> {
    const token = this.#next();
    if (token.type === '(') {
      this.#depth += 1;
      this.#checkDepth(token);
      const term = this.#or();
      this.#depth -= 1;
      this.#expect(')', 'a closing parenthesis');
      return term;
    }
    if (token.type !== 'word' || token.text === 'and' || token.text === 'or') {
      this.#fail('TERM_UNEXPECTED_TOKEN', token, 'an atom such as nonempty(port)');
    }
    if (token.text === 'count') return this.#count();
    const type = stateNamed(token.text);
    if (type === undefined) this.#unknownFunction(token);
    return { type, port: this.#port() };
  }

  #count(): Term<string> {
    const port = this.#port();
    const op = this.#next();
    if (op.type !== 'operator') {
      return this.#fail(
        'TERM_COMPARISON_MISSING',
        op,
        'a comparison such as >= 2 after count(port)',
      );
    }
    const n = this.#next();
    if (n.type !== 'number') return this.#fail('TERM_UNEXPECTED_TOKEN', n, 'a whole number');
    return { type: 'count', port, op: op.text, n: n.value };
  }

  #port(): string {
    this.#expect('(', 'an opening parenthesis');
    const token = this.#next();
    if (token.type !== 'word')
      return this.#fail('TERM_UNEXPECTED_TOKEN', token, 'the name of a port');
    this.ports.push({ name: token.text, offset: token.offset });
    this.#expect(')', 'a closing parenthesis');
    return token.text;
  }

  #peek(): TermToken {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)];
    if (token === undefined) throw new Error('a term has at least its end token');
    return token;
  }

  #next(): TermToken {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #takeWord(word: string): boolean {
    const token = this.#peek();
    if (token.type !== 'word' || token.text !== word) return false;
    this.#at += 1;
    return true;
  }

  #expect(type: '(' | ')', wanted: string): void {
    const token = this.#next();
    if (token.type !== type) this.#fail('TERM_UNEXPECTED_TOKEN', token, wanted);
  }

  #enter(): void {
    this.#depth += 1;
    this.#checkDepth(this.#peek());
  }

  #checkDepth(token: TermToken): void {
    if (this.#depth <= limits.termDepth) return;
    throw new Unparsable({
      code: 'TERM_TOO_DEEP',
      message: `the term is nested more than ${limits.termDepth} deep`,
      hint: 'Remove parentheses and `not`s that are not needed, or split the condition in two.',
      offset: token.offset,
    });
  }

  #unknownFunction(token: TermToken): never {
    const near = nearest(token.text, functions);
    throw new Unparsable({
      code: 'TERM_UNKNOWN_FUNCTION',
      message: `there is no \`${token.text.slice(0, 40)}\``,
      hint: near === undefined ? `Atoms are ${functions.join(', ')}.` : `Did you mean \`${near}\`?`,
      offset: token.offset,
    });
  }

  #fail(code: string, token: TermToken, wanted: string): never {
    if (token.type === 'end') {
      throw new Unparsable({
        code: code === 'TERM_COMPARISON_MISSING' ? code : 'TERM_UNEXPECTED_END',
        message: 'the term ends too early',
        hint: `Add ${wanted}.`,
        offset: token.offset,
      });
    }
    throw new Unparsable({
      code,
      message: `\`${token.text.slice(0, 40)}\` cannot stand here`,
      hint: `Expected ${wanted}.`,
      offset: token.offset,
    });
  }
}

/** Parses `text`; a mistake is an answer, not a throw. */
export function readTerm(text: string): TermReading {
  const fail = (code: string, message: string, hint: string): TermReading => ({
    ok: false,
    problem: { code, message, hint, offset: 0 },
  });
  if (text.length > limits.termChars) {
    return fail(
      'TERM_TOO_LONG',
      `the term has more than ${limits.termChars} characters`,
      'Split the condition.',
    );
  }
  const tokens = lexTerm(text);
  if ('code' in tokens) return { ok: false, problem: tokens };
  if (tokens.length === 1) {
    return fail(
      'TERM_EMPTY',
      'the term is empty',
      'Write when it holds, for example nonempty(in).',
    );
  }
  const parser = new Parser(tokens);
  try {
    return { ok: true, term: parser.whole(), ports: parser.ports };
  } catch (error) {
    if (error instanceof Unparsable) return { ok: false, problem: error.problem };
    throw error;
  }
}

/** Line and column (from 1) of an offset into a term's text. */
function termPosition(text: string, offset: number): TermPosition {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1, offset };
}

const excerptChars = 80;

/** The line of `text` that `offset` is in, at most 80 characters of it, and a caret below the offset. */
export function caretExcerpt(text: string, offset: number): string {
  const start = text.slice(0, offset).lastIndexOf('\n') + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(start, end < 0 ? text.length : end).replace(/[\r\t]/g, ' ');
  const from = Math.max(0, Math.min(offset - start - excerptChars / 2, line.length - excerptChars));
  return `  ${line.slice(from, from + excerptChars)}\n  ${' '.repeat(offset - start - from)}^`;
}

/**
 * Parses a salvo term: `parseTerm('nonempty(a) and count(b) >= 2')`. Throws TermError, whose code is
 * one of the `TERM_…` codes and whose message shows the text with a caret.
 */
export function parseTerm(text: string): Term<string> {
  const reading = readTerm(text);
  if (reading.ok) return reading.term;
  const { code, message, hint, offset } = reading.problem;
  const position = termPosition(text, offset);
  throw new TermError(
    code,
    `${message} (line ${position.line}, column ${position.column})\n${caretExcerpt(text, offset)}`,
    position,
    { hint },
  );
}
