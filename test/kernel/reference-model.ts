/**
 * A second, plain account of a net, kept from the kernel's own events: where each packet is, what
 * became of each epoch, which timers are armed. Each event is checked against what was before it.
 *
 *  M1  A packet moves from where it is, and the oldest of a place goes first where order matters (G1, G2).
 *  M2  No port ever holds more than its slots.
 *  M3  An epoch ends once (G8), and what it held ends with it.
 *  M4  A timer is armed once, and cleared as it was armed.
 *  M5  A salvo is what its condition says: the first that holds and takes something; no more than
 *      `max_salvos` of an output condition.
 */
import type {
  EpochId,
  KernelEvent,
  Location,
  PacketId,
  SalvoPackets,
} from '../../src/machines/action.ts';
import type { InPortSpec, NetSpec, NodeSpec, OutPortSpec } from '../../src/machines/spec.ts';
import { holds, taken } from './salvo-oracle.ts';

export interface ModelEpoch {
  readonly id: EpochId;
  readonly node: string;
  state: 'startable' | 'running' | 'backingOff';
  attempt: number;
  /** Salvos by output condition. */
  readonly sent: Map<string, number>;
}

type SalvoEvent = Extract<KernelEvent, { readonly packets: SalvoPackets }>;

const key = (place: Location): string => {
  switch (place.type) {
    case 'OutsideNet':
      return 'outside';
    case 'Edge':
      return `edge ${place.from} ${place.to}`;
    case 'InputPort':
      return `in ${place.node}.${place.port}`;
    case 'Node':
      return `epoch ${place.epoch}`;
    case 'OutputPort':
      return `out ${place.epoch} ${place.port}`;
  }
};

function ensure(truth: boolean, message: string): void {
  if (!truth) throw new Error(`model: ${message}`);
}

export class ReferenceModel {
  readonly spec: NetSpec;
  readonly nodes: ReadonlyMap<string, NodeSpec>;
  readonly where = new Map<PacketId, Location>();
  readonly epochs = new Map<EpochId, ModelEpoch>();
  readonly timers = new Map<string, number>();
  readonly ended = new Map<EpochId, string>();
  readonly opened = new Map<string, number>();
  readonly started = new Map<string, number>();
  /** The last epoch of each node that was not one too many. */
  readonly lastLegal = new Map<string, EpochId>();
  packets = 0;
  #epochCount = 0;
  readonly #queues = new Map<string, PacketId[]>();
  /** The salvo announced whose packets are still to move. */
  #coming: PacketId[] = [];
  #going: PacketId[] = [];
  /** A copy that fan-out made, until it leaves. */
  #copy: PacketId | null = null;
  /** An epoch one too many, until it is cancelled. */
  #overflow: EpochId | null = null;
  /** Within RunNetUntilBlocked: packets move by the rules, not by hand. */
  moving = false;

  constructor(spec: NetSpec) {
    this.spec = spec;
    this.nodes = new Map(spec.nodes.map((node) => [node.name, node]));
  }

  get nextEpoch(): EpochId {
    return `e${this.#epochCount + 1}`;
  }

  at(place: Location): readonly PacketId[] {
    return this.#queues.get(key(place)) ?? [];
  }

