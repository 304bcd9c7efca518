/**
 * An output port: routes the packets of salvos onto edges, or to the outside.
 *
 * Owns: the order of destinations, whose turn it is (round robin), and how many of its edges are
 * at their capacity.
 */
import { assign, emit, enqueueActions, sendParent, sendTo, setup } from 'xstate';
import type { Location } from './action.ts';
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
import type { Fanout } from './spec.ts';

export interface Destination {
  readonly place: Location;
  /** Address of the input port, and the place of the edge among those that end there; null = outside. */
  readonly target: string | null;
  readonly slot: number;
}

export interface OutputPortInput {
  readonly node: string;
  readonly port: string;
  readonly fanout: Fanout;
  /** Edges in declaration order, the outside last. */
  readonly destinations: readonly Destination[];
}

export interface OutputPortContext {
  readonly name: string;
  readonly fanout: Fanout;
  readonly destinations: readonly Destination[];
  /** Index of the destination whose turn is next (round robin). */
  readonly turn: number;
  /** Edges at their capacity. */
  readonly filled: number;
}

type Route = Extract<OutputPortMessage, { type: 'salvo.route' }>;

const onto = (slot: number, packet: number): InputPortMessage => ({
  type: 'edge.put',
  slot,
  packet,
});
const away = (packet: number): NetMessage => ({ type: 'outside.put', packet });

const parts = setup({
  types: {
    context: {} as OutputPortContext,
    events: {} as OutputPortMessage,
    emitted: {} as Emission,
    input: {} as OutputPortInput,
  },
  guards: {
    leadsNowhere: ({ context }) => context.destinations.length === 0,
    carriesNothing: ({ event }) => (event as Route).packets.length === 0,
    onePacketOntoOneEdge: ({ context, event }) =>
      (event as Route).packets.length === 1 &&
      context.destinations.length === 1 &&
      context.destinations[0]?.target !== null,
    takesTurns: ({ context }) => context.fanout === 'round_robin',
    lastFilledEdge: ({ context }) => context.filled === 1,
  },
  actions: {
    emitMoved: emit(({ context, event }) =>
      happened({
        event: 'PacketMoved',
        packet: packetId((event as Route).packets[0] ?? 0),
        from: (event as Route).from,
        to: context.destinations[0]?.place ?? (event as Route).from,
      }),
    ),
    putOnEdge: sendTo(
      ({ context, system }) => system.get(context.destinations[0]?.target ?? ''),
      ({ context, event }) =>
        onto(context.destinations[0]?.slot ?? 0, (event as Route).packets[0] ?? 0),
    ),
    /** Each packet to the destination whose turn it is. */
    routeByTurn: enqueueActions(({ context, event, system, enqueue }) => {
      const { packets, from } = event as Route;
      let turn = context.turn;
      for (const packet of packets) {
        const destination = context.destinations[turn];
        if (destination === undefined) continue;
        turn = (turn + 1) % context.destinations.length;
        enqueue.emit(
          happened({ event: 'PacketMoved', packet: packetId(packet), from, to: destination.place }),
        );
        if (destination.target === null) enqueue.sendTo(system.get(netAddress), away(packet));
        else enqueue.sendTo(system.get(destination.target), onto(destination.slot, packet));
      }
      enqueue.assign({ turn });
    }),
    /** Each packet to the first destination, a copy of it to each other one. */
    routeCopies: enqueueActions(({ context, event, system, enqueue }) => {
      const { packets, from, epoch, copies } = event as Route;
      let copy = copies;
      for (const packet of packets) {
        for (const [at, destination] of context.destinations.entries()) {
          const routed = at === 0 ? packet : copy++;
          const id = packetId(routed);
          if (at > 0) {
            enqueue.emit(
              happened({ event: 'PacketCreated', packet: id, epoch, copyOf: packetId(packet) }),
            );
          }
          enqueue.emit(happened({ event: 'PacketMoved', packet: id, from, to: destination.place }));
          if (destination.target === null) enqueue.sendTo(system.get(netAddress), away(routed));
          else enqueue.sendTo(system.get(destination.target), onto(destination.slot, routed));
        }
      }
    }),
    countFilled: assign({ filled: ({ context }) => context.filled + 1 }),
    countFreed: assign({ filled: ({ context }) => context.filled - 1 }),
    tellBlocked: sendParent((): NodeMessage => ({ type: 'output.blocked' })),
    tellFreed: sendParent((): NodeMessage => ({ type: 'output.freed' })),
  },
});

export const outputPortMachine = parts.createMachine({
  id: 'port',
  context: ({ input }) => ({
    name: `${input.node}.${input.port}`,
    fanout: input.fanout,
    destinations: input.destinations,
    turn: 0,
    filled: 0,
  }),
  initial: 'open',
  states: {
    open: {
      always: { guard: 'leadsNowhere', target: 'unconnected' },
      on: {
        'edge.filled': { target: 'blocked', actions: ['countFilled', 'tellBlocked'] },
      },
    },
    blocked: {
      on: {
        'edge.filled': { actions: ['countFilled'] },
        'edge.freed': [
          { guard: 'lastFilledEdge', target: 'open', actions: ['countFreed', 'tellFreed'] },
          { actions: ['countFreed'] },
        ],
      },
    },
    unconnected: {},
  },
  on: {
    'salvo.route': [
      { guard: 'carriesNothing' },
      { guard: 'onePacketOntoOneEdge', actions: ['emitMoved', 'putOnEdge'] },
      { guard: 'takesTurns', actions: ['routeByTurn'] },
      { actions: ['routeCopies'] },
    ],
  },
});
