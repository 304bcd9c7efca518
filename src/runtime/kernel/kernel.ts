/**
 * The kernel: the actor system behind `apply(action)`.
 *
 * Synchronous, deterministic, closed: no clock, no randomness, no I/O, no promise.
 *  K1  An action goes to the one actor that can decide it; a rejected one changes nothing and uses
 *      up no id (G3).
 *  K2  Only `RunNetUntilBlocked` moves packets and evaluates input conditions, one edge or one node
 *      at a time (G2).
 *  K3  The same actions give the same events (G4).
 *  K4  After a throw inside a machine this and every later `apply` throws `KERNEL_FAILED`.
 */
import type { AnyActorRef, InspectionEvent, Observer } from 'xstate';
import type { ActorSystem } from '../../actors/engine.ts';
import { type EdgeEnd, edgeEnds } from '../../actors/tree.ts';
import type {
  Action,
  Answer,
  BlockKind,
  EpochId,
  KernelEvent,
  Location,
  PacketId,
  SalvoPackets,
} from '../../machines/action.ts';
import type { SentSalvo } from '../../machines/epoch-operations.ts';
import type { EpochContext } from '../../machines/epoch-parts.ts';
import { emptyFifo, sizeOf, toArray } from '../../machines/fifo.ts';
import type { InputPortContext } from '../../machines/input-port.machine.ts';
import type { NetContext } from '../../machines/net-parts.ts';
import {
  type Emission,
  type Ids,
  type Rejected,
  counterOf,
  epochId,
  nodeAddress,
  packetId,
} from '../../machines/protocol.ts';
import { itemIn } from '../../machines/rows.ts';
import type { NetSpec } from '../../machines/spec.ts';
import { actionProblem } from './action-check.ts';
import { ActionRejected, KernelFailed } from '../errors.ts';
import { engineOf } from './engines.ts';
import { KernelIndex, Names } from './kernel-index.ts';
import { Routing } from './kernel-routing.ts';
import { type KernelSnapshot, actorSnapshots } from './kernel-snapshot.ts';
import { tellWitnesses } from './kernel-witness.ts';
import { type RestoredState, readSnapshot } from './snapshot-check.ts';
import { specFingerprint } from './spec-fingerprint.ts';
import { Worklist } from './worklist.ts';

export interface PacketView {
  readonly id: PacketId;
  readonly location: Location;
  readonly copyOf?: PacketId;
}

export interface EpochView {
  readonly id: EpochId;
  readonly node: string;
  /** The epoch's statechart value in short. */
  readonly state: 'startable' | 'running' | 'finished' | 'failed' | 'timedOut' | 'cancelled';
  readonly inSalvo: { readonly condition: string; readonly packets: SalvoPackets };
  readonly outSalvos: readonly SentSalvo[];
}

export interface NetView {
  readonly lifecycle:
    | 'created'
    | 'starting'
    | 'running'
    | 'pausing'
    | 'paused'
    | 'stopping'
    | 'stopped'
    | 'failed';
  readonly activity: 'moving' | 'working' | 'waiting' | 'blocked';
  readonly blocked: BlockKind | null;
  readonly mode: 'cyclic' | 'clean' | 'violated';
  readonly running: number;
  readonly startable: number;
  readonly timers: number;
  /** Packets inside the net, exact while no epoch runs. */
  readonly inside: number;
}

export interface KernelOptions {
  /** Default: `compiled`. With the other one the machines run on XState's own interpreter. */
  readonly engine?: 'interpreted' | 'compiled';
  /** Called when a node's gate opens (its waiting epochs may start now), in order, within `apply`. */
  readonly onGateOpened?: (node: string) => void;
  /**
   * What `snapshot()` of a kernel of the same graph gave: this one begins where that one was, and
   * answers as it would. Nothing is done again that led there.
   */
  readonly snapshot?: unknown;
}

