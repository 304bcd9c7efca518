/**
 * Files that say which process is at work on something: one at a time.
 *
 * K1 the lock of a process that is gone, however it ended, holds nobody up; nor does one that was copied or moved. K2 a
 * process is told from a later one with its number by when it began, where the system says so. K3 a lock is whole
 * whenever it is there. K4 what one process does twice it holds back by other means: it takes its own lock over.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { codeOf } from '../errors.ts';

const holderSchema = z.object({
  pid: z.int().min(1),
  began: z.string(),
  /** Where the lock is. */
  path: z.string(),
});

type Holder = z.output<typeof holderSchema>;

/** When a process began, in the system's own ticks; empty where the system does not say; null where it has ended. */
function beganAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // It has ended, and nobody has asked for its exit code yet.
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? '');
  } catch {
    return '';
  }
}

function isAlive({ pid, began }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  return beganAt(pid) === began;
}

/** The path without links, as far as its folder is there. */
function realPath(path: string): string {
  const whole = resolve(path);
  try {
    return join(realpathSync(dirname(whole)), basename(whole));
  } catch {
    return whole;
  }
}

function textAt(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The process that a lock is of; null where it is of none that lives. */
function holderIn(text: string, path: string): number | null {
  let holder: Holder;
  try {
    holder = holderSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
  const { pid } = holder;
  return pid !== process.pid && holder.path === path && isAlive(holder) ? pid : null;
}

/** The other process that holds the lock; null where none does. Throws what the file system throws. */
export function lockHolder(path: string): number | null {
  const text = textAt(path);
  return text === null ? null : holderIn(text, realPath(path));
}

export class ProcessLock {
  readonly #path: string;
  readonly #text: string;

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }

  /** Throws what `held` makes where another process has it, and what the file system throws. */
  static take(path: string, held: (pid: number) => Error): ProcessLock {
    const real = realPath(path);
    const id = randomUUID();
    const own: Holder = { pid: process.pid, began: beganAt(process.pid) ?? '', path: real };
    const text = `${JSON.stringify({ ...own, id })}\n`;
    for (;;) {
      if (put(text, path, id)) return new ProcessLock(path, text);
      const found = textAt(path);
      if (found === null) continue;
      const holder = holderIn(found, real);
      if (holder !== null) throw held(holder);
      takeAway(path, found, id);
    }
  }

  /** Gives it up; nothing where somebody else has taken it over. */
  release(): void {
    try {
      if (textAt(this.#path) === this.#text) rmSync(this.#path, { force: true });
    } catch {
      // It is found to be of nobody then.
    }
  }
}

/** Puts a lock there, whole; false where there is one. */
function put(text: string, path: string, id: string): boolean {
  const made = `${path}.${id}`;
  try {
    writeFileSync(made, text, { flag: 'wx' });
    linkSync(made, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(made, { force: true });
  }
}

/** Takes a lock of nobody away, unless it is another one by now. */
function takeAway(path: string, found: string, id: string): void {
  const away = `${path}.${id}`;
  try {
    renameSync(path, away);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  try {
    if (readFileSync(away, 'utf8') !== found) linkSync(away, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(away, { force: true });
  }
}
