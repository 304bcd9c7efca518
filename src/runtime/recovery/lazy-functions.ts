/**
 * Gets the functions of lazy values back, by running the attempts again that made them.
 *
 * Owns: the values there are again. L1 an attempt that does anything else than was recorded gives no value. L2
 * each attempt is run once, however many values it made; those whose values it needs come before it.
 */
import type { PacketId } from '../../machines/action.ts';
import { checkOutput } from '../epochs/value-checks.ts';
import { newStory } from '../epochs/epoch-story.ts';
import { ConsoleCapture } from '../logs/console-capture.ts';
import { Logs } from '../logs/logs.ts';
import type { AttemptRecord } from '../replay/attempt-records.ts';
import type { RecordSource } from '../replay/record-source.ts';
import { type RerunWorld, rerun } from '../replay/rerun.ts';
import { RerunServices } from '../replay/rerun-services.ts';
import type { Run } from '../run.ts';
import type { RunNode } from '../setup/run-node.ts';
import type { Clock } from '../time/clock.ts';
import { LazyValue, type StoredValue } from '../values/values.ts';
import { type LazyMaker, LazyMakers, type NoMaker, lazySource, toldOf } from './lazy-makers.ts';

/** Milliseconds that an attempt is waited for. */
const waitMs = 60_000;

export type LazyAgain = { readonly value: LazyValue; readonly maker: LazyMaker } | NoMaker;

/** What an attempt made, or why it is not to be had. */
type Made = readonly StoredValue[] | NoMaker;

/** The lazy values of a run that there are again. */
export interface LazyFunctions {
  /** Of one of the packets that were asked for. */
  of(packet: PacketId): LazyAgain;
  readonly makers: LazyMakers | null;
}

class Remaking implements LazyFunctions {
  readonly makers: LazyMakers;
  readonly #world: RerunWorld;
  readonly #nodes: ReadonlyMap<string, RunNode>;
  readonly #services: RerunServices;
  readonly #made = new Map<AttemptRecord, Made>();

  constructor(makers: LazyMakers, world: RerunWorld) {
    this.makers = makers;
    this.#world = world;
    this.#nodes = world.nodes;
    this.#services = new RerunServices(world);
  }

  async make(packets: readonly PacketId[]): Promise<void> {
    const makers = packets.map((packet) => this.makers.of(packet));
    const records = makers.flatMap((maker) => ('record' in maker ? [maker.record] : []));
    try {
      for (const record of inOrder(records)) await this.#remake(record);
    } finally {
      await this.#services.stop();
    }
  }

  of(packet: PacketId): LazyAgain {
    const maker = this.makers.of(packet);
    if ('missing' in maker) return maker;
    const { record, position, ports } = maker;
    const made = this.#made.get(record);
    if (made === undefined) throw new Error(`the maker of ${packet} was not run again`);
    if ('missing' in made) return { missing: toldOf(record, made.missing) };
    const value = made[position];
    if (!(value instanceof LazyValue))
      return { missing: toldOf(record, 'it makes a value that is there, and no lazy one') };
    let checked: StoredValue = value;
    for (const { epoch, node, port } of ports) {
      const of = this.#nodes.get(node);
      if (of !== undefined) checked = checkOutput(newStory(epoch, of), port, packet, checked);
    }
    return { value: checked as LazyValue, maker };
  }

  async #remake(record: AttemptRecord): Promise<void> {
    if (this.#made.has(record)) return;
    const lazy = new Map<PacketId, LazyValue>();
    for (const packet of this.makers.neededBy(record)) {
      const maker = this.makers.of(packet);
      if ('record' in maker) await this.#remake(maker.record);
      const again = this.of(packet);
      if ('missing' in again) {
        this.#made.set(record, { missing: `the value of ${packet} ${again.missing}` });
        return;
      }
      lazy.set(packet, again.value);
    }
    this.#made.set(record, await this.#run(record, lazy));
  }

  async #run(record: AttemptRecord, lazy: ReadonlyMap<PacketId, LazyValue>): Promise<Made> {
    const obstacle = await this.#services.obstacle(record);
    if (obstacle !== null) return { missing: obstacle.reason };
    const { verdict, made } = await rerun(record, { ...this.#world, lazy });
    switch (verdict.outcome) {
      case 'same':
        return made;
      case 'difference':
      case 'threw':
        return { missing: verdict.difference.message };
      default:
        return { missing: verdict.reason };
    }
  }
}

/** Each once, in the order of their start. */
function inOrder(records: readonly AttemptRecord[]): readonly AttemptRecord[] {
  return [...new Set(records)].sort((left, right) => left.seq - right.seq);
}

const none: LazyFunctions = {
  makers: null,
  of: (packet) => ({ missing: `is lazy, and ${packet} was not asked for` }),
};

/**
 * Runs the attempts again that made the lazy values of `packets`, from the history of `run`. Nothing of the run
 * changes, and nothing is logged; `clock` tells how long an attempt takes. Throws `NODE_STOP_FAILED`, and
 * as reading the history does.
 */
export async function lazyFunctions(
  packets: readonly PacketId[],
  run: Run,
  history: RecordSource,
  clock: Clock,
): Promise<LazyFunctions> {
  if (packets.length === 0) return none;
  const source = lazySource(run, history);
  const makers = new LazyMakers(packets, source);
  const nodes = source.nodes();
  const { texts } = source;
  const seed = history.header.seed ?? 0;
  const logs = new Logs({ run: run.id, clock, level: 'silent', destination: null });
  const capture = new ConsoleCapture(nodes.values());
  const world = { nodes, logs, console: capture, clock, waitMs, texts, seed };
  const remaking = new Remaking(makers, world);
  capture.hold();
  try {
    await remaking.make(packets);
  } finally {
    capture.release();
  }
  return remaking;
}
