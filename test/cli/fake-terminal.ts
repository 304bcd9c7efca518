/** A terminal in memory: what is written is kept, time stands still, and the test says what happens. */
import type { Happening, Output, Terminal } from '../../src/cli/terminal.ts';

class FakeOutput implements Output {
  isTTY = false;
  columns = 80;
  rows = 24;
  colour = false;
  /** One entry per write. */
  readonly writes: string[] = [];
  readonly #waiting: { readonly wanted: string; readonly resolve: () => void }[] = [];

  get text(): string {
    return this.writes.join('');
  }

  write(text: string): void {
    this.writes.push(text);
    for (const { wanted, resolve } of this.#waiting) if (this.text.includes(wanted)) resolve();
  }

  /** Resolves once `wanted` has been written. */
  has(wanted: string): Promise<void> {
    if (this.text.includes(wanted)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ wanted, resolve });
    });
  }
}

export class FakeTerminal implements Terminal {
  readonly stdout = new FakeOutput();
  readonly stderr = new FakeOutput();
  interactive = false;
  debug = false;
  stateFolder: string | null = null;
  nowMs = 0;
  stdin = '';
  /** Lines that are typed, in order; then the input ends. */
  lines: (string | null)[] = [];
  /** What `every` was asked to call. */
  readonly ticks = new Set<() => void>();
  /** Writes as if other code of the process did. */
  other: (text: string, output?: Output) => void = () => undefined;
  readonly #listeners: ((happening: Happening) => void)[] = [];

  readAll(): Promise<Uint8Array> {
    return Promise.resolve(Buffer.from(this.stdin));
  }

  readLine(): Promise<string | null> {
    return Promise.resolve(this.lines.shift() ?? null);
  }

  now(): number {
    return this.nowMs;
  }

  every(_ms: number, tick: () => void): () => void {
    this.ticks.add(tick);
    return () => this.ticks.delete(tick);
  }

  /** How many hold the process. */
  held = 0;

  hold(): () => void {
    this.held += 1;
    return () => {
      this.held -= 1;
    };
  }

  /** Lets time pass, and calls what waits for it. */
  advance(ms: number): void {
    this.nowMs += ms;
    for (const tick of this.ticks) tick();
  }

  listen(listener: (happening: Happening) => void): () => void {
    this.#listeners.push(listener);
    return () => {
      this.#listeners.splice(this.#listeners.indexOf(listener), 1);
    };
  }

  happen(happening: Happening): void {
    this.#listeners.at(-1)?.(happening);
  }

  divert(write: (text: string, output: Output) => void): () => void {
    this.other = (text, output = this.stdout) => write(text, output);
    return () => {
      this.other = () => undefined;
    };
  }
}
