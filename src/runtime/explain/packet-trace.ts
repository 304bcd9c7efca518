/** The story of one packet, from the history: every place it has been, and where it comes from. */
import { NetrunError } from '../../errors.ts';
import type { EpochId, Location, PacketId, SalvoPackets } from '../../machines/action.ts';
import type { HistoryReader } from '../history/history.ts';
import type { EventRecord, HistoryRecord } from '../history/record.ts';
import { type RecordSource, recordSource } from '../replay/record-source.ts';
import { withEvents } from '../replay/with-events.ts';

export interface TraceStep {
  readonly seq: number;
  /** ISO time. */
  readonly at: string;
  readonly action: string;
  readonly event: 'PacketCreated' | 'PacketMoved' | 'PacketConsumed' | 'PacketDestroyed';
  readonly from: Location | null;
  readonly to: Location | null;
}

/** The epoch that made a packet, and what went into it. */
export interface PacketMaker {
  readonly epoch: EpochId;
  readonly node: string;
  readonly inputs: SalvoPackets;
}

export interface PacketTrace {
  readonly packet: PacketId;
  /** Where it is now; null where it has ended. */
  readonly location: Location | null;
  readonly steps: readonly TraceStep[];
  /** Null for a packet from outside. */
  readonly maker: PacketMaker | null;
  /** The packets it is a copy of, or was put back for, nearest first. */
  readonly lineage: readonly PacketId[];
  /** Copies made of it. */
  readonly copies: readonly PacketId[];
  /** The history still has the packet's beginning. */
  readonly complete: boolean;
}

const packetEvents: ReadonlySet<string> = new Set([
  'PacketCreated',
  'PacketMoved',
  'PacketConsumed',
  'PacketDestroyed',
]);

function stepOf(record: EventRecord): TraceStep {
  return {
    seq: record.seq,
    at: record.at,
    action: record.action_id,
    event: record.event as TraceStep['event'],
    from: (record['from'] as Location | undefined) ?? null,
    to: (record['to'] as Location | undefined) ?? null,
  };
}

function placeAfter(
  steps: readonly TraceStep[],
  created: EventRecord | undefined,
): Location | null {
  const last = steps.at(-1);
  if (last === undefined || last.event === 'PacketConsumed' || last.event === 'PacketDestroyed')
    return null;
  if (last.to !== null) return last.to;
  const epoch = created?.['epoch'] as EpochId | undefined;
  return epoch === undefined ? { type: 'OutsideNet' } : { type: 'Node', epoch };
}

/** What an event says of an epoch that has ended. */
const endEvents: ReadonlySet<string> = new Set([
  'EpochFinished',
  'EpochTimedOut',
  'EpochCancelled',
  'EpochFailed',
]);

/** An epoch that lives, as far as it is told of packets that it makes. */
interface Opened {
  readonly node: string;
  inputs: SalvoPackets;
}

/**
 * Gathers the story of one packet from records that it is given in order, each once.
 *
 * T1 what is kept of other packets and of epochs does not grow with the history: of an epoch while it lives, of copies
 * until the packet itself is told of.
 */
export class PacketTracer {
  readonly #packet: PacketId;
  readonly #steps: TraceStep[] = [];
  readonly #copies: PacketId[] = [];
  readonly #parents = new Map<PacketId, PacketId>();
  readonly #opened = new Map<EpochId, Opened>();
  #created: EventRecord | undefined;
  #maker: PacketMaker | null = null;
  #lineage: readonly PacketId[] = [];

  constructor(packet: PacketId) {
    this.#packet = packet;
  }

  take(record: HistoryRecord): void {
    if (record.type !== 'event') return;
    const { event } = record;
    if (event === 'PacketCreated') this.#take(record);
    else if (event === 'EpochCreated' || event === 'InputSalvoTriggered') this.#open(record);
    else if (endEvents.has(event) && record['final'] !== false)
      this.#opened.delete(record['epoch'] as EpochId);
    if (record['packet'] === this.#packet && packetEvents.has(event))
      this.#steps.push(stepOf(record));
  }

  /** The story so far. Throws `PACKET_NOT_FOUND` where no record told of the packet. */
  trace(): PacketTrace {
    if (this.#steps.length === 0) {
      throw new NetrunError('PACKET_NOT_FOUND', `the history has no packet ${this.#packet}`, {
        packetId: this.#packet,
      });
    }
    return {
      packet: this.#packet,
      location: placeAfter(this.#steps, this.#created),
      steps: [...this.#steps],
      maker: this.#maker,
      lineage: this.#lineage,
      copies: [...this.#copies],
      complete: this.#created !== undefined,
    };
  }

  #open(record: EventRecord): void {
    const epoch = record['epoch'] as EpochId;
    if (record.event === 'EpochCreated')
      this.#opened.set(epoch, { node: record['node'] as string, inputs: [] });
    else {
      const opened = this.#opened.get(epoch) ?? { node: '', inputs: [] };
      opened.inputs = record['packets'] as SalvoPackets;
      this.#opened.set(epoch, opened);
    }
  }

  #take(record: EventRecord): void {
    const packet = record['packet'] as PacketId;
    const parent = (record['copyOf'] ?? record['retryOf']) as PacketId | undefined;
    if (record['copyOf'] === this.#packet) this.#copies.push(packet);
    // What is made later is no forebear of it.
    if (parent !== undefined && this.#steps.length === 0) this.#parents.set(packet, parent);
    if (packet !== this.#packet) return;
    this.#created = record;
    const epoch = record['epoch'] as EpochId | undefined;
    const { node = '', inputs = [] } = (epoch && this.#opened.get(epoch)) ?? {};
    this.#maker = epoch === undefined ? null : { epoch, node, inputs };
    this.#lineage = this.#forebears();
    this.#parents.clear();
  }

  #forebears(): readonly PacketId[] {
    const lineage = new Set<PacketId>();
    let id = this.#parents.get(this.#packet);
    // A history that was tampered with may lead in a circle.
    while (id !== undefined && !lineage.has(id)) {
      lineage.add(id);
      id = this.#parents.get(id);
    }
    return [...lineage];
  }
}

/** Reads the history once. Throws `PACKET_NOT_FOUND` where it knows no such packet, and as reading it does. */
export function packetTrace(history: RecordSource | HistoryReader, packet: PacketId): PacketTrace {
  const tracer = new PacketTracer(packet);
  for (const record of withEvents(recordSource(history)).records(1)) tracer.take(record);
  return tracer.trace();
}
