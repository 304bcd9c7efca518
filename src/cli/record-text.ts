/** Records of a history as lines for people. */
import type { Location } from '../machines/action.ts';
import type { ActionRecord, EventRecord } from '../runtime/history/record.ts';
import { placeText } from '../runtime/replay/run-state-text.ts';
import { clip, oneLine, paint } from './display-text.ts';
import type { Output } from './terminal.ts';

/** Columns of what stands before the fields: the number, the time, and what it is. */
const seqColumns = 7;
const nameColumns = 29;

/** Columns of a line where the output is no terminal. */
const plainColumns = 200;

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

function isPlace(value: unknown): value is Location {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function valueText(key: string, value: unknown): string {
  if ((key === 'from' || key === 'to') && isPlace(value)) return placeText(value);
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

/** What the record says besides its name. */
function fieldsText(record: ActionRecord | EventRecord): string {
  const fields = Object.entries(record)
    .filter(([key, value]) => !elsewhere.has(key) && value !== undefined)
    .map(([key, value]) => fieldText(key, value));
  const { rejected } = record as ActionRecord;
  if (rejected !== undefined) fields.push(`refused ${rejected.code}: ${rejected.message}`);
  return fields.join(' · ');
}

function timeText(at: string): string {
  return /T(?<time>\d{2}:\d{2}:\d{2}\.\d{3})/.exec(at)?.groups?.['time'] ?? ' '.repeat(12);
}

/** One line; events stand further in than their action. Cut where it is too long for the output. */
export function recordText(output: Output, record: ActionRecord | EventRecord): string {
  const isAction = record.type === 'action';
  const name = isAction ? `${record.id} ${record.action}` : `  ${record.event}`;
  const head = `${String(record.seq).padStart(seqColumns)}  ${timeText(record.at)}  `;
  const title = oneLine(name);
  const shown = (isAction ? title : `  ${title}`).padEnd(nameColumns);
  const columns = (output.isTTY ? output.columns - 1 : plainColumns) - head.length - shown.length;
  const fields = clip(oneLine(fieldsText(record)), Math.max(20, columns));
  const isRefused = isAction && record.rejected !== undefined;
  const lead = paint(output, 'dim', head);
  if (isRefused) return `${lead}${paint(output, 'yellow', `${shown}${fields}`)}`.trimEnd();
  return `${lead}${isAction ? paint(output, 'bold', shown) : shown}${fields}`.trimEnd();
}
