/** The first place at which two pieces of data differ. */
import { isDeepStrictEqual } from 'node:util';
import { limits } from '../../limits.ts';

export interface DataDifference {
  /** JSON path: `$.packets[0][1]`; `$` for the whole. */
  readonly path: string;
  /** What is there on either side; undefined where nothing is. */
  readonly left: unknown;
  readonly right: unknown;
}

const none: ReadonlySet<string> = new Set();

const plainKey = /^[A-Za-z_$][\w$]*$/;

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The path of a part of what is at `path`. */
function pathTo(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return plainKey.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function own(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function compareLists(
  left: readonly unknown[],
  right: readonly unknown[],
  path: string,
  depth: number,
): DataDifference | null {
  const length = Math.max(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const found = compare(left[at], right[at], pathTo(path, at), depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/**
 * Lists and plain objects part by part, anything else whole. A field that is undefined counts as one
 * that is not there: JSON does not know the difference.
 */
function compare(
  left: unknown,
  right: unknown,
  path: string,
  depth: number,
  skipped: ReadonlySet<string> = none,
): DataDifference | null {
  if (Object.is(left, right)) return null;
  if (depth < limits.valueDepth) {
    if (Array.isArray(left) && Array.isArray(right)) return compareLists(left, right, path, depth);
    if (isPlain(left) && isPlain(right)) {
      const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
      for (const key of keys) {
        if (skipped.has(key)) continue;
        const found = compare(own(left, key), own(right, key), pathTo(path, key), depth + 1);
        if (found !== null) return found;
      }
      return null;
    }
  }
  return isDeepStrictEqual(left, right) ? null : { path, left, right };
}

/** Null where they are the same. Fields of the outermost objects in `skipped` are not looked at. */
export function firstDifference(
  left: unknown,
  right: unknown,
  skipped: ReadonlySet<string> = none,
): DataDifference | null {
  return compare(left, right, '$', 0, skipped);
}
