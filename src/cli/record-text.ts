/** Records of a history as lines for people. */
import type { Location } from '../machines/action.ts';
import type { ActionRecord, EventRecord, RecordedValue } from '../runtime/history/record.ts';
import { placeText } from '../runtime/replay/run-state-text.ts';
import { clip, oneLine, paint, widthOf } from './display-text.ts';
import type { Output } from './terminal.ts';

/** Columns of what stands before the fields: the number, the time, and what it is. */
const seqColumns = 6;
const nameColumns = 24;

/** How far in the rest of a record stands that is longer than a line. */
const restColumns = 24;

/** Characters of one field at most. */
const fieldChars = 500;

/** Fields that stand elsewhere in the line, or that only machines read. */
const elsewhere: ReadonlySet<string> = new Set([
  'seq',
  'type',
  'id',
  'at',
  'action',
  'action_id',
  'event',
  'now',
  'rejected',
  'values',
  'thrown',
]);

/** Fields whose name says nothing that their value does not. */
const nameless: ReadonlySet<string> = new Set(['packet', 'epoch', 'node', 'port', 'key', 'letter']);

const placeTypes: ReadonlySet<unknown> = new Set([
  'OutsideNet',
  'Edge',
  'InputPort',
  'Node',
  'OutputPort',
]);

function isPlace(value: unknown): value is Location {
  return (
    typeof value === 'object' && value !== null && 'type' in value && placeTypes.has(value.type)
  );
}

function valueText(key: string, value: unknown): string {
  if (isPlace(value)) return placeText(value);
  if ((key === 'packets' || key === 'salvo') && Array.isArray(value))
    return value.map((pair) => (Array.isArray(pair) ? pair.join(':') : String(pair))).join(' ');
  if ((key === 'operations' || key === 'dropped') && Array.isArray(value)) return `${value.length}`;
  if (key === 'error' && typeof value === 'object' && value !== null) {
    const { name, message } = value as { readonly name?: unknown; readonly message?: unknown };
    return `${String(name)}: ${String(message)}`;
  }
  if (key === 'due' && typeof value === 'number') {
    const due = new Date(value);
    return Number.isNaN(due.getTime()) ? String(value) : due.toISOString();
  }
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}

function fieldText(key: string, value: unknown): string {
  const text = valueText(key, value);
  return nameless.has(key) ? text : `${key} ${text}`;
}

/** Characters of a recorded value at most. */
const valueChars = 60;

/** A value that an action came with, as far as the history has it. */
function recordedText(recorded: RecordedValue): string {
  if ('value' in recorded) return clip(JSON.stringify(recorded.value) ?? '', valueChars);
  if ('lazy' in recorded) return 'lazy';
  if ('lost' in recorded) return `lost: ${recorded.lost}`;
  return clip('ref' in recorded ? recorded.ref : recorded.hash, 16);
}

/** What the record says besides its name, part by part. */
function fieldsOf(record: ActionRecord | EventRecord): string[] {
  const fields = Object.entries(record)
    .filter(([key, value]) => !elsewhere.has(key) && value !== undefined)
    .map(([key, value]) => fieldText(key, value));
  const { rejected, values }: Partial<ActionRecord> = record.type === 'action' ? record : {};
  if (values !== undefined && values.length > 0)
    fields.push(`value ${values.map(recordedText).join(', ')}`);
  if (rejected !== undefined) fields.push(`refused ${rejected.code}: ${rejected.message}`);
  return fields.map((field) => clip(oneLine(field), fieldChars));
}

/** The fields on as many lines as it takes; the first is begun already. */
function filled(first: string, fields: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  let line = first;
  let isBegun = false;
  for (const field of fields) {
    const longer = `${line}${isBegun ? ' · ' : ''}${field}`;
    if (isBegun && widthOf(longer) > columns) {
      lines.push(line);
      line = `${' '.repeat(restColumns)}${field}`;
    } else {
      line = longer;
    }
    isBegun = true;
  }
  return [...lines, line].map((one) => clip(one.trimEnd(), columns));
}

/** The time of day in an ISO time. */
export function timeText(at: string): string {
  return /T(?<time>\d{2}:\d{2}:\d{2}\.\d{3})/.exec(at)?.groups?.['time'] ?? ' '.repeat(12);
}

/**
 * One line, or in a narrow terminal as many as it takes; events stand further in than their action.
 */
export function recordText(output: Output, record: ActionRecord | EventRecord): string {
  const isAction = record.type === 'action';
  const title = oneLine(isAction ? `${record.id} ${record.action}` : record.event);
  const shown = `${isAction ? '' : '  '}${title}`.padEnd(nameColumns - 1);
  const head = `${String(record.seq).padStart(seqColumns)}  ${timeText(record.at)}  ${shown} `;
  const columns = output.isTTY ? output.columns - 1 : Number.POSITIVE_INFINITY;
  const text = filled(head, fieldsOf(record), columns).join('\n');
  if (!isAction) return text;
  return paint(output, record.rejected === undefined ? 'bold' : 'yellow', text);
}
