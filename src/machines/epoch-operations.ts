/**
 * What an epoch may do with its packets, and what becomes of it: decisions and steps as pure
 * functions, used by the epoch's guards one by one and by a batch in a row.
 */
import type { KernelEvent, Location, RejectionCode, SalvoPackets } from './action.ts';
import {
  type Fifo,
  drop,
  emptyFifo,
  firstItems,
  includes,
  push,
  sizeOf,
  toArray,
  without,
} from './fifo.ts';
import { epochId, packetId } from './protocol.ts';
import { type Slots, isFull, termHolds } from './salvo.ts';
import type { NodeShape, OutPortSpec } from './spec.ts';

export interface SentSalvo {
  readonly condition: string;
  readonly packets: SalvoPackets;
}

/** The packets of an epoch and what it has sent. */
export interface EpochPackets {
  readonly id: number;
  /** Name of its node. */
  readonly node: string;
  readonly here: Location;
  /** In the epoch, in order. */
  readonly inside: Fifo;
  /** Loaded, by output port. */
  readonly buckets: readonly Fifo[];
  /** Salvos sent, by condition. */
  readonly sent: readonly number[];
  readonly salvos: Fifo<SentSalvo>;
  /** Packets that ended in the epoch. */
  readonly ended: number;
}

export interface Refusal {
  readonly code: RejectionCode;
  readonly message: string;
}

/** Packets on their way to one output port. */
export interface Routed {
  readonly port: number;
  readonly packets: readonly number[];
  /** First free id for their copies. */
  readonly copies: number;
}

/** Where the packets loaded into an output port are. */
export function exitOf(spec: NodeShape, epoch: number, port: number): Location {
  return { type: 'OutputPort', epoch: epochId(epoch), port: spec.outPorts[port]?.name ?? '' };
}

function bucketOf(state: EpochPackets, port: number): Fifo {
  return state.buckets[port] ?? emptyFifo;
}

function bucketSizes(state: EpochPackets): number[] {
  return state.buckets.map(sizeOf);
}

const slots = new WeakMap<NodeShape, Slots>();

/** The slots of a shape's output ports, worked out once. */
function slotsOf(spec: NodeShape): Slots {
  const known = slots.get(spec);
  if (known !== undefined) return known;
  const found = spec.outPorts.map((port) => port.slots);
  slots.set(spec, found);
  return found;
}

function withBucket(state: EpochPackets, port: number, bucket: Fifo): readonly Fifo[] {
  const buckets = state.buckets.slice();
  buckets[port] = bucket;
  return buckets;
}

function leadsSomewhere(port: OutPortSpec | undefined): boolean {
  return port !== undefined && (port.edges.length > 0 || port.outside);
}

/** Copies that one packet sent from `port` makes. */
function copiesPerPacket(port: OutPortSpec | undefined): number {
  if (port === undefined || port.fanout !== 'copy') return 0;
  return Math.max(0, port.edges.length + (port.outside ? 1 : 0) - 1);
}

// Decisions.

export function holdsPacket(state: EpochPackets, packet: number): boolean {
  return includes(state.inside, packet);
}

export function bucketIsFull(spec: NodeShape, state: EpochPackets, port: number): boolean {
  return isFull(sizeOf(bucketOf(state, port)), spec.outPorts[port]?.slots ?? null);
}

export function outTermHolds(spec: NodeShape, state: EpochPackets, condition: number): boolean {
  const found = spec.outConditions[condition];
  return found !== undefined && termHolds(found.term, bucketSizes(state), slotsOf(spec));
}

export function maxSalvosReached(spec: NodeShape, state: EpochPackets, condition: number): boolean {
  const max = spec.outConditions[condition]?.maxSalvos ?? null;
  return max !== null && (state.sent[condition] ?? 0) >= max;
}

/** The first port a packet would be taken from that leads nowhere; -1 where there is none. */
export function deadEnd(spec: NodeShape, state: EpochPackets, condition: number): number {
  for (const { port, count } of spec.outConditions[condition]?.takes ?? []) {
    const takes = count !== 0 && sizeOf(bucketOf(state, port)) > 0;
    if (takes && !leadsSomewhere(spec.outPorts[port])) return port;
  }
  return -1;
}

/** Packets left in the epoch and in its output ports, as the history names them. */
export function leftovers(state: EpochPackets): readonly { packet: number; bucket: number }[] {
  return [
    ...toArray(state.inside).map((packet) => ({ packet, bucket: -1 })),
    ...state.buckets.flatMap((bucket, port) =>
      toArray(bucket).map((packet) => ({ packet, bucket: port })),
    ),
  ];
}

// Steps. Each returns what changes.

export function create(state: EpochPackets, packet: number): Pick<EpochPackets, 'inside'> {
  return { inside: push(state.inside, packet) };
}

export function consume(
  state: EpochPackets,
  packet: number,
): Pick<EpochPackets, 'inside' | 'ended'> {
  return { inside: without(state.inside, packet), ended: state.ended + 1 };
}

export function load(
  state: EpochPackets,
  packet: number,
  port: number,
): Pick<EpochPackets, 'inside' | 'buckets'> {
  return {
    inside: without(state.inside, packet),
    buckets: withBucket(state, port, push(bucketOf(state, port), packet)),
  };
}

export interface Sending {
  /** As they are after it. */
  readonly buckets: readonly Fifo[];
  readonly sent: readonly number[];
  readonly salvo: SentSalvo;
  readonly routed: readonly Routed[];
  /** Ids that copies use. */
  readonly copies: number;
}

