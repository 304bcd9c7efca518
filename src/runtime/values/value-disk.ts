/** What values are kept with: the file system, or what stands in for it. */
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { systemDisk } from '../history/disk.ts';

export interface ValueDisk {
  makeFolder(path: string): void;
  /** Writes a new file; what a failure leaves of it is half-written. */
  write(path: string, bytes: Uint8Array): void;
  rename(from: string, to: string): void;
  /** Reads a file. Throws where it is larger than `most` bytes. */
  read(path: string, most: number): Uint8Array;
  /** The names in a folder. */
  list(path: string): readonly string[];
  /** Nothing where it is not there. */
  remove(path: string): void;
  /** Returns when the file would outlast a loss of power. */
  sync(path: string): void;
  /** As `sync`, beside everything else. */
  syncLater(path: string): Promise<void>;
  /** As `sync`, for the names in a folder. */
  syncFolder(path: string): void;
}

export const systemValueDisk: ValueDisk = {
  makeFolder: (path) => {
    mkdirSync(path, { recursive: true });
  },
  write: (path, bytes) => {
    const handle = openSync(path, 'wx');
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
    } finally {
      closeSync(handle);
    }
  },
  rename: renameSync,
  read: (path, most) => {
    const handle = openSync(path, 'r');
    try {
      const { size } = fstatSync(handle);
      if (size > most) throw new Error(`it has ${size} bytes, and ${most} can be read`);
      return readFileSync(handle);
    } finally {
      closeSync(handle);
    }
  },
  list: (path) => readdirSync(path),
  remove: (path) => rmSync(path, { force: true }),
  sync: (path) => {
    const handle = openSync(path, 'r+');
    try {
      fdatasyncSync(handle);
    } finally {
      closeSync(handle);
    }
  },
  syncLater: async (path) => {
    const file = await open(path, 'r+');
    try {
      await file.datasync();
    } finally {
      await file.close();
    }
  },
  syncFolder: (path) => systemDisk.syncFolder(path),
};
