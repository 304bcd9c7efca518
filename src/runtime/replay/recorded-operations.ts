/**
 * Packet operations of an attempt that is run again after its run, to see whether its function does the same.
 *
 * Owns: how far the record has been followed, and where it was left. The epoch is a shadow, as that of a
 * batch: what is illegal is refused in the same words, and nothing reaches a kernel.
 * A1 the function gets what it got: ids, inputs, times, draws, what lazy values came to. A2 the first operation
 * that is not the recorded one is the difference; from then on every operation throws it. A3 of an attempt
 * that was cut short only what was recorded is asked for.
 */
import { inspect } from 'node:util';
import type { Packet } from '../../dsl/node-functions.ts';
import type { BatchOperation, PacketId } from '../../machines/action.ts';
import { NetrunError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import { DeferredOperations } from '../epochs/deferred-operations.ts';
import { DeferredPacket } from '../epochs/deferred-packet.ts';
import type { EpochStory } from '../epochs/epoch-story.ts';
import { type Life, type PacketOperations, assertPacket } from '../epochs/packet-operations.ts';
import { isUncloneable } from '../epochs/recordable.ts';
import { NonDeterminismError } from '../errors.ts';
import type { RecordedValue } from '../history/record.ts';
import { type ValueTexts, ValueRecorder, readValue } from '../values/recorded-value.ts';
import { LazyValue, type StoredValue, ValueStore } from '../values/values.ts';
import type { AttemptRecord, OperationRecord } from './attempt-records.ts';
import { firstDifference } from './first-difference.ts';
import { asKept } from './kept-value.ts';

export interface FollowedRecord {
  readonly record: AttemptRecord;
  /** Where values are that do not stand in their records. */
  readonly texts: Pick<ValueTexts, 'get'> | null;
  /** Lazy inputs whose functions are there again. */
  readonly lazy: ReadonlyMap<PacketId, LazyValue>;
  /** The attempt that is run again. */
  readonly life: Life;
  /** So many recorded operations have come. */
  readonly onOperation: (count: number) => void;
  /** Of an attempt that was cut short all that was recorded has come. */
  readonly onThrough: () => void;
}

/** What two sides of a difference are. */
interface Sides {
  readonly path: string;
  readonly recorded: unknown;
  readonly replayed: unknown;
}

/** Characters of each side in a message at most. */
const shownChars = 200;

export class RecordedOperations implements PacketOperations {
  readonly #story: EpochStory;
  readonly #followed: FollowedRecord;
  readonly #shadow: DeferredOperations;
  readonly #isDeferred: boolean;
  /** Packets made one by one, by their ids. */
  readonly #own = new Map<string, Packet>();
  /** Packets whose lazy values came in another order: no function has that in its hands. */
  readonly #early = new Set<string>();
  readonly #uncompared: string[] = [];
  /** Operations of the shadow that were held against the record. */
  #seen = 0;
  readonly #made: StoredValue[] = [];
  /** The recorded operation that comes next. */
  #at = 0;
  #difference: NonDeterminismError | null = null;
  #obstacle: string | null = null;

  constructor(story: EpochStory, followed: FollowedRecord) {
    this.#story = story;
    this.#followed = followed;
    this.#isDeferred = story.node.options.deferNetActions === true;
    const values = new ValueStore({ keepConsumed: false, keepLimit: null });
    for (const [packet, recorded] of followed.record.inputs)
      values.put(packet, this.#input(packet, recorded));
    const journal = {
      now: () => 0,
      apply: (_: unknown, made: readonly StoredValue[] = []) => this.#committed(made),
    };
    this.#shadow = new DeferredOperations(story, { values, journal }, followed.life);
    this.#arrived();
  }

  /** Where the function left the record; null where it has not. */
  get difference(): NonDeterminismError | null {
    return this.#difference;
  }

  /** Why nothing can be said of what the function did from some point on; null where something can. */
  get obstacle(): string | null {
    return this.#obstacle;
  }

  /** Values that could not be held against what was recorded, and why: the first of them. */
  get uncompared(): readonly string[] {
    return this.#uncompared;
  }

  /** Values of the packets that the function made, in order. */
  get made(): readonly StoredValue[] {
    return this.#made;
  }

  /** All that was recorded has come. */
  get isThrough(): boolean {
    return this.#next() === undefined;
  }

  create(value: StoredValue): Packet {
    this.#assertGoing();
    const position = this.#made.length;
    this.#made.push(value);
    const packet = this.#shadow.create(this.#ownValue(position, value));
    this.#follow();
    const known = this.#followed.record.made[position];
    if (this.#isDeferred || known === undefined) return packet;
    (packet as DeferredPacket).commit(known.packet);
    this.#own.set(known.packet, packet);
    this.#compareMade(position, value, this.#at - 1);
    return packet;
  }

  consume(packet: Packet, sync: boolean): unknown {
    this.#assertGoing();
    const before = this.#operations.length;
    const got = this.#shadow.consume(this.#inShadow(packet, 'ConsumePacket'), sync);
    if (this.#operations.length > before) {
      this.#follow();
      return got;
    }
    return (got as Promise<unknown>).then((value) => {
      this.#follow();
      return value;
    });
  }

  load(port: string, packet: Packet): void {
    this.#assertGoing();
    this.#shadow.load(port, this.#inShadow(packet, 'LoadPacketIntoOutputPort'));
    this.#follow();
  }

  send(condition: string): void {
    this.#assertGoing();
    this.#shadow.send(condition);
    this.#follow();
  }

  /** A draw gives what was drawn; a write must be the one that was written. */
  record(kind: string, value: unknown): unknown {
    this.#assertGoing();
    const next = this.#match({ type: 'Record', kind, value });
    const { operation } = next;
    if (operation.type !== 'Record') return value;
    if (kind === 'memory') {
      const found = firstDifference(asKept(operation.value), asKept(value));
      if (found !== null) throw this.#part(sidesOf(found), this.#at - 1);
    }
    return operation.value;
  }

  finish(): Error | null {
    this.#assertGoing();
    const next = this.#next();
    if (next !== undefined)
      return this.#part({ path: '$', recorded: this.#told(next.operation), replayed: 'returned' });
    try {
      return this.#shadow.finish();
    } catch (error) {
      if (error === this.#difference) return this.#difference;
      throw error;
    }
  }

  dropped(): undefined {
    return undefined;
  }

  /** The function ended otherwise than it had. */
  endedOtherwise(sides: Sides, cause?: Error): NonDeterminismError {
    return this.#part(sides, this.#at, undefined, cause);
  }

  get #operations(): readonly BatchOperation[] {
    return this.#shadow.operations;
  }

  /** The value of an input packet as the function got it. */
  #input(packet: PacketId, recorded: RecordedValue | undefined): StoredValue {
    const { record, texts } = this.#followed;
    const unreadable = (missing: string): LazyValue =>
      this.#lazy(() => {
        this.#obstacle ??= `the value of ${packet} ${missing}`;
        throw new Error(this.#obstacle);
      });
    const kept = record.lazy.get(packet);
    if (record.lazy.has(packet) && !isUncloneable(kept)) return this.#lazy(() => kept);
    const again = this.#followed.lazy.get(packet);
    if (again !== undefined) return again;
    if (isUncloneable(kept))
      return unreadable(`is a ${kept.uncloneable}, of which no copy was kept`);
    if (recorded === undefined) return unreadable('was not recorded');
    if ('lazy' in recorded) return unreadable('is lazy, and was never made');
    const read = readValue(recorded, texts);
    return 'value' in read ? read.value : unreadable(read.missing);
  }

  #lazy(make: () => unknown): LazyValue {
    return new LazyValue(make, { nodeName: this.#story.node.name, epochId: this.#story.id });
  }

  /** A lazy value of the attempt's own gives what it gave. */
  #ownValue(position: number, value: StoredValue): StoredValue {
    const { lazy } = this.#followed.record;
    const made = lazy.get(`#${position}`);
    if (!(value instanceof LazyValue) || !lazy.has(`#${position}`) || isUncloneable(made))
      return value;
    return this.#lazy(() => made);
  }

  /** The packet as the shadow knows it: one that was made has its id at once, where nothing is deferred. */
  #inShadow(packet: Packet, action: string): Packet {
    if (this.#isDeferred || packet instanceof DeferredPacket) return packet;
    assertPacket(this.#story, packet, action);
    return this.#own.get(packet.id) ?? packet;
  }

  #assertGoing(): void {
    if (this.#difference !== null) throw this.#difference;
    if (this.#obstacle !== null) throw new Error(this.#obstacle);
  }

  /** Holds what the shadow has taken against the record. */
  #follow(): void {
    for (let next = this.#operations[this.#seen]; next !== undefined;) {
      this.#seen += 1;
      if (next.type !== 'Record') this.#match(next);
      next = this.#operations[this.#seen];
    }
  }

  #next(): OperationRecord | undefined {
    const { operations } = this.#followed.record;
    for (;;) {
      const next = operations[this.#at];
      const isEarly =
        next?.operation.type === 'ConsumePacket' && this.#early.has(next.operation.packet);
      if (!isEarly) return next;
      this.#at += 1;
    }
  }

  /** The record of an operation, which is the next; throws the difference where it is another. */
  #match(operation: BatchOperation): OperationRecord {
    if (this.#difference !== null) throw this.#difference;
    const next = this.#next();
    if (next === undefined) throw this.#beyond(operation);
    if (isSame(next.operation, operation)) {
      this.#at += 1;
      this.#arrived();
      return next;
    }
    const early = this.#takenEarly(operation);
    if (early !== undefined) return early;
    throw this.#part({
      path: '$',
      recorded: this.#told(next.operation),
      replayed: this.#told(operation),
    });
  }

  /** A lazy value that is consumed before its turn: how long it takes to be made is nobody's doing. */
  #takenEarly(operation: BatchOperation): OperationRecord | undefined {
    const { operations, lazy } = this.#followed.record;
    if (operation.type !== 'ConsumePacket' || !lazy.has(operation.packet)) return undefined;
    const found = operations.find(
      (later, at) => at > this.#at && isSame(later.operation, operation),
    );
    if (found !== undefined) this.#early.add(operation.packet);
    return found;
  }

  #arrived(): void {
    const { record, onOperation, onThrough } = this.#followed;
    onOperation(this.#at);
    if (record.end.type === 'cut' && this.isThrough) onThrough();
  }

  /** What an operation after the last that was recorded throws. */
  #beyond(operation: BatchOperation): Error {
    const { end } = this.#followed.record;
    const { node, id } = this.#story;
    if (end.type === 'cut') {
      return new NetrunError('CONTEXT_ENDED', `epoch ${id} of node ${node.name} was over by then`, {
        nodeName: node.name,
        epochId: id,
        hint: `The attempt was cut short by ${end.by}.`,
      });
    }
    const recorded = end.type === 'threw' ? end.error : end.type;
    return this.#part({ path: '$', recorded, replayed: this.#told(operation) });
  }

  /** The batch is whole: its values were recorded as they were then. */
  #committed(made: readonly StoredValue[]) {
    const { record } = this.#followed;
    if (this.#isDeferred) for (const [at, value] of made.entries()) this.#compareMade(at, value);
    return { ok: true as const, events: [], packets: record.made.map(({ packet }) => packet) };
  }

  /** Throws the difference where a packet was made with another value. `at` is the operation that made it. */
  #compareMade(position: number, value: StoredValue, at?: number): void {
    const { record } = this.#followed;
    const made = record.made[position];
    if (made === undefined) return;
    const found = this.#valueDifference(made.value, value, made.packet);
    if (found === null) return;
    const name = `#${position}`;
    const loaded = record.operations.find(
      ({ operation }) => operation.type === 'LoadPacketIntoOutputPort' && operation.packet === name,
    )?.operation;
    const port = loaded !== undefined && 'port' in loaded ? loaded.port : undefined;
    throw this.#part(found, at ?? this.#creationOf(position), port);
  }

  #creationOf(position: number): number {
    let left = position;
    return this.#followed.record.operations.findIndex(
      ({ operation }) => operation.type === 'CreatePacket' && left-- === 0,
    );
  }

  #valueDifference(
    recorded: RecordedValue | undefined,
    value: StoredValue,
    packet: PacketId,
  ): Sides | null {
    const isLazy = value instanceof LazyValue;
    if (recorded === undefined) return this.#leave(packet, 'was not recorded');
    if ('lazy' in recorded || isLazy) {
      if ('lazy' in recorded === isLazy) return null;
      const side = { lazy: 'a lazy value', there: 'a value that is there' };
      return {
        path: '$',
        recorded: isLazy ? side.there : side.lazy,
        replayed: isLazy ? side.lazy : side.there,
      };
    }
    const known = 'hash' in recorded ? recorded.hash : 'ref' in recorded ? recorded.ref : null;
    if (known !== null) {
      const own = new ValueRecorder({ mode: 'hash' }).record(value);
      if ('hash' in own && own.hash === known) return null;
      if ('hash' in recorded) return { path: '$', recorded: known, replayed: value };
    }
    const read = readValue(recorded, this.#followed.texts);
    if ('missing' in read) return this.#leave(packet, read.missing);
    const found = firstDifference(read.value, asKept(value));
    return found === null ? null : sidesOf(found);
  }

  #leave(packet: PacketId, missing: string): null {
    if (this.#uncompared.length < limits.replayDifferences)
      this.#uncompared.push(`the value of ${packet} ${missing}`);
    return null;
  }

  /** An operation with packets called by their ids, where they have any. */
  #told(operation: BatchOperation): unknown {
    if (!('packet' in operation) || !operation.packet.startsWith('#')) return operation;
    const made = this.#followed.record.made[Number(operation.packet.slice(1))];
    return made === undefined ? operation : { ...operation, packet: made.packet };
  }

  #part(sides: Sides, at = this.#at, port?: string, cause?: Error): NonDeterminismError {
    const { id, node, attempt } = this.#story;
    const found = this.#followed.record.operations[at];
    const place = port === undefined ? `operation ${at}` : `output port ${port}`;
    const where = sides.path === '$' ? '' : ` at ${sides.path}`;
    this.#difference = new NonDeterminismError(
      `node ${node.name} acts otherwise in epoch ${id}, attempt ${attempt}, ${place}${where}: recorded ${shown(sides.recorded)}, now ${shown(sides.replayed)}`,
      {
        ...sides,
        attempt,
        operation: at,
        ...(port === undefined ? {} : { port }),
        ...(found === undefined ? {} : { seq: found.seq, action: found.action }),
      },
      { nodeName: node.name, epochId: id, ...(cause === undefined ? {} : { cause }) },
    );
    return this.#difference;
  }
}

/** The same operation; what was recorded by it is another matter. */
function isSame(recorded: BatchOperation, replayed: BatchOperation): boolean {
  if (recorded.type === 'Record' && replayed.type === 'Record')
    return recorded.kind === replayed.kind;
  return firstDifference(recorded, replayed) === null;
}

function sidesOf({
  path,
  left,
  right,
}: {
  readonly path: string;
  readonly left: unknown;
  readonly right: unknown;
}): Sides {
  return { path, recorded: left, replayed: right };
}

function shown(value: unknown): string {
  const text = inspect(value, { depth: 6, customInspect: false, breakLength: Infinity });
  return text.length > shownChars ? `${text.slice(0, shownChars)}…` : text;
}
