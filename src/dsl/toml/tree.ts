/** A TOML document as a tree that knows where everything stands in the text. */

/** What a single value can be. Local dates and times are TomlDate (which is a Date), as they have no instant. */
export type TomlScalarValue = string | number | bigint | boolean | Date;

export interface TomlScalar {
  readonly type: 'scalar';
  readonly value: TomlScalarValue;
  readonly start: number;
}

export interface TomlList {
  readonly type: 'list';
  readonly items: TomlValue[];
  readonly start: number;
  /** Written `[[…]]`: further headers add to it. */
  readonly tables: boolean;
}

export interface TomlEntry {
  readonly keyStart: number;
  readonly value: TomlValue;
}

export interface TomlTable {
  readonly type: 'table';
  readonly entries: Map<string, TomlEntry>;
  readonly start: number;
  /** How it came to be, which decides what may still be added to it. */
  origin: 'root' | 'header' | 'implicit' | 'dotted' | 'inline';
}

export type TomlValue = TomlScalar | TomlList | TomlTable;

/** A mistake in the text, at an offset into it. */
export interface TomlProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly offset: number;
  /** Where the thing that it clashes with stands. */
  readonly first?: number;
}

/** Unwinds to the statement being read; never leaves the TOML reader. */
export class TomlSyntaxError extends Error {
  readonly problem: TomlProblem;
  /** Nothing after it can be made sense of. */
  readonly fatal: boolean;

  constructor(problem: TomlProblem, fatal = false) {
    super(problem.message);
    this.problem = problem;
    this.fatal = fatal;
  }
}

/** The tree as plain data: tables as Maps, lists as arrays. As deep as the parser lets documents be. */
export function plainTree(value: TomlValue): unknown {
  if (value.type === 'scalar') return value.value;
  if (value.type === 'list') return value.items.map(plainTree);
  return new Map([...value.entries].map(([key, entry]) => [key, plainTree(entry.value)]));
}
