/**
 * Who is at work in the folder of a run: one process at a time.
 *
 * K1 the lock of a process that is gone, however it ended, holds nobody up. K2 a process is told from a
 * later one with its number by when it began, where the system says so.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fileFailure } from '../files.ts';
import { refusal } from '../problem.ts';

const lockName = 'lock.json';

const holderSchema = z.object({ pid: z.int().min(1), began: z.string() });

type Holder = z.output<typeof holderSchema>;

/** When a process began, in the system's own ticks; empty where the system does not say. */
function beganAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive({ pid, began }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ESRCH') return false;
  }
  return beganAt(pid) === began;
}

/** Who holds the lock; null where nobody does any more. */
function holderOf(path: string): Holder | null {
  try {
    const holder = holderSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return holder.pid !== process.pid && isAlive(holder) ? holder : null;
  } catch {
    return null;
  }
}

export class RunLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Throws CommandFailure `RUN_DIR_BUSY` where another process is at work there. */
  static take(folder: string): RunLock {
    const path = join(folder, lockName);
    const own: Holder = { pid: process.pid, began: beganAt(process.pid) };
    for (;;) {
      try {
        writeFileSync(path, `${JSON.stringify(own)}\n`, { flag: 'wx' });
        return new RunLock(path);
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'EEXIST')
          throw fileFailure('FILE_UNWRITABLE', path, error);
      }
      const holder = holderOf(path);
      if (holder !== null)
        throw refusal(
          'RUN_DIR_BUSY',
          `process ${holder.pid} is at work on the run in ${folder}`,
          'Wait for it, or end it, and then go on with --resume.',
        );
      rmSync(path, { force: true });
    }
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }
}
