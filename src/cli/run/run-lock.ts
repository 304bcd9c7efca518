/** Who is at work in the folder of a run: one process at a time. */
import { join } from 'node:path';
import { ProcessLock } from '../../runtime/drive/process-lock.ts';
import { fileFailure } from '../files.ts';
import { CommandFailure, refusal } from '../problem.ts';

const lockName = 'lock.json';

/** Throws CommandFailure `RUN_DIR_BUSY` where another process is at work there. */
export function lockRun(folder: string): ProcessLock {
  const path = join(folder, lockName);
  try {
    return ProcessLock.take(path, (pid) =>
      refusal(
        'RUN_DIR_BUSY',
        `process ${pid} is at work on the run in ${folder}`,
        'Wait for it, or end it, and then go on with --resume.',
      ),
    );
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw fileFailure('FILE_UNWRITABLE', path, error);
  }
}
