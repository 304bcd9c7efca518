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
  happened,
  netAddress,
  packetId,
} from './protocol.ts';
import { type Rows, itemIn, rowsOf, withItem } from './rows.ts';

export interface InboundEdge {
  readonly edge: number;
  readonly place: Location;
  readonly capacity: number | null;
  /** Address of the output port it leaves. */
  readonly source: string;
}

export interface InputPortInput {
  readonly node: string;
  readonly port: string;
  readonly index: number;
  readonly slots: number | null;
  readonly edges: readonly InboundEdge[];
}

export interface InputPortContext {
  readonly name: string;
  readonly index: number;
  readonly slots: number | null;
  readonly here: Location;
  readonly queue: Fifo;
  readonly edges: readonly InboundEdge[];
  /** The packets on each edge, by its place in `edges`. An edge with packets has a turn, or waits for a slot. */
  readonly queues: Rows<Fifo>;
  /** Places of the edges that have a turn, or wait for a slot, with nothing on them any more. */
  readonly idle: readonly number[];
  /** Places of those that wait for a slot, in the order they began to. */
  readonly waiting: readonly number[];
}

const outside: Location = { type: 'OutsideNet' };
const none: readonly number[] = [];
const oneMade: NetMessage = { type: 'packets.made', count: 1 };
const oneEnded: NetMessage = { type: 'packets.ended', count: 1 };

type Message<T extends InputPortMessage['type']> = Extract<InputPortMessage, { type: T }>;

function edgeAt(context: InputPortContext, slot: number): InboundEdge {
  const edge = context.edges[slot];
  if (edge === undefined) throw new Error(`${context.name} has no edge in place ${slot}`);
  return edge;
}

function queueAt(context: InputPortContext, slot: number): Fifo {
  const queue = itemIn(context.queues, slot);
  if (queue === undefined) throw new Error(`${context.name} has no edge in place ${slot}`);
  return queue;
}

/** Whether the edge has a turn, or waits for a slot. */
export function isListed(context: InputPortContext, slot: number): boolean {
  return sizeOf(queueAt(context, slot)) > 0 || context.idle.includes(slot);
}

