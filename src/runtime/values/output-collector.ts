/**
 * Packets that left the net, by output port, in the order they left.
 *
 * Owns: which packets outside are uncollected results of which port, and who waits for the next.
 */
import type { PacketId } from '../../machines/action.ts';

export class OutputCollector {
  /** By `Node.port`; Sets keep the order of arrival and forget in constant time. */
  readonly #ports = new Map<string, Set<PacketId>>();
  readonly #portOf = new Map<PacketId, string>();
  #waiting: (() => void)[] = [];

  constructor(ports: readonly string[]) {
    for (const port of ports) this.#ports.set(port, new Set());
  }

  get ports(): readonly string[] {
    return [...this.#ports.keys()];
  }

  arrived(port: string, packet: PacketId): void {
    const packets = this.#ports.get(port);
    if (packets === undefined) return;
    packets.add(packet);
    this.#portOf.set(packet, port);
    this.wakeAll();
  }

  /** The packet is not outside any more. */
  gone(packet: PacketId): void {
    const port = this.#portOf.get(packet);
    if (port === undefined) return;
    this.#portOf.delete(packet);
    this.#ports.get(port)?.delete(packet);
  }

  /** Puts packets that were taken back before all others. */
  restore(port: string, packets: readonly PacketId[]): void {
    const later = this.#ports.get(port);
    if (later === undefined) return;
    this.#ports.set(port, new Set([...packets, ...later]));
    for (const packet of packets) this.#portOf.set(packet, port);
    this.wakeAll();
  }

  packets(port: string): readonly PacketId[] {
    return [...(this.#ports.get(port) ?? [])];
  }

  first(port: string): PacketId | undefined {
    return this.#ports.get(port)?.values().next().value;
  }

  /** Resolves when something has arrived at any port, or `wakeAll` was called. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  wakeAll(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
