/**
 * The values of packets, kept in memory beside the kernel, which knows packets by their ids alone.
 *
 * Owns: which value belongs to which live packet, and the consumed values that are kept on request.
 * V1 a copy of a packet refers to the same value. V2 a value leaves with its packet. V3 kept values
 * are dropped oldest first.
 */
import type { EpochId, PacketId } from '../../machines/action.ts';
import { counterOf, packetId } from '../../machines/protocol.ts';
import { ValueFunctionFailed, asError } from '../errors.ts';
import type { RecordedValue } from '../history/record.ts';
import { CounterTable } from '../../actors/counter-table.ts';
import type { ValueHolds } from './value-holds.ts';

/** Who made a packet. */
export interface Producer {
  readonly nodeName: string;
  readonly epochId: string;
}

/** A value that is made when its packet is consumed. */
export class LazyValue {
  readonly #make: () => unknown;
  readonly producer: Producer;
  readonly #checks: readonly ((value: unknown) => void)[];

  constructor(
    make: () => unknown,
    producer: Producer,
    checks: readonly ((value: unknown) => void)[] = [],
  ) {
    this.#make = make;
    this.producer = producer;
    this.#checks = checks;
  }

  /** The same value, which must also pass `check` once it is there. */
  withCheck(check: (value: unknown) => void): LazyValue {
    return new LazyValue(this.#make, this.producer, [...this.#checks, check]);
  }

  /**
   * Makes the value, or a promise of it. Throws (or rejects with) `VALUE_FUNCTION_FAILED` where the
   * function does, and whatever a check throws.
   */
  make(packet: string): unknown {
    const made = this.makeUnchecked(packet);
    return isThenable(made)
      ? Promise.resolve(made).then((value) => this.#checked(value))
      : this.#checked(made);
  }

  /** As `make`, whatever the checks would say. */
  makeUnchecked(packet: string): unknown {
    let made: unknown;
    try {
      made = this.#make();
    } catch (thrown) {
      throw this.#failure(packet, thrown);
    }
    if (!isThenable(made)) return made;
    return Promise.resolve(made).catch((thrown: unknown) => {
      throw this.#failure(packet, thrown);
    });
  }

  #checked(value: unknown): unknown {
    for (const check of this.#checks) check(value);
    return value;
  }

  #failure(packet: string, thrown: unknown): ValueFunctionFailed {
    const cause = asError(thrown);
    const { nodeName, epochId } = this.producer;
    return new ValueFunctionFailed(
      `the value function of ${packet}, made by node ${nodeName} in epoch ${epochId}, failed: ${cause.message}`,
      { nodeName, epochId, packetId: packet, cause },
    );
  }
}

/** A value as it is kept: the value itself, or a LazyValue. */
export type StoredValue = unknown;

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** What readers of a net's values get. */
export interface ValueReader {
  /** Live packets that have a value. */
  readonly size: number;
  has(packet: string): boolean;
  /**
   * The value of a live packet, or of a consumed one that was kept; a lazy one is made, maybe as a
   * promise. Undefined where there is none: `has` tells the difference.
   */
  get(packet: string): unknown;
  /** Consumed packets whose values are kept, oldest first. */
  kept(): readonly string[];
}

export interface ValueStoreOptions {
  readonly keepConsumed: boolean;
  /** Consumed values kept at most; null = all. */
  readonly keepLimit: number | null;
  /** Who needs which value that is kept outside of its record. Default: none is. */
  readonly holds?: ValueHolds | null;
}

export class ValueStore implements ValueReader {
  /** By the packets' counters. */
  readonly #live = new CounterTable<StoredValue>();
  readonly #kept = new Map<string, StoredValue>();
  readonly #options: ValueStoreOptions;
  readonly #holds: ValueHolds | null;

  constructor(options: ValueStoreOptions) {
    this.#options = options;
    this.#holds = options.holds ?? null;
  }

  get size(): number {
    return this.#live.size;
  }

  /** `recorded` is how its record has it, where it was made just now; `maker` the epoch that made it. */
  put(packet: PacketId, value: StoredValue, recorded?: RecordedValue, maker?: EpochId): void {
    this.#live.set(counterOf(packet, 'p'), value);
    this.#holds?.packetMade(packet, recorded, maker);
  }

  has(packet: string): boolean {
    return this.#live.has(counterOf(packet, 'p')) || this.#kept.has(packet);
  }

  get(packet: string): unknown {
    const stored = this.peek(packet);
    return stored instanceof LazyValue ? stored.make(packet) : stored;
  }

  kept(): readonly string[] {
    return [...this.#kept.keys()];
  }

  /** As `get`, but that a lazy value is not made. */
  peek(packet: string): StoredValue {
    const live = counterOf(packet, 'p');
    return this.#live.has(live) ? this.#live.get(live) : this.#kept.get(packet);
  }

  /** The value of a live packet as it is kept. */
  stored(packet: string): StoredValue {
    return this.#live.get(counterOf(packet, 'p'));
  }

  copy(from: PacketId, to: PacketId): void {
    const original = counterOf(from, 'p');
    if (!this.#live.has(original)) return;
    this.#live.set(counterOf(to, 'p'), this.#live.get(original));
    this.#holds?.packetCopied(from, to);
  }

  /** The packet was consumed: its value leaves, or is kept. */
  consume(packet: PacketId): void {
    const counter = counterOf(packet, 'p');
    if (this.#options.keepConsumed && this.#live.has(counter))
      this.#keep(packet, this.#live.get(counter));
    else this.#holds?.packetGone(packet);
    this.#live.delete(counter);
  }

  /** The packet was destroyed: its value leaves. */
  take(packet: PacketId): StoredValue {
    const counter = counterOf(packet, 'p');
    const value = this.#live.get(counter);
    this.#live.delete(counter);
    this.#holds?.packetGone(packet);
    return value;
  }

  /** Live values first, then those kept. */
  each(visit: (packet: PacketId, value: StoredValue, isLive: boolean) => void): void {
    for (const counter of this.#live.counters())
      visit(packetId(counter), this.#live.get(counter), true);
    for (const [packet, value] of this.#kept) visit(packet as PacketId, value, false);
  }

  /** A consumed value that was kept before this process was there. */
  putKept(packet: PacketId, value: StoredValue, recorded?: RecordedValue): void {
    this.#holds?.packetMade(packet, recorded);
    this.#keep(packet, value);
  }

  /** Puts what `change` makes of each value in its place; null takes it away. Live ones come first. */
  change(
    change: (
      packet: PacketId,
      value: StoredValue,
      isLive: boolean,
    ) => { readonly value: StoredValue } | null,
  ): void {
    for (const counter of this.#live.counters()) {
      const packet = packetId(counter);
      const changed = change(packet, this.#live.get(counter), true);
      if (changed !== null) {
        this.#live.set(counter, changed.value);
        continue;
      }
      this.#live.delete(counter);
      this.#holds?.packetGone(packet);
    }
    for (const [packet, value] of this.#kept) {
      const changed = change(packet as PacketId, value, false);
      if (changed !== null) {
        this.#kept.set(packet, changed.value);
        continue;
      }
      this.#kept.delete(packet);
      this.#holds?.packetGone(packet);
    }
  }

  #keep(packet: PacketId, value: StoredValue): void {
    this.#kept.set(packet, value);
    const { keepLimit } = this.#options;
    for (const oldest of this.#kept.keys()) {
      if (keepLimit === null || this.#kept.size <= keepLimit) break;
      this.#kept.delete(oldest);
      this.#holds?.packetGone(oldest);
    }
  }
}
