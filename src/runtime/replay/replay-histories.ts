/** Replays every history below a folder: what a build asks before code goes out. */
import { type Dirent, closeSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { asError } from '../errors.ts';
import { historyUnreadable } from '../history/history-errors.ts';
import { openHistory } from '../history/recorded-history.ts';
import type { ReplayDifference } from './record-check.ts';
import { type ReexecutionOptions, type ReexecutionResult, reexecute } from './reexecution.ts';
import { Replay, type ReplayOptions, type ReplayResult } from './replay.ts';

export interface ReplayHistoriesOptions extends Omit<ReplayOptions, 'onDifference'> {
  /**
   * Runs the functions of the nodes again too, on what they were given: `true` for those that the recorded
   * definition names, or what stands in for them.
   */
  readonly reexec?: true | Omit<ReexecutionOptions, 'onDifference'>;
}

/**
 * What came of one history: it is what its actions give, it is not (`difference`: the first), functions did
 * otherwise when they were run again (`attempts`: those whose outcome is `difference`, `threw` or
 * `unfinished`), or it cannot be replayed (`error`). `skipped`: attempts that could not be run again.
 */
export type HistoryVerdict = {
  /** The file, or its first part. */
  readonly file: string;
} & (
  | {
      readonly ok: true;
      readonly result: ReplayResult;
      readonly skipped: readonly ReexecutionResult[];
    }
  | { readonly ok: false; readonly difference: ReplayDifference; readonly result: ReplayResult }
  | {
      readonly ok: false;
      readonly attempts: readonly ReexecutionResult[];
      readonly skipped: readonly ReexecutionResult[];
      readonly result: ReplayResult;
    }
  | { readonly ok: false; readonly error: Error }
);

/** How the first line of a history begins, and nothing else. */
const opening = '{"seq":0,"type":"header"';

/** A part of a history that goes on in this file. */
const laterPart = /\.[1-9]\d*\.jsonl$/;

/** Whether the file is a history: by its name, or by how it begins. */
function isHistory(file: string): boolean {
  if (!file.endsWith('.jsonl') || laterPart.test(file) || !statSync(file).isFile()) return false;
  if (file.endsWith('history.jsonl')) return true;
  const handle = openSync(file, 'r');
  try {
    const start = Buffer.alloc(opening.length);
    readSync(handle, start, 0, start.length, 0);
    return start.toString('latin1') === opening;
  } finally {
    closeSync(handle);
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw historyUnreadable(folder, error);
  }
}

/** Histories below the folder, by name. Links to folders are not followed. */
function* historiesIn(folder: string): IterableIterator<string> {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* historiesIn(path);
    else if (isHistory(path)) yield path;
  }
}

/**
 * The histories below a folder, by name. Throws `HISTORY_UNREADABLE` where the folder cannot be read or has no
 * history: a check that checks nothing is none.
 */
export function* historyFiles(folder: string): IterableIterator<string> {
  let count = 0;
  for (const file of historiesIn(folder)) {
    count += 1;
    yield file;
  }
  if (count === 0) throw historyUnreadable(folder, new Error('there is no history in it'));
}

async function verdictOn(
  file: string,
  { reexec, ...options }: ReplayHistoriesOptions,
): Promise<HistoryVerdict> {
  try {
    const replay = new Replay(openHistory(file), { ...options, onDifference: 'report' });
    const result = replay.verify();
    replay.close();
    const [difference] = result.differences;
    if (difference !== undefined) return { file, ok: false, difference, result };
    const attempts: ReexecutionResult[] = [];
    const skipped: ReexecutionResult[] = [];
    if (reexec !== undefined) {
      const given = reexec === true ? {} : reexec;
      for await (const attempt of reexecute(openHistory(file), {
        ...given,
        onDifference: 'report',
      })) {
        if (attempt.outcome === 'skipped') skipped.push(attempt);
        else if (attempt.outcome !== 'same') attempts.push(attempt);
      }
    }
    return attempts.length === 0
      ? { file, ok: true, result, skipped }
      : { file, ok: false, attempts, skipped, result };
  } catch (error) {
    return { file, ok: false, error: asError(error) };
  }
}

/**
 * One verdict per history below the folder, by file; the event loop goes on between them. Throws
 * as `historyFiles`.
 */
export async function* replayHistories(
  folder: string,
  options: ReplayHistoriesOptions = {},
): AsyncIterableIterator<HistoryVerdict> {
  for (const file of historyFiles(folder)) {
    yield await verdictOn(file, options);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
