/** The command line as a process of its own: what it writes, and how it ends. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** One run of the command as it is built. */
export class Running {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly ended: Promise<number | null>;
  #onText = (): void => undefined;

  constructor(args: readonly string[], cwd?: string) {
    this.child = spawn(process.execPath, [main, ...args], {
      env: { ...process.env, NETRUN_DEBUG: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd,
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString('utf8')));
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString('utf8');
      this.#onText();
    });
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
  }

  /** Resolves once `wanted` stands on standard error; rejects where the process ends without. */
  says(wanted: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onText = () => {
        if (this.stderr.includes(wanted)) resolve();
      };
      this.#onText();
      void this.ended.then((code) => reject(new Error(`ended with ${code}: ${this.stderr}`)));
    });
  }
}
