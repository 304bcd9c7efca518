/** What an epoch's machine is made of: its context, its guards and its actions, generated from its node's shape. */
import { assign, emit, enqueueActions, sendParent, sendTo, setup } from 'xstate';
import type { RecordedError, RejectionCode, SalvoPackets } from './action.ts';
import { type BatchEffects, type BatchRefusal, playBatch } from './epoch-batch.ts';
import {
  type EpochPackets,
  type Routed,
  type Sending,
  bucketIsFull,
  consume,
  create,
  deadEnd,
  destroyLeftovers,
  exitOf,
  fullOutput,
  holdsPacket,
  leftoverRefusal,
  leftovers,
  load,
  maxSalvosReached,
  notInEpoch,
  outTermHolds,
  send,
  sendRefusal,
  unknownOutput,
} from './epoch-operations.ts';
import { emptyFifo, fifoOf, push, sizeOf } from './fifo.ts';
import { PortAddresses } from './port-addresses.ts';
import {
  type Emission,
  type EpochEnd,
  type EpochInput,
  type EpochMessage,
  type EpochTimer,
  type NetMessage,
  type NodeMessage,
  type OutputPortMessage,
  epochId,
  happened,
  netAddress,
  outputAddress,
  packetId,
} from './protocol.ts';
import { retryDelay } from './retry-delay.ts';
import type { NodeShape } from './spec.ts';

export interface EpochContext extends EpochPackets {
  readonly name: string;
  readonly condition: string;
  readonly salvo: SalvoPackets;
  /** From 0. */
  readonly attempt: number;
  /** When each armed timer is due; null = not armed. */
  readonly retryAt: number | null;
  readonly timeoutAt: number | null;
  readonly attemptAt: number | null;
  /** The salvo being sent. */
  readonly sending: Sending | null;
  /** What the batch being committed comes to. */
  readonly batch: BatchEffects | BatchRefusal | null;
  /** Packets made, copies included, that the net has not been told of. */
  readonly made: number;
  /** Cancelled before it was started. */
  readonly withdrawn: boolean;
}

type Message<T extends EpochMessage['type']> = Extract<EpochMessage, { type: T }>;

/** The failure of an attempt that ran out of its own time. */
const attemptTimeoutCode = 'ATTEMPT_TIMEOUT';

const timerKey = (kind: EpochTimer, context: EpochContext): string => `${kind}:${context.name}`;

type Blank = Pick<EpochContext, 'buckets' | 'sent'>;

/** Nothing loaded, nothing sent: made once for a shape, and replaced, never changed. */
export function blankOf(spec: NodeShape): Blank {
  return { buckets: spec.outPorts.map(() => emptyFifo), sent: spec.outConditions.map(() => 0) };
}

export function initialEpoch({ buckets, sent }: Blank, input: EpochInput): EpochContext {
  return {
    name: epochId(input.id),
    condition: input.condition,
    salvo: input.salvo,
    attempt: 0,
    retryAt: null,
    timeoutAt: null,
    attemptAt: null,
    sending: null,
    batch: null,
    made: 0,
    withdrawn: false,
    id: input.id,
    node: input.node,
    here: { type: 'Node', epoch: epochId(input.id) },
    inside: fifoOf(input.packets),
    buckets,
    sent,
    salvos: emptyFifo,
    ended: 0,
  };
}

