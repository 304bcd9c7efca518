/**
 * Which actions are allowed, and with which code the others are refused, worked out a second time
 * from the rules alone. Knows the life of the net and of its nodes from the events.
 */
import type {
  Action,
  BlockKind,
  EpochId,
  KernelEvent,
  Location,
  PacketId,
  RejectionCode,
} from '../../src/machines/action.ts';
import type { NetView } from '../../src/runtime/kernel/kernel.ts';
import type { ModelEpoch, ReferenceModel } from './reference-model.ts';

type Of<T extends Action['type']> = Extract<Action, { type: T }>;
type Verdict = RejectionCode | null;

export class RulesOracle {
  readonly #model: ReferenceModel;
  #lifecycle: NetView['lifecycle'] = 'created';
  /** No StartNet yet. */
  #bare = true;
  readonly #services = new Map<
    string,
    'starting' | 'up' | 'failed' | 'restarting' | 'functionless'
  >();

  constructor(model: ReferenceModel) {
    this.#model = model;
  }

  get lifecycle(): NetView['lifecycle'] {
    return this.#lifecycle;
  }

  follow(action: Action, events: readonly KernelEvent[]): void {
    if (action.type === 'StartNet' || action.type === 'RecoverNet') {
      this.#bare = false;
      const without = new Set(action.functionless);
      for (const { name } of this.#model.spec.nodes) {
        // In a net that is started anew nothing waits to be restarted.
        const waits = this.#services.get(name) === 'restarting' ? 'restarting' : 'starting';
        this.#services.set(name, without.has(name) ? 'functionless' : waits);
      }
    }
    for (const event of events) this.#note(event);
    const settled = ![...this.#services.values()].some(
      (service) => service === 'starting' || service === 'restarting',
    );
    if (this.#lifecycle === 'starting' && settled) this.#lifecycle = 'running';
  }

  #note(event: KernelEvent): void {
    switch (event.event) {
      case 'NetStarted':
      case 'NetResumed':
        this.#lifecycle = 'starting';
        break;
      case 'NetPausing':
        this.#lifecycle = 'pausing';
        break;
      case 'NetPaused':
        this.#lifecycle = 'paused';
        break;
      case 'NetStopping':
        this.#lifecycle = 'stopping';
        this.#services.clear();
        break;
      case 'NetStopped':
        this.#lifecycle = 'stopped';
        break;
      case 'NodeStarted':
        this.#services.set(event.node, 'up');
        break;
      case 'NodeFailed':
        this.#services.set(event.node, 'failed');
        break;
      case 'NodeRestartScheduled':
        this.#services.set(event.node, 'restarting');
        break;
      case 'NodeRestarting':
        this.#services.set(event.node, 'starting');
        break;
      default:
        break;
    }
  }

