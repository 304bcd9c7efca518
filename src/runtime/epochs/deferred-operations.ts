/**
 * Packet operations that are queued and committed as one batch (`deferNetActions`).
 *
 * Owns: the queue, and what is left where in the epoch, by counting. What is surely legal is queued at once;
 * else the epoch is worked out as the kernel would (batch-shadow.ts), so that an illegal operation fails on the
 * line that asked for it. The kernel decides on the batch when it is played.
 * D1 nothing reaches the kernel before `finish`. D2 a dropped batch leaves the epoch as it was.
 */
import type { Packet } from '../../dsl/node-functions.ts';
import type { BatchOperation, BatchPacket, PacketId } from '../../machines/action.ts';
import { placeOf } from '../../machines/epoch-batch.ts';
import type { Refusal } from '../../machines/epoch-operations.ts';
import { isFull, takenFrom, termHolds } from '../../machines/salvo.ts';
import type { OutConditionSpec } from '../../machines/spec.ts';
import type { Journal } from '../drive/journal.ts';
import { type ActionRejected, DeferredPacketIdUnavailable, refused, rejected } from '../errors.ts';
import { LazyValue, type StoredValue, type ValueStore } from '../values/values.ts';
import { refusalOfPacket, refusalToLoad, refusalToSend } from './batch-shadow.ts';
import { DeferredPacket, type PacketMaker } from './deferred-packet.ts';
import type { EpochStory } from './epoch-story.ts';
import { type Life, type PacketOperations, assertPacket, withValue } from './packet-operations.ts';
import { recordable } from './recordable.ts';
import { checkInput, checkOutput } from './value-checks.ts';

/** What a batch needs: the values of its packets, and somebody who takes it when it is whole. */
export interface BatchWorld {
  readonly values: ValueStore;
  readonly journal: Pick<Journal, 'apply' | 'now'>;
}

/** The operation that makes a packet: there is nothing to tell one from another by. */
const creation: BatchOperation = { type: 'CreatePacket' };

/** Of a batch that makes no packet: not added to. */
const noPackets: DeferredPacket[] = [];
const nothingMade: StoredValue[] = [];

/** How a batch names the first packets that it makes. */
const names = Array.from({ length: 64 }, (_, position): BatchPacket => `#${position}`);

/** Packets of a salvo that have a bit of their own. */
const bits = 30;

export class DeferredOperations implements PacketOperations, PacketMaker {
  protected readonly story: EpochStory;
  protected readonly life: Life;
  readonly #world: BatchWorld;
  /** What was queued, in order. */
  readonly operations: BatchOperation[] = [];
  /** Packets that the batch makes, and their values. */
  protected packets: DeferredPacket[] = noPackets;
  protected made: StoredValue[] = nothingMade;
  /** Packets in the epoch itself, and in its output ports. */
  #inside: number;
  #loaded = 0;
  /** Packets of the salvo that have left the epoch itself: of the first ones a bit each. */
  #gone = 0;
  #furtherGone: Set<number> | null = null;
  /** Where in the salvo the last packet stood that was looked for. */
  #lastSeen = 0;
  /** Packets by output port, and salvos by condition. */
  #buckets: number[] | null = null;
  #sent: number[] | null = null;
  /** Input packets loaded with a lazy value that has to pass its port's check. */
  #checked: Map<PacketId, StoredValue> | null = null;

  constructor(story: EpochStory, world: BatchWorld, life: Life) {
    this.story = story;
    this.#world = world;
    this.life = life;
    this.#inside = story.salvo.length;
  }

  create(value: StoredValue): Packet {
    const position = this.made.length;
    const packet = new DeferredPacket(this, position);
    if (position === 0) {
      this.made = [value];
      this.packets = [packet];
    } else {
      this.made.push(value);
      this.packets.push(packet);
    }
    this.#inside += 1;
    this.operations.push(creation);
    return packet;
  }

  consume(packet: Packet, sync: boolean): unknown {
    assertPacket(this.story, packet, 'ConsumePacket');
    return this.consumeHere(packet, sync);
  }

