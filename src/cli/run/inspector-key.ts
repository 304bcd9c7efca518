/**
 * The key of the user, from which the usual addresses of inspectors follow.
 *
 * Owns: the file in the user's own folder. K1 only the user can read the key: a file that is another's, that others can
 * read or write, or that is anything but a file of its own, is not used. K2 the file is whole whenever it is there, also
 * where several processes make it at once; one that was damaged is made anew.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../../runtime/errors.ts';

/** Others can read it, or write to it. */
const forOthers = 0o077;

const keyBytes = 32;
const keyForm = /^[0-9a-f]{64}$/;

/** What the file has; empty where it is no key, null where it is not to be used. Throws what the file system throws. */
function read(file: string): string | null {
  // Where a system does not know one of them, it is nothing.
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const { mode, uid, size } = fstatSync(handle);
    const isFile = (mode & constants.S_IFMT) === constants.S_IFREG;
    const isOwn =
      platform() === 'win32' || ((mode & forOthers) === 0 && uid === process.getuid?.());
    if (!isFile || !isOwn) return null;
    const text = size > keyBytes * 4 ? '' : readFileSync(handle, 'utf8').trim();
    return keyForm.test(text) ? text : '';
  } finally {
    closeSync(handle);
  }
}

/** Makes a key, and gives it its name by `place`, in one act. */
function make(file: string, place: (made: string) => void): void {
  const made = `${file}.${randomBytes(8).toString('hex')}`;
  try {
    writeFileSync(made, randomBytes(keyBytes).toString('hex'), { flag: 'wx', mode: 0o600 });
    place(made);
  } finally {
    rmSync(made, { force: true });
  }
}

/** The key of the user; made where there is none yet. Null where it cannot be kept, or not as a secret. */
export function keyIn(stateFolder: string): string | null {
  const folder = join(stateFolder, 'netrun');
  const file = join(folder, 'inspector.key');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      const found = read(file);
      if (found !== '') return found;
      make(file, (made) => renameSync(made, file));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      make(file, (made) => keepFirst(made, file));
    }
    return read(file) || null;
  } catch {
    return null;
  }
}

function keepFirst(made: string, file: string): void {
  try {
    linkSync(made, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}
