/** Which records of a history are wanted: by node, epoch, packet, kind and number. */
import type { HistoryRecord } from '../runtime/history/record.ts';
import {
  type ToldRecord,
  epochsOf,
  nodesOf,
  packetsOf,
} from '../runtime/history/record-subjects.ts';

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
  wants(record: HistoryRecord): record is ToldRecord {
    if (record.type === 'header') return false;
    const { node, epoch, packet, from, to } = this.#wish;
    if (record['event'] === 'EpochCreated' && node !== undefined && record['node'] === node)
      this.#ofNode.add(record['epoch']);
    if (record.seq < from || record.seq > to || !this.#isOfKind(record)) return false;
    if (epoch !== undefined && !has(epochsOf(record), epoch)) return false;
    if (packet !== undefined && !has(packetsOf(record), packet)) return false;
    return node === undefined || this.#concerns(record, node);
  }

  #isOfKind(record: ToldRecord): boolean {
    const { events, actions } = this.#wish;
    if (events.size === 0 && actions.size === 0) return true;
    return record.type === 'event' ? events.has(record.event) : actions.has(record.action);
  }

  #concerns(record: ToldRecord, node: string): boolean {
    if (has(nodesOf(record), node)) return true;
    for (const epoch of epochsOf(record)) if (this.#ofNode.has(epoch)) return true;
    return false;
  }
}
