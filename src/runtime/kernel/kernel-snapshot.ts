/** A context as plain JSON in one normal form: the same state gives the same text. */

function isFifo(value: object): value is { items: unknown[]; head: number; tail: number } {
  return 'items' in value && 'head' in value && 'tail' in value && Array.isArray(value.items);
}

/** Queues become plain windows from 0; everything else is copied as it is. */
export function plainSnapshot(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plainSnapshot);
  if (isFifo(value)) {
    const items = value.items.slice(value.head, value.tail).map(plainSnapshot);
    return { items, head: 0, tail: items.length };
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, plainSnapshot(field)]),
  );
}
