/**
 * A list of fixed length whose items are replaced one at a time, as plain data for machine contexts.
 *
 * The items are kept in rows: replacing one copies its row and the list of rows, not all of the list.
 */

export type Rows<T> = readonly (readonly T[])[];

/** Items in a row; the last one may have fewer. */
const width = 32;

/** `length` times the same item. */
export function rowsOf<T>(length: number, item: T): Rows<T> {
  return Array.from({ length: Math.ceil(length / width) }, (_, row) =>
    Array.from({ length: Math.min(width, length - row * width) }, () => item),
  );
}

/** Undefined where there is no such place. */
export function itemIn<T>(rows: Rows<T>, at: number): T | undefined {
  return rows[Math.floor(at / width)]?.[at % width];
}

/** The list with another item in a place that it has. */
export function withItem<T>(rows: Rows<T>, at: number, item: T): Rows<T> {
  if (at === 0 && rows.length === 1 && rows[0]?.length === 1) return [[item]];
  const copy = rows.slice();
  const row = (rows[Math.floor(at / width)] ?? []).slice();
  row[at % width] = item;
  copy[Math.floor(at / width)] = row;
  return copy;
}
