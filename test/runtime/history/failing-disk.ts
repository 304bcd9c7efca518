/** A disk that can be full, fail, tear a write anywhere, take its time to sync, and lose its power. */
import { type Disk, systemDisk } from '../../../src/runtime/history/disk.ts';

export type DiskCall = 'create' | 'open' | 'write' | 'truncate' | 'sync' | 'syncLater' | 'close';

function diskError(code: string): Error {
  return Object.assign(new Error(`${code}: told by the test`), { code });
}

export class FailingDisk implements Disk {
  /** Bytes that can still be written. */
  room = Infinity;
  /** Bytes of one write at most. */
  most = Infinity;
  /** The power is off: nothing happens any more. */
  isOff = false;
  /** Syncs that were begun and are held; null = syncs are done at once. */
  held: (() => void)[] | null = null;
  readonly calls: DiskCall[] = [];
  readonly #fails: (call: DiskCall, number: number) => boolean;

  /** `fails`: whether the call fails; the calls of all kinds are counted together, from 0. */
  constructor(fails: (call: DiskCall, number: number) => boolean = () => false) {
    this.#fails = fails;
  }

  makeFolder(path: string): void {
    systemDisk.makeFolder(path);
  }

  size(handle: number): number {
    return systemDisk.size(handle);
  }

  syncFolder(path: string): void {
    systemDisk.syncFolder(path);
  }

  remove(path: string): void {
    systemDisk.remove(path);
  }

  create(path: string): number {
    this.#called('create');
    return systemDisk.create(path);
  }

  open(path: string): number {
    this.#called('open');
    return systemDisk.open(path);
  }

  write(handle: number, bytes: Uint8Array, offset: number, position: number): number {
    this.#called('write');
    const count = Math.min(bytes.length - offset, this.room, this.most);
    if (count === 0) throw diskError('ENOSPC');
    this.room -= count;
    return systemDisk.write(handle, bytes.subarray(0, offset + count), offset, position);
  }

  truncate(handle: number, size: number): void {
    this.#called('truncate');
    systemDisk.truncate(handle, size);
  }

  sync(_handle: number): void {
    this.#called('sync');
  }

  syncLater(_handle: number): Promise<void> {
    this.calls.push('syncLater');
    const fails = this.isOff || this.#fails('syncLater', this.calls.length - 1);
    const { held } = this;
    return new Promise((resolve, reject) => {
      const end = (): void => (fails ? reject(diskError('EIO')) : resolve());
      if (held === null) end();
      else held.push(end);
    });
  }

  close(handle: number): void {
    systemDisk.close(handle);
    this.#called('close');
  }

  /** Ends the syncs that are held. */
  release(): void {
    for (const end of this.held?.splice(0) ?? []) end();
  }

  #called(call: DiskCall): void {
    this.calls.push(call);
    if (this.isOff || this.#fails(call, this.calls.length - 1)) throw diskError('EIO');
  }
}
