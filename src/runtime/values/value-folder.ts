/**
 * The folder in which a run keeps the values of its packets, each in a file named by its hash.
 *
 * Owns: which values are there, and how many hold each of them. F1 a file that has its name is whole: it is
 * written beside and renamed. F2 equal values are kept once. F3 a value that nobody holds any more is
 * removed, once the history is durable past the moment when it was given up. F4 a value is as durable as
 * the record that refers to it, before that record is. F5 only names that this file makes are ever removed.
 */
import { createHash, randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { limits } from '../../limits.ts';
import { NetrunError } from '../../errors.ts';
import { asError } from '../errors.ts';
import { type Disk, systemDisk } from '../history/disk.ts';
import { type StoredText, type ValueHash, type ValueTexts, textHash } from './recorded-value.ts';
import { type ValueDisk, systemValueDisk } from './value-disk.ts';

/** The history that the values belong to. */
export interface HistoryProgress {
  /** Resolves when everything until now is as durable as it is to be; rejects where it cannot be. */
  durable(): Promise<void>;
}

const refForm = /^sha256-([0-9a-f]{64})$/;
const fileForm = /^[0-9a-f]{64}$/;
const folderForm = /^[0-9a-f]{2}$/;
/** Names of files that are being written. */
const writingPrefix = '.writing-';

function isAbsent(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ENOENT';
}

function fileOf(folder: string, hex: string): string {
  return join(folder, hex.slice(0, 2), hex);
}

/** The text of a value in the folder of a run, or why there is none. It changes nothing. */
export function readStored(
  folder: string,
  ref: string,
  disk: Pick<ValueDisk, 'read'> = systemValueDisk,
): StoredText {
  const hex = refForm.exec(ref)?.[1];
  if (hex === undefined) return { missing: 'is kept under a name that no value has' };
  const path = fileOf(folder, hex);
  let bytes: Uint8Array;
  try {
    bytes = disk.read(path, limits.storedValueBytes);
  } catch (error) {
    if (isAbsent(error)) return { missing: `is not in the folder ${folder} any more: ${path}` };
    return { missing: `cannot be read from ${path}: ${asError(error).message}` };
  }
  if (createHash('sha256').update(bytes).digest('hex') !== hex)
    return { missing: `is damaged: ${path} has not the content it is named by` };
  return { text: Buffer.from(bytes).toString('utf8') };
}

export class ValueFolder implements ValueTexts {
  readonly path: string;
  readonly #disk: ValueDisk;
  readonly #onProblem: (message: string) => void;
  /** Values that are in the folder, by how many hold them. */
  readonly #holds = new Map<string, number>();
  /** Files, and the folders that name them, that a loss of power may still take. */
  readonly #unsynced = new Set<string>();
  readonly #unsyncedFolders = new Set<string>();
  readonly #folders = new Set<string>();
  /** Given up since the last removal began. */
  #released = new Set<string>();
  #removing = false;
  #sweeps = false;
  #history: HistoryProgress | null = null;
  readonly #writing = `${writingPrefix}${randomBytes(6).toString('hex')}`;
  #written = 0;

  /** `onProblem` is told what could not be removed. */
  constructor(
    path: string,
    onProblem: (message: string) => void = () => undefined,
    disk: ValueDisk = systemValueDisk,
  ) {
    this.path = path;
    this.#onProblem = onProblem;
    this.#disk = disk;
  }

  /** Values that are held, or whose removal is still to come. */
  get size(): number {
    return this.#holds.size;
  }

  /** Makes the folder. Throws `VALUE_STORE_UNUSABLE`. */
  open(): void {
    try {
      this.#disk.makeFolder(this.path);
      this.#unsyncedFolders.add(dirname(this.path));
    } catch (cause) {
      throw valuesUnusable(this.path, cause);
    }
  }

  /** From now on what nobody holds is removed once this history is durable past it. */
  follow(history: HistoryProgress): void {
    this.#history = history;
  }

  /** Keeps the text until it has been held and released as often. Throws what the disk throws. */
  put(text: string): ValueHash {
    const ref = textHash(text);
    if (this.#holds.has(ref)) return ref;
    const file = this.#file(ref);
    const folder = dirname(file);
    this.#written += 1;
    const beside = join(this.path, `${this.#writing}-${this.#written}`);
    try {
      if (!this.#folders.has(folder)) {
        this.#disk.makeFolder(folder);
        this.#folders.add(folder);
        this.#unsyncedFolders.add(this.path);
      }
      this.#disk.write(beside, Buffer.from(text, 'utf8'));
      this.#disk.rename(beside, file);
    } catch (error) {
      this.#discard(beside);
      const why = `the value cannot be written to ${folder}: ${asError(error).message}`;
      throw new Error(why, { cause: error });
    }
    this.#unsynced.add(file);
    this.#unsyncedFolders.add(folder);
    this.#holds.set(ref, 0);
    return ref;
  }

  get(ref: string): StoredText {
    return readStored(this.path, ref, this.#disk);
  }

  /** Somebody needs the value, which was put; or was, by the process before. */
  hold(ref: string): void {
    if (!refForm.test(ref)) return;
    const held = this.#holds.get(ref);
    this.#holds.set(ref, (held ?? 0) + 1);
    if (held === undefined) this.#unsynced.add(this.#file(ref));
  }

  /** Who held the value needs it no more. */
  release(ref: string): void {
    const held = this.#holds.get(ref);
    if (held === undefined || held === 0) return;
    if (held > 1 || this.#history !== null) this.#holds.set(ref, held - 1);
    if (held > 1) return;
    if (this.#history === null) {
      // Another process wrote it, and may have removed it: a sweep finds what is left of it.
      this.#holds.delete(ref);
      this.#unsynced.delete(this.#file(ref));
      return;
    }
    this.#released.add(ref);
    this.#removeLater(this.#history);
  }

  /** Removes what a process that ended left half-written, and values that nobody holds, as F3 has it. */
  sweep(): void {
    if (this.#history === null) return;
    this.#sweeps = true;
    this.#removeLater(this.#history);
  }

  /** Makes everything that was put safe against a loss of power. Throws what the disk throws. */
  sync(): void {
    for (const file of this.#unsynced) {
      ifThere(() => this.#disk.sync(file));
      this.#unsynced.delete(file);
    }
    this.#syncFolders([...this.#unsyncedFolders]);
  }

  /** As `sync`, for what is there now, beside everything else. */
  async syncLater(): Promise<void> {
    const folders = [...this.#unsyncedFolders];
    const files = Array.from(this.#unsynced);
    for (const file of files) {
      if (!this.#unsynced.has(file)) continue;
      try {
        await this.#disk.syncLater(file);
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
      this.#unsynced.delete(file);
    }
    this.#syncFolders(folders);
  }

  #syncFolders(folders: readonly string[]): void {
    for (const folder of folders) {
      this.#disk.syncFolder(folder);
      this.#unsyncedFolders.delete(folder);
    }
  }

  #file(ref: string): string {
    return fileOf(this.path, ref.slice('sha256-'.length));
  }

  /** What is given up in this turn of the event loop is removed together. */
  #removeLater(history: HistoryProgress): void {
    if (this.#removing) return;
    this.#removing = true;
    void Promise.resolve()
      .then(() => {
        const released = this.#released;
        const sweeps = this.#sweeps;
        this.#released = new Set();
        this.#sweeps = false;
        return history.durable().then(() => {
          for (const ref of released) this.#remove(ref);
          if (sweeps) this.#sweepNow();
        });
      })
      // Where the history cannot be written the run has failed: whoever recovers it needs what is there.
      .catch(() => undefined)
      .then(() => {
        this.#removing = false;
        if (this.#released.size > 0 || this.#sweeps) this.#removeLater(history);
      });
  }

  #remove(ref: string): void {
    if (this.#holds.get(ref) !== 0) return;
    const file = this.#file(ref);
    this.#holds.delete(ref);
    this.#unsynced.delete(file);
    this.#discard(file);
  }

  #sweepNow(): void {
    for (const name of this.#names(this.path)) {
      const path = join(this.path, name);
      if (name.startsWith(writingPrefix)) this.#discard(path);
      if (!folderForm.test(name)) continue;
      for (const file of this.#names(path)) {
        if (!fileForm.test(file) || this.#holds.has(`sha256-${file}`)) continue;
        this.#discard(join(path, file));
      }
    }
  }

  #names(folder: string): readonly string[] {
    try {
      return this.#disk.list(folder);
    } catch (error) {
      if (!isAbsent(error)) this.#problem(folder, error);
      return [];
    }
  }

  #discard(path: string): void {
    try {
      this.#disk.remove(path);
    } catch (error) {
      this.#problem(path, error);
    }
  }

  #problem(path: string, error: unknown): void {
    this.#onProblem(`${path}, which nobody needs, could not be removed: ${asError(error).message}`);
  }
}

function ifThere(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

export function valuesUnusable(path: string, cause: unknown): NetrunError {
  return new NetrunError(
    'VALUE_STORE_UNUSABLE',
    `the folder of values ${path} cannot be used: ${asError(cause).message}`,
    {
      cause,
      hint: 'Check packet_storage_path, the permissions of its folder, and the room on the disk.',
    },
  );
}

/** A disk for the history of a run whose values are in the folder: they are durable before it is. */
export function valuesFirst(folder: ValueFolder): Disk {
  return {
    ...systemDisk,
    sync: (handle) => {
      folder.sync();
      systemDisk.sync(handle);
    },
    syncLater: async (handle) => {
      await folder.syncLater();
      await systemDisk.syncLater(handle);
    },
  };
}