  protected consumeHere(packet: Packet, sync: boolean): unknown {
    const place = this.#own(packet, 'ConsumePacket');
    const stored = this.#stored(place);
    return stored instanceof LazyValue
      ? this.consumeLazy(packet, this.#nameOf(place), stored, sync)
      : this.#consumed(place, stored, false);
  }

  /** `name` is the packet's in the batch. */
  protected consumeLazy(
    packet: Packet,
    name: BatchPacket,
    stored: LazyValue,
    sync: boolean,
  ): unknown {
    return withValue(this.story, name, stored, sync, (value, lazy) => {
      this.life.assertRunning();
      return this.#consumed(this.#own(packet, 'ConsumePacket'), value, lazy);
    });
  }

  load(port: string, packet: Packet): void {
    const type = 'LoadPacketIntoOutputPort';
    const { outPorts } = this.story.node.spec;
    assertPacket(this.story, packet, type);
    const place = this.#own(packet, type);
    const index = placeOf(outPorts, port);
    this.#buckets ??= outPorts.map(() => 0);
    const loaded = this.#buckets[index];
    if (loaded === undefined || isFull(loaded, outPorts[index]?.slots ?? null))
      this.#assertLegal(type, refusalToLoad(this.story, this.operations, port));
    const name = this.#nameOf(place);
    const stored = this.#stored(place);
    const checked = checkOutput(this.story, port, name, stored);
    if (checked !== stored) this.#replace(place, checked);
    this.#leave(place);
    this.#buckets[index] = (loaded ?? 0) + 1;
    this.#loaded += 1;
    this.operations.push({ type, packet: name, port });
  }

  send(condition: string): void {
    const { outConditions } = this.story.node.spec;
    const index = placeOf(outConditions, condition);
    const found = outConditions[index];
    if (found === undefined || !this.#maySend(found, index))
      this.#assertLegal('SendOutputSalvo', refusalToSend(this.story, this.operations, condition));
    if (found !== undefined) this.#take(found, index);
    this.operations.push({ type: 'SendOutputSalvo', condition });
  }

  record(kind: string, value: unknown): unknown {
    this.operations.push({ type: 'Record', kind, value });
    return value;
  }

  finish(): Error | null {
    const { values, journal } = this.#world;
    const before: (readonly [PacketId, StoredValue])[] = [];
    if (this.#checked !== null)
      for (const packet of this.#checked.keys()) before.push([packet, values.stored(packet)]);
    this.keepChecked();
    const { operations } = this;
    const now = journal.now();
    const action = { type: 'CommitEpoch', epoch: this.story.id, operations, now } as const;
    const answer = journal.apply(action, this.made);
    if (!answer.ok) {
      for (const [packet, value] of before) values.put(packet, value);
      return rejected(action, answer, this.story.node.name);
    }
    const made = answer.packets;
    if (made === undefined) return null;
    for (let at = 0; at < made.length; at++) this.packets[at]?.commit(made[at] as PacketId);
    return null;
  }

  dropped(): readonly BatchOperation[] | undefined {
    return this.operations;
  }

  idWanted(): void {
    // There is none before the batch is committed.
  }

  noId(): Error {
    return new DeferredPacketIdUnavailable(this.story.node.name, this.story.id);
  }

  /** Nothing is left behind that would keep the epoch from being finished. */
  protected get isWhole(): boolean {
    const { rules } = this.story.node.spec;
    return rules.unconsumed === 'destroy' || (this.#inside === 0 && this.#loaded === 0);
  }

  /** The packets in the epoch itself, as the batch names them. */
  protected inside(): readonly BatchPacket[] {
    const inside: BatchPacket[] = [];
    for (const [at, [, packet]] of this.story.salvo.entries())
      if (!this.#isGone(at)) inside.push(packet);
    for (const { isInside, position } of this.packets) if (isInside) inside.push(`#${position}`);
    return inside;
  }

  /** Keeps the lazy values of input packets that were loaded as they are to be checked. */
  protected keepChecked(): void {
    if (this.#checked === null) return;
    for (const [packet, value] of this.#checked) this.#world.values.put(packet, value);
  }

  /** The function has got the value of an input packet. */
  protected received(packet: PacketId, value: unknown): void {
    (this.story.received ??= new Map()).set(packet, value);
  }

  #consumed(place: number, value: unknown, lazy: boolean): unknown {
    const name = this.#nameOf(place);
    if (place < 0) checkInput(this.story, this.story.salvo[~place]?.[0], name, value);
    this.#leave(place);
    this.operations.push({ type: 'ConsumePacket', packet: name });
    if (place < 0) this.received(name as PacketId, value);
    if (lazy) this.record('lazy', { packet: name, value: recordable(value) });
    return value;
  }

  /** Whether the term surely holds, and the salvo surely leads somewhere. */
  #maySend(found: OutConditionSpec, index: number): boolean {
    const { spec, outSlots } = this.story.node;
    this.#buckets ??= spec.outPorts.map(() => 0);
    if (!termHolds(found.term, this.#buckets, outSlots)) return false;
    if (found.maxSalvos !== null && (this.#sent?.[index] ?? 0) >= found.maxSalvos) return false;
    for (const { port } of found.takes) {
      const to = spec.outPorts[port];
      if (to === undefined || (to.edges.length === 0 && !to.outside)) return false;
    }
    return true;
  }

  /** What the condition takes has left the output ports. */
  #take(found: OutConditionSpec, index: number): void {
    const buckets = (this.#buckets ??= this.story.node.spec.outPorts.map(() => 0));
    for (const take of found.takes) {
      const count = takenFrom(take, buckets);
      buckets[take.port] = (buckets[take.port] ?? 0) - count;
      this.#loaded -= count;
    }
    if (found.maxSalvos === null) return;
    this.#sent ??= this.story.node.spec.outConditions.map(() => 0);
    this.#sent[index] = (this.#sent[index] ?? 0) + 1;
  }

  /**
   * Where the packet is known from: its position among those the batch makes; of one of the salvo the
   * complement of its position there. Throws where it is not in the epoch.
   */
  #own(packet: Packet, action: string): number {
    if (packet instanceof DeferredPacket && this.packets[packet.position] === packet) {
      if (packet.isInside) return packet.position;
      throw this.#notInside(action, this.#nameOf(packet.position));
    }
    const { id } = packet;
    const at = this.#inSalvo(id);
    if (at >= 0 && !this.#isGone(at)) return ~at;
    throw this.#notInside(action, id);
  }

  /** The position of a packet in the salvo; -1 where it is not. Packets mostly come in their order. */
  #inSalvo(id: string): number {
    const { salvo } = this.story;
    const { length } = salvo;
    let at = this.#lastSeen;
    for (let left = length; left > 0; left--) {
      if (salvo[at]?.[1] === id) {
        this.#lastSeen = at;
        return at;
      }
      at = at + 1 === length ? 0 : at + 1;
    }
    return -1;
  }

  #nameOf(place: number): BatchPacket {
    if (place < 0) return this.story.salvo[~place]?.[1] as PacketId;
    return names[place] ?? `#${place}`;
  }

  #stored(place: number): StoredValue {
    if (place >= 0) return this.made[place];
    const packet = this.#nameOf(place) as PacketId;
    return this.#checked?.get(packet) ?? this.#world.values.stored(packet);
  }

  #replace(place: number, value: StoredValue): void {
    if (place >= 0) this.made[place] = value;
    else (this.#checked ??= new Map()).set(this.#nameOf(place), value);
  }

  /** The packet is not in the epoch itself any more. */
  #leave(place: number): void {
    this.#inside -= 1;
    if (place >= 0) (this.packets[place] as DeferredPacket).isInside = false;
    else if (~place < bits) this.#gone |= 1 << ~place;
    else (this.#furtherGone ??= new Set()).add(~place);
  }

  #isGone(at: number): boolean {
    return at < bits ? (this.#gone & (1 << at)) !== 0 : this.#furtherGone?.has(at) === true;
  }

  #notInside(action: string, packet: string): Error {
    return this.#refused(action, refusalOfPacket(this.story, this.operations, packet), packet);
  }

  #assertLegal(action: string, refusal: Refusal | null): void {
    if (refusal !== null) throw this.#refused(action, refusal);
  }

  #refused(action: string, { code, message }: Refusal, packetId?: string): ActionRejected {
    const { id, node } = this.story;
    return refused(action, code, message, { nodeName: node.name, epochId: id, packetId });
  }
}
