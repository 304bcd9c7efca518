/** Dead letters as text for people. */
import { inspect } from 'node:util';
import type {
  DeadLetter,
  DeadLetterError,
  DeadLetterPacket,
} from '../runtime/failure/dead-letter.ts';
import { clip, oneLine, paint, printable } from './display-text.ts';
import { tableLines } from './table.ts';
import type { Column } from './table.ts';
import type { Output } from './terminal.ts';

/** Lines of a stack and of a value shown at most; `--json` has all of them. */
const stackLines = 12;
const valueLines = 40;

/** Columns of a line where the output is no terminal. */
const plainColumns = 160;

const columns: readonly Column[] = [
  { title: 'id', align: 'left' },
  { title: 'node', align: 'left' },
  { title: 'epoch', align: 'left' },
  { title: 'at', align: 'left' },
  { title: 'outcome', align: 'left' },
  { title: 'attempts', align: 'right' },
  { title: 'packets', align: 'right' },
  { title: 'error', align: 'left' },
];

function isoTime(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}

function widthOf(output: Output): number {
  return output.isTTY ? output.columns - 1 : plainColumns;
}

function outcomeText(outcome: DeadLetter['outcome']): string {
  return outcome === 'timedOut' ? 'timed out' : outcome;
}

/** One line per letter, below titles. */
export function letterTable(output: Output, letters: readonly DeadLetter[]): string[] {
  const rows = letters.map((letter) => [
    letter.id,
    oneLine(letter.node),
    oneLine(letter.epoch),
    isoTime(letter.at),
    outcomeText(letter.outcome),
    String(letter.errors.length),
    String(letter.packets.length),
    oneLine(letter.errors.at(-1)?.message ?? ''),
  ]);
  return tableLines(columns, rows).map((line) => clip(line, widthOf(output)));
}

function cut(lines: readonly string[], most: number): string[] {
  const hidden = lines.length - most;
  if (hidden <= 0) return [...lines];
  return [...lines.slice(0, most), `… and ${hidden} more lines (--json has all)`];
}

function block(output: Output, text: string, most: number): string[] {
  const lines = printable(text).split('\n');
  return cut(lines, most).map((line) => clip(`    ${line}`, widthOf(output)));
}

function errorLines(output: Output, error: DeadLetterError, attempt: number): string[] {
  const code = error.code === undefined ? '' : ` ${oneLine(error.code)}`;
  const told = `${oneLine(error.name)}${code}: ${oneLine(error.message)}`;
  return [
    `attempt ${attempt} failed at ${isoTime(error.at)}: ${paint(output, 'red', told)}`,
    ...block(output, error.stack, stackLines),
  ];
}

function packetLines(output: Output, packet: DeadLetterPacket): string[] {
  const title = `packet ${oneLine(packet.packet)} at ${oneLine(packet.port)}`;
  if (packet.error !== undefined)
    return [`${title}: its value could not be made: ${oneLine(packet.error.message)}`];
  const shown = inspect(packet.value, {
    depth: 10,
    customInspect: false,
    breakLength: Math.max(20, widthOf(output) - 4),
    maxArrayLength: 100,
    maxStringLength: 10_000,
  });
  return [title, ...block(output, shown, valueLines)];
}

/** Everything of a letter, long texts cut. */
export function letterLines(output: Output, letter: DeadLetter): string[] {
  const { id, node, epoch, condition, outcome, run, retryOf, losses } = letter;
  const head = paint(output, 'bold', `${id} ${oneLine(node)} ${outcomeText(outcome)}`);
  return [
    `${head} at ${isoTime(letter.at)}`,
    `epoch ${oneLine(epoch)} of condition ${oneLine(condition)}, run ${oneLine(run)}`,
    ...(retryOf.length === 0 ? [] : [`a retry of ${retryOf.map(oneLine).join(', ')}`]),
    ...letter.errors.flatMap((error, at) => ['', ...errorLines(output, error, at + 1)]),
    ...letter.packets.flatMap((packet) => ['', ...packetLines(output, packet)]),
    ...(losses.length === 0 ? [] : ['', 'not kept whole:']),
    ...losses.map(({ path, kind, what }) =>
      oneLine(
        `  ${path}: ${kind === 'instance' ? `an instance of ${what}, its fields only` : what}`,
      ),
    ),
  ];
}
