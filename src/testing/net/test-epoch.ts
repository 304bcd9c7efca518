/**
 * An epoch that a test has taken over, as the test holds it.
 *
 * H1 which epoch is meant is decided when something is first done with it, after everything that needs no test has
 * happened; from then on it is that epoch, attempt after attempt. H2 what is done here has had all its effects when
 * its promise resolves, but for those that wait for the test themselves.
 */
import type { NodeDefinition } from '../../dsl/definition.ts';
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import { TestError } from '../test-error.ts';
import type { EpochId } from '../../machines/action.ts';
import type { History } from '../../runtime/history/history.ts';
import { LazyValue } from '../../runtime/values/values.ts';
import { openedEpochs } from './opened-epochs.ts';
import type { HeldAttempt, HeldAttempts, Order } from './held-attempts.ts';
import { type TestOutputs, byOnlyPort, consumeInputs, sending } from './test-orders.ts';
import type { TestRecord } from './test-record.ts';

/** Which epoch: by its id, or by its place among all epochs of its node that were opened, from 1. */
export type EpochChoice = { readonly id: string } | { readonly nth: number };

export interface SendOptions {
  /** The output condition by which the values leave. Default: the one that takes of their ports. */
  readonly condition?: string;
}

/** What a test's epoch may ask of its net. */
export interface TestEpochWorld {
  readonly record: TestRecord;
  readonly attempts: HeldAttempts;
  readonly history: History;
  node(name: string): NodeDefinition;
  /** The functions that the node has without the test. */
  functionsOf(node: string): NodeFunctions;
  /** Calls a function in the time of the test; `onTimer` is told when it sets a timer, or one rings. */
  call(
    who: readonly [node: string, what: string],
    called: () => unknown,
    onTimer: () => void,
  ): unknown;
  /** The node's function is the test's. */
  isHeld(node: string): boolean;
  /** Everything happens that needs no test. */
  settle(): Promise<void>;
  /** How things stand, for messages. */
  standing(): string;
}

/** Which epoch, and of which node where that is said. */
export interface EpochSelector {
  readonly node: string | null;
  readonly choice: EpochChoice | null;
}

export class TestEpoch {
  readonly #world: TestEpochWorld;
  readonly #selector: EpochSelector;
  #bound: EpochId | null = null;

  constructor(world: TestEpochWorld, selector: EpochSelector) {
    this.#world = world;
    this.#selector = selector;
  }

