/**
 * Loaded before the command: a disk with room for FULL_DISK_BYTES more bytes. What does not fit is written as
 * far as it does, and then refused, as a file system does it.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * @typedef {(
 *   handle: number,
 *   bytes: Uint8Array,
 *   offset?: number,
 *   length?: number,
 *   position?: number,
 * ) => number} Write
 */

const write = /** @type {Write} */ (fs.writeSync);
let room = Number(process.env['FULL_DISK_BYTES']);

/** The history alone is written at a position; other files are no part of the test. @type {Write} */
function writeWhatFits(handle, bytes, offset, length, position) {
  if (position === undefined || length === undefined)
    return write(handle, bytes, offset, length, position);
  const count = Math.min(length, room);
  if (count === 0)
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  const written = write(handle, bytes, offset, count, position);
  room -= written;
  return written;
}

fs.writeSync = /** @type {typeof fs.writeSync} */ (/** @type {unknown} */ (writeWhatFits));
syncBuiltinESMExports();
