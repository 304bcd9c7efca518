/** `netrun replay`: goes through recorded runs again, without their nodes, and says where they differ. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { NonDeterminismError } from '../../runtime/errors.ts';
import { historyName } from '../../runtime/history/history-parts.ts';
import { differenceText } from '../../runtime/replay/record-check.ts';
import {
  type HistoryVerdict,
  historyFiles,
  replayHistories,
} from '../../runtime/replay/replay-histories.ts';
import { Replay, type ReplayResult } from '../../runtime/replay/replay.ts';
import { counted, grouped } from '../../runtime/counted-noun.ts';
import { type ToldDifference, differenceDocument, differenceLines } from '../difference-text.ts';
import { oneLine, paint, printable } from '../display-text.ts';
import { type Problem, errorProblems, refusal } from '../problem.ts';
import { reexecuteRuns } from './reexecution.ts';
import { openRun, readSeq, runTitle } from '../recorded-run.ts';
import { reportProblems, writeJson } from '../report.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export interface ReplayCommandOptions {
  readonly until?: string;
  readonly report?: boolean;
  /** The functions are run again too. */
  readonly reexec?: boolean;
  /** With `reexec`: the definition whose functions are run. */
  readonly flow?: string;
  readonly json?: boolean;
}

const unknownHint = 'Look at the history with netrun history.';

/** A run whose replay was ended by its first difference has no result. */
interface Outcome {
  readonly result: ReplayResult | null;
  readonly differences: readonly ToldDifference[];
}

function replayed(replay: Replay, until: number | undefined): Outcome {
  try {
    const result = replay.verify(until);
    return { result, differences: result.differences };
  } catch (error) {
    if (!(error instanceof NonDeterminismError)) throw error;
    return { result: null, differences: [error] };
  } finally {
    replay.close();
  }
}

function resultLines({ seq, actions, rejected, events, isWhole }: ReplayResult): string[] {
  const refused = rejected === 0 ? '' : ` (${grouped(rejected)} refused)`;
  return [
    `${counted(seq, 'record')}: ${counted(actions, 'action')}${refused}, ${counted(events, 'event')}`,
    ...(isWhole ? [] : ['the last action was written down in part: the run was killed meanwhile']),
  ];
}

function replayOne(path: string, options: ReplayCommandOptions, terminal: Terminal): ExitCode {
  const history = openRun(path, terminal);
  const until = options.until === undefined ? undefined : readSeq('--until', options.until);
  const replay = new Replay(history, {
    onDifference: options.report === true ? 'report' : 'fail',
  });
  const { result, differences } = replayed(replay, until);
  const isSame = differences.length === 0;
  const { stdout } = terminal;
  if (options.json === true) {
    const { differences: _, ...told } = result ?? { run: history.header.run };
    const all = differences.map(differenceDocument);
    writeJson(terminal, { ok: isSame, file: history.path, ...told, differences: all });
    return isSame ? 0 : 2;
  }
  const lines = [runTitle(history), ...(result === null ? [] : resultLines(result))];
  if (isSame && result !== null) {
    lines.push(paint(stdout, 'green', 'the same as recorded'), `state ${result.stateHash}`);
  } else {
    const count = result?.differenceCount ?? 1;
    const first = result === null ? 'not the same as recorded; the first difference:' : '';
    lines.push(first === '' ? `${counted(count, 'difference')}:` : first);
    for (const difference of differences) lines.push(...differenceLines(stdout, difference));
    if (count > differences.length) lines.push(`… and ${grouped(count - differences.length)} more`);
  }
  stdout.write(`${lines.join('\n')}\n`);
  return isSame ? 0 : 2;
}

/** One line per history, with what is wrong below it. */
function verdictLines(terminal: Terminal, verdict: HistoryVerdict): string[] {
  const { stdout } = terminal;
  const file = printable(verdict.file);
  if (verdict.ok)
    return [
      `${paint(stdout, 'green', 'same    ')}  ${file}  ${counted(verdict.result.seq, 'record')}`,
    ];
  if ('difference' in verdict) {
    const told = oneLine(differenceText(verdict.difference));
    return [`${paint(stdout, 'red', 'differs ')}  ${file}`, `          ${told}`];
  }
  return [`${paint(stdout, 'red', 'unusable')}  ${file}`];
}

function verdictDocument(verdict: HistoryVerdict): object {
  if ('error' in verdict) {
    const problems = errorProblems(verdict.error, 'HISTORY_INVALID', unknownHint);
    return { ok: false, file: verdict.file, problems };
  }
  const { differences, ...told } = verdict.result;
  const all = differences.map(differenceDocument);
  return { ok: verdict.ok, file: verdict.file, ...told, differences: all };
}

/** All histories below a folder; what cannot be replayed is told beside the others. */
async function replayAll(
  folder: string,
  options: ReplayCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (options.until !== undefined)
    throw refusal('ARGUMENT_INVALID', '--until goes with one history', 'Name one of them.');
  const problems: Problem[] = [];
  const documents: object[] = [];
  let isSame = true;
  for await (const verdict of replayHistories(folder)) {
    isSame &&= verdict.ok;
    if ('error' in verdict)
      problems.push(...errorProblems(verdict.error, 'HISTORY_INVALID', unknownHint));
    if (options.json === true) documents.push(verdictDocument(verdict));
    else terminal.stdout.write(`${verdictLines(terminal, verdict).join('\n')}\n`);
  }
  reportProblems(terminal, problems);
  if (options.json === true) writeJson(terminal, { ok: isSame, histories: documents });
  if (problems.length > 0) return 1;
  return isSame ? 0 : 2;
}

/** What nodes print meanwhile stands beside what is told, as in a run. */
async function ranAgain(
  paths: Parameters<typeof reexecuteRuns>[0],
  options: ReplayCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const undivert = terminal.divert((text) => terminal.stderr.write(text));
  try {
    return await reexecuteRuns(paths, options, terminal);
  } finally {
    undivert();
  }
}

/** Replays one run, or all below a folder. 2: something differs. Throws CommandFailure, and as `openHistory`. */
export async function replay(
  path: string,
  options: ReplayCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const hasMany = isFolder && !existsSync(join(path, historyName));
  if (options.reexec === true) {
    if (options.until !== undefined)
      throw refusal('ARGUMENT_INVALID', '--until does not go with --reexec', 'Leave one out.');
    return ranAgain(hasMany ? historyFiles(path) : [path], options, terminal);
  }
  if (options.flow !== undefined)
    throw refusal('ARGUMENT_INVALID', '--flow goes with --reexec', 'Add --reexec.');
  if (hasMany) return replayAll(path, options, terminal);
  return replayOne(path, options, terminal);
}
