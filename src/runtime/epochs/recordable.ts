/** A value as the history keeps it: a copy that later changes of the value do not reach. */
import { ValueDecoder, ValueUnreadable } from '../values/value-decoding.ts';
import { ValueEncoder } from '../values/value-encoding.ts';

/** What would come back from a file; where the value cannot be kept whole, what kind of value it is. */
export function recordable(value: unknown): unknown {
  if (typeof value !== 'object' && typeof value !== 'function') return value;
  const encoder = new ValueEncoder();
  const encoded = encoder.encode(value, 'value');
  if (encoder.losses.some(({ kind }) => kind === 'unstorable')) return uncloneable(value);
  try {
    return new ValueDecoder().decode(encoded);
  } catch (error) {
    if (!(error instanceof ValueUnreadable)) throw error;
    return uncloneable(value);
  }
}

function uncloneable(value: unknown): { readonly uncloneable: string } {
  const kind =
    typeof value === 'function' ? 'function' : Object.prototype.toString.call(value).slice(8, -1);
  return { uncloneable: kind };
}

/** What stands in a record where a value had no copy. */
export function isUncloneable(value: unknown): value is { readonly uncloneable: string } {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return false;
  return typeof (value as { uncloneable?: unknown }).uncloneable === 'string';
}
