/**
 * Random nets that are paused at a random turn and saved; and what becomes of one from there on, which is
 * the same for the net that was saved and for every one that is loaded.
 *
 * Everything after the pause follows from the seed and the state of the net alone.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NetrunError } from '../../src/errors.ts';
import type { GraphInput } from '../../src/dsl/definition.ts';
import type { NodeFunctions } from '../../src/dsl/node-functions.ts';
import { Graph } from '../../src/dsl/graph.ts';
import { asError } from '../../src/runtime/errors.ts';
import { Net } from '../../src/runtime/net.ts';
import { HeldClock } from '../../src/runtime/time/clock.ts';
import { CountingClock } from './counting-clock.ts';
import { functionsOf } from './behaviour.ts';
import { Draw } from '../../src/testing/simulation/draw.ts';
import { liveEpochs, validGraph } from './simulation.ts';

const startMs = 1_700_000_000_000;

/** Turns after which a run counts as one that does not end. */
const mostTurns = 2000;

/** A net under simulated time, with the functions of its seed. */
interface Driven {
  readonly seed: number;
  readonly net: Net;
  readonly clock: HeldClock;
  /** What the functions wait on. */
  readonly sleeping: CountingClock;
}

/** What there is to know of a net that goes on from a checkpoint. */
export interface SavedNet {
  readonly seed: number;
  readonly folder: string;
  /** Simulated time, in milliseconds. */
  readonly now: number;
}

/** All of how a run ended, as JSON has it. */
export type Outcome = Readonly<Record<string, unknown>>;

/** Seeds from here on have small nets: most of what a net costs is what its nodes cost to begin with. */
const smallFrom = 251;

function graphOf(seed: number): GraphInput {
  return validGraph(seed, seed < smallFrom ? 8 : 4);
}

function functionsFor(
  seed: number,
  { nodes }: GraphInput,
  clock: CountingClock,
): Record<string, NodeFunctions> {
  const found: Record<string, NodeFunctions> = {};
  for (const node of nodes) {
    const world = { seed, clock, isSavable: true, onAttempt: () => undefined };
    const functions = functionsOf(node, world);
    if (functions !== undefined) found[node.name] = functions;
  }
  return found;
}

/** Refusals are part of the game, and errors of nodes with `on_error = "raise"`; anything else is a defect. */
async function asked(act: () => unknown): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof NetrunError) || error.code === 'KERNEL_FAILED') throw error;
  }
}

class Driver {
  readonly #driven: Driven;
  readonly #draw: Draw;
  #bug: Error | null = null;
  #number: number;

