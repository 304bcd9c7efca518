/** Source text of a function, and the values it is to be run with. */
export class SourceWriter {
  readonly #lines: string[] = [];
  readonly #values: unknown[] = [];
  readonly #names = new Map<unknown, string>();
  #variables = 0;

  line(text: string): void {
    this.#lines.push(text);
  }

  /** A name for a value from outside. */
  value(value: unknown): string {
    const primitive = literalOf(value);
    if (primitive !== undefined) return primitive;
    let name = this.#names.get(value);
    if (name === undefined) {
      name = `k${this.#values.length}`;
      this.#values.push(value);
      this.#names.set(value, name);
    }
    return name;
  }

  variable(): string {
    return `v${this.#variables++}`;
  }

  /** The function with these parameters, whose body are the lines; `name` is what profiles show. */
  finish(parameters: string, name = ''): unknown {
    const names = this.#values.map((_, at) => `k${at}`).join(', ');
    const body = this.#lines.join('\n');
    // The text is made of our own words, of names of keys as JSON, and of nothing else.
    // oxlint-disable-next-line typescript/no-implied-eval, eslint/no-new-func
    const make = new Function(
      'values',
      `"use strict"; const [${names}] = values; return function ${identifier(name)}(${parameters}) {\n${body}\n};`,
    ) as (values: readonly unknown[]) => unknown;
    return make(this.#values);
  }
}

/** What is left of a name when it is to be one in code; empty for none. */
function identifier(name: string): string {
  return name === '' ? '' : `$${name.replaceAll(/[^A-Za-z0-9$]+/g, '_').slice(0, 100)}`;
}

function literalOf(value: unknown): string | undefined {
  if (value === undefined) return 'undefined';
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0)) {
    return `(${value})`;
  }
  return undefined;
}

/** Whether code may be generated here: a content security policy can forbid it. */
export function mayGenerate(): boolean {
  try {
    return typeof new SourceWriter().finish('') === 'function';
  } catch {
    return false;
  }
}
