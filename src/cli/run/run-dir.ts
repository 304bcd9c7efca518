/** The folder that keeps what a run did: `history.jsonl` and `summary.json`. */
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { historyName } from '../../runtime/history/history-parts.ts';
import { fileFailure, readBytes, writeAtomically } from '../files.ts';
import { refusal } from '../problem.ts';
import { summarySchema } from './summary.ts';
import type { Summary } from './summary.ts';

const summaryName = 'summary.json';

function summaryText(summary: Summary): string {
  return `${JSON.stringify(summary, null, 2)}\n`;
}

export class RunDir {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder. Throws CommandFailure where it has a run already, or cannot be written to. */
  static create(folder: string): RunDir {
    const taken = [historyName, summaryName].find((name) => existsSync(join(folder, name)));
    if (taken !== undefined) {
      const message = `${folder} has the ${taken} of another run, which is not overwritten`;
      throw refusal('FILE_EXISTS', message, 'Name another folder, or remove the old run first.');
    }
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw fileFailure('FILE_UNWRITABLE', folder, error);
    }
    return new RunDir(folder);
  }

  /** Says that the run is under way: what is found where it was killed. */
  begin(summary: Summary): void {
    writeAtomically(join(this.#folder, summaryName), summaryText(summary));
  }

  /** Says what the run came to. */
  finish(summary: Summary): void {
    writeAtomically(join(this.#folder, summaryName), summaryText(summary));
  }
}

/** Where a folder has the history of its run, which is written while the run goes on. */
export function historyFileOf(folder: string): string {
  return resolve(folder, historyName);
}

/** The summary of the run that a folder keeps. Throws CommandFailure where there is none, or it is damaged. */
export function readSummary(folder: string): Summary {
  const path = join(folder, summaryName);
  if (!existsSync(path)) {
    const hint = 'Name a folder that netrun run --run-dir has written, or a definition file.';
    throw refusal(
      'RUN_DIR_INVALID',
      `${folder} has no ${summaryName}: it is no folder of a run`,
      hint,
    );
  }
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(readBytes(path)).toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refusal(
      'RUN_DIR_INVALID',
      `${path} is not valid JSON: ${error.message}`,
      'Run the flow again with another --run-dir.',
    );
  }
  const read = summarySchema.safeParse(document);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const message = `${path} is not the summary of a run: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`;
  throw refusal('RUN_DIR_INVALID', message, 'Run the flow again with another --run-dir.');
}
