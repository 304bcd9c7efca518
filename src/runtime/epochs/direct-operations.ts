/** Packet operations that reach the kernel one by one, each at once. */
import type { Packet } from '../../dsl/node-functions.ts';
import type { PacketId } from '../../machines/action.ts';
import type { EpochStory } from './epoch-story.ts';
import { type ActionRejected, refused, rejected } from '../errors.ts';
import type { Journal } from '../drive/journal.ts';
import type { Kernel } from '../kernel/kernel.ts';
import {
  type Life,
  type PacketOperations,
  assertPacket,
  inputPortOf,
  withValue,
} from './packet-operations.ts';
import { recordable } from './recordable.ts';
import { checkInput, checkOutput } from './value-checks.ts';
import type { StoredValue, ValueStore } from '../values/values.ts';

export interface OperationsWorld {
  readonly journal: Journal;
  readonly kernel: Kernel;
  readonly values: ValueStore;
}

export class DirectOperations implements PacketOperations {
  readonly #story: EpochStory;
  readonly #world: OperationsWorld;
  readonly #life: Life;
  /** Packets in the epoch itself: not loaded, not consumed. */
  readonly #held = new Set<string>();

  /** `inside` are the packets in the epoch itself. Default: its salvo. */
  constructor(
    story: EpochStory,
    world: OperationsWorld,
    life: Life,
    inside: readonly string[] = story.salvo.map(([, packet]) => packet),
  ) {
    this.#story = story;
    this.#world = world;
    this.#life = life;
    for (const packet of inside) this.#held.add(packet);
  }

  /** The packet is in the epoch itself. */
  hold(packet: PacketId): void {
    this.#held.add(packet);
  }

  create(value: StoredValue): Packet {
    const { id, node } = this.#story;
    const answer = this.#world.journal.must(
      { type: 'CreatePacket', epoch: id },
      [value],
      node.name,
    );
    const packet = answer.packet as PacketId;
    this.#held.add(packet);
    return { id: packet };
  }

  consume(packet: Packet, sync: boolean): unknown {
    assertPacket(this.#story, packet, 'ConsumePacket');
    const id = this.#own(packet, 'ConsumePacket');
    const { values, journal } = this.#world;
    return withValue(this.#story, id, values.stored(id), sync, (value, lazy) => {
      this.#life.assertRunning();
      this.#own(packet, 'ConsumePacket');
      checkInput(this.#story, inputPortOf(this.#story, id), id, value);
      if (lazy) this.record('lazy', { packet: id, value: recordable(value) });
      journal.must({ type: 'ConsumePacket', packet: id }, undefined, this.#story.node.name);
      this.#held.delete(id);
      (this.#story.received ??= new Map()).set(id, value);
      return value;
    });
  }

  load(port: string, packet: Packet): void {
    assertPacket(this.#story, packet, 'LoadPacketIntoOutputPort');
    const id = this.#own(packet, 'LoadPacketIntoOutputPort');
    const { values, journal } = this.#world;
    const stored = values.stored(id);
    const checked = checkOutput(this.#story, port, id, stored);
    journal.must(
      { type: 'LoadPacketIntoOutputPort', packet: id, port },
      undefined,
      this.#story.node.name,
    );
    if (checked !== stored) values.put(id, checked);
    this.#held.delete(id);
  }

  send(condition: string): void {
    const { id, node } = this.#story;
    this.#world.journal.must(
      { type: 'SendOutputSalvo', epoch: id, condition },
      undefined,
      node.name,
    );
  }

  record(kind: string, value: unknown): unknown {
    const { id, node } = this.#story;
    this.#world.journal.must({ type: 'Record', epoch: id, kind, value }, undefined, node.name);
    return value;
  }

  finish(): ActionRejected | null {
    const action = { type: 'FinishEpoch', epoch: this.#story.id } as const;
    const answer = this.#world.journal.apply(action);
    return answer.ok ? null : rejected(action, answer, this.#story.node.name);
  }

  dropped(): undefined {
    return undefined;
  }

  /** The packet's id where it is in this epoch; else throws what is wrong with it. */
  #own(packet: Packet, action: string): PacketId {
    const id = packet.id as PacketId;
    if (this.#held.has(id)) return id;
    const { node, id: epoch } = this.#story;
    const { location } = this.#world.kernel.packet(id);
    const where =
      location.type === 'OutputPort'
        ? `in output port ${location.port} of ${location.epoch}`
        : `at ${location.type}`;
    throw refused(
      action,
      'PACKET_NOT_IN_EPOCH',
      `${id} is not in epoch ${epoch} of node ${node.name}: it is ${where}`,
      {
        nodeName: node.name,
        epochId: epoch,
        packetId: id,
      },
    );
  }
}
