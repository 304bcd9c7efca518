/** Licence expressions as SPDX writes them: `MIT`, `(MIT OR Apache-2.0)`, `GPL-2.0-only WITH Classpath-exception-2.0`. */

export type Expression =
  | { readonly type: 'licence'; readonly id: string; readonly exception?: string }
  | { readonly type: 'and' | 'or'; readonly parts: readonly Expression[] };

/** Characters of an expression; longer ones are not read. */
const maxChars = 1000;
const word = /^[A-Za-z0-9][A-Za-z0-9.:-]*\+?$/;

class ExpressionReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  }

  /** The whole text, or null where it is no expression. */
  read(): Expression | null {
    const expression = this.#choice();
    return this.#at === this.#tokens.length ? expression : null;
  }

  #choice(): Expression | null {
    return this.#list('or', () => this.#list('and', () => this.#single()));
  }

  #list(type: 'and' | 'or', part: () => Expression | null): Expression | null {
    const parts: Expression[] = [];
    do {
      const next = part();
      if (next === null) return null;
      parts.push(next);
    } while (this.#takes(type));
    return parts.length === 1 ? (parts[0] ?? null) : { type, parts };
  }

  #single(): Expression | null {
    if (this.#takes('(')) {
      const inner = this.#choice();
      return inner !== null && this.#takes(')') ? inner : null;
    }
    const id = this.#word();
    if (id === null || !this.#takes('with')) return id === null ? null : { type: 'licence', id };
    const exception = this.#word();
    return exception === null ? null : { type: 'licence', id, exception };
  }

  #word(): string | null {
    const token = this.#tokens[this.#at] ?? '';
    if (!word.test(token) || /^(and|or|with)$/i.test(token)) return null;
    this.#at += 1;
    return token;
  }

  #takes(token: string): boolean {
    if (this.#tokens[this.#at]?.toLowerCase() !== token) return false;
    this.#at += 1;
    return true;
  }
}

/** The expression that `text` is, or null. */
export function parseExpression(text: string): Expression | null {
  return text.length > maxChars ? null : new ExpressionReader(text).read();
}

/** The expression as text, with the fewest parentheses that keep its meaning. */
export function printExpression(expression: Expression, inside?: 'and' | 'or'): string {
  if (expression.type === 'licence') {
    const { id, exception } = expression;
    return exception === undefined ? id : `${id} WITH ${exception}`;
  }
  const { type, parts } = expression;
  const text = parts
    .map((part) => printExpression(part, type))
    .join(type === 'and' ? ' AND ' : ' OR ');
  return inside === 'and' && type === 'or' ? `(${text})` : text;
}
