/**
 * A batch of an epoch's operations, played before any of it happens: all of it is legal, or nothing is done.
 *
 * Played once, when it arrives; what it comes to waits in the epoch's context for the guards that
 * decide and the actions that follow.
 */
import type { BatchOperation, KernelEvent, Location } from './action.ts';
import {
  type EpochPackets,
  type Refusal,
  type Routed,
  type SentSalvo,
  bucketIsFull,
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
import { type Fifo, push, without } from './fifo.ts';
import { type EpochMessage, counterOf, epochId, packetId } from './protocol.ts';
import type { NodeShape } from './spec.ts';

export type Batch = Extract<EpochMessage, { type: 'epoch.commit' }>;

/** What happens in a row: events, then packets on their way out, if any. */
export interface BatchStep {
  readonly events: readonly KernelEvent[];
  readonly routed: Routed | null;
}

/** What a legal batch comes to; the epoch is empty after it. */
export interface BatchEffects {
  /** At least one; only the last one may route nothing. */
  readonly steps: readonly BatchStep[];
  readonly sent: readonly number[];
  readonly salvos: Fifo<SentSalvo>;
  /** Packets that ended in the epoch, since its beginning. */
  readonly ended: number;
  /** Packets made, copies included. */
  readonly made: number;
}

export interface BatchRefusal extends Refusal {
  /** Position of the illegal operation; the number of operations where the finish is illegal. */
  readonly operation: number;
}

/** Plays operations one after the other, on a state of its own. */
class BatchPlay implements EpochPackets {
  readonly id: number;
  readonly node: string;
  readonly here: Location;
  inside: Fifo;
  buckets: readonly Fifo[];
  sent: readonly number[];
  salvos: Fifo<SentSalvo>;
  ended: number;
  #steps: BatchStep[] | null = null;
  #events: KernelEvent[] = [];
  #free: number;
  readonly #first: number;
  #created: number[] | null = null;
  readonly #spec: NodeShape;

  constructor(spec: NodeShape, start: EpochPackets, free: number) {
    this.#spec = spec;
    this.id = start.id;
    this.node = start.node;
    this.here = start.here;
    this.inside = start.inside;
    this.buckets = start.buckets;
    this.sent = start.sent;
    this.salvos = start.salvos;
    this.ended = start.ended;
    this.#free = free;
    this.#first = free;
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
        this.#events.push({ event: 'ValueRecorded', epoch: epochId(this.id), kind, value });
        return null;
      }
    }
  }

  destroyLeftovers(): void {
    const { change, events } = destroyLeftovers(this.#spec, this);
    this.inside = change.inside;
    this.ended = change.ended;
    this.buckets = change.buckets;
    for (const event of events) this.#events.push(event);
  }

  effects(): BatchEffects {
    const { sent, salvos, ended } = this;
    if (this.#steps === null || this.#events.length > 0) this.#step(null);
    return { steps: this.#steps ?? [], sent, salvos, ended, made: this.#free - this.#first };
  }

  #step(routed: Routed | null): void {
    const step: BatchStep = { events: this.#events, routed };
    if (this.#steps === null) this.#steps = [step];
    else this.#steps.push(step);
    this.#events = [];
  }

  #resolve(reference: string): number {
    if (reference.startsWith('p')) return counterOf(reference, 'p');
    return this.#created?.[placeIn(reference)] ?? -1;
  }

  #create(): null {
    const packet = this.#free++;
    if (this.#created === null) this.#created = [packet];
    else this.#created.push(packet);
    this.inside = push(this.inside, packet);
    const epoch = epochId(this.id);
    this.#events.push({ event: 'PacketCreated', packet: packetId(packet), epoch });
    return null;
  }

  #consume(reference: string): Refusal | null {
    const packet = this.#resolve(reference);
    if (!holdsPacket(this, packet)) return notInEpoch(this, reference);
    this.inside = without(this.inside, packet);
    this.ended += 1;
    this.#events.push({ event: 'PacketConsumed', packet: packetId(packet), from: this.here });
    return null;
  }

  #load(reference: string, name: string): Refusal | null {
    const packet = this.#resolve(reference);
    const port = placeOf(this.#spec.outPorts, name);
    const bucket = this.buckets[port];
    if (!holdsPacket(this, packet)) return notInEpoch(this, reference);
    if (bucket === undefined) return unknownOutput(this.#spec, this, name);
    if (bucketIsFull(this.#spec, this, port)) return fullOutput(this.#spec, this, port);
    const { inside, buckets } = load(this, packet, port);
    this.inside = inside;
    this.buckets = buckets;
    this.#events.push({
      event: 'PacketMoved',
      packet: packetId(packet),
      from: this.here,
      to: exitOf(this.#spec, this.id, port),
    });
    return null;
  }

  #send(name: string): Refusal | null {
    const condition = placeOf(this.#spec.outConditions, name);
    const refusal = sendRefusal(this.#spec, this, condition, name);
    if (refusal !== null) return refusal;
    const { buckets, sent, salvo, routed, copies } = send(this.#spec, this, condition, this.#free);
    this.#free += copies;
    this.sent = sent;
    this.salvos = push(this.salvos, salvo);
    this.buckets = buckets;
    this.#events.push({
      event: 'OutputSalvoTriggered',
      epoch: epochId(this.id),
      condition: salvo.condition,
      packets: salvo.packets,
    });
    for (const each of routed) if (each.packets.length > 0) this.#step(each);
    return null;
  }
}

/** The number in `#3`. */
function placeIn(reference: string): number {
  const digit = reference.charCodeAt(1) - 48;
  return reference.length === 2 && digit >= 0 && digit <= 9 ? digit : Number(reference.slice(1));
}

/** The index of the port or condition with this name; -1 where there is none. */
export function placeOf(list: readonly { readonly name: string }[], name: string): number {
  for (let at = 0; at < list.length; at++) if (list[at]?.name === name) return at;
  return -1;
}

/** All of a batch's effects, or its first illegality. */
export function playBatch(
  spec: NodeShape,
  start: EpochPackets,
  { operations, unconsumed, ids }: Batch,
): BatchEffects | BatchRefusal {
  const play = new BatchPlay(spec, start, ids.packets);
  for (let at = 0; at < operations.length; at++) {
    const operation = operations[at];
    const refusal = operation === undefined ? null : play.play(operation);
    if (refusal !== null) return { ...refusal, operation: at };
  }
  if (unconsumed === 'destroy') play.destroyLeftovers();
  const refusal = leftoverRefusal(spec, play);
  if (refusal !== null) return { ...refusal, operation: operations.length };
  return play.effects();
}
