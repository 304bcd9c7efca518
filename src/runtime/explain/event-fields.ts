/** Fields of events that may come from a file: what is not as it must be is refused, with its record. */
import { NetrunError } from '../../errors.ts';
import type { Location, SalvoPackets } from '../../machines/action.ts';
import type { EventRecord } from '../history/record.ts';

const packetForm = /^p[1-9]\d{0,14}$/;
const epochForm = /^e[1-9]\d{0,14}$/;

function malformed({ seq, event }: EventRecord, field: string): NetrunError {
  return new NetrunError('HISTORY_INVALID', `record ${seq}: the ${field} of its ${event} is none`, {
    hint: 'The history was changed after it was written; netrun replay finds every such place.',
  });
}

export function packetField(event: EventRecord, field = 'packet'): string {
  const value = event[field];
  if (typeof value === 'string' && packetForm.test(value)) return value;
  throw malformed(event, field);
}

export function optionalPacket(event: EventRecord, field: string): string | undefined {
  return event[field] === undefined ? undefined : packetField(event, field);
}

export function epochField(event: EventRecord): string {
  const value = event['epoch'];
  if (typeof value === 'string' && epochForm.test(value)) return value;
  throw malformed(event, 'epoch');
}

export function optionalEpoch(event: EventRecord): string | undefined {
  return event['epoch'] === undefined ? undefined : epochField(event);
}

export function textField(event: EventRecord, field: string): string {
  const value = event[field];
  if (typeof value === 'string') return value;
  throw malformed(event, field);
}

export function placeField(event: EventRecord, field: string): Location {
  const value = event[field] as Partial<Record<'type' | 'epoch', unknown>> | null | undefined;
  if (typeof value !== 'object' || value === null) throw malformed(event, field);
  const isIn = value.type === 'Node' || value.type === 'OutputPort';
  if (isIn && !(typeof value.epoch === 'string' && epochForm.test(value.epoch)))
    throw malformed(event, field);
  return value as Location;
}

export function salvoField(event: EventRecord): SalvoPackets {
  const value = event['packets'];
  if (!Array.isArray(value)) throw malformed(event, 'packets');
  for (const pair of value as readonly unknown[]) {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string' || !packetForm.test(String(pair[1])))
      throw malformed(event, 'packets');
  }
  return value as SalvoPackets;
}
