/**
 * The folder of a checkpoint: written whole beside the one that is there, then put in its place.
 *
 * K1 at every moment either the one before or the new one is to be found, also where writing breaks off:
 * the one before lies beside, as `<folder>.before`, while the new one takes its place. K2 a folder that
 * holds anything else is not touched. K3 what is found was made safe against a loss of power.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { NetrunError } from '../../errors.ts';
import { asError } from '../errors.ts';
import { systemDisk } from '../history/disk.ts';

export const checkpointFiles = {
  definition: 'definition.toml',
  state: 'net_state.json',
  packets: 'packets.jsonl',
  history: 'history.jsonl',
} as const;

const known: ReadonlySet<string> = new Set(Object.values(checkpointFiles));

/** Characters collected before they are written. */
const chunkChars = 1 << 20;

/** An error of ours as it is, any other as one of writing. */
function checkpointUnwritable(path: string, cause: unknown): NetrunError {
  if (cause instanceof NetrunError) return cause;
  return new NetrunError(
    'CHECKPOINT_UNWRITABLE',
    `${path} cannot be written: ${asError(cause).message}`,
    {
      cause,
      hint: 'Check the path, the permissions, and the room on the disk; what was there before is as it was.',
    },
  );
}

/** What is wrong with the checkpoint: in which of its files, and where in it. */
export function checkpointInvalid(
  file: string,
  place: string,
  why: string,
  cause?: unknown,
): NetrunError {
  const where = place === '' ? file : `${file}, ${place}`;
  return new NetrunError('CHECKPOINT_INVALID', `${where}: ${why}`, {
    cause,
    hint: 'Name the folder of a checkpoint as it was saved; what damaged it cannot be told from here.',
  });
}

/** Writes a new file of these parts, and makes sure that it is on the disk. */
export function writeFile(path: string, parts: Iterable<string>): void {
  const handle = openSync(path, 'wx');
  try {
    let chunk = '';
    for (const part of parts) {
      chunk += part;
      if (chunk.length < chunkChars) continue;
      writeAll(handle, chunk);
      chunk = '';
    }
    writeAll(handle, chunk);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function writeAll(handle: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
}

/** Writes a file whole or not at all, in the place of one that is there. Throws `CHECKPOINT_UNWRITABLE`. */
export function replaceFile(path: string, text: string): void {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    writeFile(beside, [text]);
    renameSync(beside, path);
    systemDisk.syncFolder(dirname(path));
  } catch (error) {
    rmSync(beside, { force: true });
    throw checkpointUnwritable(path, error);
  }
}

const besideOf = (folder: string): string => `${folder}.before`;

function assertOurs(folder: string): void {
  const foreign = readdirSync(folder).filter((name) => !known.has(name));
  if (foreign.length === 0) return;
  throw new NetrunError(
    'CHECKPOINT_UNWRITABLE',
    `${folder} is not the folder of a checkpoint: it holds ${foreign.slice(0, 3).join(', ')}`,
    { hint: 'Name a folder of its own: what is in it is replaced as a whole.' },
  );
}

/**
 * Makes the folder of what `fill` writes into the one that it is given, its files made by `writeFile`. Throws
 * `CHECKPOINT_UNWRITABLE`, and what `fill` throws: a checkpoint that was there is as it was then.
 */
export function replaceFolder(path: string, fill: (folder: string) => void): void {
  const given = resolve(path);
  let fresh = '';
  try {
    const folder = existsSync(given) ? realpathSync(given) : given;
    if (existsSync(folder)) assertOurs(folder);
    const parent = dirname(folder);
    mkdirSync(parent, { recursive: true });
    fresh = join(parent, `.${basename(folder)}.${randomBytes(6).toString('hex')}`);
    mkdirSync(fresh);
    fill(fresh);
    systemDisk.syncFolder(fresh);
    exchange(folder, fresh);
    systemDisk.syncFolder(parent);
  } catch (error) {
    if (fresh !== '') rmSync(fresh, { recursive: true, force: true });
    throw checkpointUnwritable(given, error);
  }
}

function exchange(folder: string, fresh: string): void {
  const before = besideOf(folder);
  if (!existsSync(folder)) {
    renameSync(fresh, folder);
    rmSync(before, { recursive: true, force: true });
    return;
  }
  rmSync(before, { recursive: true, force: true });
  renameSync(folder, before);
  try {
    renameSync(fresh, folder);
  } catch (error) {
    renameSync(before, folder);
    throw error;
  }
  systemDisk.syncFolder(dirname(folder));
  rmSync(before, { recursive: true, force: true });
}

/** Where the checkpoint at a path is. Throws `CHECKPOINT_INVALID` where there is none. */
export function findCheckpoint(path: string): string {
  const folder = resolve(path);
  for (const place of [folder, besideOf(folder)])
    if (existsSync(join(place, checkpointFiles.state))) return place;
  throw checkpointInvalid(folder, '', `it has no ${checkpointFiles.state}`);
}
