/** A flow run once undisturbed, then again from every point at which its process might have ended. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Graph } from '../../../src/dsl/graph.ts';
import type { NodeFunctions } from '../../../src/dsl/node-functions.ts';
import { Net } from '../../../src/runtime/net.ts';
import type { NetOptions } from '../../../src/runtime/setup/net-options.ts';
import type { ExecFunction } from '../../../src/runtime/setup/node-setup.ts';
import { HeldClock } from '../../../src/runtime/time/clock.ts';

/** What a flow is made of. `functions` are made anew for every process, with its clock. */
export interface Flow {
  readonly graph: Graph;
  readonly functions: (clock: HeldClock) => Readonly<Record<string, ExecFunction | NodeFunctions>>;
  /** Values for input ports, which are there before the start. */
  readonly inputs?: readonly (readonly [port: string, value: unknown])[];
  readonly settings?: NetOptions;
  /** What is compared, beside the outputs. */
  readonly look?: (net: Net) => unknown;
}

export interface Outcome {
  readonly outputs: Readonly<Record<string, readonly unknown[]>>;
  readonly blocked: string | null;
  readonly looked: unknown;
}

const startMs = 1_000_000;
/** Turns of a driver after which a run counts as one that does not end. */
const mostTurns = 500;

/** Lets time pass until the promise is settled. */
export async function throughTime<T>(clock: HeldClock, promise: Promise<T>): Promise<T> {
  const progress = { isDone: false };
  const end = (): void => {
    progress.isDone = true;
  };
  promise.then(end, end);
  while (!progress.isDone) {
    await clock.advance(0);
    const { next } = clock;
    if (!progress.isDone && next !== null) await clock.advance(next - clock.now());
  }
  return promise;
}

export class Cuts {
  readonly folder = mkdtempSync(join(tmpdir(), 'netrun-recovery-'));
  readonly #flow: Flow;
  lines: readonly string[] = [];
  undisturbed: Outcome | null = null;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs the flow from its beginning to its end. */
  async run(): Promise<Outcome> {
    const clock = new HeldClock(startMs);
    const historyFile = join(this.folder, 'whole', 'history.jsonl');
    const net = new Net(this.#flow.graph, this.#options(clock, { historyFile }));
    for (const [node, given] of Object.entries(this.#flow.functions(clock)))
      net.setNodeExec(node, given);
    for (const [port, value] of this.#flow.inputs ?? []) await net.inject(port, value);
    const outcome = await this.#drive(net, clock);
    this.lines = readFileSync(historyFile, 'utf8').trimEnd().split('\n');
    this.undisturbed = outcome;
    return outcome;
  }

  /** Numbers of lines after which an action is whole, beside every `step`-th of all others. */
  *places(step: number): Iterable<number> {
    for (let kept = 1; kept < this.lines.length; kept++) {
      const isBoundary = (this.lines[kept] ?? '').includes('"type":"action"');
      if (isBoundary || kept % step === 0) yield kept;
    }
  }

  /** The history as it was found after so many lines, and part of the next one. */
  found(kept: number): string {
    const folder = join(this.folder, `after-${kept}`);
    mkdirSync(folder, { recursive: true });
    const torn = (this.lines[kept] ?? '').slice(0, kept % 40);
    const whole = this.lines.slice(0, kept).map((line) => `${line}\n`);
    writeFileSync(join(folder, 'history.jsonl'), whole.join('') + torn);
    return folder;
  }

  /** Recovers what was found, and runs it to its end. */
  async recovered(folder: string): Promise<Outcome> {
    const clock = new HeldClock(startMs);
    const net = await this.recover(folder, clock);
    const { injected } = net.recovered ?? { injected: new Map<string, number>() };
    const seen = new Map(injected);
    for (const [port, value] of this.#flow.inputs ?? []) {
      const before = seen.get(port) ?? 0;
      seen.set(port, before - 1);
      if (before <= 0) await net.inject(port, value);
    }
    return this.#drive(net, clock);
  }

  recover(folder: string, clock: HeldClock): Promise<Net> {
    const functions = this.#flow.functions(clock);
    return Net.recover(folder, { ...this.#options(clock, {}), graph: this.#flow.graph, functions });
  }

  #options(clock: HeldClock, more: NetOptions): NetOptions {
    return { clock, logLevel: 'silent', ...this.#flow.settings, ...more };
  }

  /** Starts the net, again whenever it has paused, and lets time pass while it waits. */
  async #drive(net: Net, clock: HeldClock): Promise<Outcome> {
    for (let turn = 0; turn < mostTurns; turn++) {
      const { state, blocked, outputs } = await throughTime(clock, net.start());
      if (state === 'paused') continue;
      const looked = this.#flow.look?.(net);
      await net.suspend();
      return { outputs, blocked, looked };
    }
    throw new Error('the run does not end');
  }
}
