/**
 * Where things are, worked out from the kernel's own events: never a source of truth.
 *
 * Owns: which actor a packet or an epoch belongs to, so that an action finds its subject at once.
 */
import type { KernelEvent, Location, PacketId } from '../../machines/action.ts';
import { counterOf, packetId } from '../../machines/protocol.ts';
import type { NetSpec } from '../../machines/spec.ts';
import { CounterTable } from '../../actors/counter-table.ts';
import type { RestoredState } from './snapshot-check.ts';

export interface NodeNames {
  readonly index: number;
  readonly inPorts: ReadonlyMap<string, number>;
  readonly outPorts: ReadonlyMap<string, number>;
  readonly outConditions: ReadonlyMap<string, number>;
}

const indexed = (list: readonly { readonly name: string }[]) =>
  new Map(list.map(({ name }, at) => [name, at]));

/** Names of a net's parts to their indexes. */
export class Names {
  readonly nodes: ReadonlyMap<string, NodeNames>;
  readonly edges: ReadonlyMap<string, number>;

  constructor(spec: NetSpec) {
    this.nodes = new Map(
      spec.nodes.map((node, index) => [
        node.name,
        {
          index,
          inPorts: indexed(node.inPorts),
          outPorts: indexed(node.outPorts),
          outConditions: indexed(node.outConditions),
        },
      ]),
    );
    this.edges = new Map(
      spec.edges.map(({ from, to }, at) => {
        const source = spec.nodes[from.node];
        const sink = spec.nodes[to.node];
        const start = `${source?.name}.${source?.outPorts[from.port]?.name}`;
        return [`${start}>${sink?.name}.${sink?.inPorts[to.port]?.name}`, at];
      }),
    );
  }

  edge(from: string, to: string): number {
    return this.edges.get(`${from}>${to}`) ?? -1;
  }
}

const outside: Location = { type: 'OutsideNet' };

export class KernelIndex {
  readonly #places = new CounterTable<Location>();
  readonly #copies = new CounterTable<PacketId>();
  readonly #nodes = new CounterTable<string>();
  readonly #startable = new CounterTable<true>();

  /** `restored`: where things are already. */
  constructor(restored?: Pick<RestoredState, 'places' | 'copies' | 'epochs'>) {
    for (const [packet, place] of restored?.places ?? []) this.#places.set(packet, place);
    for (const [copy, of] of restored?.copies ?? []) this.#copies.set(copy, of);
    for (const { id, node, startable } of restored?.epochs ?? []) {
      this.#nodes.set(id, node);
      if (startable) this.#startable.set(id, true);
    }
  }

  place(packet: number): Location | undefined {
    return this.#places.get(packet);
  }

  copyOf(packet: number): PacketId | undefined {
    return this.#copies.get(packet);
  }

  /** Live copies with what they were copied from, in order of their ids. */
  copies(): (readonly [copy: PacketId, of: PacketId])[] {
    return this.#copies.counters().flatMap((copy) => {
      const of = this.#copies.get(copy);
      return of === undefined ? [] : [[packetId(copy), of] as const];
    });
  }

  /** The node of a live epoch. */
  nodeOf(epoch: number): string | undefined {
    return this.#nodes.get(epoch);
  }

  /** In order of their ids. */
  startable(): readonly number[] {
    return this.#startable.counters();
  }

  note(event: KernelEvent): void {
    switch (event.event) {
      case 'PacketCreated': {
        const packet = counterOf(event.packet, 'p');
        const place: Location =
          event.epoch === undefined ? outside : { type: 'Node', epoch: event.epoch };
        this.#places.set(packet, place);
        if (event.copyOf !== undefined) this.#copies.set(packet, event.copyOf);
        break;
      }
      case 'PacketMoved':
        this.#places.set(counterOf(event.packet, 'p'), event.to);
        break;
      case 'PacketConsumed':
      case 'PacketDestroyed': {
        const packet = counterOf(event.packet, 'p');
        this.#places.delete(packet);
        this.#copies.delete(packet);
        break;
      }
      case 'EpochCreated': {
        const epoch = counterOf(event.epoch, 'e');
        this.#nodes.set(epoch, event.node);
        this.#startable.set(epoch, true);
        break;
      }
      case 'EpochStarted':
        this.#startable.delete(counterOf(event.epoch, 'e'));
        break;
      case 'EpochFinished':
      case 'EpochTimedOut':
      case 'EpochCancelled':
        this.#end(counterOf(event.epoch, 'e'));
        break;
      case 'EpochFailed':
        if (event.final) this.#end(counterOf(event.epoch, 'e'));
        break;
      default:
        break;
    }
  }

  #end(epoch: number): void {
    this.#nodes.delete(epoch);
    this.#startable.delete(epoch);
  }
}
