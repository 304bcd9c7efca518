/** Values printed as TOML. */
import { limits } from '../../limits.ts';
import type { Path } from '../diagnostic.ts';
import { formatPath } from '../diagnostic.ts';
import { DslError } from '../errors.ts';

const loneSurrogate = /\p{Surrogate}/u;

/** Throws that the value at `path` has no form in TOML. */
export function notPrintable(path: Path, what: string): never {
  throw new DslError(
    'NOT_PRINTABLE',
    `${formatPath(path)} cannot be written as TOML: it is ${what}.`,
    {
      hint: 'Name it by import path, or leave it out of the definition and set it in code.',
    },
  );
}

function printString(text: string, path: Path): string {
  if (loneSurrogate.test(text)) notPrintable(path, 'half a surrogate pair');
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}

export function printKey(key: string): string {
  if (key === '__proto__') notPrintable([key], 'a reserved key');
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : printString(key, [key.slice(0, 20)]);
}

function printNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return Number.isSafeInteger(value) || /[.e]/.test(text) ? text : `${text}.0`;
}

function printDate(value: Date, path: Path): string {
  if (Number.isNaN(value.getTime())) notPrintable(path, 'an invalid date');
  const text = value.toISOString();
  return /^[+-]/.test(text) ? notPrintable(path, 'a date beyond the year 9999') : text;
}

/** Whether `value` is a table: an object of its own making, not of a class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The entries of a table that are there; `undefined` means absent. */
export function present(table: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(table).filter(([, value]) => value !== undefined);
}

/** `value` on one line. Throws DslError `NOT_PRINTABLE` for what TOML has no form for. */
export function printValue(value: unknown, path: Path, depth = 0): string {
  if (depth > limits.definitionDepth - 10) notPrintable(path, 'nested too deep, or within itself');
  if (typeof value === 'string') return printString(value, path);
  if (typeof value === 'number') return printNumber(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') {
    return BigInt.asIntN(64, value) === value
      ? String(value)
      : notPrintable(path, 'a number beyond 64 bits');
  }
  if (value instanceof Date) return printDate(value, path);
  if (Array.isArray(value))
    return `[${value.map((each, index) => printValue(each, [...path, index], depth + 1)).join(', ')}]`;
  if (!isPlainObject(value))
    return notPrintable(path, value === null ? 'null' : `a ${typeof value} of code`);
  const entries = present(value).map(
    ([key, each]) => `${printKey(key)} = ${printValue(each, [...path, key], depth + 1)}`,
  );
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
