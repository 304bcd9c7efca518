/**
 * A record as one line of JSON, and back.
 *
 * Owns: which fields of a record are users' values. They are written as value-encoding.ts has it, so
 * that what JSON does not know comes back; all else is plain already.
 * E1 reading a line that was written gives the record. E2 reading runs no code of the line's making,
 * and what is no record is refused with what is wrong.
 */
import { z } from 'zod';
import type { Action, BatchOperation, KernelEvent } from '../../machines/action.ts';
import { limits } from '../../limits.ts';
import { ValueDecoder, ValueUnreadable } from '../values/value-decoding.ts';
import { ValueEncoder, isPrototypeKey } from '../values/value-encoding.ts';
import { putHopAction, putHopEvent } from './hop-lines.ts';
import { type PendingLines, pieceOf } from './pending-lines.ts';
import { upgraded } from './record-upgrade.ts';
import {
  type ActionRecord,
  type EventRecord,
  type HistoryRecord,
  type RecordPlace,
  type OutsideData,
  actionRecord,
  eventRecord,
  historyFormat,
} from './record.ts';

/** The line is no record. The message says what is wrong with it. */
export class RecordUnreadable extends Error {
  override readonly name: string = 'RecordUnreadable';
  /** The record is of a format that only a later version reads. */
  readonly isNewer: boolean;

  constructor(message: string, isNewer = false) {
    super(message);
    this.isNewer = isNewer;
  }
}

/** A record as JSON has it: what it says is not known yet. */
type Raw = Readonly<Record<string, unknown>>;

const headerSchema = z.object({
  seq: z.literal(0),
  type: z.literal('header'),
  format: z.literal(historyFormat),
  run: z.string().min(1),
  at: z.string(),
  netrun: z.string().nullable(),
  seed: z.union([z.string(), z.number()]).nullable(),
  spec_hash: z.string().nullable(),
  definition: z.string().exactOptional(),
  file: z.string().exactOptional(),
  level: z.enum(['full', 'actions']),
  part: z.int().min(0),
  first_seq: z.int().min(1).exactOptional(),
});
const encoded = z.unknown();
const recordedValue = z.union([
  z.strictObject({ value: encoded }),
  z.strictObject({ ref: z.string() }),
  z.strictObject({ hash: z.string() }),
  z.strictObject({ lazy: z.literal(true) }),
  z.strictObject({ lost: z.string() }),
]);
const rejection = z.object({
  code: z.string(),
  message: z.string(),
  operation: z.int().min(0).exactOptional(),
});
const actionId = /^a[1-9]\d*$/;
const eventId = /^v[1-9]\d*$/;

type Change = (value: unknown) => unknown;

function operations(list: unknown, change: Change): unknown {
  if (!Array.isArray(list)) throw new RecordUnreadable('its operations are no list');
  return (list as readonly BatchOperation[]).map((operation) =>
    operation?.type === 'Record' ? { ...operation, value: change(operation.value) } : operation,
  );
}

/** The record with its users' values changed; the record itself where it has none. */
function withValues(record: ActionRecord | EventRecord, change: Change): typeof record {
  if ('given' in record) {
    return {
      ...record,
      action: change(record['action']),
      given: change(record['given']),
    } as ActionRecord;
  }
  switch (record.type === 'action' ? record.action : record.event) {
    case 'Record':
    case 'ValueRecorded':
      return { ...record, value: change(record['value']) };
    case 'CommitEpoch':
    case 'BatchDropped':
      return { ...record, operations: operations(record['operations'], change) };
    case 'FailAttempt':
      return 'dropped' in record
        ? { ...record, dropped: operations(record['dropped'], change) }
        : record;
    default:
      return record;
  }
}

const encode: Change = (value) => new ValueEncoder().encode(value, 'value');
const decode: Change = (value) => new ValueDecoder().decode(value);

/** The record as a line of JSON, without the end of the line. */
export function recordLine(record: HistoryRecord): string {
  return JSON.stringify(record.type === 'header' ? record : withValues(record, encode));
}

/** Events and actions in which users' values stand, or fields that are called otherwise in records. */
const special: ReadonlySet<string> = new Set([
  'Record',
  'ValueRecorded',
  'CommitEpoch',
  'BatchDropped',
  'FailAttempt',
]);

const eventPieces = {
  seq: pieceOf('{"seq":'),
  id: pieceOf(',"type":"event","id":"v'),
  action: pieceOf('","action_id":"a'),
  at: pieceOf('","at":"'),
  atEnd: pieceOf('",'),
};

/** Puts the line of `eventRecord(place, number, event)`, of most events without making that. */
export function putEventLine(
  out: PendingLines,
  place: RecordPlace,
  number: number,
  event: KernelEvent,
): void {
  const { bytes, count } = out;
  out.put(eventPieces.seq);
  out.putNumber(place.seq);
  out.put(eventPieces.id);
  out.putNumber(number);
  out.put(eventPieces.action);
  out.putNumber(place.action);
  out.put(eventPieces.at);
  out.putAgain(place.at);
  out.put(eventPieces.atEnd);
  if (!putHopEvent(out, event)) {
    if ('at' in event || special.has(event.event)) {
      out.takeBack(bytes, count);
      out.putText(recordLine(eventRecord(place, number, event)));
    } else out.putText(JSON.stringify(event).slice(1));
  }
  out.endLine();
}

