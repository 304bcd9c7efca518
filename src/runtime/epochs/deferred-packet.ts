/** A packet that a function made and that has no id yet: it gets one when what was done is committed. */
import type { Packet } from '../../dsl/node-functions.ts';
import type { PacketId } from '../../machines/action.ts';

/** Who made a packet without an id. */
export interface PacketMaker {
  /** Somebody asks for the id of a packet: gives it one by `commit`, if that may be now. */
  idWanted(): void;
  /** What says that there is none yet. */
  noId(): Error;
}

export class DeferredPacket implements Packet {
  readonly #maker: PacketMaker;
  /** Its place among the packets that were made, from 0. */
  readonly position: number;
  /** It is in the epoch itself: not loaded, not consumed. */
  isInside = true;
  #id: PacketId | null = null;

  constructor(maker: PacketMaker, position: number) {
    this.#maker = maker;
    this.position = position;
  }

  /** Throws `DEFERRED_PACKET_ID_UNAVAILABLE` before the commit. */
  get id(): string {
    if (this.#id === null) this.#maker.idWanted();
    if (this.#id === null) throw this.#maker.noId();
    return this.#id;
  }

  commit(id: PacketId): void {
    this.#id = id;
  }
}
