/**
 * Packet operations of a function while it runs within one turn: gathered, and committed as one action
 * when it returns.
 *
 * Nobody else can act within that turn, so that the outcome is the same as if each had been done at once.
 * Where that is not so, `settle` does them one by one, in order, and from then on each is done at once:
 * when the function returns a promise, throws, leaves packets behind, wants to know a packet's id, asks for
 * what is refused, acts on the net by another way, or does very much.
 * H1 what the function sees is what it would see if nothing were gathered. H2 an operation that is refused
 * stands in the history, as does everything done before it.
 */
import type { Packet } from '../../dsl/node-functions.ts';
import type { BatchPacket, PacketId } from '../../machines/action.ts';
import { limits } from '../../limits.ts';
import { ActionRejected } from '../errors.ts';
import type { LazyValue, StoredValue } from '../values/values.ts';
import { DeferredOperations } from './deferred-operations.ts';
import { DirectOperations, type OperationsWorld } from './direct-operations.ts';
import type { EpochStory } from './epoch-story.ts';
import { type Life, assertPacket } from './packet-operations.ts';

export class GatheredOperations extends DeferredOperations {
  readonly #world: OperationsWorld;
  /** Set once operations are done at once. */
  #direct: DirectOperations | null = null;

  constructor(story: EpochStory, world: OperationsWorld, life: Life) {
    super(story, world, life);
    this.#world = world;
  }

  override create(value: StoredValue): Packet {
    const direct = this.#atOnce();
    return direct === null ? super.create(value) : direct.create(value);
  }

  override consume(packet: Packet, sync: boolean): unknown {
    assertPacket(this.story, packet, 'ConsumePacket');
    const direct = this.#atOnce();
    if (direct !== null) return direct.consume(packet, sync);
    try {
      return this.consumeHere(packet, sync);
    } catch (error) {
      return this.#refusedHere(error).consume(packet, sync);
    }
  }

  /** Its function is the user's, and may take its time. */
  protected override consumeLazy(
    packet: Packet,
    _name: BatchPacket,
    _stored: LazyValue,
    sync: boolean,
  ): unknown {
    return this.#settled().consume(packet, sync);
  }

  override load(port: string, packet: Packet): void {
    const direct = this.#atOnce();
    if (direct !== null) {
      direct.load(port, packet);
      return;
    }
    try {
      super.load(port, packet);
    } catch (error) {
      this.#refusedHere(error).load(port, packet);
    }
  }

  override send(condition: string): void {
    const direct = this.#atOnce();
    if (direct !== null) {
      direct.send(condition);
      return;
    }
    try {
      super.send(condition);
    } catch (error) {
      this.#refusedHere(error).send(condition);
    }
  }

  override record(kind: string, value: unknown): unknown {
    const direct = this.#atOnce();
    return direct === null ? super.record(kind, value) : direct.record(kind, value);
  }

  override finish(): Error | null {
    if (this.#direct === null && this.isWhole) return super.finish();
    return this.#settled().finish();
  }

  override dropped(): undefined {
    this.settle();
    return undefined;
  }

  override idWanted(): void {
    this.settle();
  }

  /** Does one by one what was gathered; nothing is gathered any more. */
  settle(): void {
    this.#settled();
  }

  /** It is known from its packet while nothing has reached the kernel. */
  protected override received(): void {
    // Whoever wants to know has what was gathered settled first.
  }

  #settled(): DirectOperations {
    if (this.#direct !== null) return this.#direct;
    const { journal } = this.#world;
    const { id: epoch, node } = this.story;
    const ids: PacketId[] = [];
    const real = (packet: BatchPacket): PacketId =>
      packet.startsWith('#') ? (ids[Number(packet.slice(1))] as PacketId) : (packet as PacketId);
    // Before the first of them: what they set off must not come here again.
    const direct = new DirectOperations(this.story, this.#world, this.life, []);
    this.#direct = direct;
    // Copies made on the way have what their packet has then.
    this.keepChecked();
    for (const operation of this.operations) {
      switch (operation.type) {
        case 'CreatePacket': {
          const made = this.made[ids.length];
          const { packet } = journal.must({ type: 'CreatePacket', epoch }, [made], node.name);
          this.packets[ids.length]?.commit(packet as PacketId);
          ids.push(packet as PacketId);
          break;
        }
        case 'SendOutputSalvo':
        case 'Record':
          journal.must({ ...operation, epoch }, undefined, node.name);
          break;
        case 'ConsumePacket':
          this.#consumeNow(real(operation.packet), operation.packet);
          break;
        case 'LoadPacketIntoOutputPort':
          journal.must({ ...operation, packet: real(operation.packet) }, undefined, node.name);
      }
    }
    for (const packet of this.inside()) direct.hold(real(packet));
    return direct;
  }

  /** The function has got the value already. */
  #consumeNow(packet: PacketId, name: BatchPacket): void {
    const { journal, values } = this.#world;
    const value = values.stored(packet);
    journal.must({ type: 'ConsumePacket', packet }, undefined, this.story.node.name);
    if (name === packet) (this.story.received ??= new Map()).set(packet, value);
  }

  /** Who does operations at once; null while they are gathered. */
  #atOnce(): DirectOperations | null {
    if (this.#direct === null && this.operations.length >= limits.gatheredOperations) this.settle();
    return this.#direct;
  }

  /** What the kernel would refuse it is to refuse itself. */
  #refusedHere(error: unknown): DirectOperations {
    if (this.#direct !== null || !(error instanceof ActionRejected)) throw error;
    return this.#settled();
  }
}
