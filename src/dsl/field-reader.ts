/** Reads tables key by key: what each may hold is said by a schema, what does not fit is reported and left out. */
import type { z } from 'zod';
import type { Path, Problems } from './diagnostic.ts';
import { nearest } from './nearest-name.ts';
import { tomlKey } from './schema.ts';

/** How keys are spelt where the raw data came from: the API's camelCase, or TOML's snake_case. */
export type Spelling = 'camel' | 'snake';

/** Keys whose spelling in TOML is not the API's in snake_case. */
const irregular: ReadonlyMap<string, string> = new Map([
  ['inConditions', 'in_salvo_conditions'],
  ['outConditions', 'out_salvo_conditions'],
]);

/** The TOML spelling of a key of the API. */
export function spelt(key: string): string {
  return irregular.get(key) ?? tomlKey(key);
}

/** The entries of a table in order, or undefined where `raw` is none. Entries that are undefined are absent. */
export function tableEntries(raw: unknown): [string, unknown][] | undefined {
  if (raw instanceof Map) return [...raw.entries()].map(([key, value]) => [String(key), value]);
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw) || raw instanceof Date)
    return undefined;
  return Object.entries(raw).filter(([, value]) => value !== undefined);
}

/** A number above zero, or the word that means no limit. */
export function limitOr<W extends string>(word: W, value: unknown): number | W | undefined {
  if (value === word || value === Number.POSITIVE_INFINITY) return word;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}

const limitOf = new Map<string, (issue: z.core.$ZodIssue) => string>([
  [
    'VALUE_NOT_ALLOWED',
    (issue) => ('values' in issue ? issue.values.map((v) => JSON.stringify(v)).join(', ') : ''),
  ],
]);

const wanted: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  EXPECTED_STRING: ['must be a string', 'Put the value in quotes.'],
  STRING_EMPTY: ['is empty', 'Give it a value, or leave the key out.'],
  EXPECTED_BOOLEAN: ['must be true or false', 'Write true or false, without quotes.'],
  EXPECTED_INTEGER: [
    'must be a whole number',
    'Write a whole number without quotes, fraction or exponent.',
  ],
  EXPECTED_NUMBER: ['must be a finite number', 'Write a number without quotes.'],
  EXPECTED_TABLE: [
    'must be a table',
    'Write it as a table: [key] with a line per entry, or { … }.',
  ],
  EXPECTED_LIST: ['must be a list', 'Write it as a list: [ … ].'],
  EXPECTED_NAMES: ['must be a name or a list of names', 'Write "name" or ["one", "other"].'],
  EXPECTED_FUNCTION: ['must be a function', 'Pass a function.'],
  NUMBER_NOT_POSITIVE: [
    'must be above zero',
    'Give a number above zero; leave the key out for no limit.',
  ],
  NUMBER_NEGATIVE: ['must not be negative', 'Give zero or more.'],
  NUMBER_NOT_A_SHARE: ['must be between 0 and 1', 'Give a share: 0 for none, 1 for all.'],
  TIME_NEGATIVE: ['must not be negative', 'Times are seconds, zero or more.'],
  TIME_NOT_POSITIVE: [
    'must be above zero',
    'Give seconds above zero; leave the key out for no limit.',
  ],
  TIME_TOO_LONG: ['is too long', 'Times are seconds, at most 1 000 000 000.'],
  POOL_SIZE_INVALID: ['must be a positive whole number', 'Give the number of workers, 1 or more.'],
  VALUE_NOT_ALLOWED: ['has a value it cannot have', 'Use one of'],
};

/** How a value looks in a message. */
export function shown(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return value instanceof Date ? 'a date' : 'a table';
  const simple =
    typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  return simple ? String(value) : 'a symbol';
}

export class FieldReader {
  readonly problems: Problems;
  readonly spelling: Spelling;
  readonly #spellings = new Map<readonly string[], ReadonlyMap<string, string>>();

  constructor(problems: Problems, spelling: Spelling) {
    this.problems = problems;
    this.spelling = spelling;
  }

  /** Reports that `path` does not hold what `code` says it should. */
  reportWanted(code: string, path: Path, value: unknown, detail = ''): void {
    if (this.problems.full) return this.problems.count();
    const [message, hint] = wanted[code] ?? ['is wrong', 'See the documentation of this key.'];
    const key = path.at(-1);
    const name =
      typeof key === 'string'
        ? `\`${key}\``
        : key === undefined
          ? 'The definition'
          : 'This element';
    this.problems.report(
      code,
      path,
      `${name} ${message}, not ${shown(value)}`,
      detail === '' ? hint : `${hint} ${detail}.`,
    );
  }

  /** The table's entries by the API's keys; keys that are not among `known` are reported. */
  fields(
    raw: unknown,
    known: readonly string[],
    path: Path,
    unknownCode = 'UNKNOWN_KEY',
  ): Map<string, unknown> {
    const fields = new Map<string, unknown>();
    const entries = tableEntries(raw);
    if (entries === undefined) {
      this.reportWanted('EXPECTED_TABLE', path, raw);
      return fields;
    }
    const spellings = this.#spellingsOf(known);
    for (const [written, value] of entries) {
      const key = spellings.get(written);
      if (key === undefined) this.#reportUnknown(written, spellings, path, unknownCode);
      else fields.set(key, value);
    }
    return fields;
  }

  /** `value` checked against a schema of one key; undefined, and reported, where it does not fit. */
  check<T>(schema: z.ZodType<T>, value: unknown, path: Path): T | undefined {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    if (issue !== undefined) {
      const at = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
      const detail = limitOf.get(issue.message)?.(issue) ?? '';
      this.reportWanted(issue.message, [...path, ...at], at.reduce(inside, value), detail);
    }
    return undefined;
  }

  /** A table each of whose keys is checked by itself; what does not fit is left out. */
  table<S extends z.ZodRawShape>(
    schema: z.ZodObject<S>,
    fields: ReadonlyMap<string, unknown>,
    path: Path,
  ): Record<string, unknown> {
    const read: Record<string, unknown> = {};
    for (const [key, part] of Object.entries(schema.shape)) {
      if (!fields.has(key)) continue;
      const value: unknown = this.check(part as unknown as z.ZodType, fields.get(key), [
        ...path,
        spelt(key),
      ]);
      if (value !== undefined) read[key] = value;
    }
    return read;
  }

  /** The elements of a list; reported, and none, where `raw` is no list. */
  list(raw: unknown, path: Path): readonly unknown[] {
    if (Array.isArray(raw)) return raw;
    this.reportWanted('EXPECTED_LIST', path, raw);
    return [];
  }

  /** Keys by their spelling; made once for each list of keys, of which there are few. */
  #spellingsOf(known: readonly string[]): ReadonlyMap<string, string> {
    let spellings = this.#spellings.get(known);
    if (spellings === undefined) {
      spellings = new Map(known.map((key) => [this.spelling === 'snake' ? spelt(key) : key, key]));
      this.#spellings.set(known, spellings);
    }
    return spellings;
  }

  #reportUnknown(
    written: string,
    spellings: ReadonlyMap<string, string>,
    path: Path,
    code: string,
  ): void {
    const near = this.problems.full ? undefined : nearest(written, spellings.keys());
    const hint =
      near === undefined
        ? `Known here: ${[...spellings.keys()].join(', ')}.`
        : `Did you mean \`${near}\`?`;
    this.problems.report(
      code,
      [...path, written],
      `There is no \`${written.slice(0, 80)}\` here`,
      hint,
      { at: 'key' },
    );
  }
}

function inside(value: unknown, part: string | number): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string | number, unknown>)[part]
    : value;
}
