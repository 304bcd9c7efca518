/** The values that left the net, for whoever holds it: looked at, taken, or followed as they come. */
import { NetrunError } from '../../errors.ts';
import type { PacketId } from '../../machines/action.ts';
import type { Journal } from '../drive/journal.ts';
import type { OutputCollector } from './output-collector.ts';
import type { ValueStore } from './values.ts';

export interface OutputsWorld {
  readonly journal: Journal;
  readonly values: ValueStore;
  readonly outputs: OutputCollector;
  /** No output will come any more. */
  isOver(): boolean;
}

export class NetOutputs {
  readonly #world: OutputsWorld;

  constructor(world: OutputsWorld) {
    this.#world = world;
  }

  /** The values collected so far at one port, in order; they stay. */
  values(port: string): Promise<readonly unknown[]> {
    this.#assertOutput(port);
    return this.#made(this.#world.outputs.packets(port));
  }

  /** As `values` for every port, by `Node.port`. */
  async all(): Promise<Readonly<Record<string, readonly unknown[]>>> {
    const all: Record<string, readonly unknown[]> = {};
    for (const port of this.#world.outputs.ports) all[port] = await this.values(port);
    return all;
  }

  /** The values collected so far; their packets are consumed. Where one cannot be made, none is. */
  async take(port: string): Promise<readonly unknown[]> {
    this.#assertOutput(port);
    const { outputs } = this.#world;
    const packets = outputs.packets(port);
    for (const packet of packets) outputs.gone(packet);
    try {
      const made = await this.#made(packets);
      for (const packet of packets) this.#consume(packet);
      return made;
    } catch (thrown) {
      outputs.restore(port, packets);
      throw thrown;
    }
  }

  /** Takes values one by one as they come; ends when the net has stopped and all are taken. */
  async *stream(port: string): AsyncGenerator<unknown, void, undefined> {
    this.#assertOutput(port);
    const { outputs, values } = this.#world;
    for (;;) {
      const packet = outputs.first(port);
      if (packet !== undefined) {
        outputs.gone(packet);
        const value = await values.get(packet);
        this.#consume(packet);
        yield value;
      } else if (this.#world.isOver()) return;
      else await outputs.changed();
    }
  }

  /** The values of packets; where several cannot be made, the first failure is told and no other left unheard. */
  #made(packets: readonly PacketId[]): Promise<readonly unknown[]> {
    return Promise.all(packets.map(async (packet) => this.#world.values.get(packet)));
  }

  #consume(packet: PacketId): void {
    this.#world.journal.must({ type: 'ConsumePacket', packet });
  }

  #assertOutput(port: string): void {
    const { ports } = this.#world.outputs;
    if (ports.includes(port)) return;
    throw new NetrunError('PORT_NOT_OUTPUT', `${port} is not among the outputs of the net`, {
      hint: `Its outputs are: ${ports.join(', ') || 'none'}.`,
    });
  }
}
