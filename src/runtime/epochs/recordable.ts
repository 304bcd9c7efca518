/** A value as the history keeps it: a copy that later changes of the value do not reach. */

/** A structured clone; where the value has none, what kind of value it is. */
export function recordable(value: unknown): unknown {
  if (typeof value !== 'object' && typeof value !== 'function') return value;
  try {
    return structuredClone(value);
  } catch {
    const kind =
      typeof value === 'function' ? 'function' : Object.prototype.toString.call(value).slice(8, -1);
    return { uncloneable: kind };
  }
}

/** What stands in a record where a value had no copy. */
export function isUncloneable(value: unknown): value is { readonly uncloneable: string } {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return false;
  return typeof (value as { uncloneable?: unknown }).uncloneable === 'string';
}
