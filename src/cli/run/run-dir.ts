/**
 * The folder that keeps what a run did: `history.jsonl`, `summary.json`, `log.jsonl`, and `inputs.json` with what it
 * was given.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { join, resolve } from 'node:path';
import { limits } from '../../limits.ts';
import { historyName } from '../../runtime/history/history-parts.ts';
import { logName } from '../../runtime/logs/log-file.ts';
import { z } from 'zod';
import { fileFailure, readBytes, writeAtomically } from '../files.ts';
import { CommandFailure, refusal } from '../problem.ts';
import type { Input } from './inputs.ts';
import { summarySchema } from './summary.ts';
import type { Summary } from './summary.ts';

const summaryName = 'summary.json';
const inputsName = 'inputs.json';

const inputsSchema = z.array(z.strictObject({ port: z.string(), value: z.unknown() }));

function summaryText(summary: Summary): string {
  return `${JSON.stringify(summary, null, 2)}\n`;
}

export class RunDir {
  readonly #folder: string;

  get path(): string {
    return this.#folder;
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder. Throws CommandFailure where it has a run already, or cannot be written to. */
  static create(folder: string): RunDir {
    const taken = [historyName, summaryName, inputsName, logName].find((name) =>
      existsSync(join(folder, name)),
    );
    if (taken !== undefined) {
      const message = `${folder} has the ${taken} of another run, which is not overwritten`;
      throw refusal(
        'FILE_EXISTS',
        message,
        'Go on with that run by --resume, or name another folder.',
      );
    }
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw fileFailure('FILE_UNWRITABLE', folder, error);
    }
    return new RunDir(folder);
  }

  /** The folder of a run that is to be gone on with. Throws CommandFailure where there is none. */
  static open(folder: string): RunDir {
    if ([historyName, inputsName].some((name) => existsSync(join(folder, name))))
      return new RunDir(folder);
    throw refusal(
      'RUN_DIR_INVALID',
      `${folder} has no ${historyName}: there is no run to go on with`,
      'Name the folder of a run, or leave --resume out to begin one there.',
    );
  }

  /**
   * Whether anything was recorded. Of a run that was killed before, what is half-written is removed: it begins
   * when it is gone on with.
   */
  hasBegun(): boolean {
    const path = join(this.#folder, historyName);
    if (existsSync(path) && hasLine(path)) return true;
    rmSync(path, { force: true });
    return false;
  }

  /** Keeps what the run is given, for whoever goes on with it. */
  keepInputs(inputs: readonly Input[]): void {
    writeAtomically(join(this.#folder, inputsName), `${JSON.stringify(inputs)}\n`);
  }

  /**
   * What the run was given. `given` is what the command that goes on with it was: nothing, or the same.
   * Throws CommandFailure.
   */
  inputs(given: readonly Input[]): readonly Input[] {
    const path = join(this.#folder, inputsName);
    const kept = existsSync(path) ? readInputsFile(path) : [];
    if (given.length === 0 || isDeepStrictEqual(given, kept)) return kept;
    throw refusal(
      'ARGUMENT_INVALID',
      `the run in ${this.#folder} was given other inputs than these`,
      'Leave --in out: what the run was given, and has not taken yet, is kept in its folder.',
    );
  }

  /** What the run came to; null where it was killed before that was written down. */
  get outcome(): Summary | null {
    const path = join(this.#folder, summaryName);
    return existsSync(path) ? readSummary(this.#folder) : null;
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

/** Whether the file has a whole line; one that is too large to be without is not read. */
function hasLine(path: string): boolean {
  return statSync(path).size > limits.historyLineBytes || readFileSync(path).includes('\n');
}

function readInputsFile(path: string): readonly Input[] {
  try {
    return inputsSchema.parse(JSON.parse(Buffer.from(readBytes(path)).toString('utf8')));
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    const message = `${path} is not what a run was given`;
    throw refusal('RUN_DIR_INVALID', message, 'Restore it, or begin another run.');
  }
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
