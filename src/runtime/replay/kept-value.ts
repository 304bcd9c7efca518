/** A value as it would come back from a record: what it lost there is lost here too. */
import { ValueDecoder } from '../values/value-decoding.ts';
import { ValueEncoder } from '../values/value-encoding.ts';

export function asKept(value: unknown): unknown {
  return new ValueDecoder().decode(new ValueEncoder().encode(value, 'value'));
}
