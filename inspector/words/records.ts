/** A record of the history in one line: what was done or happened, to what, and whether it was refused. */
import type { RecordView } from '../../src/runtime/inspector/history-view.ts';

/** Fields that every record has, or that are said otherwise. */
const apart = new Set([
  'seq',
  'type',
  'id',
  'action_id',
  'at',
  'action',
  'event',
  'now',
  'rejected',
  'values',
  'thrown',
  'aboutEpoch',
  'aboutNode',
  'stack',
  'operations',
]);

/** What they are needs no saying. */
const said = new Set(['epoch', 'packet', 'error']);

const fieldChars = 60;

function fieldText(key: string, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (key === 'error' && typeof value === 'object') {
    const { name = 'Error', message = '' } = value as { name?: string; message?: string };
    return `${name}: ${message}`;
  }
  const text = typeof value === 'string' ? value : placeText(value);
  return text.length > fieldChars ? `${text.slice(0, fieldChars)}…` : text;
}

/** A place as the diagrams name it; anything else as JSON. */
function placeText(value: unknown): string {
  if (typeof value !== 'object' || value === null || !('type' in value)) {
    return JSON.stringify(value);
  }
  const place = value as Readonly<Record<string, string>>;
  switch (place['type']) {
    case 'OutsideNet':
      return 'outside';
    case 'Edge':
      return `edge ${place['from']} → ${place['to']}`;
    case 'InputPort':
      return `${place['node']}.${place['port']}`;
    case 'Node':
      return `in ${place['epoch']}`;
    case 'OutputPort':
      return `${place['epoch']} at ${place['port']}`;
    default:
      return JSON.stringify(value);
  }
}

export function recordText(record: RecordView): string {
  const name = record.type === 'action' ? record.action : record.event;
  const fields = Object.entries(record)
    .filter(([key]) => !apart.has(key))
    .map(([key, value]) => {
      const text = fieldText(key, value);
      return text === '' ? '' : said.has(key) ? text : `${key} ${text}`;
    })
    .filter((text) => text !== '');
  const rejected = record.type === 'action' ? record.rejected : undefined;
  const node = record.aboutNode === null || 'node' in record ? '' : ` ${record.aboutNode}`;
  const refused = rejected === undefined ? '' : ` · refused: ${rejected.code}`;
  return `${name}${node}${fields.length === 0 ? '' : ` · ${fields.join(' · ')}`}${refused}`;
}
