/**
 * An input port: its slots, and the queues of the edges that end in it.
 *
 * Owns: the packets that wait at the port and on its edges, in order (G2); which of its edges wait
 * for a slot.
 */
import { assign, emit, enqueueActions, sendParent, sendTo, setup } from 'xstate';
import type { Location } from './action.ts';
import { type Fifo, drop, emptyFifo, first, firstItems, push, sizeOf, without } from './fifo.ts';
import {
  type Emission,
  type InputPortMessage,
  type NetMessage,
  type NodeMessage,
  type OutputPortMessage,
  netAddress,
  packetId,
} from './protocol.ts';

export interface InboundEdge {
  readonly edge: number;
  readonly place: Location;
  readonly capacity: number | null;
  /** Address of the output port it leaves. */
  readonly source: string;
  readonly queue: Fifo;
  /** In the worklist, or waiting for a slot. */
  readonly listed: boolean;
}

export interface InputPortInput {
  readonly node: string;
  readonly port: string;
  readonly index: number;
  readonly slots: number | null;
  readonly edges: readonly {
    readonly edge: number;
    readonly place: Location;
    readonly capacity: number | null;
    readonly source: string;
  }[];
}

export interface InputPortContext {
  readonly name: string;
  readonly index: number;
  readonly slots: number | null;
  readonly here: Location;
  readonly queue: Fifo;
  readonly edges: readonly InboundEdge[];
  /** Places in `edges` of those that wait for a slot, in the order they began to. */
  readonly waiting: readonly number[];
  /** Where the last packet that came off an edge came from; what the last request took. */
  readonly last: { readonly from: Location; readonly packet: number };
  readonly taken: readonly number[];
  readonly freed: readonly number[];
}

const outside: Location = { type: 'OutsideNet' };
const noPackets: readonly number[] = [];
const noSlots: readonly number[] = [];

type Message<T extends InputPortMessage['type']> = Extract<InputPortMessage, { type: T }>;

function edgeAt(context: InputPortContext, slot: number): InboundEdge {
  const edge = context.edges[slot];
  if (edge === undefined) throw new Error(`${context.name} has no edge in place ${slot}`);
  return edge;
}

function withEdge(
  context: InputPortContext,
  slot: number,
  change: Partial<InboundEdge>,
): readonly InboundEdge[] {
  const edges = context.edges.slice();
  edges[slot] = { ...edgeAt(context, slot), ...change };
  return edges;
}

