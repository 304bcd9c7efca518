/** What the net's machine is made of: its context, its guards and its actions. */
import { type AnyActorLogic, assign, emit, enqueueActions, setup } from 'xstate';
import type { BlockKind, RejectionCode } from './action.ts';
import { type Fifo, emptyFifo, push, without } from './fifo.ts';
import {
  type Emission,
  type NetMessage,
  type NodeMessage,
  happened,
  nodeAddress,
  packetId,
} from './protocol.ts';
import type { NetSpec } from './spec.ts';

export interface NetContext {
  /** Milliseconds: the time of the last action that was accepted. */
  readonly now: number;
  /** First free ids. */
  readonly nextPacket: number;
  readonly nextEpoch: number;
  /** Packets outside, in the order they came there. */
  readonly outside: Fifo;
  /** Packets inside; exact while no epoch runs, for an epoch reports what ended in it when it ends. */
  readonly inside: number;
  /** Epochs by state: startable ones, those of them whose node lets them start, those whose node has no function; running ones. */
  readonly startable: number;
  readonly ready: number;
  readonly starved: number;
  readonly running: number;
  /** Timers armed, by nodes and epochs. */
  readonly timers: number;
  /** External inputs that wait for a slot. */
  readonly queued: number;
  /** Nodes whose service has neither come up nor failed. */
  readonly awaiting: number;
  /** Lifecycle is at `running`. */
  readonly open: boolean;
  /** Why the net is paused or stopped. */
  readonly reason: string;
}

export interface NetInput {
  /** The actors of the nodes, in declaration order. */
  readonly nodes: readonly {
    readonly id: string;
    readonly logic: AnyActorLogic;
    readonly input: unknown;
  }[];
}

type Message<T extends NetMessage['type']> = Extract<NetMessage, { type: T }>;
type Args = { context: NetContext; event: NetMessage };
type ReasonEvent = 'NetPausing' | 'NetPaused' | 'NetStopping' | 'NetStopped';

/** What a failure makes of the net where `on_error` says so. */
const failureReason = 'an epoch or a node failed';

type Flow = Message<'flow.run' | 'flow.ran' | 'flow.settle'>;

function netGuards(spec: NetSpec) {
  return {
    hasRoom: ({ context }: Args) => context.running < (spec.maxConcurrency ?? Infinity),
    allSettled: ({ context }: Args) => context.awaiting === 0,
    noneRuns: ({ context }: Args) => context.running === 0,
    pausesOnTrouble: ({ event }: Args) =>
      (event as Message<'node.tally' | 'node.settled'>).trouble !== 'none',
    startsEpoch: ({ event }: Args) => event.type === 'node.tally' && event.running > 0,
    violates: ({ event }: Args) => event.type === 'node.tally' && event.trouble === 'violation',
    /** Nobody looks at a bare simulation's blocks, nor at a net's that is not running. */
    isNotOpen: ({ context }: Args) => !context.open,
    someRun: ({ context }: Args) => context.running > 0,
    somethingIsDue: ({ context, event }: Args) =>
      context.ready > 0 || context.timers > 0 || (event as Flow).queued > 0,
    isDrained: ({ context }: Args) => context.inside === 0 && context.startable === 0,
    isStarved: ({ context }: Args) => context.starved > 0,
  };
}

