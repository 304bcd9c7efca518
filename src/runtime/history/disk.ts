/** What a history's files are written with: the file system, or what stands in for it. */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { codeOf } from '../errors.ts';

export interface Disk {
  makeFolder(path: string): void;
  /** Makes a file that must not be there yet. */
  create(path: string): number;
  /** Opens a file that is there. */
  open(path: string): number;
  /** Bytes of an open file. */
  size(handle: number): number;
  /** Writes `bytes` from `offset` on to a place in the file; says how many were written. */
  write(handle: number, bytes: Uint8Array, offset: number, position: number): number;
  truncate(handle: number, size: number): void;
  /** Returns when what was written would outlast a loss of power. */
  sync(handle: number): void;
  /** As `sync`, beside everything else. */
  syncLater(handle: number): Promise<void>;
  /** Makes sure that a new file in the folder would outlast a loss of power. */
  syncFolder(path: string): void;
  close(handle: number): void;
  remove(path: string): void;
}

/** Systems on which a folder cannot be opened say one of these; a new file is safe there without. */
const folderless: ReadonlySet<unknown> = new Set(['EISDIR', 'EPERM', 'EACCES', 'EINVAL']);

export const systemDisk: Disk = {
  makeFolder: (path) => {
    mkdirSync(path, { recursive: true });
  },
  create: (path) => openSync(path, 'wx'),
  open: (path) => openSync(path, 'r+'),
  size: (handle) => fstatSync(handle).size,
  write: (handle, bytes, offset, position) =>
    writeSync(handle, bytes, offset, bytes.length - offset, position),
  truncate: ftruncateSync,
  sync: fdatasyncSync,
  syncLater: (handle) =>
    new Promise((resolve, reject) => {
      fdatasync(handle, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    }),
  syncFolder: (path) => {
    try {
      const handle = openSync(path, 'r');
      try {
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
    } catch (error) {
      if (!folderless.has(codeOf(error))) throw error;
    }
  },
  close: closeSync,
  remove: (path) => rmSync(path, { force: true }),
};
