/**
 * Where packets are, for who asks: found in the actors, and then followed in the kernel's own events. Never a
 * source of truth.
 *
 * Owns: which actor a packet belongs to, so that an action finds its subject at once, and what copies are copies of.
 *  I1  A net whose packets nobody asks for pays nothing: their places are found with the first question.
 *  I2  Questions take a constant time on average: places are given up only after so many events without one that
 *      following them has cost more than finding them does.
 *  I3  In the middle of an action the answer is that of its events so far.
 */
import type { ActorSystem } from '../../actors/engine.ts';
import { CounterTable } from '../../actors/counter-table.ts';
import type { KernelEvent, Location, PacketId } from '../../machines/action.ts';
import type { EpochContext } from '../../machines/epoch-parts.ts';
import { toArray } from '../../machines/fifo.ts';
import type { InputPortContext } from '../../machines/input-port.machine.ts';
import type { NetContext } from '../../machines/net-parts.ts';
import { counterOf, packetId } from '../../machines/protocol.ts';
import type { NetSpec } from '../../machines/spec.ts';
import { type PlaceVisitor, outside, visitEpoch, visitInputPort } from './packet-places.ts';

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

/** Events that are followed without a question at least, and how many more for each place and packet there was. */
const patience = 1024;
const patienceEach = 4;

export interface IndexParts {
  readonly spec: NetSpec;
  readonly system: ActorSystem;
  readonly names: Names;
  /** Live copies, with what they are copies of. */
  readonly copies: readonly (readonly [copy: number, of: PacketId])[];
}

export class KernelIndex {
  readonly #parts: IndexParts;
  /** Null while nobody asks. */
  #places: CounterTable<Location> | null = null;
  /** Events that are followed before the places are given up: after a question, and from now on. */
  #patience = 0;
  #left = 0;
  readonly #copies = new CounterTable<PacketId>();
  readonly #makesCopies: boolean;
  /** What happened in the action under way, or in the last one; and how much of it has been followed. */
  #events: readonly KernelEvent[] = [];
  #followed = 0;

  constructor(parts: IndexParts) {
    this.#parts = parts;
    for (const [copy, of] of parts.copies) this.#copies.set(copy, of);
    this.#makesCopies = parts.spec.nodes.some(({ outPorts }) =>
      outPorts.some((port) => port.edges.length + (port.outside ? 1 : 0) > 1),
    );
  }

  /** An action begins: what happens in it comes into this list. */
  begin(events: readonly KernelEvent[]): void {
    this.#events = events;
    this.#followed = 0;
  }

  /** Follows what has happened since. */
  follow(): void {
    if (this.#places === null && !this.#makesCopies) return;
    const events = this.#events;
    const from = this.#followed;
    this.#followed = events.length;
    for (let at = from; at < events.length; at++) this.#note(events[at] as KernelEvent);
    if (this.#places === null) return;
    this.#left -= events.length - from;
    if (this.#left < 0) this.#places = null;
  }

  place(packet: number): Location | undefined {
    const places = this.#places ?? this.#find();
    this.#left = Number.POSITIVE_INFINITY;
    this.follow();
    this.#left = this.#patience;
    return places.get(packet);
  }

  copyOf(packet: number): PacketId | undefined {
    this.follow();
    return this.#copies.get(packet);
  }

  /** Live copies with what they are copies of, in order of their ids. */
  copies(): (readonly [copy: PacketId, of: PacketId])[] {
    this.follow();
    return this.#copies.counters().flatMap((copy) => {
      const of = this.#copies.get(copy);
      return of === undefined ? [] : [[packetId(copy), of] as const];
    });
  }

  /** The places as the actors have them; the events of the action under way are followed again after that. */
  #find(): CounterTable<Location> {
    const { spec, system, names } = this.#parts;
    const places = new CounterTable<Location>();
    let seen = 0;
    const visit: PlaceVisitor = (packets, place) => {
      for (const packet of toArray(packets)) places.set(packet, place);
      seen += 1;
    };
    visit((system.context(system.net) as NetContext).outside, outside);
    for (const [node, { inPorts }] of spec.nodes.entries())
      for (const port of inPorts.keys())
        visitInputPort(system.context(system.inputPort(node, port)) as InputPortContext, visit);
    for (const id of system.epochs()) {
      const actor = system.epoch(id);
      if (actor === undefined) continue;
      const context = system.context(actor) as EpochContext;
      visitEpoch(spec.nodes[names.nodes.get(context.node)?.index ?? -1], context, visit);
    }
    this.#patience = patience + patienceEach * (seen + places.size);
    this.#places = places;
    this.#followed = 0;
    return places;
  }

  #note(event: KernelEvent): void {
    switch (event.event) {
      case 'PacketMoved':
        this.#places?.set(counterOf(event.packet, 'p'), event.to);
        break;
      case 'PacketCreated':
        this.#created(event);
        break;
      case 'PacketConsumed':
      case 'PacketDestroyed': {
        if (this.#places === null && this.#copies.size === 0) break;
        const packet = counterOf(event.packet, 'p');
        this.#places?.delete(packet);
        this.#copies.delete(packet);
        break;
      }
      default:
        break;
    }
  }

  #created({ packet, epoch, copyOf }: Extract<KernelEvent, { event: 'PacketCreated' }>): void {
    if (this.#places === null && copyOf === undefined) return;
    const counter = counterOf(packet, 'p');
    this.#places?.set(counter, epoch === undefined ? outside : { type: 'Node', epoch });
    if (copyOf !== undefined) this.#copies.set(counter, copyOf);
  }
}