const actionPieces = {
  seq: pieceOf('{"seq":'),
  id: pieceOf(',"type":"action","id":"a'),
  at: pieceOf('","at":"'),
  action: pieceOf('","action":'),
  values: pieceOf(',"values":'),
  end: pieceOf('}'),
};
const actionStart = '{"type":';

function putActionStart(out: PendingLines, { seq, at, action: number }: RecordPlace): void {
  out.put(actionPieces.seq);
  out.putNumber(seq);
  out.put(actionPieces.id);
  out.putNumber(number);
  out.put(actionPieces.at);
  out.putAgain(at);
  out.put(actionPieces.action);
}

/** Puts the line of `actionRecord(place, action, undefined, outside)`, of most actions without making that. */
export function putActionLine(
  out: PendingLines,
  place: RecordPlace,
  action: Action,
  outside?: OutsideData,
): void {
  const { bytes, count } = out;
  putActionStart(out, place);
  if (outside?.thrown === undefined && putHopAction(out, action)) {
    if (outside?.values !== undefined) {
      out.put(actionPieces.values);
      out.putText(JSON.stringify(outside.values));
    }
    out.put(actionPieces.end);
    out.endLine();
    return;
  }
  out.takeBack(bytes, count);
  const text = special.has(action.type) || outside !== undefined ? '' : JSON.stringify(action);
  if (text.startsWith(actionStart)) {
    putActionStart(out, place);
    out.putText(text.slice(actionStart.length));
  } else out.putText(recordLine(actionRecord(place, action, undefined, outside)));
  out.endLine();
}

/** Keys that reach prototypes are spelt with one of these, or with an escape. */
const suspicious = /proto|constructor|\\u/;
/** Characters that a line must have to be nested too deep. */
const shallowChars = limits.historyRecordDepth;

/** Throws where JSON is nested too deep, or has a key that reaches a prototype. */
function assertHarmless(document: unknown): void {
  const todo: (readonly [value: unknown, depth: number])[] = [[document, 0]];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const [value, depth] = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > limits.historyRecordDepth) throw new RecordUnreadable('it is nested too deep');
    for (const [key, item] of Object.entries(value)) {
      if (isPrototypeKey(key)) throw new RecordUnreadable(`it has a field called ${key}`);
      todo.push([item, depth + 1]);
    }
  }
}

function documentOf(line: string): Raw {
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    throw new RecordUnreadable('it is no JSON');
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new RecordUnreadable('it is no object');
  if (line.length > shallowChars || suspicious.test(line)) assertHarmless(document);
  return document as Raw;
}

function checked(document: Raw): HistoryRecord {
  switch (document['type']) {
    case 'header':
      return read(headerSchema, document) as HistoryRecord;
    case 'action':
      return actionOfLine(document);
    case 'event':
      return eventOfLine(document);
    default:
      throw new RecordUnreadable('it is neither a header, an action nor an event');
  }
}

function assertHas(holds: boolean, field: string, what: string): void {
  if (!holds) throw new RecordUnreadable(`${field}: it is no ${what}`);
}

/** What actions and events have in common; done by hand, for there are many of them. */
function assertPlace({ seq, at, id }: Raw, form: RegExp): void {
  assertHas(Number.isSafeInteger(seq) && (seq as number) > 0, 'seq', 'number of a record');
  assertHas(typeof at === 'string' && !Number.isNaN(Date.parse(at)), 'at', 'time');
  assertHas(typeof id === 'string' && form.test(id), 'id', 'id');
}

function actionOfLine(document: Raw): ActionRecord {
  assertPlace(document, actionId);
  if ('values' in document) read(z.array(recordedValue), document['values'], 'values');
  if ('rejected' in document) read(rejection, document['rejected'], 'rejected');
  const record = document as unknown as ActionRecord;
  const isMalformed = record.rejected?.code === 'ACTION_INVALID';
  if (isMalformed !== 'given' in record)
    throw new RecordUnreadable('only an action that is malformed stands as it was given');
  if (!isMalformed && typeof record.action !== 'string')
    throw new RecordUnreadable('its action is no name');
  return withValues(record, decode) as ActionRecord;
}

function eventOfLine(document: Raw): EventRecord {
  assertPlace(document, eventId);
  const { action_id: action, event } = document;
  assertHas(typeof action === 'string' && actionId.test(action), 'action_id', 'id');
  assertHas(typeof event === 'string', 'event', 'name');
  return withValues(document as unknown as EventRecord, decode) as EventRecord;
}

function read(schema: z.ZodType, value: unknown, field = ''): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = [...(field === '' ? [] : [field]), ...(issue?.path ?? [])];
  throw new RecordUnreadable(`${path.join('.')}: ${issue?.message ?? ''}`);
}

/**
 * The record of a line, which was written in `format`: that of the header before it; of a header its
 * own. Throws RecordUnreadable.
 */
export function parseRecord(line: string, format: number = historyFormat): HistoryRecord {
  const document = documentOf(line);
  const written = document['type'] === 'header' ? document['format'] : format;
  if (typeof written !== 'number' || !Number.isSafeInteger(written) || written < 1)
    throw new RecordUnreadable('its format is no number from 1');
  if (written > historyFormat)
    throw new RecordUnreadable(
      `it is of format ${written}, this version reads up to ${historyFormat}`,
      true,
    );
  try {
    return checked(upgraded(document, written));
  } catch (error) {
    if (error instanceof ValueUnreadable) throw new RecordUnreadable(error.message);
    throw error;
  }
}
