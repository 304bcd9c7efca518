/** `netrun at`: the whole state of a net at one point of a recorded run. */
import { Replay } from '../../runtime/replay/replay.ts';
import { runStateLines } from '../../runtime/replay/run-state-text.ts';
import { differenceText } from '../../runtime/replay/record-check.ts';
import { clip, printable } from '../display-text.ts';
import type { Problem } from '../problem.ts';
import { openRun, readSeq, runTitle } from '../recorded-run.ts';
import { reportProblems, writeJson } from '../report.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export interface AtOptions {
  readonly seq?: string;
  readonly json?: boolean;
}

/**
 * Shows the state after the action that the record belongs to; without a number after the last one. 2: on
 * the way there a record is not what its actions give. Throws CommandFailure, and as Replay does.
 */
export function at(path: string, options: AtOptions, terminal: Terminal): ExitCode {
  const history = openRun(path, terminal);
  const seq = options.seq === undefined ? undefined : readSeq('--seq', options.seq);
  const replay = new Replay(history, { onDifference: 'report' });
  try {
    if (seq !== undefined) replay.seek(seq);
    const { differences } = replay.verify(seq ?? Number.POSITIVE_INFINITY);
    const problems = differences.slice(0, 1).map((difference): Problem => ({
      code: 'NON_DETERMINISM',
      message: `${differenceText(difference)}: what follows is the state that the actions give`,
      hint: 'netrun replay --report shows every difference.',
    }));
    reportProblems(terminal, problems);
    const state = replay.state();
    const { stdout } = terminal;
    if (options.json === true) {
      const { run } = history.header;
      writeJson(terminal, { ok: problems.length === 0, file: history.path, run, state, problems });
    } else {
      const lines = [runTitle(history), ...runStateLines(state)].map(printable);
      const shown = stdout.isTTY ? lines.map((line) => clip(line, stdout.columns - 1)) : lines;
      stdout.write(`${shown.join('\n')}\n`);
    }
    return problems.length === 0 ? 0 : 2;
  } finally {
    replay.close();
  }
}
