/**
 * Who needs which of the values that a run keeps outside of its records.
 *
 * H1 a packet holds its value while it lives, and while it is kept after it was consumed. H2 an epoch holds
 * the values of its inputs and of what is consumed in it: an attempt may have to be run again. H3 an epoch
 * that leaves a dead letter holds them until the letter is closed. H4 an epoch that made a lazy value holds
 * them as long as a packet has that value: its function may have to be had again.
 */
import type { EpochId, PacketId } from '../../machines/action.ts';
import type { RecordedValue } from '../history/record.ts';

/** Where the values are. */
export interface HeldTexts {
  hold(ref: string): void;
  release(ref: string): void;
}

export class ValueHolds {
  readonly #texts: HeldTexts;
  readonly #ofPackets = new Map<string, string>();
  readonly #ofEpochs = new Map<string, Map<PacketId, string>>();
  /** The epochs that made the lazy values of packets, and how many packets have one of each. */
  readonly #makers = new Map<string, EpochId>();
  readonly #lazy = new Map<string, number>();
  /** Epochs that are done but for their lazy values. */
  readonly #done = new Set<string>();

  constructor(texts: HeldTexts) {
    this.#texts = texts;
  }

  /** A packet was made by this epoch, if by any, and its value recorded so. */
  packetMade(packet: PacketId, recorded: RecordedValue | undefined, maker?: EpochId): void {
    if (recorded === undefined) return;
    if ('ref' in recorded) this.#holdPacket(packet, recorded.ref);
    else if ('lazy' in recorded && maker !== undefined) this.#madeLazy(packet, maker);
  }

  packetCopied(from: PacketId, to: PacketId): void {
    const maker = this.#makers.get(from);
    if (maker !== undefined) this.#madeLazy(to, maker);
    const ref = this.#ofPackets.get(from);
    if (ref !== undefined) this.#holdPacket(to, ref);
  }

  /** The packet has ended, and its value is not kept any more. */
  packetGone(packet: string): void {
    this.#lazyGone(packet);
    const ref = this.#ofPackets.get(packet);
    if (ref === undefined) return;
    this.#ofPackets.delete(packet);
    this.#texts.release(ref);
  }

  /** The packet is an input of the epoch, or consumed in it. */
  epochTook(epoch: EpochId, packet: PacketId): void {
    const ref = this.#ofPackets.get(packet);
    if (ref !== undefined) this.#holdFor(epoch, packet, ref);
  }

  /** As `epochTook`, of a packet that may have ended before, and an epoch that may have left a dead letter. */
  epochHolds(epoch: string, packet: PacketId, recorded: RecordedValue): void {
    if ('ref' in recorded) this.#holdFor(epoch, packet, recorded.ref);
  }

  /** The epoch has ended without a dead letter, or its letter was closed. */
  epochDone(epoch: string): void {
    if (this.#lazy.has(epoch)) {
      this.#done.add(epoch);
      return;
    }
    const held = this.#ofEpochs.get(epoch);
    if (held === undefined) return;
    this.#ofEpochs.delete(epoch);
    for (const ref of held.values()) this.#texts.release(ref);
  }

  #madeLazy(packet: PacketId, maker: EpochId): void {
    this.#makers.set(packet, maker);
    this.#lazy.set(maker, (this.#lazy.get(maker) ?? 0) + 1);
  }

  #lazyGone(packet: string): void {
    const maker = this.#makers.get(packet);
    if (maker === undefined) return;
    this.#makers.delete(packet);
    const left = (this.#lazy.get(maker) ?? 1) - 1;
    if (left > 0) {
      this.#lazy.set(maker, left);
      return;
    }
    this.#lazy.delete(maker);
    if (this.#done.delete(maker)) this.epochDone(maker);
  }

  #holdFor(epoch: string, packet: PacketId, ref: string): void {
    const held = this.#ofEpochs.get(epoch) ?? new Map<PacketId, string>();
    this.#ofEpochs.set(epoch, held);
    if (held.has(packet)) return;
    held.set(packet, ref);
    this.#texts.hold(ref);
  }

  #holdPacket(packet: PacketId, ref: string): void {
    this.#texts.hold(ref);
    this.packetGone(packet);
    this.#ofPackets.set(packet, ref);
  }
}