const withoutSlot = (slots: readonly number[], slot: number): readonly number[] =>
  slots.includes(slot) ? slots.filter((each) => each !== slot) : slots;

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
      sizeOf(queueAt(context, (event as Message<'edge.serve'>).slot)) === 0,
    fillsPortAndMoreOnEdge: ({ context, event }) =>
      context.slots !== null &&
      sizeOf(context.queue) + 1 >= context.slots &&
      sizeOf(queueAt(context, (event as Message<'edge.serve'>).slot)) > 1,
    fillsPort: ({ context }) =>
      context.slots !== null && sizeOf(context.queue) + 1 >= context.slots,
    moreOnEdge: ({ context, event }) =>
      sizeOf(queueAt(context, (event as Message<'edge.serve'>).slot)) > 1,
    edgeIsIdle: ({ context, event }) => !isListed(context, (event as Message<'edge.put'>).slot),
    entersIdleEdge: ({ context, event }) => {
      const { slot } = event as Message<'packet.enter'>;
      return slot >= 0 && !isListed(context, slot);
    },
    entersEdge: ({ event }) => (event as Message<'packet.enter'>).slot >= 0,
    leavesEdge: ({ event }) => (event as Message<'packet.leave'>).slot >= 0,
    leavesPortEmpty: ({ context }) => sizeOf(context.queue) === 1,
    takesAll: ({ context, event }) => {
      const { count } = event as Message<'port.take' | 'port.took'>;
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
      const size = sizeOf(queueAt(context, slot));
      if (size !== (left ? edge.capacity - 1 : edge.capacity)) return;
      const news: OutputPortMessage = { type: left ? 'edge.freed' : 'edge.filled' };
      enqueue.sendTo(system.get(edge.source), news);
    }),

    // Coming off an edge.
    /** Before it is delivered. */
    emitMoved: emit(({ context, event }) => {
      const { slot } = event as Message<'edge.serve'>;
      return happened({
        event: 'PacketMoved',
        packet: packetId(first(queueAt(context, slot)) ?? 0),
        from: edgeAt(context, slot).place,
        to: context.here,
      });
    }),
    deliver: assign({
      queue: ({ context, event }) => {
        const onEdge = queueAt(context, (event as Message<'edge.serve'>).slot);
        return push(context.queue, first(onEdge) ?? 0);
      },
      queues: ({ context, event }) => {
        const { slot } = event as Message<'edge.serve'>;
        return withItem(context.queues, slot, drop(queueAt(context, slot), 1));
      },
    }),
    relistEdge: emit(({ context, event }) => ({
      type: 'mark.edge' as const,
      edge: edgeAt(context, (event as Message<'edge.serve'>).slot).edge,
    })),
    tellArrived: sendParent(({ context, event }): NodeMessage => ({
      type: 'port.arrived',
      port: context.index,
      count: sizeOf(context.queue),
      waiting: context.queue,
      ids: (event as Message<'edge.serve'>).ids,
    })),
    unlist: assign({
      idle: ({ context, event }) =>
        withoutSlot(context.idle, (event as Message<'edge.serve'>).slot),
    }),
    waitForSlot: assign({
      waiting: ({ context, event }) => [...context.waiting, (event as Message<'edge.serve'>).slot],
    }),

    // Onto an edge.
    putOnEdge: assign({
      queues: ({ context, event }) => {
        const { slot, packet } = event as Message<'edge.put'>;
        return withItem(context.queues, slot, push(queueAt(context, slot), packet));
      },
      idle: ({ context, event }) => withoutSlot(context.idle, (event as Message<'edge.put'>).slot),
    }),
    listEdge: emit(({ context, event }) => ({
      type: 'mark.edge' as const,
      edge: edgeAt(context, (event as Message<'edge.put'>).slot).edge,
    })),
    emitEnteredEdge: emit(({ context, event }) => {
      const { slot, packet, from } = event as Message<'packet.enter'>;
      return happened({
        event: 'PacketMoved',
        packet: packetId(packet),
        from,
        to: edgeAt(context, slot).place,
      });
    }),

    // To the port by hand.
    emitCreated: emit(({ event }) => {
      const { packet, retryOf } = event as Message<'packet.inject'>;
      const created = { event: 'PacketCreated' as const, packet: packetId(packet) };
      return happened(retryOf === null ? created : { ...created, retryOf });
    }),
    place: assign({
      queue: ({ context, event }) =>
        push(context.queue, (event as Message<'packet.inject'>).packet),
    }),
    emitPlaced: emit(({ context, event }) => {
      const { packet } = event as Message<'packet.inject'>;
      const from = event.type === 'packet.enter' ? event.from : outside;
      return happened({ event: 'PacketMoved', packet: packetId(packet), from, to: context.here });
    }),
    tellMade: sendTo(
      ({ system }) => system.get(netAddress),
      () => oneMade,
    ),
    tellEnded: sendTo(
      ({ system }) => system.get(netAddress),
      () => oneEnded,
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

    // Away. A slot comes free: the edges that wait rejoin the worklist.
    listFreed: emit(({ context }) =>
      context.waiting.length === 0
        ? { type: 'mark.none' as const }
        : {
            type: 'mark.edges' as const,
            edges: context.waiting.map((slot) => edgeAt(context, slot).edge),
          },
    ),
    release: assign({ waiting: none }),
    /** Before they are taken. */
    tellTaken: sendParent(({ context, event }): NodeMessage => ({
      type: 'port.taken',
      port: context.index,
      packets: firstItems(
        context.queue,
        (event as Message<'port.take'>).count ?? sizeOf(context.queue),
      ),
    })),
    tellPicked: sendParent(({ context, event }): NodeMessage => ({
      type: 'port.taken',
      port: context.index,
      packets: (event as Message<'port.pick'>).packets,
    })),
    take: assign({
      queue: ({ context: { queue }, event }) => {
        const { count } = event as Message<'port.take' | 'port.took'>;
        return drop(queue, Math.min(count ?? sizeOf(queue), sizeOf(queue)));
      },
    }),
    pick: assign({
      queue: ({ context, event }) => {
        let queue = context.queue;
        for (const packet of (event as Message<'port.pick'>).packets) {
          queue = without(queue, packet);
        }
        return queue;
      },
    }),
    removeFromPort: assign({
      queue: ({ context, event }) =>
        without(context.queue, (event as Message<'packet.leave'>).packet),
    }),
    removeFromEdge: assign({
      queues: ({ context, event }) => {
        const { slot, packet } = event as Message<'packet.leave'>;
        return withItem(context.queues, slot, without(queueAt(context, slot), packet));
      },
      idle: ({ context, event }) => {
        const { slot } = event as Message<'packet.leave'>;
        return sizeOf(queueAt(context, slot)) === 1 ? [...context.idle, slot] : context.idle;
      },
    }),
    emitDestroyed: emit(({ context, event }) => {
      const { slot, packet } = event as Message<'packet.destroy'>;
      return happened({
        event: 'PacketDestroyed',
        packet: packetId(packet),
        from: slot >= 0 ? edgeAt(context, slot).place : context.here,
      });
    }),
  },
});

/**
 * The machine of an input port. `capacities`: whether any edge that ends in it has a capacity, so
 * that its output port wants to hear of it. `bounded`: whether its slots are counted, so that edges
 * may have to wait.
 */
function createInputPortMachine(capacities: boolean, bounded: boolean) {
  const report = capacities ? (['reportEdge'] as const) : ([] as const);
  const free = bounded ? (['listFreed', 'release'] as const) : ([] as const);
  const deliver = (more: boolean) =>
    [
      'emitMoved',
      'deliver',
      ...report,
      ...(more ? (['relistEdge'] as const) : []),
      'tellArrived',
    ] as const;
  const take = [...free, 'tellTaken', 'take'] as const;
  const took = [...free, 'take'] as const;
  const pick = [...free, 'tellPicked', 'pick'] as const;
  const leave = [...free, 'removeFromPort', 'tellChanged'] as const;
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
    'port.took': [
      { guard: 'takesAll', target: '#port.empty', actions: took },
      { target: '#port.partial', actions: took },
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
      edges: input.edges,
      queues: rowsOf<Fifo>(input.edges.length, emptyFifo),
      idle: none,
      waiting: none,
    }),
    initial: 'empty',
    states: {
      empty: {
        on: {
          ...accepting,
          'port.take': { actions: ['tellTaken'] },
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

const machines = [false, true].map((capacities) =>
  [false, true].map((bounded) => createInputPortMachine(capacities, bounded)),
);

export type InputPortMachine = ReturnType<typeof createInputPortMachine>;

/**
 * The machine for an input port on which edges with (or without) a capacity end, and which has a
 * limited number of slots (or any number).
 */
export function inputPortMachine(capacities: boolean, bounded = true): InputPortMachine {
  const machine = machines[Number(capacities)]?.[Number(bounded)];
  if (machine === undefined) throw new Error('there is a machine for every input port');
  return machine;
}

/** The machine of this port. */
export function portMachine({ edges, slots }: InputPortInput): InputPortMachine {
  return inputPortMachine(
    edges.some(({ capacity }) => capacity !== null),
    slots !== null,
  );
}