/** Guards and actions of a net's machine, by name. */
export function netParts(spec: NetSpec) {
  const perform = enqueueActions<
    NetContext,
    NetMessage,
    undefined,
    NetMessage,
    never,
    never,
    never,
    never,
    Emission
  >;
  const tellNodes = (...messages: readonly NodeMessage[]) =>
    perform(({ enqueue }) => {
      for (const { name } of spec.nodes) {
        for (const message of messages) enqueue.sendTo(nodeAddress(name), message);
      }
    });
  /** Tells each node whether it has a function in the life that begins. */
  const enlistNodes = (type: 'net.started' | 'net.recovered') =>
    perform(({ event, enqueue }) => {
      const lacking = new Set((event as Message<'net.start' | 'net.recover'>).functionless);
      for (const [index, { name }] of spec.nodes.entries()) {
        const message: NodeMessage = { type, functionless: lacking.has(index) };
        enqueue.sendTo(nodeAddress(name), message);
      }
    });
  return setup({
    types: {
      context: {} as NetContext,
      events: {} as NetMessage,
      emitted: {} as Emission,
      input: {} as NetInput,
    },
    guards: netGuards(spec),
    actions: {
      refuse: emit((_, params: { code: RejectionCode; message: string }) => ({
        type: 'rejected' as const,
        ...params,
      })),
      refuseUnknown: emit(({ event }) => {
        const { code, message } = event as Message<'subject.unknown'>;
        return { type: 'rejected' as const, code, message };
      }),
      admit: () => undefined,
      emitLate: emit(({ event }) =>
        happened({ event: 'LateResult', ...(event as Message<'result.late'>).late }),
      ),
      emitMarked: emit(({ event }) => {
        const { letter, mark } = event as Message<'letter.mark'>;
        return happened({ event: 'DeadLetterMarked', letter, mark });
      }),
      moveClock: assign({ now: ({ event }) => (event as Message<'clock.move'>).now }),

      // Packets outside, and the counts of those inside.
      createOutside: assign({
        nextPacket: ({ event }) => (event as Message<'packet.create'>).ids.packets + 1,
        outside: ({ context, event }) =>
          push(context.outside, (event as Message<'packet.create'>).ids.packets),
      }),
      emitCreated: emit(({ event }) =>
        happened({
          event: 'PacketCreated',
          packet: packetId((event as Message<'packet.create'>).ids.packets),
        }),
      ),
      leaveOutside: assign({
        outside: ({ context, event }) =>
          without(context.outside, (event as Message<'packet.leave'>).packet),
      }),
      emitConsumed: emit(({ event }) =>
        happened({
          event: 'PacketConsumed',
          packet: packetId((event as Message<'packet.consume'>).packet),
          from: { type: 'OutsideNet' as const },
        }),
      ),
      emitDestroyed: emit(({ event }) =>
        happened({
          event: 'PacketDestroyed',
          packet: packetId((event as Message<'packet.destroy'>).packet),
          from: { type: 'OutsideNet' as const },
        }),
      ),
      emitEntered: emit(({ event }) => {
        const { packet, from } = event as Message<'packet.enter'>;
        return happened({
          event: 'PacketMoved',
          packet: packetId(packet),
          from,
          to: { type: 'OutsideNet' as const },
        });
      }),
      putOutside: assign({
        outside: ({ context, event }) =>
          push(context.outside, (event as Message<'outside.put'>).packet),
      }),
      countOut: assign({ inside: ({ context }) => context.inside - 1 }),
      countIn: assign({ inside: ({ context }) => context.inside + 1 }),
      countMade: assign({
        nextPacket: ({ context, event }) =>
          context.nextPacket + (event as Message<'packets.made'>).count,
        inside: ({ context, event }) => context.inside + (event as Message<'packets.made'>).count,
      }),
      countEnded: assign({
        inside: ({ context, event }) => context.inside - (event as Message<'packets.ended'>).count,
      }),
      countTimer: assign({
        timers: ({ context, event }) => context.timers + (event as Message<'timers.changed'>).delta,
      }),

      // Epochs and nodes.
      countTally: assign({
        nextPacket: ({ context, event }) =>
          context.nextPacket + (event as Message<'node.tally'>).made,
        nextEpoch: ({ context, event }) =>
          context.nextEpoch + (event as Message<'node.tally'>).opened,
        startable: ({ context, event }) =>
          context.startable + (event as Message<'node.tally'>).startable,
        ready: ({ context, event }) => context.ready + (event as Message<'node.tally'>).ready,
        running: ({ context, event }) => context.running + (event as Message<'node.tally'>).running,
        starved: ({ context, event }) => context.starved + (event as Message<'node.tally'>).starved,
        inside: ({ context, event }) => {
          const { made, ended } = event as Message<'node.tally'>;
          return context.inside + made - ended;
        },
      }),
      countSettled: assign({ awaiting: ({ context }) => context.awaiting - 1 }),

      // The life of the net.
      enlist: assign({
        awaiting: ({ event }) =>
          spec.nodes.length -
          new Set((event as Message<'net.start' | 'net.recover'>).functionless).size,
      }),
      tellStarted: enlistNodes('net.started'),
      tellRecovered: enlistNodes('net.recovered'),
      tellOpened: tellNodes({ type: 'net.opened' }),
      tellClosed: tellNodes({ type: 'net.closed' }),
      tellStopping: tellNodes({ type: 'net.stopping' }, { type: 'service.stop' }),
      tellStopped: tellNodes({ type: 'net.stopped' }),
      emitStarted: emit(() => happened({ event: 'NetStarted' })),
      emitResumed: emit(() => happened({ event: 'NetResumed' })),
      emitRecovered: emit(() => happened({ event: 'NetRecovered' })),
      keepReason: assign({
        reason: ({ event }) => ('reason' in event ? event.reason : failureReason),
      }),
      emitReason: emit(({ context }, params: { event: ReasonEvent }) =>
        happened({ event: params.event, reason: context.reason }),
      ),
      emitFailed: emit(({ event }) => {
        const { error } = event as Message<`xstate.error.actor.${string}`>;
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        return happened({ event: 'NetFailed', error: { name, message } });
      }),
      open: assign({ open: true }),
      close: assign({ open: false }),
      keepQueued: assign({ queued: ({ event }) => (event as Flow).queued }),
      emitBlocked: emit((_, params: { kind: BlockKind }) =>
        happened({ event: 'NetBlocked', kind: params.kind }),
      ),
    },
  });
}

export type NetParts = ReturnType<typeof netParts>;

export function initialNetContext(): NetContext {
  return {
    now: 0,
    nextPacket: 1,
    nextEpoch: 1,
    outside: emptyFifo,
    inside: 0,
    startable: 0,
    ready: 0,
    starved: 0,
    running: 0,
    timers: 0,
    queued: 0,
    awaiting: 0,
    open: false,
    reason: '',
  };
}
