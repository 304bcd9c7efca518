/** How the history of a run is written to its files. */
import type { NetrunError } from '../../errors.ts';
import type { Disk } from './disk.ts';

/** When what is written is made safe against a loss of power. */
export type FsyncPolicy = 'never' | 'batch' | 'always';

/** Tells of the end of the process, until the function returned is called. */
export type ExitHook = (flush: () => void) => () => void;

export interface JournalFileOptions {
  /** Records that wait at most. Default: 512. */
  readonly chunkSize?: number;
  /** Default: `batch`. */
  readonly fsync?: FsyncPolicy;
  /** Bytes of a file, from which on another one is begun; null = no limit, the default. */
  readonly maxBytes?: number | null;
  /** Called once, with `HISTORY_UNWRITABLE`: nothing is written any more. */
  readonly onFailure?: (failure: NetrunError) => void;
  readonly atExit?: ExitHook;
  /** Keeps other processes from writing the history, until the function returned is called. Throws where one does. */
  readonly lock?: (path: string) => () => void;
  readonly disk?: Disk;
}
