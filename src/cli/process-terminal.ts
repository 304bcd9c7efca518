/** The terminal that the process itself is. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import { listenToSignals } from '../runtime/drive/signals.ts';
import type { Happening, Output, Terminal } from './terminal.ts';

type Listener = (happening: Happening) => void;
type Write = NodeJS.WriteStream['write'];

/** Columns of what is no terminal: nothing is clipped to them, tables are laid out by them. */
const defaultColumns = 100;
const defaultRows = 24;

/** The longest time that a timer knows, in milliseconds. */
const longestMs = 2 ** 31 - 1;

function allowsColour(): boolean {
  const { NO_COLOR, TERM } = process.env;
  return (NO_COLOR === undefined || NO_COLOR === '') && TERM !== 'dumb';
}

class ProcessOutput implements Output {
  readonly #stream: NodeJS.WriteStream;
  readonly #write: Write;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#write = stream.write.bind(stream);
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      throw error;
    });
  }

  get isTTY(): boolean {
    return this.#stream.isTTY && process.env.TERM !== 'dumb';
  }

  get columns(): number {
    return this.#stream.isTTY ? this.#stream.columns : defaultColumns;
  }

  get rows(): number {
    return this.#stream.isTTY ? this.#stream.rows : defaultRows;
  }

  get colour(): boolean {
    return this.isTTY && allowsColour();
  }

  write(text: string): void {
    this.#write(text);
  }

  /** Resolves when everything written has been handed on. */
  flushed(): Promise<void> {
    return new Promise((resolve) => {
      this.#write('', () => resolve());
    });
  }

  divert(write: (text: string, output: Output) => void): () => void {
    this.#stream.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
      write(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'), this);
      const done = rest.find((argument) => typeof argument === 'function') as
        | (() => void)
        | undefined;
      if (done !== undefined) process.nextTick(done);
      return true;
    };
    return () => {
      this.#stream.write = this.#write;
    };
  }
}

export class ProcessTerminal implements Terminal {
  readonly stdout = new ProcessOutput(process.stdout);
  readonly stderr = new ProcessOutput(process.stderr);
  readonly #listeners: Listener[] = [];
  #lines: AsyncIterator<string> | null = null;

  constructor() {
    const tell = (happening: Happening): void => this.#listeners.at(-1)?.(happening);
    listenToSignals(process, (signal) =>
      tell({ type: signal === 'SIGINT' ? 'interrupt' : 'terminate' }),
    );
    process.on('beforeExit', () => tell({ type: 'idle' }));
    process.on('uncaughtException', (error) => tell({ type: 'fault', error }));
    process.stderr.on('resize', () => tell({ type: 'resize' }));
  }

  get interactive(): boolean {
    return process.stdin.isTTY;
  }

  get debug(): boolean {
    const { NETRUN_DEBUG } = process.env;
    return NETRUN_DEBUG !== undefined && NETRUN_DEBUG !== '' && NETRUN_DEBUG !== '0';
  }

  get stateFolder(): string | null {
    const { XDG_STATE_HOME, LOCALAPPDATA } = process.env;
    const named = process.platform === 'win32' ? LOCALAPPDATA : XDG_STATE_HOME;
    if (named !== undefined && isAbsolute(named)) return named;
    try {
      return join(homedir(), '.local', 'state');
    } catch {
      return null;
    }
  }

  async readAll(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  }

  async readLine(): Promise<string | null> {
    this.#lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    const next = await this.#lines.next();
    return next.done === true ? null : next.value;
  }

  now(): number {
    return performance.now();
  }

  every(ms: number, tick: () => void): () => void {
    const timer = setInterval(tick, ms);
    timer.unref();
    return () => clearInterval(timer);
  }

  hold(): () => void {
    const timer = setInterval(() => undefined, longestMs);
    return () => clearInterval(timer);
  }

  listen(listener: Listener): () => void {
    this.#listeners.push(listener);
    return () => {
      const at = this.#listeners.lastIndexOf(listener);
      if (at >= 0) this.#listeners.splice(at, 1);
    };
  }

  divert(write: (text: string, output: Output) => void): () => void {
    const endings = [this.stdout.divert(write), this.stderr.divert(write)];
    return () => {
      for (const end of endings) end();
    };
  }

  /** Ends the process, once everything written has been handed on. */
  async exit(code: number): Promise<never> {
    process.exitCode = code;
    await Promise.all([this.stdout.flushed(), this.stderr.flushed()]);
    process.exit(code);
  }
}
