/**
 * The address of an inspector that is the same each time the same run, or flow, is inspected: a page that is still
 * open finds it again.
 *
 * Owns: the key in the user's own folder, from which tokens follow. A1 only the user can read the key, and a key that
 * others can read is not used. A2 a token says nothing of another one. A3 where there is no key, each inspector has an
 * address of its own.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { platform } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { NetrunError } from '../../errors.ts';
import { historyName } from '../../runtime/history/history-parts.ts';
import type { Inspector, InspectorOptions } from '../../runtime/inspector/inspector.ts';
import type { Terminal } from '../terminal.ts';

/** Ports that systems seldom give out by themselves. */
const firstPort = 20_000;
const ports = 10_000;

/** Others can read it, or write to it. */
const forOthers = 0o077;

/** The key of the user; made where there is none yet. Null where it cannot be kept, or not as a secret. */
function keyIn(stateFolder: string): string | null {
  const folder = join(stateFolder, 'netrun');
  const file = join(folder, 'inspector.key');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      writeFileSync(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (platform() !== 'win32' && (statSync(file).mode & forOthers) !== 0) return null;
    const key = readFileSync(file, 'utf8').trim();
    return /^[0-9a-f]{64}$/.test(key) ? key : null;
  } catch {
    return null;
  }
}

/** One name for what is inspected, however it is written: a flow's file, or the folder of a run. */
function nameOf(path: string): string {
  const whole = resolve(path);
  const shown = basename(whole) === historyName ? dirname(whole) : whole;
  try {
    return realpathSync(shown);
  } catch {
    return shown;
  }
}

interface UsualAddress {
  readonly token: string;
  readonly port: number;
}

function usualAddress(path: string, { stateFolder }: Terminal): UsualAddress | null {
  const key = stateFolder === null ? null : keyIn(stateFolder);
  if (key === null) return null;
  const digest = createHmac('sha256', key).update(nameOf(path)).digest();
  return {
    token: digest.subarray(4).toString('base64url'),
    port: firstPort + (digest.readUInt32BE() % ports),
  };
}

/**
 * Opens the inspector of a flow's file, or of a run's folder, at its usual address; where that is taken, at another
 * port. `where` is what was asked for. Throws as opening it does.
 */
export async function openAtUsual(
  path: string,
  terminal: Terminal,
  where: InspectorOptions,
  open: (where: InspectorOptions) => Promise<Inspector>,
): Promise<Inspector> {
  const usual = usualAddress(path, terminal);
  if (usual === null) return open(where);
  try {
    return await open({ ...usual, ...where });
  } catch (error) {
    const isTaken = error instanceof NetrunError && error.code === 'INSPECTOR_PORT_TAKEN';
    if (!isTaken || where.port !== undefined) throw error;
    return open({ ...where, token: usual.token });
  }
}
