/** Which records of a history are wanted: by node, epoch, packet, kind and number. */
import type { Location } from '../machines/action.ts';
import type { ActionRecord, EventRecord, HistoryRecord } from '../runtime/history/record.ts';

export interface RecordWish {
  readonly node?: string;
  readonly epoch?: string;
  readonly packet?: string;
  /** Types of events and of actions; where either is given, only those come. */
  readonly events: ReadonlySet<string>;
  readonly actions: ReadonlySet<string>;
  /** Numbers, both included. */
  readonly from: number;
  readonly to: number;
}

type Told = ActionRecord | EventRecord;

function places(record: Told): Location[] {
  return [record['from'], record['to']].filter(
    (place): place is Location => typeof place === 'object' && place !== null && 'type' in place,
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Epochs that a record names, also by the key of a timer. */
function* epochsOf(record: Told): IterableIterator<unknown> {
  yield record['epoch'];
  yield* listOf(record['epochs']);
  for (const place of places(record)) if ('epoch' in place) yield place.epoch;
  const key = record['key'];
  if (typeof key === 'string') yield key.slice(key.indexOf(':') + 1);
}

function* packetsOf(record: Told): IterableIterator<unknown> {
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
function* nodesOf(record: Told): IterableIterator<unknown> {
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

function has(values: Iterable<unknown>, wanted: string): boolean {
  for (const value of values) if (value === wanted) return true;
  return false;
}

/** Is shown every record from the first on, so that it knows whose an epoch is. */
export class RecordFilter {
  readonly #wish: RecordWish;
  /** Epochs of the node that is wanted. */
  readonly #ofNode = new Set<unknown>();

  constructor(wish: RecordWish) {
    this.#wish = wish;
  }

  /** Whether the record is wanted. */
  wants(record: HistoryRecord): record is Told {
    if (record.type === 'header') return false;
    const { node, epoch, packet, from, to } = this.#wish;
    if (record['event'] === 'EpochCreated' && node !== undefined && record['node'] === node)
      this.#ofNode.add(record['epoch']);
    if (record.seq < from || record.seq > to || !this.#isOfKind(record)) return false;
    if (epoch !== undefined && !has(epochsOf(record), epoch)) return false;
    if (packet !== undefined && !has(packetsOf(record), packet)) return false;
    return node === undefined || this.#concerns(record, node);
  }

  #isOfKind(record: Told): boolean {
    const { events, actions } = this.#wish;
    if (events.size === 0 && actions.size === 0) return true;
    return record.type === 'event' ? events.has(record.event) : actions.has(record.action);
  }

  #concerns(record: Told, node: string): boolean {
    if (has(nodesOf(record), node)) return true;
    for (const epoch of epochsOf(record)) if (this.#ofNode.has(epoch)) return true;
    return false;
  }
}
