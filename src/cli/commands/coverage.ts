/** `netrun coverage`: how much of the statecharts a test run reached, from the files that it wrote. */
import { NetrunError } from '../../errors.ts';
import { coverageStatechart } from '../../testing/coverage/coverage-drawing.ts';
import {
  type CoverageRecord,
  mergeCoverage,
  readCoverage,
} from '../../testing/coverage/coverage-record.ts';
import {
  type CoverageReportOptions,
  belowMinimum,
  coverageReport,
  coverageTable,
} from '../../testing/coverage/coverage-report.ts';
import { readBytes } from '../files.ts';
import { CommandFailure, errorProblems, refusal } from '../problem.ts';
import { writeJson } from '../report.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export interface CoverageCommandOptions {
  readonly min?: string;
  readonly perNode?: boolean;
  readonly all?: boolean;
  readonly statechart?: string;
  readonly json?: boolean;
}

function readRecord(file: string): CoverageRecord {
  const text = Buffer.from(readBytes(file)).toString('utf8');
  try {
    return readCoverage(JSON.parse(text));
  } catch (error) {
    const hint = 'Use a file that the reporter netrun/testing/coverage-reporter wrote.';
    if (!(error instanceof SyntaxError)) {
      const problems = errorProblems(error, 'COVERAGE_INVALID', hint);
      throw new CommandFailure(problems.map((problem) => ({ ...problem, file })));
    }
    throw refusal('COVERAGE_INVALID', `this is no JSON: ${error.message}`, hint, { file });
  }
}

function minimumOf({ min = '0' }: CoverageCommandOptions): number {
  const value = min.trim() === '' ? Number.NaN : Number(min);
  if (Number.isFinite(value) && value >= 0 && value <= 100) return value;
  throw refusal(
    'ARGUMENT_INVALID',
    `--min ${min} is no percentage`,
    'Give a number from 0 to 100.',
  );
}

function drawing(record: CoverageRecord, part: string): string {
  try {
    return coverageStatechart(record, part);
  } catch (error) {
    if (!(error instanceof NetrunError)) throw error;
    throw new CommandFailure(errorProblems(error, error.code, ''));
  }
}

/** Prints the figures, or the drawing; 2 where too little was reached. */
export function coverage(
  files: readonly string[],
  options: CoverageCommandOptions,
  terminal: Terminal,
): ExitCode {
  const min = minimumOf(options);
  const record = mergeCoverage(files.map(readRecord));
  if (options.statechart !== undefined) {
    const diagram = drawing(record, options.statechart);
    if (options.json === true) writeJson(terminal, { ok: true, files, diagram });
    else terminal.stdout.write(diagram);
    return 0;
  }
  const reportOptions: CoverageReportOptions = {
    perNode: options.perNode ?? false,
    detail: options.all === true ? 'transitions' : 'moves',
  };
  const report = coverageReport(record, reportOptions);
  const below = belowMinimum(report, min);
  const ok = below.length === 0;
  if (options.json === true) writeJson(terminal, { ok, files, min, below, ...report });
  else {
    terminal.stdout.write(coverageTable(report));
    if (!ok) terminal.stderr.write(`below ${min} % in: ${below.join(', ')}\n`);
  }
  return ok ? 0 : 2;
}