/** Guards, of requests and of timers. Each request's checks are asked in the order they are listed. */
function epochGuards(spec: NodeShape) {
  type Args = { context: EpochContext; event: EpochMessage };
  const sends = (event: EpochMessage) => (event as Message<'salvo.send'>).condition;
  return {
    gateIsOpen: ({ event }: Args) => (event as Message<'epoch.start'>).gate === 'open',
    packetIsElsewhere: ({ context, event }: Args) =>
      !holdsPacket(context, (event as Message<'packet.load'>).packet),
    portIsUnknown: ({ event }: Args) => (event as Message<'packet.load'>).port < 0,
    bucketIsFull: ({ context, event }: Args) =>
      bucketIsFull(spec, context, (event as Message<'packet.load'>).port),
    conditionIsUnknown: ({ event }: Args) => sends(event) < 0,
    termFails: ({ context, event }: Args) => !outTermHolds(spec, context, sends(event)),
    maxSalvosReached: ({ context, event }: Args) => maxSalvosReached(spec, context, sends(event)),
    leadsNowhere: ({ context, event }: Args) => deadEnd(spec, context, sends(event)) >= 0,
    holdsPackets: ({ context }: Args) => sizeOf(context.inside) > 0,
    holdsLoadedPackets: ({ context }: Args) => context.buckets.some((bucket) => sizeOf(bucket) > 0),
    destroysLeftovers: ({ context, event }: Args) =>
      (event as Message<'epoch.finish'>).unconsumed === 'destroy' && leftovers(context).length > 0,
    batchIsRefused: ({ context }: Args) => 'code' in batchOf(context),
    batchSendsNothing: ({ context }: Args) => routedOf(context, 0) === null,
    batchSendsOnce: ({ context }: Args) =>
      effectsOf(context).steps.length === 1 && routedOf(context, 0) !== null,
    retriesLeft: ({ context }: Args) => context.attempt < spec.rules.retries,
    firesRetry: ({ event }: Args) => (event as Message<'timer.fire'>).kind === 'retry',
    firesTimeout: ({ context, event }: Args) =>
      (event as Message<'timer.fire'>).kind === 'timeout' && context.timeoutAt !== null,
    firesAttemptWithRetriesLeft: ({ context, event }: Args) =>
      (event as Message<'timer.fire'>).kind === 'attempt' &&
      context.attemptAt !== null &&
      context.attempt < spec.rules.retries,
    firesAttempt: ({ context, event }: Args) =>
      (event as Message<'timer.fire'>).kind === 'attempt' && context.attemptAt !== null,
  };
}

function batchOf(context: EpochContext): BatchEffects | BatchRefusal {
  const { batch } = context;
  if (batch === null) throw new Error(`${context.name} commits without a batch`);
  return batch;
}

function effectsOf(context: EpochContext): BatchEffects {
  const batch = batchOf(context);
  if ('code' in batch) throw new Error(`${context.name} does what it refuses`);
  return batch;
}

const routedOf = (context: EpochContext, step: number): Routed | null =>
  effectsOf(context).steps[step]?.routed ?? null;

function failureOf(event: EpochMessage): RecordedError {
  if (event.type === 'attempt.fail') return event.error;
  return { name: 'EpochTimeout', message: 'the attempt ran out of time', code: attemptTimeoutCode };
}

/** In which words and with which code a request is refused. */
function refusal(
  spec: NodeShape,
  code: RejectionCode,
  context: EpochContext,
  event: EpochMessage,
): string {
  const name = `epoch ${context.name} of node ${context.node}`;
  switch (code) {
    case 'GATE_CLOSED':
      return `${name} may not start: ${(event as Message<'epoch.start'>).gate}`;
    case 'PACKET_NOT_IN_EPOCH':
      return notInEpoch(context, packetId((event as Message<'packet.load'>).packet)).message;
    case 'OUTPUT_PORT_NOT_FOUND':
      return unknownOutput(spec, context, (event as Message<'packet.load'>).name).message;
    case 'OUTPUT_PORT_FULL':
      return fullOutput(spec, context, (event as Message<'packet.load'>).port).message;
    case 'EPOCH_NOT_STARTABLE':
      return `${name} has been started already`;
    case 'EPOCH_NOT_RUNNING':
      return context.retryAt === null
        ? `${name} has not been started`
        : `${name} waits for its next attempt`;
    case 'TIMER_NOT_ARMED':
      return `${name} has no such timer armed`;
    case 'EPOCH_NOT_EMPTY':
    case 'OUTPUT_PORT_NOT_EMPTY':
      return leftoverRefusal(spec, context)?.message ?? '';
    default: {
      const { condition, name: condName } = event as Message<'salvo.send'>;
      return sendRefusal(spec, context, condition, condName)?.message ?? '';
    }
  }
}

