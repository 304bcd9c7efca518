/**
 * TOML 1.1 parsed to a tree with positions, as far as the text makes sense.
 *
 * The project has a parser of its own because definitions need what no other gives at once: places
 * for every key and value, all mistakes of a text in one go, work linear in the text, and a stack
 * bounded whatever the text is. test/dsl/toml holds it against smol-toml.
 *
 * P1: the stack is as deep as values are nested, at most `limits.definitionDepth`.
 * P2: a mistake costs the statement it is in; reading goes on at the next line that starts one.
 */
import { limits } from '../../limits.ts';
import { readScalar } from './scalars.ts';
import { readString } from './strings.ts';
import { TomlSyntaxError } from './tree.ts';
import type { TomlList, TomlProblem, TomlTable, TomlValue } from './tree.ts';

interface Key {
  readonly name: string;
  readonly start: number;
}

const blank = /[ \t]*/y;
const bareKey = /[A-Za-z0-9_-]+/y;
const comment = /#[\t\u0020-\u007e\u0080-\uffff]*/y;
const lineEnd = /\r?\n/y;
const statementStart =
  /^[ \t]*(?:\[\[?[A-Za-z0-9_"'\-. \t]+\]\]?[ \t]*(?:#.*)?$|[A-Za-z0-9_"'\-.]+[ \t]*=)/gm;

function newTable(start: number, origin: TomlTable['origin']): TomlTable {
  return { type: 'table', entries: new Map(), start, origin };
}

class TomlParser {
  readonly root = newTable(0, 'root');
  readonly problems: TomlProblem[] = [];
  readonly #text: string;
  #at = 0;
  #table = this.root;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    while (this.problems.length < limits.diagnostics * 10) {
      try {
        this.#skipLines();
        if (this.#at >= this.#text.length) return;
        this.#statement();
      } catch (error) {
        if (!(error instanceof TomlSyntaxError)) throw error;
        this.problems.push(error.problem);
        if (error.fatal) return;
        this.#recover(error.problem.offset);
      }
    }
  }

  #recover(offset: number): void {
    const lineBreak = this.#text.indexOf('\n', Math.max(offset, this.#at - 1));
    statementStart.lastIndex = lineBreak + 1;
    this.#at =
      lineBreak < 0
        ? this.#text.length
        : (statementStart.exec(this.#text)?.index ?? this.#text.length);
  }

  #statement(): void {
    if (this.#text[this.#at] === '[') {
      this.#header();
    } else {
      this.#assignment(this.#table, 1);
    }
    this.#endLine();
  }

  #header(): void {
    const start = this.#at;
    const list = this.#text.startsWith('[[', start);
    this.#table = newTable(start, 'header');
    this.#at += list ? 2 : 1;
    const keys = this.#keys();
    const closing = list ? ']]' : ']';
    if (!this.#text.startsWith(closing, this.#at)) {
      this.#fail(
        'TOML_HEADER_UNTERMINATED',
        'The table header is not closed',
        `Close it with ${closing}`,
      );
    }
    this.#at += closing.length;
    this.#open(keys, list, start);
  }

  /** Makes the table of a header the one that assignments go to. */
  #open(keys: readonly Key[], list: boolean, start: number): void {
    const last = keys.at(-1);
    if (last === undefined) return;
    let table = this.root;
    for (const key of keys.slice(0, -1)) table = this.#descend(table, key, 'implicit');
    const found = table.entries.get(last.name)?.value;
    if (list) {
      if (found !== undefined && (found.type !== 'list' || !found.tables))
        this.#duplicate(last, found);
      const items = found?.type === 'list' ? found.items : [];
      if (found === undefined) {
        const value: TomlList = { type: 'list', items, start, tables: true };
        table.entries.set(last.name, { keyStart: last.start, value });
      }
      items.push(this.#table);
    } else if (found === undefined) {
      table.entries.set(last.name, { keyStart: last.start, value: this.#table });
    } else if (found.type === 'table' && found.origin === 'implicit') {
      found.origin = 'header';
      this.#table = found;
    } else this.#duplicate(last, found);
  }

  /** The table that `key` names in `table`, made where there is none. */
  #descend(table: TomlTable, key: Key, origin: 'implicit' | 'dotted'): TomlTable {
    const found = table.entries.get(key.name)?.value;
    if (found === undefined) {
      const made = newTable(key.start, origin);
      table.entries.set(key.name, { keyStart: key.start, value: made });
      return made;
    }
    if (origin === 'implicit') {
      const inner = found.type === 'list' && found.tables ? found.items.at(-1) : found;
      if (inner?.type === 'table' && inner.origin !== 'inline') return inner;
    } else if (found.type === 'table' && found.origin === 'dotted') return found;
    return this.#duplicate(key, found);
  }

  #duplicate(key: Key, first: TomlValue): never {
    throw new TomlSyntaxError({
      code: 'TOML_KEY_DUPLICATE',
      message: `\`${key.name.slice(0, 80)}\` is given twice`,
      hint: 'Remove one of them, or give it another name.',
      offset: key.start,
      first: first.start,
    });
  }

  #assignment(table: TomlTable, depth: number): void {
    const keys = this.#keys();
    if (this.#text[this.#at] !== '=') {
      this.#fail(
        'TOML_EQUALS_MISSING',
        'An equals sign is missing after the key',
        'Write key = value.',
      );
    }
    this.#at += 1;
    this.#skip(blank);
    const value = this.#value(depth);
    const last = keys.at(-1);
    if (last === undefined) return;
    let inner = table;
    for (const key of keys.slice(0, -1)) inner = this.#descend(inner, key, 'dotted');
    const found = inner.entries.get(last.name);
    if (found !== undefined) this.#duplicate(last, found.value);
    inner.entries.set(last.name, { keyStart: last.start, value });
  }

  /** A dotted key and the blanks around it. */
  #keys(): readonly Key[] {
    const keys: Key[] = [];
    do {
      if (keys.length > 0) this.#at += 1;
      this.#skip(blank);
      if (keys.length >= limits.keyParts) {
        this.#fail(
          'TOML_KEY_TOO_LONG',
          `The key has more than ${limits.keyParts} parts`,
          'Nest less.',
        );
      }
      keys.push(this.#key());
      this.#skip(blank);
    } while (this.#text[this.#at] === '.');
    return keys;
  }

  #key(): Key {
    const start = this.#at;
    const name = this.#keyName();
    if (name !== '__proto__') return { name, start };
    throw new TomlSyntaxError({
      code: 'TOML_KEY_RESERVED',
      message: '`__proto__` is reserved',
      hint: 'Choose another name.',
      offset: start,
    });
  }

  #keyName(): string {
    const char = this.#text[this.#at];
    if (char === '"' || char === "'") {
      if (this.#text.startsWith(char.repeat(3), this.#at)) {
        this.#fail(
          'TOML_KEY_MISSING',
          'A string of several lines cannot be a key',
          `Use single ${char} quotes.`,
        );
      }
      const read = readString(this.#text, this.#at);
      this.#at = read.end;
      return read.value;
    }
    const bare = this.#skip(bareKey);
    if (bare === '') {
      const hint = 'Keys have letters, digits, - and _; anything else goes in quotes.';
      this.#fail('TOML_KEY_MISSING', `A key was expected, not ${this.#here()}`, hint);
    }
    return bare;
  }

  #value(depth: number): TomlValue {
    const start = this.#at;
    const char = this.#text[start];
    if (char === undefined || char === '\n' || char === '\r' || char === '#') {
      this.#fail('TOML_VALUE_MISSING', 'The value is missing', 'Write key = value on one line.');
    }
    if (char === '[' || char === '{') {
      if (depth > limits.definitionDepth) {
        const message = `Values are nested more than ${limits.definitionDepth} deep`;
        throw new TomlSyntaxError(
          { code: 'DEFINITION_TOO_DEEP', message, hint: 'Nest less.', offset: start },
          true,
        );
      }
      return char === '[' ? this.#list(depth) : this.#inlineTable(depth);
    }
    if (char === '"' || char === "'") {
      const read = readString(this.#text, start);
      this.#at = read.end;
      return { type: 'scalar', value: read.value, start };
    }
    const read = readScalar(this.#text, start);
    this.#at = read.end;
    return { type: 'scalar', value: read.value, start };
  }

  #list(depth: number): TomlList {
    const list: TomlList = { type: 'list', items: [], start: this.#at, tables: false };
    this.#between(']', 'TOML_LIST_UNTERMINATED', 'list', () =>
      list.items.push(this.#value(depth + 1)),
    );
    return list;
  }

  #inlineTable(depth: number): TomlTable {
    const table = newTable(this.#at, 'dotted');
    this.#between('}', 'TOML_TABLE_UNTERMINATED', 'table', () =>
      this.#assignment(table, depth + 1),
    );
    table.origin = 'inline';
    return table;
  }

  /** Elements up to `closing`, separated by commas; the last may have one too. */
  #between(closing: ']' | '}', unterminated: string, what: string, element: () => void): void {
    const start = this.#at;
    this.#at += 1;
    for (;;) {
      this.#skipLines();
      if (this.#text[this.#at] === closing) break;
      if (this.#at >= this.#text.length) this.#unterminated(unterminated, what, closing, start);
      element();
      this.#skipLines();
      const next = this.#text[this.#at];
      if (next === closing) break;
      if (next === undefined) this.#unterminated(unterminated, what, closing, start);
      if (next !== ',') {
        this.#fail(
          'TOML_COMMA_MISSING',
          `A comma or ${closing} was expected, not ${this.#here()}`,
          'Separate elements by commas.',
        );
      }
      this.#at += 1;
    }
    this.#at += 1;
  }

  #unterminated(code: string, what: string, closing: string, offset: number): never {
    throw new TomlSyntaxError(
      { code, message: `The ${what} is not closed`, hint: `Close it with ${closing}`, offset },
      true,
    );
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  /** Blanks, comments and line ends. */
  #skipLines(): void {
    for (;;) {
      this.#skip(blank);
      if (this.#text[this.#at] === '#') this.#comment();
      if (this.#skip(lineEnd) === '') return;
    }
  }

  #comment(): void {
    this.#skip(comment);
    const next = this.#text[this.#at];
    if (next === undefined || next === '\n' || this.#text.startsWith('\r\n', this.#at)) return;
    this.#fail('TOML_CONTROL_CHARACTER', `${this.#here()} cannot stand in a comment`, 'Remove it.');
  }

  #endLine(): void {
    this.#skip(blank);
    if (this.#text[this.#at] === '#') this.#comment();
    if (this.#at >= this.#text.length || this.#skip(lineEnd) !== '') return;
    if (this.#text[this.#at] === '\r') {
      this.#fail(
        'TOML_CONTROL_CHARACTER',
        'A carriage return without a line feed',
        'End lines with \\n or \\r\\n.',
      );
    }
    this.#fail(
      'TOML_LINE_NOT_ENDED',
      `The line should end here, not go on with ${this.#here()}`,
      'Start a new line.',
    );
  }

  #here(): string {
    const point = this.#text.codePointAt(this.#at);
    if (point === undefined) return 'the end of the text';
    return point === 10 || point === 13
      ? 'the end of the line'
      : JSON.stringify(String.fromCodePoint(point));
  }

  #fail(code: string, message: string, hint: string): never {
    throw new TomlSyntaxError({ code, message, hint, offset: this.#at });
  }
}

/** The tree of `text` as far as it could be read, and every mistake in it, in order. */
export function parseToml(text: string): {
  readonly root: TomlTable;
  readonly problems: readonly TomlProblem[];
} {
  const parser = new TomlParser(text);
  parser.document();
  return { root: parser.root, problems: parser.problems };
}