  /** `e5`, once it is known which epoch it is. Throws `TEST_EPOCH_NOT_FOUND`. */
  async id(): Promise<EpochId> {
    return (await this.#attempt()).epoch;
  }

  /** The values of its input packets, by port and in order. Lazy ones are made. Throws `TEST_EPOCH_NOT_FOUND`. */
  async inputs(): Promise<Readonly<Record<string, readonly unknown[]>>> {
    const attempt = await this.#attempt();
    const values: Record<string, unknown[]> = {};
    for (const [port, packets] of attempt.packets()) {
      values[port] = [];
      for (const packet of packets) {
        const stored = this.#world.record.stored(packet);
        values[port].push(await (stored instanceof LazyValue ? stored.make(packet) : stored));
      }
    }
    return values;
  }

  /**
   * Its function consumes what is left of its inputs, sends `value` by the node's only output port, and returns. Without
   * a value nothing is sent. Of an epoch that has ended meanwhile it is a late result. Throws `TEST_EPOCH_NOT_FOUND`,
   * `TEST_OUTPUT_AMBIGUOUS`, `TEST_EPOCH_NOT_SUCCEEDED` where the net refuses any of it.
   */
  succeed(...value: [] | [value: unknown]): Promise<void> {
    return this.#succeed((node) => (value.length === 0 ? {} : byOnlyPort(node, value[0])), {});
  }

  /** As `succeed`, with a value for each output port that is to send one, as one salvo. */
  succeedWith(outputs: TestOutputs, options: SendOptions = {}): Promise<void> {
    return this.#succeed(() => outputs, options);
  }

  /** Its function sends a salvo, and goes on. Throws as `succeed`. */
  async send(outputs: TestOutputs, options: SendOptions = {}): Promise<void> {
    const attempt = await this.#attempt();
    const order = sending(this.#world.node(attempt.node), outputs, options.condition);
    const thrown = await attempt.give(order, false);
    await this.#world.settle();
    if (thrown !== null) throw notSucceeded(attempt, thrown.message, thrown);
  }

  /** Its function throws. Throws `TEST_EPOCH_NOT_FOUND`. */
  async fail(error: Error | string = 'failed by the test'): Promise<void> {
    const attempt = await this.#attempt();
    const thrown = typeof error === 'string' ? new Error(error) : error;
    const order: Order = () => {
      throw thrown;
    };
    await attempt.give(order, true);
    await this.#world.settle();
  }

  /**
   * Its function does nothing for now: `epoch` picks others of its node. By its id or place it can be had again, also when it
   * has timed out, to let its result come late. Throws `TEST_EPOCH_NOT_FOUND`.
   */
  async hang(): Promise<void> {
    (await this.#attempt()).isHanging = true;
  }

  /**
   * Runs the function that the node has without the test, until it comes back or waits for a timer that it has set. Where
   * it waits for something else that the test does, await this later. Throws `TEST_EPOCH_NOT_FOUND`, `TEST_FUNCTION_MISSING`.
   */
  async run(): Promise<void> {
    const attempt = await this.#attempt();
    const functions = this.#world.functionsOf(attempt.node);
    if (functions.exec === undefined) {
      throw new TestError('TEST_FUNCTION_MISSING', `node ${attempt.node} has no function to run`, {
        nodeName: attempt.node,
        epochId: attempt.epoch,
        hint: 'Let the epoch succeed with a value, or give the node a function.',
      });
    }
    const { exec } = functions;
    let wake = (): void => undefined;
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const who = [attempt.node, attempt.epoch] as const;
    const order: Order = (ctx, packets) => this.#world.call(who, () => exec(ctx, packets), wake);
    await Promise.race([attempt.give(order, true), asleep]);
    await this.#world.settle();
  }

  async #succeed(
    outputs: (node: NodeDefinition) => TestOutputs,
    { condition }: SendOptions,
  ): Promise<void> {
    const { history } = this.#world;
    const attempt = await this.#attempt();
    const definition = this.#world.node(attempt.node);
    const send = sending(definition, outputs(definition), condition);
    const isLate = attempt.isLate;
    const before = history.lastSeq;
    const order: Order = async (ctx, packets) => {
      if (isLate) return;
      await consumeInputs(ctx, packets);
      await send(ctx, packets);
    };
    const thrown = await attempt.give(order, true);
    await this.#world.settle();
    if (thrown !== null) throw notSucceeded(attempt, thrown.message, thrown);
    for (const record of history.range(before + 1)) {
      if (record.type !== 'event' || record.event !== 'EpochFailed') continue;
      if (record['epoch'] !== attempt.epoch || record['attempt'] !== attempt.number) continue;
      throw notSucceeded(attempt, (record['error'] as { message: string }).message);
    }
  }

  /** The attempt that its epoch is at. Throws `TEST_EPOCH_NOT_FOUND`. */
  async #attempt(): Promise<HeldAttempt> {
    await this.#world.settle();
    const { attempts } = this.#world;
    const epoch = this.#bound ?? this.#chosen();
    const attempt = attempts.ofEpoch(epoch);
    if (attempt === undefined) throw this.#notFound(`epoch ${epoch} has not been started`, epoch);
    if (!attempt.isOpen)
      throw this.#notFound(`the function of epoch ${epoch} has already ended`, epoch);
    this.#bound = epoch;
    return attempt;
  }

  #chosen(): EpochId {
    const { node, choice } = this.#selector;
    const { attempts } = this.#world;
    if (choice === null) {
      const [first] = attempts.waiting(node ?? undefined);
      if (first === undefined) throw this.#notFound('none waits for the test');
      return first.epoch;
    }
    const opened = openedEpochs(this.#world.history, node);
    if ('id' in choice) {
      const found = opened.find((epoch) => epoch === choice.id);
      if (found === undefined) throw this.#notFound(`there has been no epoch ${choice.id}`);
      return found;
    }
    const nth = opened[choice.nth - 1];
    if (nth === undefined) {
      throw this.#notFound(
        `the epoch number ${choice.nth} was asked for, and ${opened.length} ${opened.length === 1 ? 'was' : 'were'} opened`,
      );
    }
    return nth;
  }

  #notFound(message: string, epochId?: EpochId): TestError {
    const { node } = this.#selector;
    const isOwn = node !== null && !this.#world.isHeld(node);
    const whose = node === null ? 'epochs' : `epochs of ${node}`;
    return new TestError(
      'TEST_EPOCH_NOT_FOUND',
      `${whose}: ${message}\n${this.#world.standing()}`,
      {
        nodeName: node ?? undefined,
        epochId,
        hint: isOwn
          ? `The test has not taken ${node} over: testNet(…, { nodes: { ${node}: 'held' } }).`
          : 'What is listed is how the net stands once all has happened that needs no test.',
      },
    );
  }
}

function notSucceeded(attempt: HeldAttempt, why: string, cause?: Error): TestError {
  return new TestError(
    'TEST_EPOCH_NOT_SUCCEEDED',
    `epoch ${attempt.epoch} of ${attempt.node} did not succeed: ${why}`,
    {
      nodeName: attempt.node,
      epochId: attempt.epoch,
      cause,
      hint: 'Its function failed as any function would. To see that happen, use fail().',
    },
  );
}
