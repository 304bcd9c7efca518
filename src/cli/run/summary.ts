/** What a run came to: the document that `--json` prints and a run's folder keeps, and the same for people. */
import { z } from 'zod';
import { counted, grouped } from '../../runtime/counted-noun.ts';
import { clip, durationText, oneLine, paint, printable } from '../display-text.ts';
import { tableLines } from '../table.ts';
import type { Column } from '../table.ts';
import type { Output } from '../terminal.ts';

const count = z.int().min(0);
const epochCounts = z.object({
  opened: count,
  started: count,
  finished: count,
  failed: count,
  timedOut: count,
  cancelled: count,
  retried: count,
  startable: count,
  running: count,
});
const problem = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().exactOptional(),
  file: z.string().exactOptional(),
  line: z.int().exactOptional(),
  column: z.int().exactOptional(),
  path: z.string().exactOptional(),
  node: z.string().exactOptional(),
  epoch: z.string().exactOptional(),
  causes: z.array(z.string()).exactOptional(),
});

/**
 * `state`: how the run ended (`running`: it has not, or was killed). `nodes` in declaration order.
 * `outputs`: the values collected, by `Node.port`. `failures`: epochs that finally failed. `explanation`:
 * why the net stands where it stands, as `Net.explainBlocked` gives it; null where it is drained.
 */
export const summarySchema = z.object({
  ok: z.boolean(),
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(130), z.null()]),
  file: z.string(),
  run: z.string(),
  state: z.enum([
    'running',
    'drained',
    'stuck',
    'starved',
    'paused',
    'stopped',
    'failed',
    'hanging',
    'interrupted',
  ]),
  reason: z.string().nullable(),
  durationMs: z.number().min(0),
  epochs: epochCounts,
  nodes: z.array(epochCounts.extend({ node: z.string() })),
  packets: z.object({ created: count, consumed: count, destroyed: count }),
  outputs: z.record(z.string(), z.array(z.unknown())),
  problems: z.array(problem),
  failures: z.array(
    z.object({
      node: z.string(),
      epoch: z.string(),
      outcome: z.string(),
      attempts: count,
      message: z.string(),
    }),
  ),
  explanation: z.looseObject({ text: z.string() }).nullable(),
});

export type Summary = z.output<typeof summarySchema>;

/** Values and failures shown at most; `--out json` and `--json` have all of them. */
const shownValues = 10;
const shownFailures = 10;

/** Columns that a value takes at most where the output is no terminal. */
const valueColumns = 200;

const columns: readonly Column[] = [
  { title: 'node', align: 'left' },
  { title: 'epochs', align: 'right' },
  { title: 'done', align: 'right' },
  { title: 'failed', align: 'right' },
  { title: 'cancelled', align: 'right' },
  { title: 'retried', align: 'right' },
  { title: 'waiting', align: 'right' },
  { title: 'running', align: 'right' },
];

/** Columns without which the table says the same when they have nothing but zeros. */
const optional = new Set(['cancelled', 'retried', 'waiting', 'running']);

function nodeTable({ nodes }: Summary): string[] {
  const rows = nodes.map(({ node, ...counts }) => [
    node,
    ...[
      counts.started,
      counts.finished,
      counts.failed + counts.timedOut,
      counts.cancelled,
      counts.retried,
      counts.startable,
      counts.running,
    ].map(grouped),
  ]);
  const kept = columns.map(
    ({ title }, at) => !optional.has(title) || rows.some((row) => row[at] !== '0'),
  );
  return tableLines(
    columns.filter((_, at) => kept[at]),
    rows.map((row) => row.filter((_, at) => kept[at])),
  );
}

function outputLines(output: Output, outputs: Summary['outputs']): string[] {
  const width = output.isTTY ? output.columns - 1 : valueColumns;
  return Object.entries(outputs).flatMap(([port, values]) => {
    const shown = values
      .slice(0, shownValues)
      .map((value) => clip(`  ${oneLine(JSON.stringify(value))}`, width));
    const hidden = values.length - shown.length;
    if (hidden > 0) shown.push(`  and ${grouped(hidden)} more (--out json prints all)`);
    return [`${printable(port)}: ${counted(values.length, 'value')}`, ...shown];
  });
}

function failureLines(failures: Summary['failures']): string[] {
  const shown = failures
    .slice(0, shownFailures)
    .map(({ node, epoch, outcome, attempts, message }) => {
      const how = outcome === 'timedOut' ? 'timed out' : outcome;
      const tries = attempts > 1 ? ` after ${attempts} attempts` : '';
      return `  ${node} ${epoch} ${how}${tries}: ${oneLine(message)}`;
    });
  const hidden = failures.length - shown.length;
  return hidden > 0 ? [...shown, `  and ${grouped(hidden)} more`] : shown;
}

/** `drained in 1.2 s`, with the reason where there is one. */
function outcomeText({ state, reason, durationMs: ms }: Summary): string {
  const why = reason === null ? '' : ` (${oneLine(reason)})`;
  return `${state} after ${durationText(ms)}${why}`;
}

/**
 * The summary in lines. Epochs whose errors are among the problems are not told again; the explanation comes
 * last, where it has more to say than the state.
 */
export function summaryLines(output: Output, summary: Summary): string[] {
  const { packets, outputs, problems, explanation } = summary;
  const told = new Set(problems.map(({ epoch }) => epoch));
  const failures = summary.failures.filter(({ epoch }) => !told.has(epoch));
  const explained = explanation === null ? [] : printable(explanation.text).split('\n');
  const sections = [
    [paint(output, summary.ok ? 'green' : 'red', outcomeText(summary))],
    summary.nodes.length === 0 ? [] : nodeTable(summary),
    [
      `packets: ${grouped(packets.created)} created, ${grouped(packets.consumed)} consumed, ${grouped(packets.destroyed)} destroyed`,
    ],
    outputLines(output, outputs),
    failures.length === 0 ? [] : ['failed epochs', ...failureLines(failures)],
    explained.length > 1 ? explained : [],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]));
}