export interface Kernel {
  /** Synchronous and deterministic. Throws only after a bug in a machine (`KERNEL_FAILED`). */
  apply(action: Action): Answer;
  /** Throws ActionRejected `PACKET_NOT_FOUND`. */
  packet(id: PacketId): PacketView;
  /** Live epochs only. Throws ActionRejected `EPOCH_NOT_FOUND`. */
  epoch(id: EpochId): EpochView;
  packetsAt(location: Location): readonly PacketId[];
  /** How many `packetsAt` gives. */
  countAt(location: Location): number;
  /** Live ones, in order. */
  epochs(): readonly EpochId[];
  startableEpochs(): readonly EpochId[];
  net(): NetView;
  /** `open`, or the name of the state that holds starts back: `node:A gate.saturated`, `net lifecycle.paused`. */
  gate(node: string): string;
  /**
   * Plain JSON in one normal form: everything a kernel can be made from again. Throws `KERNEL_FAILED`
   * after a bug in a machine.
   */
  snapshot(): KernelSnapshot;
  actor(address: string): AnyActorRef | undefined;
  inspect(observer: Observer<InspectionEvent> | ((event: InspectionEvent) => void)): {
    unsubscribe(): void;
  };
}

/** A graph, or what one resolves to. */
export type KernelSource = NetSpec | { toSpec(): NetSpec };

/**
 * Makes a kernel from a graph, all of whose problems are thrown at once (`GraphValidationError`).
 * Throws `ENGINE_UNAVAILABLE` for an engine that there is not, `SNAPSHOT_INVALID` for a
 * snapshot that is none of this graph.
 */
export function createKernel(source: KernelSource, options: KernelOptions = {}): Kernel {
  const spec = 'toSpec' in source ? source.toSpec() : source;
  const kernel = new ActorKernel(spec, options);
  tellWitnesses(() => ({
    spec,
    restored: options.snapshot !== undefined,
    inspect: (observer) => kernel.inspect(observer),
  }));
  return kernel;
}

type NetValue = {
  lifecycle: NetView['lifecycle'];
  activity: Exclude<NetView['activity'], 'blocked'> | { blocked: BlockKind };
  mode: 'cyclic' | { dag: 'clean' | 'violated' };
};

const admit = { type: 'epoch.admit' } as const;

class ActorKernel implements Kernel {
  readonly #spec: NetSpec;
  readonly #names: Names;
  readonly #edges: readonly EdgeEnd[];
  readonly #system: ActorSystem;
  readonly #routing: Routing;
  readonly #index: KernelIndex;
  readonly #worklist: Worklist;
  readonly #onGateOpened: (node: string) => void;
  /** The spec's; worked out when it is asked for. */
  #fingerprint: string | null = null;
  /** What happened in the action under way. */
  #events: KernelEvent[] = [];
  #refusal: Rejected | null = null;
  /** The gate that was asked for last, which is as it was until the next action; -1: none was. */
  #askedNode = -1;
  #askedGate = '';
  #failure: { readonly error: unknown } | null = null;