  node(name: string): NodeSpec {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`model: no node ${name}`);
    return node;
  }

  edgePlace(edge: number): Location & { readonly type: 'Edge' } {
    const found = this.spec.edges[edge];
    const source = this.spec.nodes[found?.from.node ?? -1];
    const sink = this.spec.nodes[found?.to.node ?? -1];
    return {
      type: 'Edge',
      from: `${source?.name}.${source?.outPorts[found?.from.port ?? -1]?.name}`,
      to: `${sink?.name}.${sink?.inPorts[found?.to.port ?? -1]?.name}`,
    };
  }

  /** Every place of the net and of its live epochs. */
  *places(): Generator<Location> {
    yield { type: 'OutsideNet' };
    for (const edge of this.spec.edges.keys()) yield this.edgePlace(edge);
    for (const { name, inPorts } of this.spec.nodes) {
      for (const { name: port } of inPorts) yield { type: 'InputPort', node: name, port };
    }
    for (const { id, node } of this.epochs.values()) {
      yield { type: 'Node', epoch: id };
      for (const { name: port } of this.node(node).outPorts) {
        yield { type: 'OutputPort', epoch: id, port };
      }
    }
  }

  inPortQueues(node: NodeSpec): (readonly PacketId[])[] {
    return node.inPorts.map(({ name: port }) =>
      this.at({ type: 'InputPort', node: node.name, port }),
    );
  }

  bucketQueues(node: NodeSpec, epoch: EpochId): (readonly PacketId[])[] {
    return node.outPorts.map(({ name: port }) => this.at({ type: 'OutputPort', epoch, port }));
  }

  /** The first input condition that holds and takes something. */
  firing(node: NodeSpec): NodeSpec['inConditions'][number] | undefined {
    const queues = this.inPortQueues(node);
    const ports = counted(node.inPorts, queues);
    return node.inConditions.find(
      ({ term, takes }) => holds(term, ports) && taken(takes, queues).length > 0,
    );
  }

  outTermHolds(node: NodeSpec, epoch: EpochId, condition: string): boolean {
    const found = node.outConditions.find(({ name }) => name === condition);
    const ports = counted(node.outPorts, this.bucketQueues(node, epoch));
    return found !== undefined && holds(found.term, ports);
  }

  epochsOf(node: string, ...states: ModelEpoch['state'][]): ModelEpoch[] {
    return [...this.epochs.values()].filter(
      (epoch) => epoch.node === node && states.includes(epoch.state),
    );
  }

  /** Epochs that a node may open; null = any number. */
  limit(node: NodeSpec): number | null {
    return this.spec.mode === 'dag' ? 1 : node.rules.maxEpochs;
  }

  /** Packets that are inside the net. */
  get inside(): number {
    return this.where.size - this.at({ type: 'OutsideNet' }).length;
  }

  /** Takes in what an action made happen. */
  fold(events: readonly KernelEvent[]): void {
    for (const event of events) this.note(event);
    ensure(this.#coming.length === 0, 'a salvo was announced whose packets did not move');
    ensure(this.#going.length === 0, 'a salvo was sent whose packets did not move');
    ensure(this.#copy === null, 'a copy did not leave its epoch');
    ensure(this.#overflow === null, 'an epoch one too many was not cancelled');
    for (const [packet, place] of this.where) {
      const dead = 'epoch' in place && !this.epochs.has(place.epoch);
      ensure(!dead, `${packet} outlived its epoch`);
    }
  }

  note(event: KernelEvent): void {
    switch (event.event) {
      case 'PacketCreated':
        this.#created(event);
        break;
      case 'PacketMoved':
        this.#moved(event);
        break;
      case 'PacketConsumed':
      case 'PacketDestroyed':
        this.#leave(event.packet, event.from);
        this.where.delete(event.packet);
        break;
      case 'EpochCreated':
        this.#opened(event.epoch, event.node);
        break;
      case 'InputSalvoTriggered':
        this.#gathered(event);
        break;
      case 'OutputSalvoTriggered':
        this.#sent(event);
        break;
      case 'TimerSet':
        ensure(!this.timers.has(event.key), `timer ${event.key} was armed already`);
        this.timers.set(event.key, event.at);
        break;
      case 'TimerCleared':
        ensure(this.timers.get(event.key) === event.at, `timer ${event.key} was not armed so`);
        this.timers.delete(event.key);
        break;
      case 'DagViolation':
        this.#overflow = event.epochs[1];
        break;
      default:
        this.#epochEvent(event);
    }
  }

  #epochEvent(event: KernelEvent): void {
    switch (event.event) {
      case 'EpochStarted': {
        const epoch = this.#epoch(event.epoch);
        ensure(epoch.state === 'startable', `${epoch.id} was started twice`);
        epoch.state = 'running';
        this.started.set(epoch.node, (this.started.get(epoch.node) ?? 0) + 1);
        break;
      }
      case 'AttemptStarted': {
        const epoch = this.#epoch(event.epoch);
        ensure(epoch.state === 'backingOff', `${epoch.id} was not waiting for an attempt`);
        epoch.state = 'running';
        epoch.attempt += 1;
        ensure(event.attempt === epoch.attempt, `${epoch.id} counts its attempts wrongly`);
        break;
      }
      case 'EpochFailed': {
        const epoch = this.#epoch(event.epoch);
        ensure(epoch.state === 'running', `${epoch.id} failed and did not run`);
        const last = epoch.attempt >= this.node(epoch.node).rules.retries;
        ensure(event.final === last, `${epoch.id} failed finally after attempt ${epoch.attempt}`);
        if (event.final) this.#end(event.epoch, 'failed');
        else epoch.state = 'backingOff';
        break;
      }
      case 'EpochFinished':
        ensure(this.#heldBy(event.epoch).length === 0, `${event.epoch} finished with packets`);
        this.#end(event.epoch, 'finished');
        break;
      case 'EpochTimedOut':
        this.#end(event.epoch, 'timedOut');
        break;
      case 'EpochCancelled':
        this.#end(event.epoch, 'cancelled');
        if (this.#overflow === event.epoch) this.#overflow = null;
        break;
      default:
        break;
    }
  }

  #epoch(id: EpochId): ModelEpoch {
    const epoch = this.epochs.get(id);
    if (epoch === undefined) throw new Error(`model: ${id} does not live`);
    return epoch;
  }

  #end(id: EpochId, how: string): void {
    this.#epoch(id);
    ensure(!this.ended.has(id), `${id} ended twice`);
    this.ended.set(id, how);
    this.epochs.delete(id);
  }

  #heldBy(id: EpochId): PacketId[] {
    return [...this.where].flatMap(([packet, place]) =>
      'epoch' in place && place.epoch === id ? [packet] : [],
    );
  }

  #created({ packet, epoch, copyOf }: KernelEvent & { readonly event: 'PacketCreated' }): void {
    this.packets += 1;
    ensure(packet === `p${this.packets}`, `${packet} is not the next id`);
    ensure(copyOf === undefined || this.where.has(copyOf), `${packet} is a copy of nothing`);
    this.#enter(packet, epoch === undefined ? { type: 'OutsideNet' } : { type: 'Node', epoch });
    // A copy comes to be in the epoch, and leaves by the port at once.
    if (copyOf !== undefined) this.#copy = packet;
  }

  #moved({ packet, from, to }: KernelEvent & { readonly event: 'PacketMoved' }): void {
    if (this.#copy === packet) {
      const place = this.where.get(packet);
      if (place === undefined) throw new Error(`model: ${packet} is nowhere`);
      ensure(from.type === 'OutputPort', `the copy ${packet} does not leave by a port`);
      this.#leave(packet, place);
      this.#copy = null;
    } else {
      if (from.type === 'Edge' && to.type === 'InputPort' && this.moving) {
        ensure(this.at(from)[0] === packet, `${packet} overtook another on its edge`);
      }
      this.#leave(packet, from);
      if (from.type === 'OutputPort') {
        ensure(this.#going.shift() === packet, `${packet} was not next of its salvo`);
      }
    }
    if (this.#coming.length > 0) {
      ensure(this.#coming.shift() === packet, `${packet} was not next of its salvo`);
    }
    this.#enter(packet, to);
  }

  #leave(packet: PacketId, from: Location): void {
    const place = this.where.get(packet);
    const known = place === undefined ? 'nowhere' : key(place);
    ensure(known === key(from), `${packet} is ${known}, not ${key(from)}`);
    const queue = this.#queues.get(known) ?? [];
    queue.splice(queue.indexOf(packet), 1);
    if (queue.length === 0) this.#queues.delete(known);
  }

  #enter(packet: PacketId, to: Location): void {
    const name = key(to);
    const queue = this.#queues.get(name);
    if (queue === undefined) this.#queues.set(name, [packet]);
    else queue.push(packet);
    this.where.set(packet, to);
    const slots = this.#slots(to);
    const count = this.at(to).length;
    ensure(slots === null || count <= slots, `${name} holds ${count} packets in ${slots} slots`);
  }

  #slots(place: Location): number | null {
    if (place.type === 'InputPort') {
      return this.node(place.node).inPorts.find(({ name }) => name === place.port)?.slots ?? null;
    }
    if (place.type !== 'OutputPort') return null;
    const { outPorts } = this.node(this.#epoch(place.epoch).node);
    return outPorts.find(({ name }) => name === place.port)?.slots ?? null;
  }

  #opened(id: EpochId, node: string): void {
    ensure(id === this.nextEpoch, `${id} is not the next id`);
    this.#epochCount += 1;
    this.epochs.set(id, { id, node, state: 'startable', attempt: 0, sent: new Map() });
    const opened = (this.opened.get(node) ?? 0) + 1;
    this.opened.set(node, opened);
    const limit = this.limit(this.node(node));
    if (limit === null || opened <= limit) this.lastLegal.set(node, id);
  }

  #gathered(event: SalvoEvent): void {
    const node = this.node(this.#epoch(event.epoch).node);
    this.#coming = event.packets.map(([, packet]) => packet);
    if (!this.moving || event.condition === '__autostart__') return;
    const condition = this.firing(node);
    ensure(
      condition?.name === event.condition,
      `${condition?.name} comes before ${event.condition}`,
    );
    const expected = taken(condition?.takes ?? [], this.inPortQueues(node)).map(
      ({ port, packet }) => [node.inPorts[port]?.name, packet],
    );
    ensure(
      JSON.stringify(expected) === JSON.stringify(event.packets),
      `${event.condition} takes ${JSON.stringify(expected)}, not ${JSON.stringify(event.packets)}`,
    );
  }

  #sent(event: SalvoEvent): void {
    const epoch = this.#epoch(event.epoch);
    const node = this.node(epoch.node);
    const condition = node.outConditions.find(({ name }) => name === event.condition);
    ensure(this.outTermHolds(node, epoch.id, event.condition), `${event.condition} does not hold`);
    const queues = this.bucketQueues(node, epoch.id);
    const expected = taken(condition?.takes ?? [], queues).map(({ port, packet }) => [
      node.outPorts[port]?.name,
      packet,
    ]);
    ensure(
      JSON.stringify(expected) === JSON.stringify(event.packets),
      `${event.condition} sends ${JSON.stringify(expected)}, not ${JSON.stringify(event.packets)}`,
    );
    const count = (epoch.sent.get(event.condition) ?? 0) + 1;
    const most = condition?.maxSalvos ?? null;
    ensure(most === null || count <= most, `${event.condition} was sent ${count} times`);
    epoch.sent.set(event.condition, count);
    this.#going = event.packets.map(([, packet]) => packet);
  }
}

function counted(
  ports: readonly (InPortSpec | OutPortSpec)[],
  queues: readonly (readonly PacketId[])[],
) {
  return ports.map(({ slots }, at) => ({ slots, count: queues[at]?.length ?? 0 }));
}
