/** Whether the history of a net is, to the byte, the one that a file has; and where they first differ. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Verdict, asTestNet } from './verdict.ts';

/** `all`: the file is written anew where it differs; `new`: where it is missing; `none`: never. */
export type HistoryUpdate = 'all' | 'new' | 'none';

/** Records shown before the first difference. */
const shownBefore = 3;
/** Characters of a record that are shown. */
const shownChars = 300;

function shown(line: string): string {
  return line.length > shownChars ? `${line.slice(0, shownChars)}…` : line;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Fields in which two records differ, as `path: expected … received …`. */
function fieldDifferences(expected: unknown, received: unknown, path = ''): string[] {
  if (JSON.stringify(expected) === JSON.stringify(received)) return [];
  if (!isObject(expected) || !isObject(received)) {
    const text = (value: unknown): string => shown(JSON.stringify(value) ?? 'nothing');
    return [`    ${path}: expected ${text(expected)}, received ${text(received)}`];
  }
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(received)])];
  return keys.flatMap((key) =>
    fieldDifferences(expected[key], received[key], path === '' ? key : `${path}.${key}`),
  );
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

/** Where two histories first differ, in lines of text; null where they do not. */
export function firstDifference(expected: string, received: string): string | null {
  if (expected === received) return null;
  const [before, now] = [expected.split('\n'), received.split('\n')];
  let at = 0;
  while (before[at] === now[at]) at += 1;
  const [wanted = '', is = ''] = [before[at], now[at]];
  const context = now.slice(Math.max(0, at - shownBefore), at).map((line) => `    ${shown(line)}`);
  const fields = fieldDifferences(parsed(wanted), parsed(is));
  const isEnd = wanted === '' || is === '';
  return [
    `line ${at + 1} is the first that differs`,
    ...context,
    `  - ${wanted === '' ? '(the end)' : shown(wanted)}`,
    `  + ${is === '' ? '(the end)' : shown(is)}`,
    ...(isEnd || fields.length === 0 ? [] : ['  that is', ...fields]),
  ].join('\n');
}

/** `file` is an absolute path. Writes the file as `update` says. */
export function matchingHistory(
  received: unknown,
  file: string,
  update: HistoryUpdate,
  isNot: boolean,
): Verdict {
  const text = asTestNet('toMatchHistory', received).historyText();
  const write = (): Verdict => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return { pass: true, message: () => `expected the history not to be the one in ${file}` };
  };
  if (!existsSync(file)) {
    if (!isNot && update !== 'none') return write();
    const why = isNot
      ? `there is no file ${file} for the history to differ from`
      : `there is no file ${file}; it is written where the tests run with --update, or not in CI`;
    return { pass: isNot, message: () => why };
  }
  const difference = firstDifference(readFileSync(file, 'utf8'), text);
  if (difference !== null && !isNot && update === 'all') return write();
  return {
    pass: difference === null,
    message: () =>
      difference === null
        ? `expected the history not to be the one in ${file}`
        : `expected the history to be the one in ${file}, and ${difference}`,
  };
}