const parts = setup({
  types: {
    context: {} as InputPortContext,
    events: {} as InputPortMessage,
    emitted: {} as Emission,
    input: {} as InputPortInput,
  },
  guards: {
    /** The edge whose turn it is has nothing on it. */
    edgeIsEmpty: ({ context, event }) =>
      sizeOf(edgeAt(context, (event as Message<'edge.serve'>).slot).queue) === 0,
    fillsPortAndMoreOnEdge: ({ context, event }) =>
      context.slots !== null &&
      sizeOf(context.queue) + 1 >= context.slots &&
      sizeOf(edgeAt(context, (event as Message<'edge.serve'>).slot).queue) > 1,
    fillsPort: ({ context }) =>
      context.slots !== null && sizeOf(context.queue) + 1 >= context.slots,
    moreOnEdge: ({ context, event }) =>
      sizeOf(edgeAt(context, (event as Message<'edge.serve'>).slot).queue) > 1,
    edgeIsIdle: ({ context, event }) =>
      !edgeAt(context, (event as Message<'edge.put'>).slot).listed,
    entersIdleEdge: ({ context, event }) => {
      const { slot } = event as Message<'packet.enter'>;
      return slot >= 0 && !edgeAt(context, slot).listed;
    },
    entersEdge: ({ event }) => (event as Message<'packet.enter'>).slot >= 0,
    leavesEdge: ({ event }) => (event as Message<'packet.leave'>).slot >= 0,
    leavesPortEmpty: ({ context }) => sizeOf(context.queue) === 1,
    takesAll: ({ context, event }) => {
      const { count } = event as Message<'port.take'>;
      return count === null || count >= sizeOf(context.queue);
    },
    picksAll: ({ context, event }) =>
      (event as Message<'port.pick'>).packets.length === sizeOf(context.queue),
  },
  actions: {
    /** Tells the output port behind an edge with a capacity that the edge came to it, or below it. */
    reportEdge: enqueueActions(({ context, event, system, enqueue }) => {
      const { slot } = event as { slot: number };
      const edge = slot < 0 ? undefined : context.edges[slot];
      if (edge === undefined || edge.capacity === null) return;
      const left = event.type !== 'edge.put' && event.type !== 'packet.enter';
      const size = sizeOf(edge.queue);
      if (size !== (left ? edge.capacity - 1 : edge.capacity)) return;
      const news: OutputPortMessage = { type: left ? 'edge.freed' : 'edge.filled' };
      enqueue.sendTo(system.get(edge.source), news);
    }),

    // Coming off an edge.
    deliver: assign(({ context, event }) => {
      const { slot } = event as Message<'edge.serve'>;
      const edge = edgeAt(context, slot);
      const packet = first(edge.queue) ?? 0;
      return {
        queue: push(context.queue, packet),
        edges: withEdge(context, slot, {
          queue: drop(edge.queue, 1),
          listed: sizeOf(edge.queue) > 1,
        }),
        last: { from: edge.place, packet },
      };
    }),
    emitMoved: emit(({ context }) => ({
      type: 'PacketMoved' as const,
      packet: packetId(context.last.packet),
      from: context.last.from,
      to: context.here,
    })),
    relistEdge: emit(({ context, event }) => ({
      type: 'mark.edge' as const,
      edge: edgeAt(context, (event as Message<'edge.serve'>).slot).edge,
    })),
    tellArrived: sendParent(({ context, event }): NodeMessage => ({
      type: 'port.arrived',
      port: context.index,
      count: sizeOf(context.queue),
      ids: (event as Message<'edge.serve'>).ids,
    })),
    unlist: assign({
      edges: ({ context, event }) =>
        withEdge(context, (event as Message<'edge.serve'>).slot, { listed: false }),
    }),
    waitForSlot: assign({
      waiting: ({ context, event }) => [...context.waiting, (event as Message<'edge.serve'>).slot],
    }),

    // Onto an edge.
    putOnEdge: assign({
      edges: ({ context, event }) => {
        const { slot, packet } = event as Message<'edge.put'>;
        return withEdge(context, slot, {
          queue: push(edgeAt(context, slot).queue, packet),
          listed: true,
        });
      },
    }),
    listEdge: emit(({ context, event }) => ({
      type: 'mark.edge' as const,
      edge: edgeAt(context, (event as Message<'edge.put'>).slot).edge,
    })),
    emitEnteredEdge: emit(({ context, event }) => {
      const { slot, packet, from } = event as Message<'packet.enter'>;
      return {
        type: 'PacketMoved' as const,
        packet: packetId(packet),
        from,
        to: edgeAt(context, slot).place,
      };
    }),

    // To the port by hand.
    emitCreated: emit(({ event }) => {
      const { packet, retryOf } = event as Message<'packet.inject'>;
      const created = { type: 'PacketCreated' as const, packet: packetId(packet) };
      return retryOf === null ? created : { ...created, retryOf };
    }),
    place: assign({
      queue: ({ context, event }) =>
        push(context.queue, (event as Message<'packet.inject'>).packet),
    }),
    emitPlaced: emit(({ context, event }) => {
      const { packet } = event as Message<'packet.inject'>;
      const from = event.type === 'packet.enter' ? event.from : outside;
      return { type: 'PacketMoved' as const, packet: packetId(packet), from, to: context.here };
    }),
    tellMade: sendTo(
      ({ system }) => system.get(netAddress),
      (): NetMessage => ({ type: 'packets.made', count: 1 }),
    ),
    tellEnded: sendTo(
      ({ system }) => system.get(netAddress),
      (): NetMessage => ({ type: 'packets.ended', count: 1 }),
    ),
    tellChanged: sendParent(({ context }): NodeMessage => ({
      type: 'port.changed',
      port: context.index,
      count: sizeOf(context.queue),
    })),
    refuseFull: emit(({ context }) => ({
      type: 'rejected' as const,
      code: 'INPUT_PORT_FULL' as const,
      message: `input port ${context.name} has no free slot (slots = ${context.slots})`,
    })),

    // Away.
    take: assign(({ context, event }) => {
      const { count } = event as Message<'port.take'>;
      const n = count ?? sizeOf(context.queue);
      const taken = firstItems(context.queue, n);
      return { taken, queue: drop(context.queue, taken.length) };
    }),
    pick: assign(({ context, event }) => {
      const { packets } = event as Message<'port.pick'>;
      let queue = context.queue;
      for (const packet of packets) queue = without(queue, packet);
      return { taken: packets, queue };
    }),
    takeNothing: assign({ taken: noPackets }),
    tellTaken: sendParent(({ context }): NodeMessage => ({
      type: 'port.taken',
      port: context.index,
      packets: context.taken,
    })),
    /** A slot came free: the edges that wait rejoin the worklist. */
    release: assign(({ context }) => ({
      freed: context.waiting,
      waiting: noSlots,
    })),
    listFreed: emit(({ context }) =>
      context.freed.length === 0
        ? { type: 'mark.none' as const }
        : {
            type: 'mark.edges' as const,
            edges: context.freed.map((slot) => edgeAt(context, slot).edge),
          },
    ),
    removeFromPort: assign({
      queue: ({ context, event }) =>
        without(context.queue, (event as Message<'packet.leave'>).packet),
    }),
    removeFromEdge: assign({
      edges: ({ context, event }) => {
        const { slot, packet } = event as Message<'packet.leave'>;
        return withEdge(context, slot, { queue: without(edgeAt(context, slot).queue, packet) });
      },
    }),
    emitDestroyed: emit(({ context, event }) => {
      const { slot, packet } = event as Message<'packet.destroy'>;
      return {
        type: 'PacketDestroyed' as const,
        packet: packetId(packet),
        from: slot >= 0 ? edgeAt(context, slot).place : context.here,
      };
    }),
  },
});