/** Guards and actions of an epoch's machine, by name. */
export function epochParts(spec: NodeShape) {
  const { rules } = spec;
  const addresses = new PortAddresses(spec.outPorts, outputAddress);
  const blank = blankOf(spec);
  const outputOf = (context: EpochContext, routed: Routed | null | undefined): string =>
    addresses.of(context.node, routed?.port ?? 0);
  return setup({
    types: {
      context: {} as EpochContext,
      events: {} as EpochMessage,
      emitted: {} as Emission,
      input: {} as EpochInput,
      output: {} as EpochEnd,
    },
    guards: epochGuards(spec),
    actions: {
      refuse: emit(({ context, event }, params: { code: RejectionCode }) => ({
        type: 'rejected' as const,
        code: params.code,
        message: refusal(spec, params.code, context, event),
      })),

      // Starting and attempts.
      emitStarted: emit(({ context }) =>
        happened({ event: 'EpochStarted', epoch: epochId(context.id) }),
      ),
      tellStarted: sendParent(({ event }): NodeMessage => ({
        type: 'epoch.started',
        now: (event as Message<'epoch.start'>).now,
      })),
      armTimeouts: enqueueActions(
        ({ context, event, system, enqueue }, params: { first: boolean }) => {
          const { now } = event as Message<'epoch.start'>;
          const arm = (kind: EpochTimer, at: number) => {
            enqueue.emit(happened({ event: 'TimerSet', key: timerKey(kind, context), at }));
            enqueue.sendTo(system.get(netAddress), timersChanged(1));
          };
          if (rules.timeoutMs !== null && params.first) {
            enqueue.assign({ timeoutAt: now + rules.timeoutMs });
            arm('timeout', now + rules.timeoutMs);
          }
          if (rules.attemptTimeoutMs !== null) {
            enqueue.assign({ attemptAt: now + rules.attemptTimeoutMs });
            arm('attempt', now + rules.attemptTimeoutMs);
          }
        },
      ),
      /** Clears every timer that is armed, or all but the one for the whole epoch. */
      clearTimers: enqueueActions(({ context, system, enqueue }, params: { all: boolean }) => {
        const armed = {
          retry: context.retryAt,
          attempt: context.attemptAt,
          timeout: context.timeoutAt,
        };
        for (const [kind, at] of Object.entries(armed) as [EpochTimer, number | null][]) {
          if (at === null || (kind === 'timeout' && !params.all)) continue;
          enqueue.emit(happened({ event: 'TimerCleared', key: timerKey(kind, context), at }));
          enqueue.sendTo(system.get(netAddress), timersChanged(-1));
        }
        enqueue.assign({ retryAt: null, attemptAt: null });
        if (params.all) enqueue.assign({ timeoutAt: null });
      }),
      nextAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
      emitAttemptStarted: emit(({ context }) =>
        happened({ event: 'AttemptStarted', epoch: epochId(context.id), attempt: context.attempt }),
      ),
      emitFailed: emit(({ context, event }, params: { final: boolean }) =>
        happened({
          event: 'EpochFailed',
          epoch: epochId(context.id),
          attempt: context.attempt,
          error: failureOf(event),
          final: params.final,
        }),
      ),
      emitDropped: emit(({ context, event }) => {
        const dropped = event.type === 'attempt.fail' ? event.dropped : null;
        return dropped === null
          ? { type: 'mark.none' as const }
          : happened({
              event: 'BatchDropped',
              epoch: epochId(context.id),
              attempt: context.attempt,
              operations: dropped,
            });
      }),
      scheduleRetry: assign({
        retryAt: ({ context, event }) => {
          const { now } = event as Message<'timer.fire'>;
          const given = event.type === 'attempt.fail' ? event.waitMs : null;
          return now + (given ?? retryDelay(spec, context.attempt));
        },
      }),
      emitRetryScheduled: emit(({ context }) =>
        happened({
          event: 'EpochRetryScheduled',
          epoch: epochId(context.id),
          attempt: context.attempt + 1,
          at: context.retryAt ?? 0,
        }),
      ),
      emitRetryTimer: emit(({ context }) =>
        happened({ event: 'TimerSet', key: timerKey('retry', context), at: context.retryAt ?? 0 }),
      ),
      tellTimer: sendTo(
        ({ system }) => system.get(netAddress),
        () => timersChanged(1),
      ),

      // Packets.
      create: assign(({ context, event }) =>
        create(context, (event as Message<'packet.create'>).ids.packets),
      ),
      emitCreated: emit(({ context, event }) =>
        happened({
          event: 'PacketCreated',
          packet: packetId((event as Message<'packet.create'>).ids.packets),
          epoch: epochId(context.id),
        }),
      ),
      tellMade: sendTo(
        ({ system }) => system.get(netAddress),
        () => packetsMade(1),
      ),
      consume: assign(({ context, event }) =>
        consume(context, (event as Message<'packet.consume'>).packet),
      ),
      emitConsumed: emit(({ context, event }) =>
        happened({
          event: 'PacketConsumed',
          packet: packetId((event as Message<'packet.consume'>).packet),
          from: context.here,
        }),
      ),
      load: assign(({ context, event }) => {
        const { packet, port } = event as Message<'packet.load'>;
        return load(context, packet, port);
      }),
      emitLoaded: emit(({ context, event }) => {
        const { packet, port } = event as Message<'packet.load'>;
        return happened({
          event: 'PacketMoved',
          packet: packetId(packet),
          from: context.here,
          to: exitOf(spec, context.id, port),
        });
      }),
      send: assign(({ context, event }) => {
        const { condition, ids } = event as Message<'salvo.send'>;
        const sending = send(spec, context, condition, ids.packets);
        const { buckets, sent, salvo } = sending;
        return { buckets, sent, salvos: push(context.salvos, salvo), sending };
      }),
      emitSent: emit(({ context }) =>
        happened({
          event: 'OutputSalvoTriggered',
          epoch: epochId(context.id),
          condition: context.sending?.salvo.condition ?? '',
          packets: context.sending?.salvo.packets ?? [],
        }),
      ),
      routeFirst: sendTo(
        ({ context, system }) => system.get(outputOf(context, context.sending?.routed[0])),
        ({ context }) => routing(spec, context.id, context.sending?.routed[0] ?? null),
      ),
      routeOthers: enqueueActions(({ context, system, enqueue }) => {
        const { routed = [], copies = 0 } = context.sending ?? {};
        for (let at = 1; at < routed.length; at++) {
          if (routed[at]?.packets.length === 0) continue;
          const target = system.get(outputOf(context, routed[at]));
          enqueue.sendTo(target, routing(spec, context.id, routed[at] ?? null));
        }
        if (copies > 0) {
          enqueue.sendTo(system.get(netAddress), packetsMade(copies));
        }
      }),
      forgetSending: assign({ sending: null }),
      record: emit(({ context, event }) =>
        happened({
          event: 'ValueRecorded',
          epoch: epochId(context.id),
          kind: (event as Message<'value.record'>).kind,
          value: (event as Message<'value.record'>).value,
        }),
      ),

      // Ending.
      /** Nothing happens yet. */
      playBatch: assign({
        batch: ({ context, event }) => playBatch(spec, context, event as Message<'epoch.commit'>),
      }),
      forgetBatch: assign({ batch: null }),
      emitBatch: emit(({ context }) => ({
        type: 'happenings' as const,
        events: effectsOf(context).steps[0]?.events ?? [],
      })),
      routeBatch: sendTo(
        ({ context, system }) => system.get(outputOf(context, routedOf(context, 0))),
        ({ context }) => routing(spec, context.id, routedOf(context, 0)),
      ),
      /** Step by step, as many as there are. */
      performBatch: enqueueActions(({ context, system, enqueue }) => {
        for (const { events, routed } of effectsOf(context).steps) {
          enqueue.emit({ type: 'happenings', events });
          if (routed === null) continue;
          enqueue.sendTo(system.get(outputOf(context, routed)), routing(spec, context.id, routed));
        }
      }),
      settleBatch: assign({
        inside: emptyFifo,
        buckets: blank.buckets,
        sent: ({ context }) => effectsOf(context).sent,
        salvos: ({ context }) => effectsOf(context).salvos,
        ended: ({ context }) => effectsOf(context).ended,
        made: ({ context }) => effectsOf(context).made,
        batch: null,
      }),
      refuseBatch: emit(({ context }) => {
        const batch = batchOf(context);
        return 'code' in batch
          ? { type: 'rejected' as const, ...batch }
          : { type: 'mark.none' as const };
      }),
      destroyLeftovers: enqueueActions(({ context, enqueue }) => {
        const { change, events } = destroyLeftovers(spec, context);
        enqueue.emit({ type: 'happenings', events });
        enqueue.assign(change);
      }),
      emitFinished: emit(({ context }) =>
        happened({ event: 'EpochFinished', epoch: epochId(context.id) }),
      ),
      emitTimedOut: emit(({ context }) =>
        happened({ event: 'EpochTimedOut', epoch: epochId(context.id) }),
      ),
      emitCancelled: emit(({ context, event }) =>
        happened({
          event: 'EpochCancelled',
          epoch: epochId(context.id),
          reason: (event as Message<'epoch.cancel'>).reason,
        }),
      ),
      withdraw: assign({ withdrawn: true }),
    },
  });
}

export type EpochParts = ReturnType<typeof epochParts>;

function routing(spec: NodeShape, epoch: number, routed: Routed | null): OutputPortMessage {
  return {
    type: 'salvo.route',
    packets: routed?.packets ?? [],
    epoch: epochId(epoch),
    from: exitOf(spec, epoch, routed?.port ?? 0),
    copies: routed?.copies ?? 0,
  };
}

const timersChanged = (delta: 1 | -1): NetMessage => ({ type: 'timers.changed', delta });
const packetsMade = (count: number): NetMessage => ({ type: 'packets.made', count });
