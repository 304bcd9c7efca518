/** The file that a run writes its history to, as the settings of the net have it. */
import { join, resolve } from 'node:path';
import type { NetSettings } from '../../dsl/schema.ts';
import type { JournalSink } from '../drive/journal.ts';
import { ProcessLock, lockHolder } from '../drive/process-lock.ts';
import { atExit } from '../drive/signals.ts';
import { historyInUse } from '../history/history-errors.ts';
import { NetrunError } from '../../errors.ts';
import type { JournalFile } from '../history/journal-file.ts';
import type { JournalFileOptions } from '../history/journal-options.ts';
import { ValueRecorder, type ValueTexts, textHash } from '../values/recorded-value.ts';
import { ValueEncoder } from '../values/value-encoding.ts';
import { type ValueFolder, readStored, valuesFirst } from '../values/value-folder.ts';

/** Names of runs that can be names of folders; a history may have any. */
const runForm = /^[0-9A-Za-z]{1,64}$/;

/** The path of the file; null where the settings name none. `folder` is what it is relative to. */
export function historyFilePath({ historyFile }: NetSettings, folder: string): string | null {
  return historyFile === undefined ? null : resolve(folder, historyFile);
}

export function journalFileOptions(
  settings: NetSettings,
  values: ValueFolder | null,
  onFailure: (failure: Error) => void,
): JournalFileOptions {
  const { historyChunkSize, historyFsync, historyFileSize } = settings;
  return {
    ...(historyChunkSize === undefined ? {} : { chunkSize: historyChunkSize }),
    ...(historyFsync === undefined ? {} : { fsync: historyFsync }),
    ...(historyFileSize === undefined ? {} : { maxBytes: historyFileSize }),
    ...(values === null ? {} : { disk: valuesFirst(values) }),
    onFailure,
    atExit,
    lock: lockHistory,
  };
}

/** Stands beside the history while a process writes it. */
const lockPath = (history: string): string => `${history}.lock`;

/** Throws `HISTORY_IN_USE`. Where no lock can be kept, nobody is held back. */
function lockHistory(path: string): () => void {
  try {
    const lock = ProcessLock.take(lockPath(path), (pid) => historyInUse(path, pid));
    return () => lock.release();
  } catch (error) {
    if (error instanceof NetrunError) throw error;
    return () => undefined;
  }
}

/** Throws `HISTORY_IN_USE` where another process writes the history. */
export function assertUnused(path: string): void {
  let pid: number | null;
  try {
    pid = lockHolder(lockPath(path));
  } catch {
    return;
  }
  if (pid !== null) throw historyInUse(path, pid);
}

/**
 * The folder with the values of a run; null where its records have them, or none. `folder` is what the
 * path of the setting is relative to.
 */
export function valueFolderPath(
  { historyValues, packetStoragePath }: NetSettings,
  folder: string,
  run: string,
): string | null {
  if (packetStoragePath === undefined || (historyValues ?? 'store') !== 'store') return null;
  return join(resolve(folder, packetStoragePath), runForm.test(run) ? run : textHash(run));
}

/** Reads values of a run from where its settings say they are kept. */
export function storedTexts(
  settings: NetSettings,
  folder: string,
  run: string,
): Pick<ValueTexts, 'get'> | null {
  const path = valueFolderPath(settings, folder, run);
  return path === null ? null : { get: (ref) => readStored(path, ref) };
}

/**
 * Where the journal writes to, with values as the net is to keep them: in their folder where there is one,
 * else in the records, where it does not say.
 */
export function journalSink(
  file: JournalFile,
  { historyValues }: NetSettings,
  values: ValueFolder | null,
): JournalSink {
  const recorder = new ValueRecorder(
    values === null
      ? { mode: historyValues === 'hash' ? 'hash' : 'inline' }
      : { mode: 'store', texts: values },
  );
  return {
    file,
    recordValue: historyValues === 'none' ? null : (value) => recorder.record(value),
    recordThrown: (error) => new ValueEncoder().encode(error, 'thrown'),
  };
}
