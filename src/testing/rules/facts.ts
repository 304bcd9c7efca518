/**
 * What a history says, as rules look at it: who did what, and which packets came to or left which port.
 *
 * Owns: which node an epoch is of, which value a live packet has.
 */
import type { Action, EpochId, KernelEvent, Location, PacketId } from '../../machines/action.ts';
import type { AppliedAction } from '../../runtime/drive/journal.ts';
import {
  type ActionRecord,
  type HistoryRecord,
  type RecordedValue,
  actionOf,
  eventOf,
} from '../../runtime/history/record.ts';
import type { ReadValue } from '../../runtime/recovery/unread-value.ts';

/** One thing that happened. */
export interface Fact {
  readonly seq: number;
  /** Milliseconds, in the time of the run. */
  readonly at: number;
  /** Type of the event, or of the action. */
  readonly type: string;
  readonly node: string | null;
  readonly epoch: EpochId | null;
  /** The port that a packet came to or left by; null where it is about no port. */
  readonly port: string | null;
  readonly packet: PacketId | null;
  /** Null where it is about no packet, or nobody knows the value. */
  readonly value: { readonly value: unknown } | null;
}

type FactOfNode = Pick<Fact, 'node' | 'epoch'>;

const nowhere: FactOfNode = { node: null, epoch: null };

export class Facts {
  readonly #nodes = new Map<EpochId, string>();
  readonly #values = new Map<PacketId, unknown>();
  /** Epochs that ended in the action that is being told. */
  #ended: EpochId[] = [];
  #at = 0;
  #made: readonly RecordedValue[] = [];

  /** What an action and its events say, in their order. */
  *ofAction({ seq, action, answer, values }: AppliedAction): IterableIterator<Fact> {
    if (!answer.ok) return;
    this.#at = action.now ?? this.#at;
    for (const [packet, value] of values) this.#values.set(packet, value);
    yield* this.#action(seq, action);
    for (const [at, event] of answer.events.entries()) yield* this.#event(seq + 1 + at, event);
  }

  /** What a record says; `read` reads the values that it has. */
  *ofRecord(
    record: HistoryRecord,
    read: (recorded: RecordedValue) => ReadValue,
  ): IterableIterator<Fact> {
    if (record.type === 'header') return;
    if (record.type === 'event') {
      const event = eventOf(record);
      if (event.event === 'PacketCreated' && event.copyOf === undefined) {
        const [first, ...rest] = this.#made;
        this.#made = rest;
        const found = first === undefined ? null : read(first);
        if (found !== null && 'value' in found) this.#values.set(event.packet, found.value);
      }
      yield* this.#event(record.seq, event);
      return;
    }
    this.#made = (record satisfies ActionRecord).values ?? [];
    if (record.rejected !== undefined) return;
    const action = actionOf(record);
    this.#at = action.now ?? Date.parse(record.at);
    yield* this.#action(record.seq, action);
  }

  *#action(seq: number, action: Action): IterableIterator<Fact> {
    for (const epoch of this.#ended.splice(0)) this.#nodes.delete(epoch);
    // Its event has the same name, and says all of it.
    if (action.type === 'NodeFailed') return;
    const epoch = 'epoch' in action ? (action.epoch ?? null) : null;
    const named = 'node' in action ? action.node : this.#nodeOf(epoch);
    yield { ...this.#bare(seq, action.type), node: named, epoch };
  }

  #bare(seq: number, type: string): Fact {
    return { seq, at: this.#at, type, ...nowhere, port: null, packet: null, value: null };
  }

  *#event(seq: number, event: KernelEvent): IterableIterator<Fact> {
    if (event.event === 'EpochCreated') this.#nodes.set(event.epoch, event.node);
    if (
      event.event === 'PacketCreated' &&
      event.copyOf !== undefined &&
      this.#values.has(event.copyOf)
    )
      this.#values.set(event.packet, this.#values.get(event.copyOf));
    const packet = 'packet' in event ? event.packet : null;
    yield {
      ...this.#bare(seq, event.event),
      ...this.#about(event),
      packet,
      value: packet === null ? null : this.#valueOf(packet),
    };
    if (event.event === 'PacketMoved') yield* this.#arrival(seq, event.packet, event.to);
    if (event.event === 'OutputSalvoTriggered') {
      const node = this.#nodeOf(event.epoch);
      for (const [port, sent] of event.packets)
        yield this.#passage(seq, `${node}.${port}`, node, event.epoch, sent);
    }
    if (event.event === 'PacketConsumed' || event.event === 'PacketDestroyed')
      this.#values.delete(event.packet);
    if (isEnd(event)) this.#ended.push(event.epoch);
  }

  *#arrival(seq: number, packet: PacketId, to: Location): IterableIterator<Fact> {
    if (to.type !== 'InputPort') return;
    yield this.#passage(seq, `${to.node}.${to.port}`, to.node, null, packet);
  }

  #passage(
    seq: number,
    port: string,
    node: string | null,
    epoch: EpochId | null,
    packet: PacketId,
  ): Fact {
    const value = this.#valueOf(packet);
    return { ...this.#bare(seq, 'packet'), node, epoch, port, packet, value };
  }

  #about(event: KernelEvent): FactOfNode {
    if ('epoch' in event && event.epoch !== undefined)
      return { node: this.#nodeOf(event.epoch), epoch: event.epoch };
    if ('node' in event) return { node: event.node, epoch: null };
    if ('to' in event) return this.#within(event.to);
    if ('from' in event) return this.#within(event.from);
    return nowhere;
  }

  #within(place: Location): FactOfNode {
    if ('epoch' in place) return { node: this.#nodeOf(place.epoch), epoch: place.epoch };
    return place.type === 'InputPort' ? { node: place.node, epoch: null } : nowhere;
  }

  #nodeOf(epoch: EpochId | null): string | null {
    return epoch === null ? null : (this.#nodes.get(epoch) ?? null);
  }

  #valueOf(packet: PacketId): Fact['value'] {
    return this.#values.has(packet) ? { value: this.#values.get(packet) } : null;
  }
}

function isEnd(event: KernelEvent): event is KernelEvent & { readonly epoch: EpochId } {
  if (event.event === 'EpochFailed') return event.final;
  return (
    event.event === 'EpochFinished' ||
    event.event === 'EpochTimedOut' ||
    event.event === 'EpochCancelled'
  );
}
