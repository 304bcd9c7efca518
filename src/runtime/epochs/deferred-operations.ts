/**
 * Packet operations that are queued and committed as one batch (`deferNetActions`).
 *
 * Owns: the queue, and a shadow of the epoch on which every operation is tried at once, so that an
 * illegal one fails on the line that asked for it. The kernel plays the batch by the same functions.
 * D1 nothing reaches the kernel before `finish`. D2 a dropped batch leaves the epoch as it was.
 */
import type { Packet } from '../../dsl/node-functions.ts';
import type {
  BatchOperation,
  BatchPacket,
  PacketId,
  RejectionCode,
} from '../../machines/action.ts';
import {
  type EpochPackets,
  type Refusal,
  bucketIsFull,
  consume,
  create,
  fullOutput,
  holdsPacket,
  leftoverRefusal,
  load,
  notInEpoch,
  send,
  sendRefusal,
  unknownOutput,
} from '../../machines/epoch-operations.ts';
import { emptyFifo, push, toArray } from '../../machines/fifo.ts';
import { placeOf } from '../../machines/epoch-batch.ts';
import { counterOf, packetId } from '../../machines/protocol.ts';
import type { EpochStory } from './epoch-story.ts';
import { type ActionRejected, DeferredPacketIdUnavailable, refused, rejected } from '../errors.ts';
import {
  type PacketOperations,
  assertPacket,
  inputPortOf,
  withValue,
} from './packet-operations.ts';
import { recordable } from './recordable.ts';
import { checkInput, checkOutput } from './value-checks.ts';
import type { Journal } from '../drive/journal.ts';
import { LazyValue, type StoredValue, type ValueStore } from '../values/values.ts';

/** Shadow ids of packets that the batch makes start here: far above any counter of a run. */
const shadowIds = 2 ** 48;

/** What a batch needs: the values of its packets, and somebody who takes it when it is whole. */
export interface BatchWorld {
  readonly values: ValueStore;
  readonly journal: Pick<Journal, 'apply'>;
}

/** Called where somebody asks for the id of a packet that has none yet. */
export type OnIdWanted = () => void;

/** A packet of a batch: it has an id once the batch is committed. */
export class DeferredPacket implements Packet {
  readonly #story: EpochStory;
  readonly #onIdWanted: OnIdWanted | null;
  readonly position: number;
  #id: PacketId | null = null;

  constructor(story: EpochStory, position: number, onIdWanted: OnIdWanted | null) {
    this.#story = story;
    this.#onIdWanted = onIdWanted;
    this.position = position;
  }

