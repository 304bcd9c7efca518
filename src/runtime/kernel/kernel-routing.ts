/**
 * From an action to the one actor that can decide it.
 *
 * Looks subjects and targets up by name and id, in the order of an action's checks: the subject
 * exists, the subject's state (its actor says), the target exists, the target's state. What exists
 * nowhere the net answers for.
 */
import type { Action, Location, RejectionCode, SalvoPackets } from '../../machines/action.ts';
import type { Actor, ActorSystem } from '../../actors/engine.ts';
import type { EdgeEnd } from '../../actors/tree.ts';
import {
  type EpochMessage,
  type EpochTimer,
  type Ids,
  type NetMessage,
  counterOf,
} from '../../machines/protocol.ts';
import type { EpochContext } from '../../machines/epoch-parts.ts';
import type { NetSpec } from '../../machines/spec.ts';
import { type KernelIndex, type NodeNames, type Names } from './kernel-index.ts';

type Of<T extends Action['type']> = Extract<Action, { type: T }>;

/** Actions that one epoch decides. */
type EpochActionType =
  | 'StartEpoch'
  | 'FinishEpoch'
  | 'CommitEpoch'
  | 'FailAttempt'
  | 'TimeOutEpoch'
  | 'CancelEpoch'
  | 'SendOutputSalvo'
  | 'Record';

/** A place as an actor and what it calls the place: an edge's slot, or -1. */
interface Holder {
  readonly actor: Actor;
  readonly slot: number;
}

export interface RoutingParts {
  readonly spec: NetSpec;
  readonly system: ActorSystem;
  readonly names: Names;
  readonly index: KernelIndex;
  readonly edges: readonly EdgeEnd[];
  readonly ids: () => Ids;
  readonly gate: (node: number) => string;
  /** Whether the action has been refused already. */
  readonly isRefused: () => boolean;
}

export class Routing {
  readonly #parts: RoutingParts;

  constructor(parts: RoutingParts) {
    this.#parts = parts;
  }

  /** Sends what the action asks for; `now` in milliseconds. What comes most often comes first. */
  route(action: Exclude<Action, { type: 'RunNetUntilBlocked' }>, now: number): void {
    const { system, ids } = this.#parts;
    switch (action.type) {
      case 'StartEpoch':
      case 'CommitEpoch':
        this.#epochAction(action, now);
        break;
      case 'CreatePacket':
        if (action.epoch === undefined)
          system.send(system.net, { type: 'packet.create', ids: ids() });
        else this.#toEpoch(action.epoch, { type: 'packet.create', ids: ids() });
        break;
      case 'InjectPacket':
        this.#inject(action);
        break;
      case 'ConsumePacket':
        this.#consume(action);
        break;
      case 'DestroyPacket':
        this.#destroy(action);
        break;
      case 'LoadPacketIntoOutputPort':
        this.#load(action);
        break;
      case 'TransportPacketToLocation':
        this.#transport(action);
        break;
      case 'CreateEpoch':
      case 'CreateAndStartEpoch':
        this.#createEpoch(action, now);
        break;
      case 'FireTimer':
        this.#fire(action.key, now);
        break;
      case 'StartNet':
      case 'PauseNet':
      case 'ResumeNet':
      case 'StopNet':
      case 'RecoverNet':
      case 'NodeUp':
      case 'NodeFailed':
        this.#lifecycle(action, now);
        break;
      case 'RecordLateResult':
        this.#late(action);
        break;
      case 'RecordDeadLetter':
        system.send(system.net, { type: 'letter.mark', letter: action.letter, mark: action.mark });
        break;
      default:
        this.#epochAction(action, now);
    }
  }