export function send(
  spec: NodeShape,
  state: EpochPackets,
  condition: number,
  free: number,
): Sending {
  const found = spec.outConditions[condition];
  const buckets = state.buckets.slice();
  let routed: Routed[] | null = null;
  let copies = 0;
  for (const { port, count } of found?.takes ?? []) {
    const bucket = bucketOf(state, port);
    const packets = firstItems(bucket, count ?? sizeOf(bucket));
    buckets[port] = drop(bucket, packets.length);
    const one = { port, packets, copies: free + copies };
    if (routed === null) routed = [one];
    else routed.push(one);
    copies += copiesPerPacket(spec.outPorts[port]) * packets.length;
  }
  const sent = state.sent.slice();
  sent[condition] = (sent[condition] ?? 0) + 1;
  const leaving = routed ?? [];
  const salvo = { condition: found?.name ?? '', packets: salvoOf(spec, leaving) };
  return { buckets, sent, salvo, routed: leaving, copies };
}

/** The packets on their way, with the names of their ports. */
function salvoOf(spec: NodeShape, routed: readonly Routed[]): SalvoPackets {
  const named = ({ port, packets }: Routed): SalvoPackets => {
    const name = spec.outPorts[port]?.name ?? '';
    const [only] = packets;
    if (only !== undefined && packets.length === 1) return [[name, packetId(only)]];
    return packets.map((packet) => [name, packetId(packet)] as const);
  };
  const [only] = routed;
  return only !== undefined && routed.length === 1 ? named(only) : routed.flatMap(named);
}

/** The state without its leftovers, and the events of their destruction. */
export function destroyLeftovers(
  spec: NodeShape,
  state: EpochPackets,
): {
  readonly change: Pick<EpochPackets, 'inside' | 'buckets' | 'ended'>;
  readonly events: readonly KernelEvent[];
} {
  const left = leftovers(state);
  return {
    change: {
      inside: emptyFifo,
      buckets: state.buckets.map(() => emptyFifo),
      ended: state.ended + left.length,
    },
    events: left.map(({ packet, bucket }) => ({
      event: 'PacketDestroyed',
      packet: packetId(packet),
      from: bucket < 0 ? state.here : exitOf(spec, state.id, bucket),
    })),
  };
}

// Refusals in words.

const nameOf = (state: EpochPackets): string => `epoch ${epochId(state.id)} of node ${state.node}`;

export function leftoverRefusal(spec: NodeShape, state: EpochPackets): Refusal | null {
  if (sizeOf(state.inside) > 0) {
    const name = nameOf(state);
    const ids = firstItems(state.inside, 5).map(packetId);
    const more = sizeOf(state.inside) - ids.length;
    return {
      code: 'EPOCH_NOT_EMPTY',
      message: `${name} still holds ${ids.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    };
  }
  for (let port = 0; port < state.buckets.length; port++) {
    const bucket = bucketOf(state, port);
    if (sizeOf(bucket) === 0) continue;
    const ids = firstItems(bucket, 5).map(packetId);
    return {
      code: 'OUTPUT_PORT_NOT_EMPTY',
      message: `${nameOf(state)} loaded ${ids.join(', ')} into output port ${spec.outPorts[port]?.name} and did not send`,
    };
  }
  return null;
}

export function notInEpoch(state: EpochPackets, packet: string): Refusal {
  return {
    code: 'PACKET_NOT_IN_EPOCH',
    message: `${packet} is not in epoch ${epochId(state.id)} of node ${state.node}`,
  };
}

export function unknownOutput(spec: NodeShape, state: EpochPackets, name: string): Refusal {
  const known = spec.outPorts.map((port) => port.name).join(', ') || 'none';
  return {
    code: 'OUTPUT_PORT_NOT_FOUND',
    message: `node ${state.node} has no output port ${name} (it has: ${known})`,
  };
}

export function fullOutput(spec: NodeShape, state: EpochPackets, port: number): Refusal {
  const found = spec.outPorts[port];
  return {
    code: 'OUTPUT_PORT_FULL',
    message: `output port ${state.node}.${found?.name} has no free slot (slots = ${found?.slots})`,
  };
}

/** Why a salvo may not be sent; null where it may. */
export function sendRefusal(
  spec: NodeShape,
  state: EpochPackets,
  condition: number,
  name: string,
): Refusal | null {
  const found = spec.outConditions[condition];
  if (found === undefined) {
    const known = spec.outConditions.map((c) => c.name).join(', ') || 'none';
    return {
      code: 'SALVO_CONDITION_NOT_FOUND',
      message: `node ${state.node} has no output salvo condition ${name} (it has: ${known})`,
    };
  }
  if (!outTermHolds(spec, state, condition)) {
    const counts = spec.outPorts.map(
      (port, at) => `${port.name} has ${sizeOf(bucketOf(state, at))}`,
    );
    return {
      code: 'SALVO_CONDITION_NOT_MET',
      message: `${found.when} does not hold for condition ${found.name} of node ${state.node} (${counts.join(', ')})`,
    };
  }
  if (maxSalvosReached(spec, state, condition)) {
    return {
      code: 'MAX_SALVOS_REACHED',
      message: `epoch ${epochId(state.id)} of node ${state.node} has sent its ${found.maxSalvos} salvo(s) of condition ${found.name}`,
    };
  }
  const end = deadEnd(spec, state, condition);
  if (end < 0) return null;
  return {
    code: 'OUTPUT_PORT_NOT_CONNECTED',
    message: `output port ${state.node}.${spec.outPorts[end]?.name} has packets, but no edge leaves it and it is not among the net's outputs`,
  };
}