  /** Epochs that run, also those between two attempts. */
  get running(): number {
    return [...this.#model.epochs.values()].filter(({ state }) => state !== 'startable').length;
  }

  get startable(): EpochId[] {
    return [...this.#model.epochs.values()].flatMap(({ id, state }) =>
      state === 'startable' ? [id] : [],
    );
  }

  /** Whether the node's own gate is open. */
  #nodeOpen(name: string): boolean {
    if (this.#bare) return true;
    const node = this.#model.node(name);
    const { maxParallelEpochs } = node.rules;
    const limit = this.#model.limit(node);
    const full = this.#model.spec.edges.some(
      ({ capacity, from }, edge) =>
        capacity !== null &&
        this.#model.spec.nodes[from.node]?.name === name &&
        this.#model.at(this.#model.edgePlace(edge)).length >= capacity,
    );
    return (
      this.#services.get(name) === 'up' &&
      !full &&
      !this.#model.timers.has(`rate:${name}`) &&
      (limit === null || (this.#model.started.get(name) ?? 0) < limit) &&
      (maxParallelEpochs === null ||
        this.#model.epochsOf(name, 'running', 'backingOff').length < maxParallelEpochs)
    );
  }

  mayStart(node: string): boolean {
    const { maxConcurrency } = this.#model.spec;
    const room = maxConcurrency === null || this.running < maxConcurrency;
    if (this.#lifecycle === 'created') return true;
    const open = this.#lifecycle === 'starting' || this.#lifecycle === 'running';
    return open && room && this.#nodeOpen(node);
  }

  /** What kind of standstill this is, after a run that left no moves; null = none. */
  block(queued: number): BlockKind | null {
    if (this.#lifecycle !== 'running' || this.running > 0) return null;
    if (this.#model.timers.size > 0 || queued > 0) return null;
    const waiting = this.startable.map((id) => this.#model.epochs.get(id)?.node ?? '');
    if (waiting.some((node) => this.#nodeOpen(node))) return null;
    if (this.#model.inside === 0 && waiting.length === 0) return 'drained';
    return waiting.some((node) => this.#services.get(node) === 'functionless')
      ? 'starved'
      : 'stuck';
  }

  /** Why the action will be refused; null where it is allowed. Batches are beyond this oracle. */
  verdict(action: Exclude<Action, { type: 'CommitEpoch' }>): Verdict {
    switch (action.type) {
      case 'RunNetUntilBlocked':
        return null;
      case 'CreatePacket':
        return action.epoch === undefined ? null : this.#running(action.epoch);
      case 'InjectPacket': {
        const [node = '', port = ''] = action.port.split('.');
        return this.#enter({ type: 'InputPort', node, port });
      }
      case 'ConsumePacket':
        return this.#held(action.packet, true);
      case 'LoadPacketIntoOutputPort':
        return this.#held(action.packet, false) ?? this.#load(action);
      case 'DestroyPacket':
        return this.#free(action.packet);
      case 'TransportPacketToLocation':
        return this.#free(action.packet) ?? this.#enter(action.to);
      case 'CreateEpoch':
      case 'CreateAndStartEpoch':
        return this.#create(action);
      case 'StartEpoch': {
        const epoch = this.#model.epochs.get(action.epoch);
        if (epoch === undefined) return 'EPOCH_NOT_FOUND';
        if (epoch.state !== 'startable') return 'EPOCH_NOT_STARTABLE';
        return this.mayStart(epoch.node) ? null : 'GATE_CLOSED';
      }
      case 'FinishEpoch':
        return this.#running(action.epoch) ?? this.#finish(action);
      case 'FailAttempt':
      case 'Record':
        return this.#running(action.epoch);
      case 'TimeOutEpoch': {
        const epoch = this.#model.epochs.get(action.epoch);
        if (epoch === undefined) return 'EPOCH_NOT_FOUND';
        return epoch.state === 'startable' ? 'EPOCH_NOT_RUNNING' : null;
      }
      case 'CancelEpoch':
        return this.#model.epochs.has(action.epoch) ? null : 'EPOCH_NOT_FOUND';
      case 'SendOutputSalvo':
        return this.#running(action.epoch) ?? this.#send(action);
      case 'FireTimer':
        return this.#model.timers.has(action.key) ? null : 'TIMER_NOT_ARMED';
      case 'RecordLateResult':
        return this.#model.nodes.has(action.node) ? null : 'NODE_NOT_FOUND';
      case 'RecordDeadLetter':
        return null;
      default:
        return this.#life(action);
    }
  }

  #life(
    action: Of<
      'StartNet' | 'PauseNet' | 'ResumeNet' | 'StopNet' | 'RecoverNet' | 'NodeUp' | 'NodeFailed'
    >,
  ): Verdict {
    const allowed = (truth: boolean): Verdict => (truth ? null : 'NET_STATE');
    if ('node' in action && !this.#model.nodes.has(action.node)) return 'NODE_NOT_FOUND';
    switch (action.type) {
      case 'StartNet':
        return allowed(this.#lifecycle === 'created');
      case 'PauseNet':
        return allowed(['starting', 'running'].includes(this.#lifecycle));
      case 'ResumeNet':
        return allowed(['pausing', 'paused'].includes(this.#lifecycle));
      case 'StopNet':
        return allowed(!['stopping', 'stopped'].includes(this.#lifecycle));
      case 'RecoverNet':
        return allowed(this.#lifecycle !== 'created');
      case 'NodeUp':
      case 'NodeFailed':
        return allowed(this.#services.get(action.node) === 'starting');
    }
  }

  #running(id: EpochId): Verdict {
    const epoch = this.#model.epochs.get(id);
    if (epoch === undefined) return 'EPOCH_NOT_FOUND';
    return epoch.state === 'running' ? null : 'EPOCH_NOT_RUNNING';
  }

  #epochOf(id: EpochId): ModelEpoch {
    const epoch = this.#model.epochs.get(id);
    if (epoch === undefined) throw new Error(`oracle: no epoch ${id}`);
    return epoch;
  }

  /** The packet is in a running epoch (or, where that will do, outside). */
  #held(packet: PacketId, outsideToo: boolean): Verdict {
    const place = this.#model.where.get(packet);
    if (place === undefined) return 'PACKET_NOT_FOUND';
    if (place.type === 'OutsideNet' && outsideToo) return null;
    if (!('epoch' in place)) return 'PACKET_NOT_IN_EPOCH';
    return this.#running(place.epoch) ?? (place.type === 'Node' ? null : 'PACKET_NOT_IN_EPOCH');
  }

  /** The packet is in no epoch. */
  #free(packet: PacketId): Verdict {
    const place = this.#model.where.get(packet);
    if (place === undefined) return 'PACKET_NOT_FOUND';
    return 'epoch' in place ? 'PACKET_IN_EPOCH' : null;
  }

  #enter(to: Location): Verdict {
    switch (to.type) {
      case 'OutsideNet':
        return null;
      case 'Edge': {
        const known = this.#model.spec.edges.some((_, at) => {
          const place = this.#model.edgePlace(at);
          return place.from === to.from && place.to === to.to;
        });
        return known ? null : 'EDGE_NOT_FOUND';
      }
      case 'InputPort': {
        const node = this.#model.nodes.get(to.node);
        if (node === undefined) return 'NODE_NOT_FOUND';
        const port = node.inPorts.find(({ name }) => name === to.port);
        if (port === undefined) return 'INPUT_PORT_NOT_FOUND';
        const full = port.slots !== null && this.#model.at(to).length >= port.slots;
        return full ? 'INPUT_PORT_FULL' : null;
      }
      default:
        return this.#model.epochs.has(to.epoch) ? 'PACKET_IN_EPOCH' : 'EPOCH_NOT_FOUND';
    }
  }

  #load({ packet, port: name }: Of<'LoadPacketIntoOutputPort'>): Verdict {
    const place = this.#model.where.get(packet);
    if (place?.type !== 'Node') throw new Error(`oracle: ${packet} is in no epoch`);
    const node = this.#model.node(this.#epochOf(place.epoch).node);
    const port = node.outPorts.find((found) => found.name === name);
    if (port === undefined) return 'OUTPUT_PORT_NOT_FOUND';
    const bucket = this.#model.at({ type: 'OutputPort', epoch: place.epoch, port: name });
    return port.slots !== null && bucket.length >= port.slots ? 'OUTPUT_PORT_FULL' : null;
  }

  #create({ type, node: name, salvo = [] }: Of<'CreateEpoch' | 'CreateAndStartEpoch'>): Verdict {
    const node = this.#model.nodes.get(name);
    if (node === undefined) return 'NODE_NOT_FOUND';
    const seen = new Set<PacketId>();
    for (const [port, packet] of salvo) {
      const place = this.#model.where.get(packet);
      if (place === undefined) return 'PACKET_NOT_FOUND';
      if (!node.inPorts.some((found) => found.name === port)) return 'INPUT_PORT_NOT_FOUND';
      const there = place.type === 'InputPort' && place.node === name && place.port === port;
      if (!there || seen.has(packet)) return 'PACKET_NOT_AT_INPUT_PORT';
      seen.add(packet);
    }
    return type === 'CreateEpoch' || this.mayStart(name) ? null : 'GATE_CLOSED';
  }

  #finish({ epoch: id, unconsumed }: Of<'FinishEpoch'>): Verdict {
    const node = this.#model.node(this.#epochOf(id).node);
    if ((unconsumed ?? node.rules.unconsumed) === 'destroy') return null;
    if (this.#model.at({ type: 'Node', epoch: id }).length > 0) return 'EPOCH_NOT_EMPTY';
    const loaded = this.#model.bucketQueues(node, id).some((bucket) => bucket.length > 0);
    return loaded ? 'OUTPUT_PORT_NOT_EMPTY' : null;
  }

  #send({ epoch: id, condition: name }: Of<'SendOutputSalvo'>): Verdict {
    const epoch = this.#epochOf(id);
    const node = this.#model.node(epoch.node);
    const condition = node.outConditions.find((found) => found.name === name);
    if (condition === undefined) return 'SALVO_CONDITION_NOT_FOUND';
    if (!this.#model.outTermHolds(node, id, name)) return 'SALVO_CONDITION_NOT_MET';
    const { maxSalvos, takes } = condition;
    if (maxSalvos !== null && (epoch.sent.get(name) ?? 0) >= maxSalvos) return 'MAX_SALVOS_REACHED';
    const buckets = this.#model.bucketQueues(node, id);
    const lost = takes.some(({ port }) => {
      const from = node.outPorts[port];
      const leads = from !== undefined && (from.edges.length > 0 || from.outside);
      return !leads && (buckets[port]?.length ?? 0) > 0;
    });
    return lost ? 'OUTPUT_PORT_NOT_CONNECTED' : null;
  }
}
