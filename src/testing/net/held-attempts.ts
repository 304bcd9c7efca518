/**
 * Attempts that do nothing until a test says what: the functions of the nodes that it has taken over.
 *
 * Owns: the attempts under way, in the order in which they began. A1 what a test orders is done where a function of
 * the node would do it: inside the attempt, with its context. A2 what an order throws, the function throws.
 */
import type { ExecContext, InputPackets } from '../../dsl/node-functions.ts';
import type { EpochId } from '../../machines/action.ts';
import { asError } from '../../runtime/errors.ts';

/** What a test has an attempt do. */
export type Order = (ctx: ExecContext, packets: InputPackets) => unknown;

interface Given {
  readonly order: Order;
  /** The function returns after it. */
  readonly isLast: boolean;
  readonly done: (thrown: Error | null) => void;
}

export class HeldAttempt {
  readonly node: string;
  readonly epoch: EpochId;
  /** From 0. */
  readonly number: number;
  readonly #ctx: ExecContext;
  readonly #packets: InputPackets;
  readonly #orders: Given[] = [];
  #wake: () => void = () => undefined;
  /** Orders are to come: the function has neither returned nor thrown. */
  #isOpen = true;
  /** The test leaves it hanging. */
  isHanging = false;

  constructor(ctx: ExecContext, packets: InputPackets) {
    this.node = ctx.nodeName;
    this.epoch = ctx.epochId as EpochId;
    this.number = ctx.retryCount;
    this.#ctx = ctx;
    this.#packets = packets;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The epoch has ended without it: what it still does comes late. */
  get isLate(): boolean {
    return this.#ctx.signal.aborted;
  }

  /** It waits for the test, and what the test orders counts. */
  get isWaiting(): boolean {
    return this.#isOpen && !this.isHanging && !this.isLate;
  }

  /** Ids of its packets by port, in order. */
  packets(): readonly (readonly [port: string, packets: readonly string[]])[] {
    return Object.entries(this.#packets).map(([port, list]) => [port, list.map(({ id }) => id)]);
  }

  /** Gives an order; resolves with what it threw, or null, once it is done. */
  give(order: Order, isLast: boolean): Promise<Error | null> {
    if (isLast) this.#isOpen = false;
    return new Promise((done) => {
      this.#orders.push({ order, isLast, done });
      this.#wake();
    });
  }

  /** The function: does what is ordered until the last order. */
  async carryOut(): Promise<void> {
    for (;;) {
      const given = this.#orders.shift();
      if (given === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      try {
        await given.order(this.#ctx, this.#packets);
      } catch (thrown) {
        this.#isOpen = false;
        given.done(asError(thrown));
        throw thrown;
      }
      given.done(null);
      if (given.isLast) return;
    }
  }
}

export class HeldAttempts {
  readonly #all: HeldAttempt[] = [];

  /** What stands in for the function of a node. */
  readonly exec = (ctx: ExecContext, packets: InputPackets): Promise<void> => {
    const attempt = new HeldAttempt(ctx, packets);
    this.#all.push(attempt);
    return attempt.carryOut();
  };

  /** Those that wait for the test, oldest first; of one node, or of all. */
  waiting(node?: string): readonly HeldAttempt[] {
    return this.#all.filter(
      (attempt) => attempt.isWaiting && (node === undefined || attempt.node === node),
    );
  }

  /** The latest attempt of an epoch; undefined where none has begun. */
  ofEpoch(epoch: EpochId): HeldAttempt | undefined {
    return this.#all.findLast((attempt) => attempt.epoch === epoch);
  }
}
