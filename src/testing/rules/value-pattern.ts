/** Whether a value fits a pattern. */
import { isDeepStrictEqual } from 'node:util';
import { type Comparison, type ValuePattern, comparisons } from './rule.ts';

const known: ReadonlySet<string> = new Set(comparisons);

/** Whether the keys of the pattern are comparisons, and not the names of fields. */
export function isComparisons(pattern: object): boolean {
  const keys = Object.keys(pattern);
  return keys.length > 0 && keys.every((key) => known.has(key));
}

function isOrdered(a: unknown, b: unknown): boolean {
  const type = typeof a;
  return type === typeof b && (type === 'number' || type === 'string' || type === 'bigint');
}

function plain(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}

function compares(found: unknown, comparison: Comparison, given: unknown): boolean {
  const value = plain(found);
  const other = plain(given);
  switch (comparison) {
    case '==':
      return Array.isArray(other)
        ? other.some((one) => isDeepStrictEqual(value, one)) || isDeepStrictEqual(value, other)
        : isDeepStrictEqual(value, other);
    case '!=':
      return !compares(found, '==', given);
    case '~':
      return typeof value === 'string' && new RegExp(String(other), 'u').test(value);
    default:
      return isOrdered(value, other) && inOrder(value as number, comparison, other as number);
  }
}

function inOrder(a: number, comparison: '<' | '<=' | '>' | '>=', b: number): boolean {
  switch (comparison) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

/** The field of a value, `order.id`; undefined where there is none. */
export function fieldOf(value: unknown, path: string): unknown {
  let at: unknown = value;
  for (const part of path.split('.')) {
    if (at instanceof Map) at = at.get(part);
    else if (typeof at === 'object' && at !== null && Object.hasOwn(at, part))
      at = (at as Record<string, unknown>)[part];
    else return undefined;
  }
  return at;
}

export function fits(value: unknown, pattern: ValuePattern): boolean {
  if (typeof pattern === 'function') return pattern(value as never);
  if (typeof pattern !== 'object' || pattern === null) return compares(value, '==', pattern);
  if (Array.isArray(pattern) || pattern instanceof Date) return compares(value, '==', pattern);
  const entries = Object.entries(pattern);
  if (isComparisons(pattern))
    return entries.every(([key, given]) => compares(value, key as Comparison, given));
  return entries.every(([field, inner]) => {
    const found = fieldOf(value, field);
    return fits(found, inner as ValuePattern);
  });
}