  get id(): string {
    if (this.#id === null) this.#onIdWanted?.();
    if (this.#id === null)
      throw new DeferredPacketIdUnavailable(this.#story.node.name, this.#story.id);
    return this.#id;
  }

  commit(id: PacketId): void {
    this.#id = id;
  }
}

/** Whether the batch itself makes the packet. */
function isBatchOwn(name: BatchPacket): name is `#${number}` {
  return name.startsWith('#');
}

/** The epoch as it would be after what was tried. */
type Shadow = { -readonly [K in keyof EpochPackets]: EpochPackets[K] };

/** The epoch before anything was done: its input salvo, nothing loaded, nothing sent. */
function shadowOf(story: EpochStory): Shadow {
  let inside = emptyFifo as EpochPackets['inside'];
  for (const [, packet] of story.salvo) inside = push(inside, counterOf(packet, 'p'));
  return {
    id: counterOf(story.id, 'e'),
    node: story.node.name,
    here: { type: 'Node', epoch: story.id },
    inside,
    buckets: story.node.spec.outPorts.map(() => emptyFifo),
    sent: story.node.spec.outConditions.map(() => 0),
    salvos: emptyFifo,
    ended: 0,
  };
}

export class DeferredOperations implements PacketOperations {
  readonly #story: EpochStory;
  readonly #world: BatchWorld;
  readonly #assertRunning: () => void;
  readonly #operations: BatchOperation[] = [];
  readonly #made: StoredValue[] = [];
  readonly #packets: DeferredPacket[] = [];
  /** Input packets loaded with a lazy value that has to pass its port's check. */
  #checked: Map<PacketId, StoredValue> | null = null;
  readonly #onIdWanted: OnIdWanted | null;
  readonly #shadow: Shadow;

  /** Without `onIdWanted` asking for the id of a packet before the commit throws. */
  constructor(
    story: EpochStory,
    world: BatchWorld,
    assertRunning: () => void,
    onIdWanted: OnIdWanted | null = null,
  ) {
    this.#story = story;
    this.#world = world;
    this.#assertRunning = assertRunning;
    this.#onIdWanted = onIdWanted;
    this.#shadow = shadowOf(story);
  }

  create(value: StoredValue): Packet {
    const packet = new DeferredPacket(this.#story, this.#made.length, this.#onIdWanted);
    this.#shadow.inside = create(this.#shadow, shadowIds + packet.position).inside;
    this.#made.push(value);
    this.#packets.push(packet);
    this.#operations.push({ type: 'CreatePacket' });
    return packet;
  }

  consume(packet: Packet, sync: boolean): unknown {
    const [name, id] = this.#own(packet, 'ConsumePacket');
    return withValue(this.#story, name, this.#stored(packet, name), sync, (value, lazy) => {
      this.#assertRunning();
      this.#own(packet, 'ConsumePacket');
      checkInput(this.#story, inputPortOf(this.#story, name), name, value);
      const { inside, ended } = consume(this.#shadow, id);
      this.#shadow.inside = inside;
      this.#shadow.ended = ended;
      this.#operations.push({ type: 'ConsumePacket', packet: name });
      if (!isBatchOwn(name)) (this.#story.received ??= new Map()).set(name, value);
      if (lazy) this.record('lazy', { packet: name, value: recordable(value) });
      return value;
    });
  }

  load(port: string, packet: Packet): void {
    const type = 'LoadPacketIntoOutputPort';
    const { spec } = this.#story.node;
    const [name, id] = this.#own(packet, type);
    const index = placeOf(spec.outPorts, port);
    if (index < 0) throw this.#refused(type, unknownOutput(spec, this.#shadow, port));
    if (bucketIsFull(spec, this.#shadow, index))
      throw this.#refused(type, fullOutput(spec, this.#shadow, index));
    const stored = this.#stored(packet, name);
    const checked = checkOutput(this.#story, port, name, stored);
    if (checked !== stored) this.#replace(packet, name, checked);
    const { inside, buckets } = load(this.#shadow, id, index);
    this.#shadow.inside = inside;
    this.#shadow.buckets = buckets;
    this.#operations.push({ type, packet: name, port });
  }

  send(condition: string): void {
    const { spec } = this.#story.node;
    const index = placeOf(spec.outConditions, condition);
    const refusal = sendRefusal(spec, this.#shadow, index, condition);
    if (refusal !== null) throw this.#refused('SendOutputSalvo', refusal);
    const { buckets, sent, salvos } = send(spec, this.#shadow, index, 0).change;
    this.#shadow.buckets = buckets;
    this.#shadow.sent = sent;
    this.#shadow.salvos = salvos;
    this.#operations.push({ type: 'SendOutputSalvo', condition });
  }

  record(kind: string, value: unknown): unknown {
    this.#operations.push({ type: 'Record', kind, value });
    return value;
  }

  finish(): ActionRejected | null {
    const { values, journal } = this.#world;
    const before: (readonly [PacketId, StoredValue])[] = [];
    if (this.#checked !== null)
      for (const packet of this.#checked.keys()) before.push([packet, values.stored(packet)]);
    this.keepChecked();
    const action = {
      type: 'CommitEpoch',
      epoch: this.#story.id,
      operations: this.#operations,
    } as const;
    const answer = journal.apply(action, this.#made);
    if (!answer.ok) {
      for (const [packet, value] of before) values.put(packet, value);
      return rejected(action, answer, this.#story.node.name);
    }
    const made = answer.packets ?? [];
    for (let at = 0; at < made.length; at++) this.#packets[at]?.commit(made[at] as PacketId);
    return null;
  }

  dropped(): readonly BatchOperation[] {
    return this.#operations;
  }

  /** Operations so far. */
  get size(): number {
    return this.#operations.length;
  }

  /** Nothing is left behind that would keep the epoch from being finished. */
  get isWhole(): boolean {
    const { rules } = this.#story.node.spec;
    return (
      rules.unconsumed === 'destroy' ||
      leftoverRefusal(this.#story.node.spec, this.#shadow) === null
    );
  }

  /** The packets in the epoch itself, as the batch names them. */
  inside(): readonly BatchPacket[] {
    return toArray(this.#shadow.inside).map((id): BatchPacket =>
      id >= shadowIds ? `#${id - shadowIds}` : packetId(id),
    );
  }

  /** The value of a packet that the batch makes. */
  made(position: number): StoredValue {
    return this.#made[position];
  }

  /** Whether the packet's value is still to be made. */
  isLazy(packet: Packet): boolean {
    if (packet instanceof DeferredPacket) return this.#made[packet.position] instanceof LazyValue;
    return this.#world.values.stored(packet.id) instanceof LazyValue;
  }

  /** Tells a packet that the batch makes its id. */
  name(position: number, id: PacketId): void {
    this.#packets[position]?.commit(id);
  }

  /** Keeps the lazy values of input packets that were loaded as they are to be checked. */
  keepChecked(): void {
    if (this.#checked === null) return;
    for (const [packet, value] of this.#checked) this.#world.values.put(packet, value);
  }

  /** How the batch names the packet, and its id in the shadow; throws where it is not in the epoch. */
  #own(packet: Packet, action: string): [name: BatchPacket, id: number] {
    assertPacket(this.#story, packet, action);
    const deferred = packet instanceof DeferredPacket && this.#packets[packet.position] === packet;
    const name: BatchPacket = deferred ? `#${packet.position}` : (packet.id as PacketId);
    const id = deferred ? shadowIds + packet.position : counterOf(name, 'p');
    if (!holdsPacket(this.#shadow, id)) {
      throw this.#refused(action, notInEpoch(this.#shadow, name), name);
    }
    return [name, id];
  }

  #stored(packet: Packet, name: BatchPacket): StoredValue {
    if (packet instanceof DeferredPacket) return this.#made[packet.position];
    return this.#checked?.get(name as PacketId) ?? this.#world.values.stored(name);
  }

  #replace(packet: Packet, name: BatchPacket, value: StoredValue): void {
    if (packet instanceof DeferredPacket) this.#made[packet.position] = value;
    else (this.#checked ??= new Map()).set(name, value);
  }

  #refused(action: string, refusal: Refusal, packetId?: string): Error {
    const code: RejectionCode = refusal.code;
    return refused(action, code, refusal.message, {
      nodeName: this.#story.node.name,
      epochId: this.#story.id,
      packetId,
    });
  }
}
