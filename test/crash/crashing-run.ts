/** One run of the flow in `flow/`, carried on by one process after the other, each of which may be killed. */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The command line as the package has it. */
export const packagedCli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const flow = fileURLToPath(new URL('flow/', import.meta.url));

const fullDisk = new URL('full-disk.mjs', import.meta.url).href;

/** When a process is killed: after so many calls of node functions, or so many milliseconds. */
export type Kill = { readonly marks: number } | { readonly ms: number };

/** What a process that was not killed came to. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class CrashingRun {
  readonly folder = mkdtempSync(join(tmpdir(), 'netrun-crash-'));
  readonly runDir: string;
  readonly #packets: number;
  readonly #cli: string;

  /** `cli`: the file of the command line. `runDir`: where the run is kept; by default a folder of its own. */
  constructor(packets: number, cli: string, runDir?: string) {
    this.#packets = packets;
    this.#cli = cli;
    this.runDir = runDir ?? join(this.folder, 'run');
    for (const name of ['flow.toml', 'nodes.mjs'])
      copyFileSync(join(flow, name), join(this.folder, name));
  }

  /** Begins the run, or goes on with it, until it has ended or the process is killed: then null comes back. */
  goOn(kill: Kill): Promise<Ended | null> {
    return this.#process(kill, []);
  }

  /** Goes on with the run until it has ended; `room`: bytes that its history may still grow by. */
  async goOnToTheEnd(room?: number): Promise<Ended> {
    const imports = room === undefined ? [] : ['--import', fullDisk];
    const ended = await this.#process(null, imports, { FULL_DISK_BYTES: String(room) });
    if (ended === null) throw new Error('somebody else has killed the process');
    return ended;
  }

  #process(
    kill: Kill | null,
    flags: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<Ended | null> {
    const command = [this.#cli, 'run', join(this.folder, 'flow.toml'), '--run-dir', this.runDir];
    const resume = this.#hasBegun() ? ['--resume'] : [];
    const child = spawn(process.execPath, [...flags, ...command, '--json', ...resume], {
      env: { ...process.env, CRASH_PACKETS: String(this.#packets), NODE_ENV: 'production', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let marks = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      marks += text.split('.').length - 1;
      if (kill !== null && 'marks' in kill && marks >= kill.marks) child.kill('SIGKILL');
    });
    const ms = kill !== null && 'ms' in kill ? kill.ms : null;
    const timer = ms === null ? undefined : setTimeout(() => child.kill('SIGKILL'), ms);
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        resolve(kill !== null && signal === 'SIGKILL' ? null : { code, stdout, stderr });
      });
    });
  }

  /** A process that is killed before it has written anything leaves nothing to go on with. */
  #hasBegun(): boolean {
    return existsSync(join(this.runDir, 'history.jsonl'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What the flow gives for 0 … packets - 1, in order. */
export function expectedOutputs(packets: number): unknown[] {
  return Array.from({ length: packets }, (_, n) => ({ sum: 3 * n, seen: n + 1 }));
}

/** What the run gave, sorted by its sums. Throws where the process did not end well. */
export function outputsOf(ended: Ended): unknown[] {
  if (ended.code !== 0) throw new Error(`exit code ${ended.code}: ${ended.stderr}`);
  const { outputs } = JSON.parse(ended.stdout) as { outputs: Record<string, { sum: number }[]> };
  return (outputs['Join.out'] ?? []).toSorted((a, b) => a.sum - b.sum);
}
