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
import type { StoredValue } from '../values/values.ts';
import { DeferredOperations } from './deferred-operations.ts';
import { DirectOperations, type OperationsWorld } from './direct-operations.ts';
import type { EpochStory } from './epoch-story.ts';
import { type PacketOperations, assertPacket } from './packet-operations.ts';

export class GatheredOperations implements PacketOperations {
  readonly #story: EpochStory;
  readonly #world: OperationsWorld;
  readonly #assertRunning: () => void;
  readonly #batch: DeferredOperations;
  /** Set once operations are done at once. */
  #direct: DirectOperations | null = null;

  constructor(story: EpochStory, world: OperationsWorld, assertRunning: () => void) {
    this.#story = story;
    this.#world = world;
    this.#assertRunning = assertRunning;
    this.#batch = new DeferredOperations(story, world, assertRunning, () => this.settle());
  }

  create(value: StoredValue): Packet {
    return this.#operations().create(value);
  }

  consume(packet: Packet, sync: boolean): unknown {
    assertPacket(this.#story, packet, 'ConsumePacket');
    // Its function is the user's, and may take its time.
    if (this.#direct === null && this.#batch.isLazy(packet)) this.settle();
    return this.#tried((operations) => operations.consume(packet, sync));
  }

  load(port: string, packet: Packet): void {
    this.#tried((operations) => operations.load(port, packet));
  }

  send(condition: string): void {
    this.#tried((operations) => operations.send(condition));
  }

  record(kind: string, value: unknown): unknown {
    return this.#operations().record(kind, value);
  }

  finish(): Error | null {
    if (this.#direct === null && this.#batch.isWhole) return this.#batch.finish();
    return this.#settled().finish();
  }

  dropped(): undefined {
    this.settle();
    return undefined;
  }

  /** Does one by one what was gathered; nothing is gathered any more. */
  settle(): void {
    this.#settled();
  }

  #settled(): DirectOperations {
    if (this.#direct !== null) return this.#direct;
    const batch = this.#batch;
    const { journal } = this.#world;
    const { id: epoch, node } = this.#story;
    const ids: PacketId[] = [];
    const real = (packet: BatchPacket): PacketId =>
      packet.startsWith('#') ? (ids[Number(packet.slice(1))] as PacketId) : (packet as PacketId);
    // Before the first of them: what they set off must not come here again.
    const direct = new DirectOperations(this.#story, this.#world, this.#assertRunning, []);
    this.#direct = direct;
    for (const operation of batch.dropped()) {
      switch (operation.type) {
        case 'CreatePacket': {
          const made = batch.made(ids.length);
          const { packet } = journal.must({ type: 'CreatePacket', epoch }, [made], node.name);
          ids.push(packet as PacketId);
          batch.name(ids.length - 1, packet as PacketId);
          break;
        }
        case 'SendOutputSalvo':
        case 'Record':
          journal.must({ ...operation, epoch }, undefined, node.name);
          break;
        default:
          journal.must({ ...operation, packet: real(operation.packet) }, undefined, node.name);
      }
    }
    batch.keepChecked();
    for (const packet of batch.inside()) direct.hold(real(packet));
    return direct;
  }

  #operations(): PacketOperations {
    if (this.#direct === null && this.#batch.size >= limits.gatheredOperations) this.settle();
    return this.#direct ?? this.#batch;
  }

  /** What the kernel would refuse it is to refuse itself. */
  #tried<T>(act: (operations: PacketOperations) => T): T {
    try {
      return act(this.#operations());
    } catch (error) {
      if (this.#direct !== null || !(error instanceof ActionRejected)) throw error;
      this.settle();
      return act(this.#operations());
    }
  }
}
