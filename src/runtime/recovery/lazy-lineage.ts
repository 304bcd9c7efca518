/**
 * Where the lazy values of a run come from: which packet each of them was made for first, and the output ports
 * whose types it has to pass.
 *
 * L1 a copy, and a packet that a dead letter's retry put back, go back to the packet they were made from.
 */
import type { EpochId, KernelEvent, PacketId } from '../../machines/action.ts';
import {
  type ActionRecord,
  type EventRecord,
  type RecordedValue,
  eventOf,
} from '../history/record.ts';

/** An output port that a lazy value went by. */
export interface PassedPort {
  readonly epoch: EpochId;
  readonly node: string;
  readonly port: string;
}

export interface LazyOrigin {
  /** The packet that the value was made for. */
  readonly packet: PacketId;
  /** In order. */
  readonly ports: readonly PassedPort[];
}

export class LazyLineage {
  readonly #origins = new Map<PacketId, LazyOrigin>();
  readonly #nodes = new Map<EpochId, string>();
  /** The values of packets of the action that is followed, of those that are still to come. */
  #values: readonly RecordedValue[] = [];

  /** Follows the records of a run, from its first on and with all events. */
  follow(record: ActionRecord | EventRecord): void {
    if (record.type === 'event') this.#event(eventOf(record));
    else this.#values = record.values ?? [];
  }

  /** Where the value of a packet comes from; undefined where it is not lazy. */
  of(packet: PacketId): LazyOrigin | undefined {
    return this.#origins.get(packet);
  }

  #event(event: KernelEvent): void {
    switch (event.event) {
      case 'EpochCreated':
        this.#nodes.set(event.epoch, event.node);
        return;
      case 'EpochFinished':
      case 'EpochTimedOut':
      case 'EpochCancelled':
        this.#nodes.delete(event.epoch);
        return;
      case 'EpochFailed':
        if (event.final) this.#nodes.delete(event.epoch);
        return;
      case 'PacketCreated':
        this.#created(event);
        return;
      case 'PacketMoved': {
        const { packet, to } = event;
        const origin = to.type === 'OutputPort' ? this.#origins.get(packet) : undefined;
        if (to.type !== 'OutputPort' || origin === undefined) return;
        const { epoch, port } = to;
        const passed = { epoch, node: this.#nodes.get(epoch) ?? '', port };
        this.#origins.set(packet, { ...origin, ports: [...origin.ports, passed] });
        return;
      }
      default:
    }
  }

  #created({ packet, copyOf, retryOf }: Extract<KernelEvent, { event: 'PacketCreated' }>): void {
    if (copyOf !== undefined) {
      this.#inherit(packet, copyOf);
      return;
    }
    const [value, ...rest] = this.#values;
    this.#values = rest;
    if (value !== undefined && !('lazy' in value)) return;
    if (retryOf !== undefined) this.#inherit(packet, retryOf);
    else this.#origins.set(packet, { packet, ports: [] });
  }

  #inherit(packet: PacketId, from: PacketId): void {
    const origin = this.#origins.get(from);
    if (origin !== undefined) this.#origins.set(packet, origin);
  }
}
