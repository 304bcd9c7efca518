/**
 * The form of a snapshot's parts: one zod schema per kind of actor, for its value and its context.
 *
 * What has passed a schema is a copy, with its fields in the order in which the machines have them.
 * Only what actors are like between two actions fits: nothing is being gathered, sent or committed.
 */
import { z } from 'zod';
import type { EpochId, PacketId } from '../../machines/action.ts';
import type { EpochContext } from '../../machines/epoch-parts.ts';
import type { InputPortContext } from '../../machines/input-port.machine.ts';
import type { NetContext } from '../../machines/net-parts.ts';
import type { NodeContext } from '../../machines/node-context.ts';
import type { OutputPortContext } from '../../machines/output-port.machine.ts';

/** An id's digits: what a number counts exactly. */
const largest = 999_999_999_999_999;
const count = z.int().min(0).max(largest);
const id = z.int().min(1).max(largest);
const text = z.string();
const due = count.nullable();
const list = z.array(count);
const packetId = z
  .templateLiteral(['p', z.number()])
  .refine((name) => /^p[1-9]\d{0,14}$/.test(name)) as z.ZodType<PacketId>;
const epochId = z
  .templateLiteral(['e', z.number()])
  .refine((name) => /^e[1-9]\d{0,14}$/.test(name)) as z.ZodType<EpochId>;
const salvo = z.array(z.tuple([text, packetId]));

/** A queue in its normal form: all of its items, from 0. */
function fifo<T>(item: z.ZodType<T>) {
  return z
    .strictObject({ items: z.array(item), head: z.literal(0), tail: count })
    .refine(({ items, tail }) => items.length === tail, 'a queue ends where its items do');
}

const packets = fifo(id);
const outside = z.strictObject({ type: z.literal('OutsideNet') });
const onEdge = z.strictObject({ type: z.literal('Edge'), from: text, to: text });
const atPort = z.strictObject({ type: z.literal('InputPort'), node: text, port: text });
const inEpoch = z.strictObject({ type: z.literal('Node'), epoch: epochId });

/** The values of the machines, regions in the order of their declaration. */
const values = {
  net: z.strictObject({
    lifecycle: z.enum([
      'created',
      'starting',
      'running',
      'pausing',
      'paused',
      'stopping',
      'stopped',
    ]),
    activity: z.union([
      z.enum(['moving', 'working', 'waiting']),
      z.strictObject({ blocked: z.enum(['drained', 'stuck', 'starved']) }),
    ]),
    mode: z.union([z.literal('cyclic'), z.strictObject({ dag: z.enum(['clean', 'violated']) })]),
  }),
  node: z.strictObject({
    intake: z.enum(['collecting', 'held']),
    gate: z.enum(['open', 'saturated', 'throttled', 'backpressured', 'exhausted', 'closed']),
    service: z.enum(['down', 'starting', 'up', 'stopping', 'failed']),
  }),
  inputPort: z.enum(['empty', 'partial', 'full']),
  outputPort: z.enum(['open', 'blocked', 'unconnected']),
  epoch: z.union([
    z.literal('startable'),
    z.strictObject({ running: z.enum(['attempting', 'backingOff']) }),
  ]),
};

const net: z.ZodType<NetContext> = z.strictObject({
  now: count,
  nextPacket: id,
  nextEpoch: id,
  outside: packets,
  inside: count,
  startable: count,
  ready: count,
  starved: count,
  running: count,
  timers: count,
  queued: count,
  awaiting: count,
  open: z.boolean(),
  reason: text,
});

const node: z.ZodType<NodeContext> = z.strictObject({
  name: text,
  index: count,
  counts: list,
  packets: z.array(id).max(0),
  salvo: salvo.max(0),
  awaiting: count,
  ids: z.strictObject({ packets: count, epochs: count }),
  opened: count,
  last: count,
  before: count,
  pending: count,
  running: count,
  started: count,
  bare: z.boolean(),
  netOpen: z.boolean(),
  up: z.boolean(),
  functionless: z.boolean(),
  autostart: z.boolean(),
  blockedOutputs: count,
  nextStartAt: z.number().min(0).max(largest),
  rateAt: due,
  startFailures: count,
  restartAt: due,
});

const inputPort: z.ZodType<InputPortContext> = z.strictObject({
  name: text,
  index: count,
  slots: count.nullable(),
  here: atPort,
  queue: packets,
  edges: z.array(
    z.strictObject({
      edge: count,
      place: onEdge,
      capacity: count.nullable(),
      source: text,
    }),
  ),
  queues: z.array(z.array(packets)),
  idle: list,
  waiting: list,
});

const outputPort: z.ZodType<OutputPortContext> = z.strictObject({
  name: text,
  fanout: z.enum(['copy', 'round_robin', 'error']),
  destinations: z.array(
    z.strictObject({
      place: z.union([outside, onEdge]),
      target: text.nullable(),
      slot: z.int().min(-1),
    }),
  ),
  turn: count,
  filled: count,
});

const epoch: z.ZodType<EpochContext> = z.strictObject({
  name: epochId,
  condition: text,
  salvo,
  attempt: count,
  retryAt: due,
  timeoutAt: due,
  attemptAt: due,
  sending: z.null(),
  batch: z.null(),
  made: z.literal(0),
  withdrawn: z.literal(false),
  id,
  node: text,
  here: inEpoch,
  inside: packets,
  buckets: z.array(packets),
  sent: list,
  salvos: fifo(z.strictObject({ condition: text, packets: salvo })),
  ended: count,
});

function actor<V, C>(value: z.ZodType<V>, context: z.ZodType<C>) {
  return z.strictObject({ address: text, value, context });
}

/** By kind of actor. */
export const actorSchemas = {
  net: actor(values.net, net),
  node: actor(values.node, node),
  inputPort: actor(values.inputPort, inputPort),
  outputPort: actor(values.outputPort, outputPort),
  epoch: actor(values.epoch, epoch),
} as const;

export type NetState = z.output<typeof actorSchemas.net>;
export type NodeState = z.output<typeof actorSchemas.node>;
export type InputPortState = z.output<typeof actorSchemas.inputPort>;
export type OutputPortState = z.output<typeof actorSchemas.outputPort>;
export type EpochState = z.output<typeof actorSchemas.epoch>;

/** A snapshot but for its actors. */
export const frameSchema = z.strictObject({
  version: z.literal(3),
  spec: text,
  actors: z.array(z.unknown()).min(1),
  worklist: z.strictObject({
    again: z.array(count),
    nodes: z.array(count),
    edges: z.array(count),
  }),
  copies: z.array(z.tuple([packetId, packetId])),
});

/** A snapshot, read. */
export interface ReadActors {
  readonly net: NetState;
  readonly nodes: readonly {
    readonly node: NodeState;
    readonly inputs: readonly InputPortState[];
    readonly outputs: readonly OutputPortState[];
  }[];
  readonly epochs: readonly { readonly epoch: EpochState; readonly node: number }[];
}