  #epochAction(action: Of<EpochActionType>, now: number): void {
    const actor = this.#parts.system.epoch(counterOf(action.epoch, 'e'));
    if (actor === undefined) this.#unknown('EPOCH_NOT_FOUND', `no live epoch ${action.epoch}`);
    else this.#parts.system.send(actor, this.#epochMessage(action, actor, now));
  }

  /** The node of a live epoch. */
  #nodeOf(epoch: Actor): NodeNames | undefined {
    const { node } = this.#parts.system.context(epoch) as EpochContext;
    return this.#parts.names.nodes.get(node);
  }

  #epochMessage(action: Of<EpochActionType>, epoch: Actor, now: number): EpochMessage {
    const { spec, ids, gate } = this.#parts;
    const node = this.#nodeOf(epoch);
    switch (action.type) {
      case 'StartEpoch':
        return { type: 'epoch.start', now, gate: gate(node?.index ?? 0) };
      case 'FinishEpoch':
        return {
          type: 'epoch.finish',
          unconsumed: action.unconsumed ?? unconsumedRule(spec, node),
        };
      case 'CommitEpoch':
        return {
          type: 'epoch.commit',
          operations: action.operations,
          unconsumed: action.unconsumed ?? unconsumedRule(spec, node),
          ids: ids(),
        };
      case 'FailAttempt':
        return {
          type: 'attempt.fail',
          error: action.error,
          waitMs: action.waitMs ?? null,
          dropped: action.dropped ?? null,
          now,
        };
      case 'TimeOutEpoch':
        return { type: 'epoch.timeOut' };
      case 'CancelEpoch':
        return { type: 'epoch.cancel', reason: action.reason ?? '' };
      case 'SendOutputSalvo':
        return {
          type: 'salvo.send',
          condition: node?.outConditions.get(action.condition) ?? -1,
          name: action.condition,
          ids: ids(),
        };
      case 'Record':
        return { type: 'value.record', kind: action.kind, value: action.value };
    }
  }

  #toEpoch(id: string, message: EpochMessage): void {
    const actor = this.#parts.system.epoch(counterOf(id, 'e'));
    if (actor === undefined) this.#unknown('EPOCH_NOT_FOUND', `no live epoch ${id}`);
    else this.#parts.system.send(actor, message);
  }

  #toNet(message: NetMessage): void {
    const { system } = this.#parts;
    system.send(system.net, message);
  }

  #unknown(code: RejectionCode, message: string): void {
    this.#toNet({ type: 'subject.unknown', code, message });
  }

  /** The packet's counter and place; undefined, and refused, where there is no such packet. */
  #subject(id: string): { packet: number; place: Location } | undefined {
    const packet = counterOf(id, 'p');
    const place = this.#parts.index.place(packet);
    if (place === undefined) this.#unknown('PACKET_NOT_FOUND', `no live packet ${id}`);
    return place === undefined ? undefined : { packet, place };
  }

  /** Who holds packets at a place outside epochs; undefined, and refused, where there is no such place. */
  #holder(place: Location): Holder | undefined {
    const { system, names, edges } = this.#parts;
    switch (place.type) {
      case 'OutsideNet':
        return { actor: system.net, slot: -1 };
      case 'Edge': {
        const edge = edges[names.edge(place.from, place.to)];
        if (edge === undefined) {
          this.#unknown('EDGE_NOT_FOUND', `no edge from ${place.from} to ${place.to}`);
          return undefined;
        }
        return { actor: system.inputPort(edge.node, edge.port), slot: edge.slot };
      }
      case 'InputPort':
        return this.#inputPort(place.node, place.port);
      default:
        return undefined;
    }
  }

  #node(name: string): NodeNames | undefined {
    const node = this.#parts.names.nodes.get(name);
    if (node === undefined) this.#unknown('NODE_NOT_FOUND', `no node ${name}`);
    return node;
  }

  #inputPort(nodeName: string, portName: string): Holder | undefined {
    const node = this.#node(nodeName);
    if (node === undefined) return undefined;
    const port = node.inPorts.get(portName);
    if (port === undefined) {
      const known = [...node.inPorts.keys()].join(', ') || 'none';
      this.#unknown(
        'INPUT_PORT_NOT_FOUND',
        `node ${nodeName} has no input port ${portName} (it has: ${known})`,
      );
      return undefined;
    }
    return { actor: this.#parts.system.inputPort(node.index, port), slot: -1 };
  }

  #inject({ port, retryOf }: Of<'InjectPacket'>): void {
    const dot = port.indexOf('.');
    const holder = this.#inputPort(
      dot < 0 ? port : port.slice(0, dot),
      dot < 0 ? '' : port.slice(dot + 1),
    );
    if (holder === undefined) return;
    this.#parts.system.send(holder.actor, {
      type: 'packet.inject',
      packet: this.#parts.ids().packets,
      retryOf: retryOf ?? null,
    });
  }

  #consume({ packet: id }: Of<'ConsumePacket'>): void {
    const subject = this.#subject(id);
    if (subject === undefined) return;
    const { packet, place } = subject;
    if (place.type === 'OutsideNet') {
      this.#toNet({ type: 'packet.consume', packet });
    } else if ('epoch' in place) {
      this.#toEpoch(place.epoch, { type: 'packet.consume', packet });
    } else {
      this.#unknown('PACKET_NOT_IN_EPOCH', `${id} is ${placeText(place)}, in no epoch`);
    }
  }

  #destroy({ packet: id }: Of<'DestroyPacket'>): void {
    const subject = this.#subject(id);
    if (subject === undefined) return;
    const { packet, place } = subject;
    if ('epoch' in place) {
      this.#unknown('PACKET_IN_EPOCH', `${id} is in epoch ${place.epoch}`);
      return;
    }
    const holder = this.#holder(place);
    if (holder !== undefined)
      this.#parts.system.send(holder.actor, { type: 'packet.destroy', packet, slot: holder.slot });
  }

  #load({ packet: id, port }: Of<'LoadPacketIntoOutputPort'>): void {
    const subject = this.#subject(id);
    if (subject === undefined) return;
    const { packet, place } = subject;
    if (!('epoch' in place)) {
      this.#unknown('PACKET_NOT_IN_EPOCH', `${id} is ${placeText(place)}, in no epoch`);
      return;
    }
    const epoch = this.#parts.system.epoch(counterOf(place.epoch, 'e'));
    const node = epoch === undefined ? undefined : this.#nodeOf(epoch);
    this.#toEpoch(place.epoch, {
      type: 'packet.load',
      packet,
      port: node?.outPorts.get(port) ?? -1,
      name: port,
    });
  }

  /** The target is asked first: it may refuse; the holder then lets go, which it cannot refuse. */
  #transport({ packet: id, to }: Of<'TransportPacketToLocation'>): void {
    const subject = this.#subject(id);
    if (subject === undefined) return;
    const { packet, place } = subject;
    if ('epoch' in place) {
      this.#unknown('PACKET_IN_EPOCH', `${id} is in epoch ${place.epoch}`);
      return;
    }
    if ('epoch' in to) {
      const lives = this.#parts.system.epoch(counterOf(to.epoch, 'e')) !== undefined;
      if (lives) this.#unknown('PACKET_IN_EPOCH', `${id} cannot be moved into epoch ${to.epoch}`);
      else this.#unknown('EPOCH_NOT_FOUND', `no live epoch ${to.epoch}`);
      return;
    }
    const target = this.#holder(to);
    if (target === undefined) return;
    this.#parts.system.send(target.actor, {
      type: 'packet.enter',
      packet,
      slot: target.slot,
      from: place,
    });
    if (this.#parts.isRefused()) return;
    const source = this.#holder(place);
    if (source !== undefined)
      this.#parts.system.send(source.actor, { type: 'packet.leave', packet, slot: source.slot });
  }

  #createEpoch(action: Of<'CreateEpoch' | 'CreateAndStartEpoch'>, now: number): void {
    const { system, ids, gate } = this.#parts;
    const node = this.#node(action.node);
    if (node === undefined) return;
    const salvo = this.#salvo(action.node, node, action.salvo ?? []);
    if (salvo === undefined) return;
    const starts = action.type === 'CreateAndStartEpoch';
    const open = starts ? gate(node.index) : 'open';
    if (open !== 'open') {
      this.#unknown('GATE_CLOSED', `an epoch of node ${action.node} may not start: ${open}`);
      return;
    }
    const groups = new Map<number, number[]>();
    for (const [port, packet] of salvo) {
      const group = groups.get(port);
      if (group === undefined) groups.set(port, [packet]);
      else group.push(packet);
    }
    const id = ids().epochs;
    system.send(system.node(node.index), {
      type: 'epoch.create',
      ids: ids(),
      groups: [...groups],
      salvo,
    });
    // One too many for its node was cancelled at once.
    const epoch = starts ? system.epoch(id) : undefined;
    if (epoch !== undefined) system.send(epoch, { type: 'epoch.start', now, gate: open });
  }

  #salvo(
    nodeName: string,
    node: NodeNames,
    pairs: SalvoPackets,
  ): (readonly [number, number])[] | undefined {
    const seen = new Set<number>();
    const salvo: (readonly [number, number])[] = [];
    for (const [portName, id] of pairs) {
      const subject = this.#subject(id);
      if (subject === undefined) return undefined;
      const port = node.inPorts.get(portName);
      if (port === undefined) {
        this.#inputPort(nodeName, portName);
        return undefined;
      }
      const { packet, place } = subject;
      const there =
        place.type === 'InputPort' && place.node === nodeName && place.port === portName;
      if (!there || seen.has(packet)) {
        const why = there ? 'is named twice' : `is ${placeText(place)}`;
        this.#unknown(
          'PACKET_NOT_AT_INPUT_PORT',
          `${id} ${why}, not at input port ${nodeName}.${portName}`,
        );
        return undefined;
      }
      seen.add(packet);
      salvo.push([port, packet]);
    }
    return salvo;
  }

  #fire(key: string, now: number): void {
    const { system, names } = this.#parts;
    const colon = key.indexOf(':');
    const kind = key.slice(0, colon);
    const subject = key.slice(colon + 1);
    const node = kind === 'rate' || kind === 'restart' ? names.nodes.get(subject) : undefined;
    const epoch =
      kind === 'retry' || kind === 'timeout' || kind === 'attempt'
        ? system.epoch(counterOf(subject, 'e'))
        : undefined;
    if (node !== undefined) {
      system.send(
        system.node(node.index),
        kind === 'rate' ? { type: 'timer.fire', kind } : { type: 'restart.fire' },
      );
    } else if (epoch !== undefined) {
      system.send(epoch, { type: 'timer.fire', kind: kind as EpochTimer, now });
    } else {
      this.#unknown('TIMER_NOT_ARMED', `no timer ${key} is armed`);
    }
  }

  /** The epoch has ended, and may be forgotten: the net writes it down. */
  #late({ node, epoch, attempt, outcome, error }: Of<'RecordLateResult'>): void {
    if (this.#node(node) === undefined) return;
    const late = { node, ...(epoch === undefined ? {} : { epoch }), attempt, outcome };
    const told = error === undefined ? late : { ...late, error };
    this.#toNet({ type: 'result.late', late: told });
  }

  #lifecycle(
    action: Of<
      'StartNet' | 'PauseNet' | 'ResumeNet' | 'StopNet' | 'RecoverNet' | 'NodeUp' | 'NodeFailed'
    >,
    now: number,
  ): void {
    const { system } = this.#parts;
    switch (action.type) {
      case 'StartNet':
      case 'RecoverNet': {
        const functionless: number[] = [];
        for (const name of action.functionless ?? []) {
          const node = this.#node(name);
          if (node === undefined) return;
          functionless.push(node.index);
        }
        this.#toNet(
          action.type === 'StartNet'
            ? { type: 'net.start', functionless }
            : { type: 'net.recover', functionless, reason: action.reason ?? '' },
        );
        break;
      }
      case 'PauseNet':
        this.#toNet({ type: 'net.pause', reason: action.reason ?? '' });
        break;
      case 'ResumeNet':
        this.#toNet({ type: 'net.resume' });
        break;
      case 'StopNet':
        this.#toNet({ type: 'net.stop', reason: action.reason ?? '' });
        break;
      default: {
        const node = this.#node(action.node);
        if (node === undefined) return;
        system.send(
          system.node(node.index),
          action.type === 'NodeUp'
            ? { type: 'node.up' }
            : {
                type: 'node.fail',
                now,
                error: action.error,
                waitMs: action.waitMs ?? null,
              },
        );
      }
    }
  }
}

/** What becomes of packets that an epoch of the node leaves. */
function unconsumedRule(spec: NetSpec, node: NodeNames | undefined): 'error' | 'destroy' {
  return spec.nodes[node?.index ?? -1]?.rules.unconsumed ?? 'error';
}

/** A place in words. */
function placeText(place: Location): string {
  switch (place.type) {
    case 'OutsideNet':
      return 'outside the net';
    case 'Edge':
      return `on the edge ${place.from} -> ${place.to}`;
    case 'InputPort':
      return `at input port ${place.node}.${place.port}`;
    case 'Node':
      return `in epoch ${place.epoch}`;
    case 'OutputPort':
      return `in output port ${place.port} of epoch ${place.epoch}`;
  }
}