/**
 * The machine of an input port. `capacities`: whether any edge that ends in it has a capacity, so
 * that its output port wants to hear of it.
 */
function createInputPortMachine(capacities: boolean) {
  const report = capacities ? (['reportEdge'] as const) : ([] as const);
  const deliver = (more: boolean) =>
    [
      'deliver',
      'emitMoved',
      ...report,
      ...(more ? (['relistEdge'] as const) : []),
      'tellArrived',
    ] as const;
  const take = ['take', 'release', 'listFreed', 'tellTaken'] as const;
  const pick = ['pick', 'release', 'listFreed', 'tellTaken'] as const;
  const leave = ['removeFromPort', 'release', 'listFreed', 'tellChanged'] as const;
  const destroy = ['emitDestroyed', 'tellEnded', ...leave] as const;
  /** What holds for a port with a free slot. */
  const accepting = {
    'edge.serve': [
      { guard: 'edgeIsEmpty', actions: ['unlist'] },
      { guard: 'fillsPortAndMoreOnEdge', target: '#port.full', actions: deliver(true) },
      { guard: 'fillsPort', target: '#port.full', actions: deliver(false) },
      { guard: 'moreOnEdge', target: '#port.partial', actions: deliver(true) },
      { target: '#port.partial', actions: deliver(false) },
    ],
    'packet.inject': [
      {
        guard: 'fillsPort',
        target: '#port.full',
        actions: ['emitCreated', 'place', 'emitPlaced', 'tellMade', 'tellChanged'],
      },
      {
        target: '#port.partial',
        actions: ['emitCreated', 'place', 'emitPlaced', 'tellMade', 'tellChanged'],
      },
    ],
    'packet.enter': [
      {
        guard: 'entersIdleEdge',
        actions: ['putOnEdge', 'emitEnteredEdge', ...report, 'listEdge'],
      },
      { guard: 'entersEdge', actions: ['putOnEdge', 'emitEnteredEdge', ...report] },
      { guard: 'fillsPort', target: '#port.full', actions: ['place', 'emitPlaced', 'tellChanged'] },
      { target: '#port.partial', actions: ['place', 'emitPlaced', 'tellChanged'] },
    ],
  } as const;
  /** What holds for a port with packets. */
  const giving = {
    'port.take': [
      { guard: 'takesAll', target: '#port.empty', actions: take },
      { target: '#port.partial', actions: take },
    ],
    'port.pick': [
      { guard: 'picksAll', target: '#port.empty', actions: pick },
      { target: '#port.partial', actions: pick },
    ],
    'packet.leave': [
      { guard: 'leavesEdge', actions: ['removeFromEdge', ...report] },
      { guard: 'leavesPortEmpty', target: '#port.empty', actions: leave },
      { target: '#port.partial', actions: leave },
    ],
    'packet.destroy': [
      {
        guard: 'leavesEdge',
        actions: ['emitDestroyed', 'tellEnded', 'removeFromEdge', ...report],
      },
      { guard: 'leavesPortEmpty', target: '#port.empty', actions: destroy },
      { target: '#port.partial', actions: destroy },
    ],
  } as const;
  return parts.createMachine({
    id: 'port',
    context: ({ input }) => ({
      name: `${input.node}.${input.port}`,
      index: input.index,
      slots: input.slots,
      here: { type: 'InputPort', node: input.node, port: input.port },
      queue: emptyFifo,
      edges: input.edges.map((edge) => ({ ...edge, queue: emptyFifo, listed: false })),
      waiting: noSlots,
      last: { from: outside, packet: 0 },
      taken: noPackets,
      freed: noSlots,
    }),
    initial: 'empty',
    states: {
      empty: {
        on: {
          ...accepting,
          'port.take': { actions: ['takeNothing', 'tellTaken'] },
          'packet.leave': { actions: ['removeFromEdge', ...report] },
          'packet.destroy': {
            actions: ['emitDestroyed', 'tellEnded', 'removeFromEdge', ...report],
          },
        },
      },
      partial: { on: { ...accepting, ...giving } },
      full: {
        on: {
          ...giving,
          'edge.serve': [
            { guard: 'edgeIsEmpty', actions: ['unlist'] },
            { actions: ['waitForSlot'] },
          ],
          'packet.inject': { actions: ['refuseFull'] },
          'packet.enter': [
            {
              guard: 'entersIdleEdge',
              actions: ['putOnEdge', 'emitEnteredEdge', ...report, 'listEdge'],
            },
            { guard: 'entersEdge', actions: ['putOnEdge', 'emitEnteredEdge', ...report] },
            { actions: ['refuseFull'] },
          ],
        },
      },
    },
    on: {
      'edge.put': [
        { guard: 'edgeIsIdle', actions: ['putOnEdge', ...report, 'listEdge'] },
        { actions: ['putOnEdge', ...report] },
      ],
    },
  });
}

const plain = createInputPortMachine(false);
const reporting = createInputPortMachine(true);

/** The machine for an input port on which edges with (or without) a capacity end. */
export function inputPortMachine(capacities: boolean): typeof plain {
  return capacities ? reporting : plain;
}

/** The machine of this port. */
export function portMachine({ edges }: InputPortInput): typeof plain {
  return inputPortMachine(edges.some(({ capacity }) => capacity !== null));
}
