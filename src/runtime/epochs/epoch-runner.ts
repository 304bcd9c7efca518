/**
 * Runs one attempt of an epoch: calls the node's function and brings its outcome to the kernel.
 *
 * Owns: the attempt from its call to its outcome. Retries, waits and what follows a failure are
 * not its business.
 * R1 a function that returns no promise is done in the same turn. R2 an attempt has one outcome; what
 * comes after it was ended from outside is recorded as a late result and changes nothing.
 */
import type { InputPackets, Packet } from '../../dsl/node-functions.ts';
import type { BatchOperation } from '../../machines/action.ts';
import type { ConsoleCapture } from '../logs/console-capture.ts';
import { DeferredOperations } from './deferred-operations.ts';
import type { OperationsWorld } from './direct-operations.ts';
import type { EpochStory, RunningAttempt } from './epoch-story.ts';
import { asError } from '../errors.ts';
import { type ContextWorld, ExecutionContext } from './execution-context.ts';
import { GatheredOperations } from './gathered-operations.ts';
import type { PacketOperations } from './packet-operations.ts';
import { randomStream } from './random.ts';
import { recordedError } from './recorded-error.ts';
import { ResumedOperations } from './resumed-operations.ts';
import { jitteredWait } from '../drive/retry-wait.ts';
import { isThenable } from '../values/values.ts';

export interface RunnerWorld extends OperationsWorld {
  readonly context: ContextWorld;
  readonly console: ConsoleCapture;
  /** An attempt that went on after its turn has come to its outcome. */
  onSettled(): void;
  /** A bug: fails the net. */
  onBug(error: Error): void;
}

/** The packets of the salvo by input port; a port without any has an empty list. */
export function inputPackets({ node, salvo }: EpochStory): InputPackets {
  const packets: Record<string, Packet[]> = {};
  const { inPorts } = node.spec;
  if (inPorts.length !== 1 || salvo.length === 0)
    for (const { name } of inPorts) packets[name] = [];
  for (const [port, id] of salvo) {
    const list = packets[port];
    if (list === undefined || list.length === 0) packets[port] = [{ id }];
    else list.push({ id });
  }
  return packets;
}

/** Runs the attempt that `story` is at; the node has a function. */
export function runAttempt(story: EpochStory, world: RunnerWorld): void {
  const attempt = new Attempt(story, world);
  story.current = attempt;
  story.received = null;
  story.recorded = null;
  story.making = null;
  attempt.run();
}

/** The attempt is what its function is given: one object for both. */
class Attempt extends ExecutionContext implements RunningAttempt {
  readonly #story: EpochStory;
  readonly #world: RunnerWorld;
  readonly #operations: PacketOperations;
  /** Set where operations are gathered. */
  readonly #gathered: GatheredOperations | null;
  #isOver = false;
  #isAbandoned = false;

  constructor(story: EpochStory, world: RunnerWorld) {
    super(story, world.context);
    this.#story = story;
    this.#world = world;
    const { recorded, node } = story;
    this.#gathered =
      recorded === null && node.options.deferNetActions !== true
        ? new GatheredOperations(story, world, this)
        : null;
    this.#operations =
      this.#gathered ??
      (recorded === null
        ? new DeferredOperations(story, world, this)
        : new ResumedOperations(story, world, this, recorded));
    this.equip(this.#operations);
  }

  run(): void {
    let result: unknown;
    try {
      result = this.#calledWithinTurn();
    } catch (thrown) {
      this.#failed(thrown);
      return;
    }
    if (!isThenable(result)) {
      this.#returned();
      return;
    }
    this.#gathered?.settle();
    Promise.resolve(result)
      .then(
        () => this.#returned(),
        (thrown: unknown) => this.#failed(thrown),
      )
      .then(
        () => this.#world.onSettled(),
        (bug: unknown) => this.#world.onBug(asError(bug)),
      );
  }

  /** While the function runs, what it has done is with its operations: whoever looks or acts has it settled first. */
  #calledWithinTurn(): unknown {
    if (this.#gathered === null) return this.#called();
    const { journal } = this.#world;
    journal.expect(this.#gathered);
    try {
      return this.#called();
    } finally {
      journal.expect(null);
    }
  }

  #called(): unknown {
    const { node } = this.#story;
    return this.#world.console.run(node, this, Attempt.#exec);
  }

  static #exec(this: void, attempt: Attempt): unknown {
    const story = attempt.#story;
    return story.node.functions.exec?.(attempt, inputPackets(story));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  end(reason: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.conclude(reason);
  }

  abandon(reason: Error): void {
    this.#isAbandoned = true;
    this.end(reason);
  }

  #returned(): void {
    if (this.#isOver) {
      this.#late('returned', null);
      return;
    }
    this.recordMemory();
    this.#isOver = true;
    const refusal = this.#operations.finish();
    this.conclude(null);
    if (refusal === null) this.commitMemory();
    else this.#fail(refusal);
  }

  #failed(thrown: unknown): void {
    if (this.#isOver) {
      this.#late('threw', thrown);
      return;
    }
    this.#isOver = true;
    this.conclude(null);
    this.#fail(asError(thrown));
  }

  #fail(error: Error): void {
    const story = this.#story;
    story.thrown = error;
    const dropped: readonly BatchOperation[] | undefined = this.#operations.dropped();
    const waitMs = this.#jitteredWait();
    const action = {
      type: 'FailAttempt' as const,
      epoch: story.id,
      error: recordedError(error),
      ...(waitMs === null ? {} : { waitMs }),
      ...(dropped === undefined ? {} : { dropped }),
    };
    this.#world.journal.must(action, undefined, undefined, error);
  }

  /** Null where no attempt is left, or the node's own schedule holds. */
  #jitteredWait(): number | null {
    const { node, id } = this.#story;
    if (this.retryCount >= node.spec.rules.retries) return null;
    const { seed } = this.#world.context;
    return jitteredWait(node, this.retryCount, randomStream(seed, id, this.retryCount, 'jitter'));
  }

  /** Writes down what came after the attempt was over. */
  #late(outcome: 'returned' | 'threw', thrown: unknown): void {
    const { id, node } = this.#story;
    if (isOwnEnd(thrown, id)) return;
    const error = outcome === 'threw' ? { error: recordedError(asError(thrown)) } : {};
    const value = { attempt: this.retryCount, outcome, ...error };
    this.#world.context.logger(node.name, id).warn(value, 'late result ignored');
    if (this.#isAbandoned) return;
    this.#world.journal.must({ type: 'RecordLateResult', node: node.name, epoch: id, ...value });
  }
}

const ownEnds: ReadonlySet<string> = new Set([
  'EPOCH_CANCELLED',
  'EPOCH_TIMEOUT',
  'ATTEMPT_TIMEOUT',
]);

/** Whether a function threw the very thing that told it to end: nothing that came late. */
function isOwnEnd(thrown: unknown, epoch: string): boolean {
  if (typeof thrown !== 'object' || thrown === null) return false;
  const { code, epochId } = thrown as { code?: unknown; epochId?: unknown };
  return epochId === epoch && typeof code === 'string' && ownEnds.has(code);
}
