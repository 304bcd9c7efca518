/** The file that a run writes its history to, as the settings of the net have it. */
import { resolve } from 'node:path';
import type { NetSettings } from '../../dsl/schema.ts';
import type { JournalSink } from '../drive/journal.ts';
import { atExit } from '../drive/signals.ts';
import type { JournalFile, JournalFileOptions } from '../history/journal-file.ts';
import type { RecordedValue } from '../history/record.ts';
import type { ReadValue } from '../recovery/unread-value.ts';
import { ValueDecoder, ValueUnreadable } from '../values/value-decoding.ts';
import { ValueEncoder } from '../values/value-encoding.ts';
import { LazyValue, type StoredValue } from '../values/values.ts';

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

function inline(value: StoredValue): RecordedValue {
  if (value instanceof LazyValue) return { lazy: true };
  const encoder = new ValueEncoder();
  const encoded = encoder.encode(value, 'value');
  const lost = encoder.losses.find(({ kind }) => kind === 'unstorable');
  return lost === undefined ? { value: encoded } : { lost: `${lost.path}: ${lost.what}` };
}

/** Where the journal writes to: values stand in the records, unless the net is to keep none. */
export function journalSink(file: JournalFile, { historyValues }: NetSettings): JournalSink {
  return {
    file,
    recordValue: historyValues === 'none' ? null : inline,
    recordThrown: (error) => new ValueEncoder().encode(error, 'thrown'),
  };
}

/** The value of a record; why there is none, as the end of a sentence that begins with the packet. */
export function readRecorded(recorded: RecordedValue): ReadValue {
  if ('lost' in recorded) return { missing: `was not kept: ${recorded.lost}` };
  if (!('value' in recorded)) return { missing: 'does not stand in its record' };
  try {
    return { value: new ValueDecoder().decode(recorded.value) };
  } catch (error) {
    if (!(error instanceof ValueUnreadable)) throw error;
    return { missing: `cannot be read: ${error.message}` };
  }
}
