/** `netrun explain`: why a run stands where it stands; of a definition, what it would do. */
import { statSync } from 'node:fs';
import { readValidDefinition } from '../definition-file.ts';
import { describeGraph, descriptionLines } from '../describe-graph.ts';
import { printable } from '../display-text.ts';
import { fileFailure } from '../files.ts';
import { reportProblems, writeJson } from '../report.ts';
import { readSummary } from '../run/run-dir.ts';
import { summaryLines } from '../run/summary.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export interface ExplainOptions {
  readonly json?: boolean;
}

function explainRun(folder: string, options: ExplainOptions, terminal: Terminal): ExitCode {
  const summary = readSummary(folder);
  if (options.json === true) {
    const { file, run, state, reason, problems, failures, explanation } = summary;
    writeJson(terminal, { ok: true, file, run, state, reason, problems, failures, explanation });
    return 0;
  }
  const { stdout } = terminal;
  stdout.write(`run ${printable(summary.run)} of ${printable(summary.file)}\n`);
  if (summary.state === 'running') {
    stdout.write(
      'It has not ended: it is still running, or it was killed before it could write down how it ended.\n',
    );
    return 0;
  }
  stdout.write(`${summaryLines(stdout, summary).join('\n')}\n`);
  if (summary.state === 'drained')
    stdout.write('\nEverything was done: no packet is left in the net.\n');
  reportProblems(terminal, summary.problems);
  return 0;
}

/** Explains; runs nothing. Throws CommandFailure where there is no such file or folder. */
export function explain(path: string, options: ExplainOptions, terminal: Terminal): ExitCode {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    throw fileFailure('FILE_UNREADABLE', path, error);
  }
  if (isFolder) return explainRun(path, options, terminal);
  const { file, graph } = readValidDefinition(path);
  const text = describeGraph(graph);
  if (options.json === true) writeJson(terminal, { ok: true, file, ...text });
  else {
    terminal.stdout.write(
      `${printable(file)}: ${descriptionLines(text, graph.edges.length).map(printable).join('\n')}\n`,
    );
  }
  return 0;
}
