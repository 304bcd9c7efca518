/** An execution context that keeps what a function does with it, for tests of functions by themselves. */
import { NetrunError } from '../../src/errors.ts';
import type { ExecContext, InputPackets, Packet } from '../../src/dsl/node-functions.ts';

/** A value that is only to be had asynchronously. */
export class Later {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

export interface Recording {
  readonly ctx: ExecContext;
  readonly packets: InputPackets;
  /** `consume x`, `load y 3`, `send`, in the order they happened. */
  readonly story: string[];
}

/** A context whose input packets have these values. `failing` makes the n-th load (from 0) throw. */
export function record(
  inputs: Readonly<Record<string, readonly unknown[]>> = {},
  options: { readonly config?: unknown; readonly failingLoad?: number } = {},
): Recording {
  const story: string[] = [];
  const values = new Map<Packet, [port: string, value: unknown]>();
  const made = new Map<Packet, unknown>();
  const packets: Record<string, readonly Packet[]> = {};
  let loads = 0;
  for (const [port, list] of Object.entries(inputs)) {
    packets[port] = list.map((value, at) => {
      const packet = { id: `p-${port}-${at}` };
      values.set(packet, [port, value]);
      return packet;
    });
  }
  const take = (packet: Packet): [string, unknown] => {
    const found = values.get(packet);
    if (found === undefined) throw new NetrunError('PACKET_NOT_IN_EPOCH', packet.id);
    return found;
  };
  const ctx: Partial<ExecContext> = {
    nodeName: 'A',
    epochId: 'e1',
    config: options.config,
    consumePacketSync(packet) {
      const [port, value] = take(packet);
      if (value instanceof Later) throw new NetrunError('VALUE_ASYNC', packet.id);
      values.delete(packet);
      story.push(`consume ${port}`);
      return value;
    },
    async consumePacket(packet) {
      const [port, value] = take(packet);
      values.delete(packet);
      story.push(`await ${port}`);
      return Promise.resolve(value instanceof Later ? value.value : value);
    },
    createPacket(value) {
      const packet = { id: `q${made.size}` };
      made.set(packet, value);
      return packet;
    },
    loadOutputPort(port, packet) {
      if (loads === options.failingLoad) throw new NetrunError('OUTPUT_PORT_FULL', port);
      loads += 1;
      story.push(`load ${port} ${JSON.stringify(made.get(packet))}`);
    },
    sendOutputSalvo(condition) {
      story.push(condition);
    },
  };
  return { ctx: ctx as ExecContext, packets, story };
}
