/** A folder for the files of one test file, and commands run in this process on them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { FakeTerminal } from './fake-terminal.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'netrun-cli-'));

  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Writes a file; gives its path. */
  file(name: string, text: string | Uint8Array): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }
}

/** Runs a command line to its end. */
export async function netrun(args: readonly string[], terminal = new FakeTerminal()): Promise<Ran> {
  const code = await runProgram(args, terminal);
  return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text };
}

/** The document on standard output. Throws where there is anything else. */
export function documentOf({ stdout }: Ran): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** The functions that the tests' flows name, as `./nodes.mjs#…`. */
export const nodesModule = `
const each = (packets, act) => { for (const list of Object.values(packets)) for (const packet of list) act(packet); };
const gates = (globalThis.netrunTestGates ??= new Map());
export function source(ctx) {
  for (let i = 1; i <= 3; i += 1) ctx.loadOutputPort('out', ctx.createPacket(i));
  ctx.sendOutputSalvo('send');
}
export function pass(ctx, packets) {
  each(packets, (packet) => ctx.loadOutputPort('out', packet));
  ctx.sendOutputSalvo('send');
}
export function eat(ctx, packets) { each(packets, (packet) => ctx.consumePacketSync(packet)); }
export function boom() { throw new TypeError('it broke'); }
export async function gate(ctx, packets) {
  each(packets, (packet) => ctx.consumePacketSync(packet));
  await gates.get(ctx.nodeName);
}
export function never() { return new Promise(() => {}); }
export function talk(ctx) { ctx.log.info('logged by a node'); ctx.log.warn('warned by a node'); }
export function pauses(ctx) { ctx.pauseNet('seen enough'); }
export function stops(ctx) { ctx.stopNet('bad data'); }
export function badStop() { throw new Error('will not stop'); }
export const nothing = 3;
`;
