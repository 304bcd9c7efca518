/** Differences of a replay as people and machines read them. */
import { inspect } from 'node:util';
import { clip, oneLine, paint } from './display-text.ts';
import { jsonValue } from './json-value.ts';
import type { Output } from './terminal.ts';

/** Where two sides differ, and what stands on each. */
export interface ToldDifference {
  readonly seq: number | undefined;
  readonly action: string | undefined;
  readonly path: string;
  readonly recorded: unknown;
  readonly replayed: unknown;
}

/** Columns of a line where the output is no terminal. */
const plainColumns = 160;

/** A value on one line. */
export function sideText(output: Output, value: unknown, lead: string): string {
  const columns = output.isTTY ? output.columns - 1 : plainColumns;
  if (value === undefined) return `${lead}nothing`;
  const shown = inspect(value, { depth: 6, customInspect: false, breakLength: Infinity });
  return clip(`${lead}${oneLine(shown)}`, columns);
}

/** `record 12 of a4, at $.packet`, then both sides. */
export function differenceLines(output: Output, difference: ToldDifference): string[] {
  const { seq, action, path, recorded, replayed } = difference;
  const where = path === '$' ? '' : `, at ${oneLine(path)}`;
  return [
    paint(output, 'red', `record ${seq ?? '?'} of ${oneLine(action ?? '?')}${where}`),
    sideText(output, recorded, '  recorded  '),
    sideText(output, replayed, '  replayed  '),
  ];
}

/** The same for machines. */
export function differenceDocument({
  seq,
  action,
  path,
  recorded,
  replayed,
}: ToldDifference): object {
  return { seq, action, path, recorded: jsonValue(recorded), replayed: jsonValue(replayed) };
}