  constructor(spec: NetSpec, options: KernelOptions) {
    this.#spec = spec;
    this.#names = new Names(spec);
    this.#edges = edgeEnds(spec);
    this.#onGateOpened = options.onGateOpened ?? (() => undefined);
    const restored = options.snapshot === undefined ? undefined : this.#read(options.snapshot);
    this.#worklist = new Worklist(restored?.worklist);
    this.#system = engineOf(options.engine).start(spec, {
      ...(restored === undefined ? {} : { snapshot: restored.system }),
      onEmission: (emission) => this.#receive(emission),
      onError: (error) => {
        this.#failure ??= { error };
      },
    });
    this.#index = new KernelIndex({
      spec,
      system: this.#system,
      names: this.#names,
      copies: restored?.copies ?? [],
    });
    this.#routing = new Routing({
      spec,
      system: this.#system,
      names: this.#names,
      index: this.#index,
      edges: this.#edges,
      ids: () => this.#ids(),
      gate: (node) => this.#gate(node),
      isRefused: () => this.#refusal !== null,
    });
  }

  apply(action: Action): Answer {
    this.#assertWhole();
    const before = this.#context().now;
    const problem = actionProblem(action, before);
    if (problem !== null) return { ok: false, code: 'ACTION_INVALID', message: problem };
    const now = action.now ?? before;
    const events: KernelEvent[] = [];
    this.#events = events;
    this.#index.begin(events);
    this.#refusal = null;
    let more = false;
    if (action.type === 'RunNetUntilBlocked') {
      more = this.#run(action.max ?? Number.POSITIVE_INFINITY, action.queued ?? 0);
    } else {
      this.#routing.route(action, now);
    }
    this.#askedNode = -1;
    this.#index.follow();
    this.#assertWhole();
    const refusal = this.#refusal as Rejected | null;
    if (refusal !== null) {
      const { code, message, operation } = refusal;
      return { ok: false, code, message, ...(operation === undefined ? {} : { operation }) };
    }
    if (now > before) this.#system.send(this.#system.net, { type: 'clock.move', now });
    return more ? { ok: true, events, more } : this.#accepted(action, events);
  }

  packet(id: PacketId): PacketView {
    const packet = counterOf(id, 'p');
    const location = this.#index.place(packet);
    if (location === undefined) {
      throw new ActionRejected('packet', {
        ok: false,
        code: 'PACKET_NOT_FOUND',
        message: `no live packet ${id}`,
      });
    }
    const copyOf = this.#index.copyOf(packet);
    return { id, location, ...(copyOf === undefined ? {} : { copyOf }) };
  }

  epoch(id: EpochId): EpochView {
    const epoch = counterOf(id, 'e');
    const snapshot = this.#system.epoch(epoch)?.getSnapshot();
    if (snapshot === undefined) {
      throw new ActionRejected('epoch', {
        ok: false,
        code: 'EPOCH_NOT_FOUND',
        message: `no live epoch ${id}`,
      });
    }
    const context = snapshot.context as EpochContext;
    return {
      id,
      node: context.node,
      state: snapshot.matches('startable') ? 'startable' : 'running',
      inSalvo: { condition: context.condition, packets: context.salvo },
      outSalvos: toArray(context.salvos),
    };
  }

  packetsAt(location: Location): readonly PacketId[] {
    return toArray(this.#queueAt(location)).map(packetId);
  }

  countAt(location: Location): number {
    return sizeOf(this.#queueAt(location));
  }

  epochs(): readonly EpochId[] {
    return Array.from(this.#system.epochs(), epochId);
  }

  startableEpochs(): readonly EpochId[] {
    const system = this.#system;
    const startable: EpochId[] = [];
    for (const epoch of system.epochs()) {
      const actor = system.epoch(epoch);
      if (actor !== undefined && system.value(actor) === 'startable')
        startable.push(epochId(epoch));
    }
    return startable;
  }

  net(): NetView {
    const system = this.#system;
    const { lifecycle, activity, mode } = system.value(system.net) as NetValue;
    const { running, startable, timers, inside } = this.#context();
    const blocked = typeof activity === 'object' ? activity.blocked : null;
    return {
      lifecycle,
      activity: typeof activity === 'object' ? 'blocked' : activity,
      blocked,
      mode: typeof mode === 'object' ? mode.dag : mode,
      running,
      startable,
      timers,
      inside,
    };
  }

  gate(node: string): string {
    const index = this.#names.nodes.get(node)?.index;
    if (index === undefined) {
      throw new ActionRejected('gate', {
        ok: false,
        code: 'NODE_NOT_FOUND',
        message: `no node ${node}`,
      });
    }
    return this.#gate(index);
  }

  snapshot(): KernelSnapshot {
    this.#assertWhole();
    this.#fingerprint ??= specFingerprint(this.#spec);
    return {
      version: 3,
      spec: this.#fingerprint,
      actors: actorSnapshots(this.#spec, this.#system),
      worklist: this.#worklist.snapshot(),
      copies: this.#index.copies(),
    };
  }

  actor(address: string): AnyActorRef | undefined {
    return this.#system.ref(address);
  }

  inspect(observer: Observer<InspectionEvent> | ((event: InspectionEvent) => void)): {
    unsubscribe(): void;
  } {
    return this.#system.inspect(observer);
  }

  #read(snapshot: unknown): RestoredState {
    this.#fingerprint = specFingerprint(this.#spec);
    return readSnapshot(this.#spec, this.#fingerprint, snapshot);
  }

  #context(): NetContext {
    const system = this.#system;
    return system.context(system.net) as NetContext;
  }

  #ids(): Ids {
    const { nextPacket, nextEpoch } = this.#context();
    return { packets: nextPacket, epochs: nextEpoch };
  }

  #gate(index: number): string {
    if (this.#askedNode !== index) {
      this.#askedGate = this.#gateOf(index);
      this.#askedNode = index;
    }
    return this.#askedGate;
  }

  #gateOf(index: number): string {
    const system = this.#system;
    const node = system.node(index);
    if (!system.can(system.net, admit)) {
      const { lifecycle } = system.value(system.net) as NetValue;
      const full = lifecycle === 'running' || lifecycle === 'starting';
      return full ? 'net max_concurrency' : `net lifecycle.${lifecycle}`;
    }
    if (system.can(node, admit)) return 'open';
    const { gate, service } = system.value(node) as { gate: string; service: string };
    const name = nodeAddress(this.#spec.nodes[index]?.name ?? '');
    return gate === 'closed' && service !== 'up'
      ? `${name} service.${service}`
      : `${name} gate.${gate}`;
  }

  /** What comes most often comes first. */
  #receive(emission: Emission): void {
    switch (emission.type) {
      case 'happened':
        this.#events.push(emission.event);
        break;
      case 'happenings':
        for (const event of emission.events) this.#events.push(event);
        break;
      case 'mark.none':
      case 'epoch.open':
        break;
      case 'mark.edge':
      case 'mark.edges':
      case 'mark.again':
      case 'mark.node':
        this.#worklist.note(emission);
        break;
      case 'mark.gate':
        this.#onGateOpened(this.#spec.nodes[emission.node]?.name ?? '');
        break;
      case 'rejected':
        this.#refusal = emission;
    }
  }

  /** Serves the worklist; says whether moves are left at `max`. */
  #run(max: number, queued: number): boolean {
    const system = this.#system;
    const idle = this.#worklist.isEmpty;
    let moves = 0;
    while (moves < max && this.#failure === null) {
      const turn = this.#worklist.next();
      if (turn === undefined) break;
      const before = this.#events.length;
      if (turn.type === 'node') {
        system.send(system.node(turn.index), { type: 'node.evaluate', ids: this.#ids() });
      } else {
        const edge = this.#edges[turn.index];
        if (edge === undefined) throw new Error(`no edge ${turn.index}`);
        const port = system.inputPort(edge.node, edge.port);
        system.send(port, { type: 'edge.serve', slot: edge.slot, ids: this.#ids() });
      }
      if (this.#events.length > before) moves += 1;
    }
    const more = !this.#worklist.isEmpty;
    system.send(system.net, {
      type: more ? 'flow.run' : idle ? 'flow.settle' : 'flow.ran',
      queued,
    });
    return more;
  }

  /** The answer, with the ids of what the action made. */
  #accepted(action: Action, events: readonly KernelEvent[]): Answer {
    switch (action.type) {
      case 'CreatePacket':
      case 'InjectPacket': {
        const packet = created(events)[0];
        return packet === undefined ? { ok: true, events } : { ok: true, events, packet };
      }
      case 'CommitEpoch':
        return { ok: true, events, packets: created(events) };
      case 'CreateEpoch':
      case 'CreateAndStartEpoch': {
        const made = events.find((event) => event.event === 'EpochCreated');
        if (made?.event !== 'EpochCreated') return { ok: true, events };
        return { ok: true, events, epoch: made.epoch };
      }
      default:
        return { ok: true, events };
    }
  }

  #queueAt(location: Location) {
    switch (location.type) {
      case 'OutsideNet':
        return this.#context().outside;
      case 'Edge': {
        const edge = this.#edges[this.#names.edge(location.from, location.to)];
        if (edge === undefined) return emptyFifo;
        const port = this.#system.inputPort(edge.node, edge.port).getSnapshot();
        return itemIn((port.context as InputPortContext).queues, edge.slot) ?? emptyFifo;
      }
      case 'InputPort': {
        const node = this.#names.nodes.get(location.node);
        const port = node?.inPorts.get(location.port);
        if (node === undefined || port === undefined) return emptyFifo;
        const snapshot = this.#system.inputPort(node.index, port).getSnapshot();
        return (snapshot.context as InputPortContext).queue;
      }
      default: {
        const epoch = counterOf(location.epoch, 'e');
        const context = this.#system.epoch(epoch)?.getSnapshot().context as
          | EpochContext
          | undefined;
        if (context === undefined) return emptyFifo;
        if (location.type === 'Node') return context.inside;
        const node = this.#names.nodes.get(context.node);
        return context.buckets[node?.outPorts.get(location.port) ?? -1] ?? emptyFifo;
      }
    }
  }

  #assertWhole(): void {
    if (this.#failure === null) return;
    const events = this.#events;
    this.#events = [];
    throw new KernelFailed(this.#failure.error, events);
  }
}

/** The packets that were made, copies left out. */
function created(events: readonly KernelEvent[]): PacketId[] {
  const packets: PacketId[] = [];
  for (const event of events) {
    if (event.event === 'PacketCreated' && event.copyOf === undefined) packets.push(event.packet);
  }
  return packets;
}
