/** Files as commands read and write them: every failure is a problem with a hint, nothing is half written. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CommandFailure, refusal } from './problem.ts';

/** Bytes of any file or input that a command reads. */
export const maxInputBytes = 64 * 1024 * 1024;

/** What the system says about a file, in words. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it exists already',
  EACCES: 'there is no permission',
  EPERM: 'there is no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its path is too long',
};

/** A failure of the file system as the end of a command. */
export function fileFailure(
  code: 'FILE_UNREADABLE' | 'FILE_UNWRITABLE',
  file: string,
  error: unknown,
): CommandFailure {
  const system = error instanceof Error && 'code' in error ? String(error.code) : '';
  const what = code === 'FILE_UNREADABLE' ? 'read' : 'written';
  const why = reasons[system] ?? (error instanceof Error ? error.message : String(error));
  const hint =
    system === 'ENOENT'
      ? 'Check the path; netrun init makes a first flow.'
      : 'Check the path and the permissions of the file and its folder.';
  return new CommandFailure(
    [{ code, message: `${file} cannot be ${what}: ${why}`, hint }],
    1,
    error,
  );
}

function statOf(file: string): Stats {
  try {
    return statSync(file);
  } catch (error) {
    throw fileFailure('FILE_UNREADABLE', file, error);
  }
}

/**
 * The bytes of a file. Throws CommandFailure `FILE_UNREADABLE`: also for folders and devices, and for
 * files larger than `maxInputBytes`, which are not read at all.
 */
export function readBytes(file: string): Uint8Array {
  const stats = statOf(file);
  if (stats.isDirectory()) {
    const inside = join(file, 'flow.toml');
    const hint = existsSync(inside) ? `Did you mean ${inside}?` : 'Name a file in it.';
    throw refusal('FILE_UNREADABLE', `${file} cannot be read: it is a folder`, hint);
  }
  if (!stats.isFile()) {
    throw refusal(
      'FILE_UNREADABLE',
      `${file} cannot be read: it is not a regular file`,
      'Save what it gives to a file first.',
    );
  }
  if (stats.size > maxInputBytes) {
    const message = `${file} has ${stats.size} bytes, and at most ${maxInputBytes} are read`;
    throw refusal('FILE_UNREADABLE', message, 'Split it, or name another file.');
  }
  try {
    return readFileSync(file);
  } catch (error) {
    throw fileFailure('FILE_UNREADABLE', file, error);
  }
}

/** Writes a file whole or not at all; one that is there keeps its permissions, a link what it points to. */
export function writeAtomically(file: string, text: string): void {
  try {
    const target = existsSync(file) ? realpathSync(file) : file;
    const mode = existsSync(target) ? statSync(target).mode : undefined;
    const temporary = join(
      dirname(target),
      `.${basename(target)}.${randomBytes(6).toString('hex')}`,
    );
    writeNew(temporary, [text], mode);
    rename(temporary, target);
  } catch (error) {
    throw fileFailure('FILE_UNWRITABLE', file, error);
  }
}

function rename(temporary: string, target: string): void {
  try {
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Characters collected before they are written. */
const chunkChars = 1 << 20;

/** Writes parts to a file that must not exist yet, and makes sure that they are on the disk; all of them or no file. */
export function writeNew(file: string, parts: Iterable<string>, mode?: number): void {
  const handle = openSync(file, 'wx');
  try {
    if (mode !== undefined) fchmodSync(handle, mode);
    let chunk = '';
    for (const part of parts) {
      chunk += part;
      if (chunk.length < chunkChars) continue;
      writeAll(handle, chunk);
      chunk = '';
    }
    writeAll(handle, chunk);
    fsyncSync(handle);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

function writeAll(handle: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
}
