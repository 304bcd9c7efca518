/** `netrun replay --reexec`: runs the functions of recorded runs again, and says where they act otherwise. */
import {
  type ReexecutionOptions,
  type ReexecutionResult,
  reexecute,
} from '../../runtime/replay/reexecution.ts';
import { counted, grouped } from '../../runtime/counted-noun.ts';
import { readValidDefinition } from '../definition-file.ts';
import { sideText } from '../difference-text.ts';
import { oneLine, paint } from '../display-text.ts';
import { jsonValue } from '../json-value.ts';
import { CommandFailure, type Problem, errorProblems } from '../problem.ts';
import { openRun, runTitle } from '../recorded-run.ts';
import { reportProblems, writeJson } from '../report.ts';
import type { ExitCode, Output, Terminal } from '../terminal.ts';

export interface ReexecutionCommandOptions {
  /** Today's definition, in place of the recorded one. */
  readonly flow?: string;
  readonly report?: boolean;
  readonly json?: boolean;
}

type Outcome = ReexecutionResult['outcome'];

/** What outcomes are called, those that count against the run last. */
const words: Readonly<Record<Outcome, string>> = {
  same: 'same',
  skipped: 'skipped',
  difference: 'different',
  threw: 'threw',
  unfinished: 'unfinished',
};

const failures: ReadonlySet<Outcome> = new Set(['difference', 'threw', 'unfinished']);

/** What the attempts of one run came to. */
interface Tally {
  readonly counts: Record<Outcome, number>;
  /** All that are not the same; up to the first that counts, unless all are to be reported. */
  readonly told: ReexecutionResult[];
}

async function tallyOf(
  path: string,
  options: ReexecutionCommandOptions,
  terminal: Terminal,
): Promise<{ readonly title: string; readonly run: string; readonly tally: Tally }> {
  const history = openRun(path, terminal);
  const flow = options.flow === undefined ? null : readValidDefinition(options.flow);
  const given: ReexecutionOptions = {
    onDifference: 'report',
    ...(flow === null ? {} : { graph: flow.graph, file: flow.path }),
  };
  const counts = { same: 0, skipped: 0, difference: 0, threw: 0, unfinished: 0 };
  const tally: Tally = { counts, told: [] };
  for await (const result of reexecute(history, given)) {
    counts[result.outcome] += 1;
    if (result.outcome !== 'same') tally.told.push(result);
    if (failures.has(result.outcome) && options.report !== true) break;
  }
  return { title: runTitle(history), run: history.header.run, tally };
}

function isSame({ counts }: Tally): boolean {
  return counts.difference + counts.threw + counts.unfinished === 0;
}

/** Throws where nothing could be compared: a check that checks nothing is none. */
function assertCompared(path: string, { counts, told }: Tally): void {
  const [first] = told;
  if (counts.skipped === 0 || counts.same > 0 || first?.outcome !== 'skipped') return;
  if (told.some(({ outcome }) => outcome !== 'skipped')) return;
  const { node, epoch, reason } = first;
  throw new CommandFailure([
    {
      code: 'HISTORY_INCOMPLETE',
      message: `no attempt could be run again; the first, ${epoch} of ${node}: ${oneLine(reason)}`,
      hint: 'Values are recorded with history_values, functions found where the definition names them, or with --flow.',
      file: path,
    },
  ]);
}

function resultLines(output: Output, result: ReexecutionResult): string[] {
  const { node, epoch, attempt, outcome } = result;
  const place = `${oneLine(node)}  ${epoch}  attempt ${attempt}`;
  if ('reason' in result) return [`${words[outcome]}: ${place}: ${oneLine(result.reason)}`];
  if (!('difference' in result)) return [];
  const { port, operation, path, recorded, replayed } = result.difference;
  const where = port === undefined ? `operation ${operation ?? 0}` : `output port ${oneLine(port)}`;
  const at = path === '$' ? '' : `, at ${oneLine(path)}`;
  return [
    paint(output, 'red', `${words[outcome]}: ${place}, ${where}${at}`),
    sideText(output, recorded, '  recorded  '),
    sideText(output, replayed, '  now       '),
  ];
}

function resultDocument(result: ReexecutionResult): object {
  const { node, epoch, attempt, seq, outcome } = result;
  const place = { node, epoch, attempt, seq, outcome };
  if ('reason' in result) return { ...place, reason: result.reason };
  if (!('difference' in result)) return place;
  const { port, operation, path, recorded, replayed } = result.difference;
  const sides = { recorded: jsonValue(recorded), replayed: jsonValue(replayed) };
  return { ...place, operation, ...(port === undefined ? {} : { port }), path, ...sides };
}

function countsLine(output: Output, tally: Tally): string {
  const entries = Object.entries(tally.counts) as [Outcome, number][];
  const total = entries.reduce((sum, [, count]) => sum + count, 0);
  const parts = entries
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${grouped(count)} ${words[outcome]}`);
  const text = `${counted(total, 'attempt')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
  return paint(output, isSame(tally) ? 'green' : 'red', text);
}

/**
 * Runs the functions of each history again. 2: some act otherwise, threw or were not done in time; 1: a
 * history could not be used, or nothing of it compared.
 */
export async function reexecuteRuns(
  paths: Iterable<string>,
  options: ReexecutionCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { stdout } = terminal;
  const problems: Problem[] = [];
  const documents: object[] = [];
  let ok = true;
  for (const file of paths) {
    try {
      const { title, run, tally } = await tallyOf(file, options, terminal);
      ok &&= isSame(tally);
      const { counts, told } = tally;
      documents.push({ ok: isSame(tally), file, run, counts, attempts: told.map(resultDocument) });
      if (options.json !== true) {
        const lines = [title, ...told.flatMap((result) => resultLines(stdout, result))];
        lines.push(countsLine(stdout, tally));
        if (!isSame(tally) && options.report !== true)
          lines.push('stopped at the first that is not the same; --report goes on to the end');
        stdout.write(`${lines.join('\n')}\n`);
      }
      assertCompared(file, tally);
    } catch (error) {
      ok = false;
      problems.push(
        ...errorProblems(error, 'HISTORY_INVALID', 'Look at the history with netrun history.'),
      );
    }
  }
  reportProblems(terminal, problems);
  if (options.json === true) writeJson(terminal, { ok, histories: documents, problems });
  if (problems.length > 0) return 1;
  return ok ? 0 : 2;
}
