/** What a record of a history is about: the epochs, packets and nodes that it names. */
import type { Location } from '../../machines/action.ts';
import type { ActionRecord, EventRecord } from './record.ts';

export type ToldRecord = ActionRecord | EventRecord;

function places(record: ToldRecord): Location[] {
  return [record['from'], record['to']].filter(
    (place): place is Location => typeof place === 'object' && place !== null && 'type' in place,
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Epochs that a record names, also by the key of a timer. */
export function* epochsOf(record: ToldRecord): IterableIterator<unknown> {
  yield record['epoch'];
  yield* listOf(record['epochs']);
  for (const place of places(record)) if ('epoch' in place) yield place.epoch;
  const key = record['key'];
  if (typeof key === 'string') yield key.slice(key.indexOf(':') + 1);
}

/** Packets that a record names. */
export function* packetsOf(record: ToldRecord): IterableIterator<unknown> {
  yield record['packet'];
  yield record['copyOf'];
  yield record['retryOf'];
  for (const pair of listOf(record['packets'] ?? record['salvo'])) yield listOf(pair)[1];
  for (const operation of listOf(record['operations'] ?? record['dropped']))
    if (typeof operation === 'object' && operation !== null && 'packet' in operation)
      yield operation.packet;
}

/** The node in `Node.port`. */
const nodeOfPort = (port: string): string => port.slice(0, port.lastIndexOf('.'));

/** Nodes that a record names by themselves. */
export function* nodesOf(record: ToldRecord): IterableIterator<unknown> {
  yield record['node'];
  const { key, port } = record as { readonly key?: unknown; readonly port?: unknown };
  if (typeof key === 'string') yield key.slice(key.indexOf(':') + 1);
  if (record.type === 'action' && record.action === 'InjectPacket' && typeof port === 'string')
    yield nodeOfPort(port);
  for (const place of places(record)) {
    if (place.type === 'InputPort') yield place.node;
    if (place.type !== 'Edge') continue;
    yield nodeOfPort(place.from);
    yield nodeOfPort(place.to);
  }
}
