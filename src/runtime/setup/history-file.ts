/** The file that a run writes its history to, as the settings of the net have it. */
import { resolve } from 'node:path';
import type { NetSettings } from '../../dsl/schema.ts';
import type { JournalSink } from '../drive/journal.ts';
import { atExit } from '../drive/signals.ts';
import type { JournalFile, JournalFileOptions } from '../history/journal-file.ts';
import { ValueRecorder } from '../values/recorded-value.ts';
import { ValueEncoder } from '../values/value-encoding.ts';

/** The path of the file; null where the settings name none. `folder` is what it is relative to. */
export function historyFilePath({ historyFile }: NetSettings, folder: string): string | null {
  return historyFile === undefined ? null : resolve(folder, historyFile);
}

export function journalFileOptions(
  settings: NetSettings,
  onFailure: (failure: Error) => void,
): JournalFileOptions {
  const { historyChunkSize, historyFsync, historyFileSize } = settings;
  return {
    ...(historyChunkSize === undefined ? {} : { chunkSize: historyChunkSize }),
    ...(historyFsync === undefined ? {} : { fsync: historyFsync }),
    ...(historyFileSize === undefined ? {} : { maxBytes: historyFileSize }),
    onFailure,
    atExit,
  };
}

/** Where the journal writes to, with values as the net is to keep them: in the records, where it does not say. */
export function journalSink(file: JournalFile, { historyValues }: NetSettings): JournalSink {
  const recorder = new ValueRecorder({ mode: historyValues === 'hash' ? 'hash' : 'inline' });
  return {
    file,
    recordValue: historyValues === 'none' ? null : (value) => recorder.record(value),
    recordThrown: (error) => new ValueEncoder().encode(error, 'thrown'),
  };
}
