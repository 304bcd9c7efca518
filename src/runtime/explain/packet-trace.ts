/** The story of one packet, from the history: every place it has been, and where it comes from. */
import { NetrunError } from '../../errors.ts';
import type { EpochId, Location, PacketId, SalvoPackets } from '../../machines/action.ts';
import type { HistoryReader } from '../history/history.ts';
import type { EventRecord } from '../history/record.ts';
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

/** Reads the history once. Throws `PACKET_NOT_FOUND` where it knows no such packet, and as reading it does. */
export function packetTrace(history: RecordSource | HistoryReader, packet: PacketId): PacketTrace {
  const steps: TraceStep[] = [];
  const copies: PacketId[] = [];
  const parents = new Map<PacketId, PacketId>();
  const salvos = new Map<EpochId, SalvoPackets>();
  const nodes = new Map<EpochId, string>();
  let created: EventRecord | undefined;
  for (const record of withEvents(recordSource(history)).records(1)) {
    if (record.type !== 'event') continue;
    if (record.event === 'EpochCreated')
      nodes.set(record['epoch'] as EpochId, record['node'] as string);
    if (record.event === 'InputSalvoTriggered') {
      salvos.set(record['epoch'] as EpochId, record['packets'] as SalvoPackets);
    }
    const parent = (record['copyOf'] ?? record['retryOf']) as PacketId | undefined;
    if (record.event === 'PacketCreated' && parent !== undefined) {
      parents.set(record['packet'] as PacketId, parent);
      if (record['copyOf'] === packet) copies.push(record['packet'] as PacketId);
    }
    if (record['packet'] !== packet || !packetEvents.has(record.event)) continue;
    if (record.event === 'PacketCreated') created = record;
    steps.push(stepOf(record));
  }
  if (steps.length === 0) {
    throw new NetrunError('PACKET_NOT_FOUND', `the history has no packet ${packet}`, {
      packetId: packet,
    });
  }
  const lineage = new Set<PacketId>();
  // A history that was tampered with may lead in a circle.
  for (let id = parents.get(packet); id !== undefined && !lineage.has(id); id = parents.get(id))
    lineage.add(id);
  const epoch = created?.['epoch'] as EpochId | undefined;
  return {
    packet,
    location: placeAfter(steps, created),
    steps,
    maker:
      epoch === undefined
        ? null
        : { epoch, node: nodes.get(epoch) ?? '', inputs: salvos.get(epoch) ?? [] },
    lineage: [...lineage],
    copies,
    complete: created !== undefined,
  };
}
