/**
 * Runs one recorded attempt again, and holds what its function does against the record.
 *
 * N1 nothing of the attempt is left behind: it has its own context, memory and values. N2 a function that is not
 * done in time is left alone, its context ended: what it does later reaches nothing.
 */
import type { EpochId, PacketId } from '../../machines/action.ts';
import { ExecutionContext } from '../epochs/execution-context.ts';
import { inputPackets } from '../epochs/epoch-runner.ts';
import { type EpochStory, newStory } from '../epochs/epoch-story.ts';
import { recordable } from '../epochs/recordable.ts';
import { recordedError } from '../epochs/recorded-error.ts';
import { ActionRejected, EpochCancelled, type NonDeterminismError, asError } from '../errors.ts';
import type { ConsoleCapture } from '../logs/console-capture.ts';
import type { Logs } from '../logs/logs.ts';
import type { RunNode } from '../setup/run-node.ts';
import type { Clock } from '../time/clock.ts';
import type { ValueTexts } from '../values/recorded-value.ts';
import type { LazyValue, StoredValue } from '../values/values.ts';
import { type AttemptRecord, remember } from './attempt-records.ts';
import { firstDifference } from './first-difference.ts';
import { RecordedOperations } from './recorded-operations.ts';

export interface RerunWorld {
  readonly nodes: ReadonlyMap<string, RunNode>;
  readonly logs: Logs;
  readonly console: ConsoleCapture;
  readonly clock: Clock;
  /** Milliseconds that an attempt is waited for. */
  readonly waitMs: number;
  readonly texts: Pick<ValueTexts, 'get'> | null;
  readonly seed: string | number;
  /** Lazy values among the inputs whose functions are there again, and are called where no result was kept. */
  readonly lazy?: ReadonlyMap<PacketId, LazyValue>;
}

/** What an attempt came to that was run again. */
export type AttemptVerdict =
  /** `uncompared`: values that were not recorded, or not whole, and why; the first of them. */
  | { readonly outcome: 'same'; readonly uncompared: readonly string[] }
  /** The function acts otherwise. */
  | { readonly outcome: 'difference'; readonly difference: NonDeterminismError }
  /** The function threw where it did not; the cause of the difference is the error. */
  | {
      readonly outcome: 'threw';
      readonly error: Error;
      readonly difference: NonDeterminismError;
    }
  /** The function was not done in time. */
  | { readonly outcome: 'unfinished'; readonly reason: string }
  /** Nothing can be said of it. */
  | { readonly outcome: 'skipped'; readonly reason: string };

/** What running an attempt again gave. */
export interface RerunResult {
  readonly verdict: AttemptVerdict;
  /** Values of the packets it made, in order, as the function gave them. */
  readonly made: readonly StoredValue[];
}

/** What the function came to. */
type Ending =
  | { readonly type: 'returned' }
  | { readonly type: 'threw'; readonly error: Error }
  | { readonly type: 'cancelled'; readonly reason: string }
  /** All was done that was recorded of an attempt which was cut short. */
  | { readonly type: 'through' }
  | { readonly type: 'unfinished' };

/** Turns of the event loop that a function has after the last thing that is known of it. */
const turnsAfterCut = 4;

/** Memory of a node that knows whether anybody looked. */
class SeenMemory extends Map<string, unknown> {
  isSeen = false;

  override get(key: string): unknown {
    this.isSeen = true;
    return super.get(key);
  }

  override has(key: string): boolean {
    this.isSeen = true;
    return super.has(key);
  }

  override keys(): MapIterator<string> {
    this.isSeen = true;
    return super.keys();
  }
}

function storyOf(record: AttemptRecord, node: RunNode, memory: SeenMemory): EpochStory {
  for (const [key, value] of record.memory) memory.set(key, recordable(value));
  const story = newStory(record.epoch, { ...node, memory });
  story.salvo = record.salvo;
  story.started = true;
  story.attempt = record.attempt;
  story.errors.push(...record.errors);
  story.failedAt.push(...record.failedAt);
  return story;
}

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

class Rerun {
  readonly #record: AttemptRecord;
  readonly #world: RerunWorld;
  readonly #story: EpochStory;
  readonly #context: ExecutionContext;
  readonly #operations: RecordedOperations;
  readonly #through: Promise<Ending>;
  readonly #memory = new SeenMemory();
  /** Changes of the memory that have been made. */
  #changes = 0;
  #cancelled: string | null = null;

