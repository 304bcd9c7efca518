/**
 * The address of an inspector that is the same each time the same run, or flow, is inspected: a page that is still
 * open finds it again.
 *
 * A1 only the user can work it out. A2 a token says nothing of another one. A3 where there is no key, each inspector has
 * an address of its own.
 */
import { createHmac } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { NetrunError } from '../../errors.ts';
import { historyName } from '../../runtime/history/history-parts.ts';
import type { Inspector, InspectorOptions } from '../../runtime/inspector/inspector.ts';
import type { Terminal } from '../terminal.ts';
import { keyIn } from './inspector-key.ts';

/** Ports that systems seldom give out by themselves. */
const firstPort = 20_000;
const ports = 10_000;

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
