/**
 * One file of a history that is being written.
 *
 * Owns: the handle, and how many bytes of whole lines are in the file. W1 lines are written at the end
 * of the whole ones; what a failure left of a line after them is taken back. W2 a file that somebody else
 * has changed is left alone.
 */
import { dirname } from 'node:path';
import type { Disk } from './disk.ts';

const newline = 10;

export class JournalPart {
  readonly path: string;
  readonly #disk: Disk;
  #handle: number | null;
  #bytes: number;

  private constructor(path: string, disk: Disk, handle: number, bytes: number) {
    this.path = path;
    this.#disk = disk;
    this.#handle = handle;
    this.#bytes = bytes;
  }

  /** Makes the file, with its first line; where that fails there is no file. Throws what the disk throws. */
  static create(path: string, header: string, disk: Disk, syncs: boolean): JournalPart {
    const part = new JournalPart(path, disk, disk.create(path), 0);
    try {
      part.write(Buffer.from(header));
      if (syncs) {
        part.sync();
        disk.syncFolder(dirname(path));
      }
      return part;
    } catch (error) {
      part.close();
      disk.remove(path);
      throw error;
    }
  }

  /** Opens a file that has so many bytes of whole lines, and no others. Throws what the disk throws. */
  static open(path: string, bytes: number, disk: Disk): JournalPart {
    const handle = disk.open(path);
    const size = disk.size(handle);
    if (size === bytes) return new JournalPart(path, disk, handle, bytes);
    disk.close(handle);
    throw new Error(`it has ${size} bytes where ${bytes} were read`);
  }

  /** Bytes of whole lines. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Writes whole lines; where that fails, those that are whole stay. Throws what the disk throws. */
  write(bytes: Uint8Array): void {
    const handle = this.#opened();
    if (this.#disk.size(handle) !== this.#bytes) throw new Error('somebody else has changed it');
    let at = 0;
    try {
      while (at < bytes.length) {
        const count = this.#disk.write(handle, bytes, at, this.#bytes + at);
        if (count === 0) throw new Error('nothing can be written');
        at += count;
      }
    } catch (error) {
      this.#bytes += at === 0 ? 0 : bytes.lastIndexOf(newline, at - 1) + 1;
      this.#takeBack(handle);
      throw error;
    }
    this.#bytes += bytes.length;
  }

  sync(): void {
    this.#disk.sync(this.#opened());
  }

  /** As `sync`, beside everything else; the file must not be closed meanwhile. */
  syncLater(): Promise<void> {
    return this.#disk.syncLater(this.#opened());
  }

  /** Gives up the handle; it is taken again where there is something to write. */
  close(): void {
    const handle = this.#handle;
    this.#handle = null;
    if (handle !== null) this.#disk.close(handle);
  }

  #opened(): number {
    return (this.#handle ??= this.#disk.open(this.path));
  }

  /** Where even that fails, whoever reads the file cuts off what is half-written. */
  #takeBack(handle: number): void {
    try {
      this.#disk.truncate(handle, this.#bytes);
    } catch {
      // The write failed already: that is told.
    }
  }
}
