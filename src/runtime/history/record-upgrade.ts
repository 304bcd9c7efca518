/**
 * Records of earlier formats, brought to the present one as they are read.
 *
 * Owns: one upgrader per format, which makes of a record one of the format after it.
 */
import { ValueEncoder } from '../values/value-encoding.ts';
import { historyFormat } from './record.ts';

type Raw = Readonly<Record<string, unknown>>;

const encoded = (value: unknown): unknown => new ValueEncoder().encode(value, 'value');

function operationsOf1(list: unknown): unknown {
  if (!Array.isArray(list)) return list;
  return (list as readonly Raw[]).map((operation) =>
    operation?.['type'] === 'Record'
      ? { ...operation, value: encoded(operation['value']) }
      : operation,
  );
}

/** In format 1 headers said less, values were plain JSON, and a malformed action stood as any other. */
function from1(record: Raw): Raw {
  if (record['type'] === 'header') {
    const unknown = { netrun: null, seed: null, spec_hash: null, level: 'full', part: 0 };
    return { ...record, ...unknown, format: 2 };
  }
  const rejected = record['rejected'] as Raw | undefined;
  if (rejected?.['code'] === 'ACTION_INVALID') {
    const { seq, type, id, at, action, rejected: _, ...fields } = record;
    return { seq, type, id, at, action, given: encoded({ type: action, ...fields }), rejected };
  }
  const change: Record<string, unknown> = {};
  if ('value' in record) change['value'] = encoded(record['value']);
  for (const key of ['operations', 'dropped'])
    if (key in record) change[key] = operationsOf1(record[key]);
  return { ...record, ...change };
}

const upgraders: ReadonlyMap<number, (record: Raw) => Raw> = new Map([[1, from1]]);

/** A record of `format`, as the present format has it. */
export function upgraded(record: Raw, format: number): Raw {
  let now = record;
  for (let at = format; at < historyFormat; at++) now = upgraders.get(at)?.(now) ?? now;
  return now;
}
