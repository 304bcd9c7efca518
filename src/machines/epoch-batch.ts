/** A batch of an epoch's operations, played on a copy of its state: all of it is legal, or nothing happens. */
import type { BatchOperation } from './action.ts';
import {
  type EpochPackets,
  type Refusal,
  type Routed,
  bucketIsFull,
  consume,
  create,
  destroyLeftovers,
  exitOf,
  fullOutput,
  holdsPacket,
  leftoverRefusal,
  load,
  notInEpoch,
  send,
  sendRefusal,
  unknownOutput,
} from './epoch-operations.ts';
import { type HistoryEmission, type Ids, epochId, packetId } from './protocol.ts';
import type { NodeShape } from './spec.ts';

export interface BatchEffects {
  readonly state: EpochPackets;
  /** In order: an event, or packets to route after the event of their salvo. */
  readonly effects: readonly (HistoryEmission | Routed)[];
  /** Packet ids used, copies included. */
  readonly used: number;
}

export interface BatchRefusal extends Refusal {
  /** Position of the illegal operation; the number of operations where the finish is illegal. */
  readonly operation: number;
}

/** Plays operations one after the other; keeps what they made of the state so far. */
class BatchPlay {
  state: EpochPackets;
  readonly effects: (HistoryEmission | Routed)[] = [];
  #free: number;
  readonly #first: number;
  readonly #created: number[] = [];
  readonly #spec: NodeShape;

  constructor(spec: NodeShape, start: EpochPackets, ids: Ids) {
    this.#spec = spec;
    this.state = start;
    this.#free = ids.packets;
    this.#first = ids.packets;
  }

  get used(): number {
    return this.#free - this.#first;
  }

  /** What is wrong with the operation; null where it was played. */
  play(operation: BatchOperation): Refusal | null {
    switch (operation.type) {
      case 'CreatePacket':
        return this.#create();
      case 'ConsumePacket':
        return this.#consume(operation.packet);
      case 'LoadPacketIntoOutputPort':
        return this.#load(operation.packet, operation.port);
      case 'SendOutputSalvo':
        return this.#send(operation.condition);
      case 'Record': {
        const { kind, value } = operation;
        this.effects.push({ type: 'ValueRecorded', epoch: epochId(this.state.id), kind, value });
        return null;
      }
    }
  }

  destroyLeftovers(): void {
    const { change, events } = destroyLeftovers(this.#spec, this.state);
    this.#change(change);
    for (const event of events) this.effects.push(event);
  }

  #change(change: Partial<EpochPackets>): void {
    this.state = { ...this.state, ...change };
  }

  #resolve(reference: string): number {
    const n = Number(reference.slice(1));
    return reference.startsWith('#') ? (this.#created[n] ?? -1) : n;
  }

  #create(): null {
    const packet = this.#free++;
    this.#created.push(packet);
    this.#change(create(this.state, packet));
    const epoch = epochId(this.state.id);
    this.effects.push({ type: 'PacketCreated', packet: packetId(packet), epoch });
    return null;
  }

  #consume(reference: string): Refusal | null {
    const packet = this.#resolve(reference);
    if (!holdsPacket(this.state, packet)) return notInEpoch(this.state, reference);
    this.#change(consume(this.state, packet));
    const from = this.state.here;
    this.effects.push({ type: 'PacketConsumed', packet: packetId(packet), from });
    return null;
  }

  #load(reference: string, name: string): Refusal | null {
    const packet = this.#resolve(reference);
    const port = this.#spec.outPorts.findIndex((candidate) => candidate.name === name);
    if (!holdsPacket(this.state, packet)) return notInEpoch(this.state, reference);
    if (port < 0) return unknownOutput(this.#spec, this.state, name);
    if (bucketIsFull(this.#spec, this.state, port)) return fullOutput(this.#spec, this.state, port);
    this.#change(load(this.state, packet, port));
    const to = exitOf(this.#spec, this.state.id, port);
    const from = this.state.here;
    this.effects.push({ type: 'PacketMoved', packet: packetId(packet), from, to });
    return null;
  }

  #send(name: string): Refusal | null {
    const condition = this.#spec.outConditions.findIndex((candidate) => candidate.name === name);
    const refusal = sendRefusal(this.#spec, this.state, condition, name);
    if (refusal !== null) return refusal;
    const sending = send(this.#spec, this.state, condition, this.#free);
    this.#free += sending.copies;
    this.#change(sending.change);
    const epoch = epochId(this.state.id);
    this.effects.push({ type: 'OutputSalvoTriggered', epoch, ...sending.salvo });
    for (const routed of sending.routed) this.effects.push(routed);
    return null;
  }
}

/** All of a batch's effects, or its first illegality. */
export function playBatch(
  spec: NodeShape,
  start: EpochPackets,
  operations: readonly BatchOperation[],
  unconsumed: 'error' | 'destroy',
  ids: Ids,
): BatchEffects | BatchRefusal {
  const batch = new BatchPlay(spec, start, ids);
  for (const [position, operation] of operations.entries()) {
    const refusal = batch.play(operation);
    if (refusal !== null) return { ...refusal, operation: position };
  }
  if (unconsumed === 'destroy') batch.destroyLeftovers();
  const refusal = leftoverRefusal(spec, batch.state);
  if (refusal !== null) return { ...refusal, operation: operations.length };
  return { state: batch.state, effects: batch.effects, used: batch.used };
}