  constructor(driven: Driven, draw: Draw, firstNumber: number) {
    this.#driven = driven;
    this.#draw = draw;
    this.#number = firstNumber;
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    await this.#driven.clock.advance(0);
    if (this.#bug !== null) throw this.#bug;
  }

  ask(act: () => unknown): void {
    asked(act).catch((bug: unknown) => {
      this.#bug = asError(bug);
    });
  }

  inject(): void {
    const { net } = this.#driven;
    const { inputs } = net.graph;
    if (inputs.length === 0) return;
    const port = this.#draw.one(inputs);
    const value = { of: 'outside', number: this.#number++ };
    this.ask(() => net.inject(port, value, { wait: false }));
  }

  /** Puts the first dead letter back, or throws it away. */
  letter(): void {
    const { net } = this.#driven;
    const [letter] = net.deadLetters.all();
    if (letter === undefined) return;
    const isRetried = this.#draw.chance(0.7);
    this.ask(() =>
      isRetried ? net.deadLetters.retry(letter.id) : net.deadLetters.discard(letter.id),
    );
  }

  /** Time goes on to the next alarm; where there is none, the first epoch that runs is cancelled. */
  async goOn(): Promise<void> {
    const { net, clock } = this.#driven;
    if (clock.next !== null) {
      await clock.advance(clock.next - clock.now());
      return;
    }
    const running = [...liveEpochs(net)].find((id) => net.epoch(id).state === 'running');
    if (running !== undefined) this.ask(() => net.apply({ type: 'CancelEpoch', epoch: running }));
  }
}

/** Drives a new net of the seed to a random turn, pauses it there, and saves it. */
export async function pausedNet(seed: number, folder: string): Promise<[SavedNet, Driven]> {
  const clock = new HeldClock(startMs);
  const sleeping = new CountingClock(clock);
  const graph = graphOf(seed);
  const net = new Net(new Graph(graph), { clock: new CountingClock(clock), logLevel: 'silent' });
  for (const [name, functions] of Object.entries(functionsFor(seed, graph, sleeping)))
    net.setNodeExec(name, functions);
  const driven = { seed, net, clock, sleeping };
  const draw = new Draw(seed, 'before the pause');
  const driver = new Driver(driven, draw, 0);
  for (let left = draw.integer(1, 6); left > 0; left--) driver.inject();
  await driver.settle();
  driver.ask(() => net.start());
  for (let turns = draw.integer(1, 30); turns > 0; turns--) {
    await driver.settle();
    if (net.status().state === 'paused') driver.ask(() => net.resume());
    else if (draw.chance(0.4)) driver.inject();
    else if (draw.chance(0.1)) driver.letter();
    else await driver.goOn();
  }
  driver.ask(() => net.pause('to be saved'));
  await driver.settle();
  // What goes on in this process alone, after its time or for a failure that is over, has to come to its end.
  for (let turn = 0; net.status().state !== 'paused' || sleeping.alarms > 0; turn++) {
    if (turn === mostTurns) throw new Error(`no pause: ${JSON.stringify(net.status())}`);
    await driver.goOn();
    await driver.settle();
  }
  await net.saveCheckpoint(folder);
  return [{ seed, folder, now: clock.now() }, driven];
}

/** A net of its own from the checkpoint. */
export async function loadedNet({ seed, folder, now }: SavedNet): Promise<Driven> {
  const clock = new HeldClock(now);
  const sleeping = new CountingClock(clock);
  const functions = functionsFor(seed, graphOf(seed), sleeping);
  const options = { clock: new CountingClock(clock), logLevel: 'silent', functions } as const;
  const net = await Net.loadCheckpoint(folder, options);
  return { seed, net, clock, sleeping };
}

/** Lets a net that is paused go on to its end, and saves that in `folder`. */
export async function outcomeOf(driven: Driven, folder: string): Promise<Outcome> {
  const { net, seed, clock } = driven;
  const from = net.history.lastSeq + 1;
  const draw = new Draw(seed, 'after the pause');
  const driver = new Driver(driven, draw, 1000);
  for (let turn = 0, injections = draw.integer(0, 6); ; turn++) {
    if (turn === mostTurns) throw new Error(`no end in sight: ${JSON.stringify(net.status())}`);
    await driver.settle();
    const { state } = net.status();
    if (state === 'paused') driver.ask(() => net.resume());
    else if (state !== 'blocked' || clock.next !== null) await driver.goOn();
    else if (injections === 0) break;
    else {
      injections -= 1;
      if (draw.chance(0.3)) driver.letter();
      else driver.inject();
    }
  }
  await net.saveCheckpoint(folder);
  return { ...(await seen(net, from)), ...saved(folder) };
}

/** Events that tell of the process and its services, and what came when it was over. */
const ofTheProcess = /^(Net|Node)|^LateResult$/;

/** What happened from a record on, and what is to be seen of the net. */
async function seen(net: Net, from: number): Promise<Outcome> {
  const events: unknown[] = [];
  for (const record of net.history.range(from)) {
    if (record.type !== 'event' || ofTheProcess.test(record.event)) continue;
    const { seq: _seq, id: _id, action_id: _action, at: _at, ...event } = record;
    events.push(event);
  }
  const outputs: Record<string, readonly unknown[]> = {};
  for (const port of net.graph.outputs) outputs[port] = await net.outputs(port);
  return asJson({
    events,
    outputs,
    status: { ...net.status(), nodes: [...net.status().counts.nodes] },
    letters: net.deadLetters.all().map(({ errors, ...letter }) => ({
      ...letter,
      errors: errors.map(({ name, message, at }) => ({ name, message, at })),
    })),
  });
}

/** What every saved state has for itself: why the net was paused last, how much was recorded, the stacks of errors. */
interface SavedText {
  seq?: number;
  actions?: number;
  readonly letters: { open?: unknown };
  readonly kernel: { readonly actors: readonly { readonly context: { reason?: unknown } }[] };
}

/** The state as it is saved, and the packets: where they are, and what they hold. */
function saved(folder: string): Outcome {
  const text = readFileSync(join(folder, 'net_state.json'), 'utf8');
  const state = JSON.parse(text) as SavedText;
  delete state.seq;
  delete state.actions;
  delete state.letters.open;
  for (const { context } of state.kernel.actors) delete context.reason;
  const packets = readFileSync(join(folder, 'packets.jsonl'), 'utf8').split('\n');
  return { state, packets };
}

function asJson(value: unknown): Outcome {
  return JSON.parse(JSON.stringify(value)) as Outcome;
}