  constructor(record: AttemptRecord, node: RunNode, world: RerunWorld) {
    this.#record = record;
    this.#world = world;
    this.#story = storyOf(record, node, this.#memory);
    this.#context = new ExecutionContext(this.#story, {
      seed: world.seed,
      now: () => world.clock.now(),
      logger: (name, epoch) => world.logs.epoch(name, epoch),
      cancel: (epoch, reason) => this.#cancel(epoch, reason),
      pauseNet: () => undefined,
      stopNet: () => undefined,
    });
    let onThrough = (): void => undefined;
    this.#through = new Promise<void>((resolve) => {
      onThrough = resolve;
    })
      .then(() => turns(turnsAfterCut))
      .then(() => ({ type: 'through' }));
    this.#operations = new RecordedOperations(this.#story, {
      record,
      texts: world.texts,
      lazy: world.lazy ?? new Map<PacketId, LazyValue>(),
      life: this.#context,
      onOperation: (count) => this.#changeMemory(count),
      onThrough,
    });
    this.#context.equip(this.#operations);
  }

  async run(): Promise<RerunResult> {
    const ending = await this.#ending();
    const verdict = this.#judged(this.#verdict(ending));
    this.#context.conclude(new Error('the attempt was run again, and that is over'));
    return { verdict, made: this.#operations.made };
  }

  #judged(verdict: AttemptVerdict): AttemptVerdict {
    const isOtherwise = 'difference' in verdict;
    if (!isOtherwise || !this.#memory.isSeen || this.#record.memoryChanges.length === 0)
      return verdict;
    const reason =
      'other epochs changed what its node remembers while it ran, and when it looked is not known';
    return { outcome: 'skipped', reason };
  }

  /** Other epochs' writes are seen as late as the record allows: who looks mostly acts on it at once. */
  #changeMemory(operations: number): void {
    const { memoryChanges } = this.#record;
    for (let next = memoryChanges[this.#changes]; next !== undefined;) {
      if (next.operations > operations) return;
      remember(this.#memory, next.write);
      this.#changes += 1;
      next = memoryChanges[this.#changes];
    }
  }

  #cancel(epoch: EpochId, reason: string): void {
    this.#cancelled = reason;
    this.#context.conclude(new EpochCancelled(this.#story.node.name, epoch, reason));
  }

  async #ending(): Promise<Ending> {
    const { clock, waitMs } = this.#world;
    let unwatch = (): void => undefined;
    const overdue = new Promise<Ending>((resolve) => {
      unwatch = clock.at(clock.now() + waitMs, () => resolve({ type: 'unfinished' }));
    });
    try {
      return await Promise.race([this.#called(), this.#through, overdue]);
    } finally {
      unwatch();
    }
  }

  async #called(): Promise<Ending> {
    const { node } = this.#story;
    try {
      await this.#world.console.run(node, this.#context, () =>
        node.functions.exec?.(this.#context, inputPackets(this.#story)),
      );
    } catch (thrown) {
      return this.#cancelled === null
        ? { type: 'threw', error: asError(thrown) }
        : { type: 'cancelled', reason: this.#cancelled };
    }
    return this.#cancelled === null
      ? { type: 'returned' }
      : { type: 'cancelled', reason: this.#cancelled };
  }

  #verdict(ending: Ending): AttemptVerdict {
    const { obstacle, difference } = this.#operations;
    if (difference !== null) return { outcome: 'difference', difference };
    if (obstacle !== null) return { outcome: 'skipped', reason: obstacle };
    switch (ending.type) {
      case 'returned':
        return this.#returned();
      case 'threw':
        return this.#threw(ending.error);
      case 'cancelled':
        return this.#wasCancelled(ending.reason);
      case 'through':
        return this.#same();
      case 'unfinished':
        return {
          outcome: 'unfinished',
          reason: `its function was not done within ${this.#world.waitMs} ms`,
        };
    }
  }

  #returned(): AttemptVerdict {
    const { end } = this.#record;
    if (end.type === 'threw')
      return this.#otherwise({ path: '$', recorded: end.error, replayed: 'returned' });
    if (end.type === 'cut' && this.#operations.isThrough) return this.#same();
    try {
      this.#context.recordMemory();
      this.#operations.finish();
    } catch (error) {
      if (error !== this.#operations.difference) throw error;
    }
    const { difference } = this.#operations;
    return difference === null ? this.#same() : { outcome: 'difference', difference };
  }

  #threw(error: Error): AttemptVerdict {
    const { end } = this.#record;
    const replayed = recordedError(error);
    if (end.type === 'cut' && this.#operations.isThrough) return this.#same();
    if (end.type !== 'threw') {
      const recorded = end.type === 'returned' ? 'returned' : `cut short by ${end.by}`;
      const difference = this.#operations.endedOtherwise({ path: '$', recorded, replayed }, error);
      return { outcome: 'threw', error, difference };
    }
    const isRefusal = error instanceof ActionRejected && end.error.code === error.code;
    const found = isRefusal ? null : firstDifference(end.error, replayed);
    if (found !== null)
      return this.#otherwise({ path: found.path, recorded: end.error, replayed }, error);
    if (this.#operations.isThrough) return this.#same();
    return this.#otherwise({ path: '$', recorded: 'further operations', replayed }, error);
  }

  /** Only its reason tells whether a cancellation came from the function. */
  #wasCancelled(reason: string): AttemptVerdict {
    const { end } = this.#record;
    const recorded = end.type === 'cut' ? (end.reason ?? end.by) : end.type;
    const isSame = end.type === 'cut' && end.reason === reason && this.#operations.isThrough;
    if (isSame) return this.#same();
    return this.#otherwise({ path: '$', recorded, replayed: `cancelled: ${reason}` });
  }

  #otherwise(
    sides: { readonly path: string; readonly recorded: unknown; readonly replayed: unknown },
    cause?: Error,
  ): AttemptVerdict {
    return { outcome: 'difference', difference: this.#operations.endedOtherwise(sides, cause) };
  }

  #same(): AttemptVerdict {
    return { outcome: 'same', uncompared: this.#operations.uncompared };
  }
}

/** Runs the attempt again with the function of its node, which has one. */
export async function rerun(record: AttemptRecord, world: RerunWorld): Promise<RerunResult> {
  const node = world.nodes.get(record.node);
  if (node === undefined) throw new Error(`there is no node ${record.node}`);
  if (record.end.type === 'cut' && node.options.deferNetActions === true) {
    const reason = `it was cut short by ${record.end.by}, and what it had done until then was not written down`;
    return { verdict: { outcome: 'skipped', reason }, made: [] };
  }
  return new Rerun(record, node, world).run();
}
