/** What an epoch's machine is made of: its context, its guards and its actions, generated from its node's shape. */
import { assign, emit, enqueueActions, sendParent, sendTo, setup } from 'xstate';
import type { Location, RecordedError, RejectionCode, SalvoPackets } from './action.ts';
import { playBatch } from './epoch-batch.ts';
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
import { type Fifo, emptyFifo, push, sizeOf } from './fifo.ts';
import {
  type Emission,
  type EpochInput,
  type EpochMessage,
  type EpochOutcome,
  type EpochTimer,
  type NetMessage,
  type NodeMessage,
  type OutputPortMessage,
  epochId,
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
  /** The batch being committed. */
  readonly batch: Message<'epoch.commit'> | null;
}

type Message<T extends EpochMessage['type']> = Extract<EpochMessage, { type: T }>;

/** The failure of an attempt that ran out of its own time. */
const attemptTimeoutCode = 'ATTEMPT_TIMEOUT';

const timerKey = (kind: EpochTimer, context: EpochContext): string => `${kind}:${context.name}`;

export function initialEpoch(spec: NodeShape, input: EpochInput): EpochContext {
  let inside: Fifo = emptyFifo;
  for (const packet of input.packets) inside = push(inside, packet);
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
    id: input.id,
    node: input.node,
    here: { type: 'Node', epoch: epochId(input.id) },
    inside,
    buckets: spec.outPorts.map(() => emptyFifo),
    sent: spec.outConditions.map(() => 0),
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
    batchIsLegal: ({ context }: Args) =>
      context.batch !== null && 'effects' in playBatch(spec, context, ...batchOf(context)),
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

function batchOf(
  context: EpochContext,
): [Message<'epoch.commit'>['operations'], 'error' | 'destroy', Message<'epoch.commit'>['ids']] {
  const batch = context.batch;
  if (batch === null) throw new Error(`${context.name} commits without a batch`);
  return [batch.operations, batch.unconsumed, batch.ids];
}

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
  return setup({
    types: {
      context: {} as EpochContext,
      events: {} as EpochMessage,
      emitted: {} as Emission,
      input: {} as EpochInput,
    },
    guards: epochGuards(spec),
    actions: {
      refuse: emit(({ context, event }, params: { code: RejectionCode }) => ({
        type: 'rejected' as const,
        code: params.code,
        message: refusal(spec, params.code, context, event),
      })),

      // Starting and attempts.
      emitStarted: emit(({ context }) => ({
        type: 'EpochStarted' as const,
        epoch: epochId(context.id),
      })),
      tellStarted: sendParent(({ event }): NodeMessage => ({
        type: 'epoch.started',
        now: (event as Message<'epoch.start'>).now,
      })),
      armTimeouts: enqueueActions(
        ({ context, event, system, enqueue }, params: { first: boolean }) => {
          const { now } = event as Message<'epoch.start'>;
          const arm = (kind: EpochTimer, at: number) => {
            enqueue.emit({ type: 'TimerSet', key: timerKey(kind, context), at });
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
          enqueue.emit({ type: 'TimerCleared', key: timerKey(kind, context), at });
          enqueue.sendTo(system.get(netAddress), timersChanged(-1));
        }
        enqueue.assign({ retryAt: null, attemptAt: null });
        if (params.all) enqueue.assign({ timeoutAt: null });
      }),
      nextAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
      emitAttemptStarted: emit(({ context }) => ({
        type: 'AttemptStarted' as const,
        epoch: epochId(context.id),
        attempt: context.attempt,
      })),
      emitFailed: emit(({ context, event }, params: { final: boolean }) => ({
        type: 'EpochFailed' as const,
        epoch: epochId(context.id),
        attempt: context.attempt,
        error: failureOf(event),
        final: params.final,
      })),
      emitDropped: emit(({ context, event }) => {
        const dropped = event.type === 'attempt.fail' ? event.dropped : null;
        return dropped === null
          ? { type: 'mark.none' as const }
          : {
              type: 'BatchDropped' as const,
              epoch: epochId(context.id),
              attempt: context.attempt,
              operations: dropped,
            };
      }),
      scheduleRetry: assign({
        retryAt: ({ context, event }) => {
          const { now } = event as Message<'timer.fire'>;
          const given = event.type === 'attempt.fail' ? event.waitMs : null;
          return now + (given ?? retryDelay(spec, context.attempt));
        },
      }),
      emitRetryScheduled: emit(({ context }) => ({
        type: 'EpochRetryScheduled' as const,
        epoch: epochId(context.id),
        attempt: context.attempt + 1,
        at: context.retryAt ?? 0,
      })),
      emitRetryTimer: emit(({ context }) => ({
        type: 'TimerSet' as const,
        key: timerKey('retry', context),
        at: context.retryAt ?? 0,
      })),
      tellTimer: sendTo(
        ({ system }) => system.get(netAddress),
        () => timersChanged(1),
      ),

      // Packets.
      create: assign(({ context, event }) =>
        create(context, (event as Message<'packet.create'>).ids.packets),
      ),
      emitCreated: emit(({ context, event }) => ({
        type: 'PacketCreated' as const,
        packet: packetId((event as Message<'packet.create'>).ids.packets),
        epoch: epochId(context.id),
      })),
      tellMade: sendTo(
        ({ system }) => system.get(netAddress),
        () => packetsMade(1),
      ),
      consume: assign(({ context, event }) =>
        consume(context, (event as Message<'packet.consume'>).packet),
      ),
      emitConsumed: emit(({ context, event }) => ({
        type: 'PacketConsumed' as const,
        packet: packetId((event as Message<'packet.consume'>).packet),
        from: context.here,
      })),
      load: assign(({ context, event }) => {
        const { packet, port } = event as Message<'packet.load'>;
        return load(context, packet, port);
      }),
      emitLoaded: emit(({ context, event }) => {
        const { packet, port } = event as Message<'packet.load'>;
        return {
          type: 'PacketMoved' as const,
          packet: packetId(packet),
          from: context.here,
          to: exitOf(spec, context.id, port),
        };
      }),
      send: assign(({ context, event }) => {
        const { condition, ids } = event as Message<'salvo.send'>;
        const sending = send(spec, context, condition, ids.packets);
        return { ...sending.change, sending };
      }),
      emitSent: emit(({ context }) => ({
        type: 'OutputSalvoTriggered' as const,
        epoch: epochId(context.id),
        condition: context.sending?.salvo.condition ?? '',
        packets: context.sending?.salvo.packets ?? [],
      })),
      routeFirst: sendTo(
        ({ context, system }) =>
          system.get(outputOf(spec, context.node, context.sending?.routed[0]?.port)),
        ({ context }) => routing(spec, context.id, context.sending?.routed[0]),
      ),
      routeOthers: enqueueActions(({ context, system, enqueue }) => {
        const { routed = [], copies = 0 } = context.sending ?? {};
        for (let at = 1; at < routed.length; at++) {
          if (routed[at]?.packets.length === 0) continue;
          const target = system.get(outputOf(spec, context.node, routed[at]?.port));
          enqueue.sendTo(target, routing(spec, context.id, routed[at]));
        }
        if (copies > 0) {
          enqueue.sendTo(system.get(netAddress), packetsMade(copies));
        }
      }),
      forgetSending: assign({ sending: null }),
      record: emit(({ context, event }) => ({
        type: 'ValueRecorded' as const,
        epoch: epochId(context.id),
        kind: (event as Message<'value.record'>).kind,
        value: (event as Message<'value.record'>).value,
      })),

      // Ending.
      keepBatch: assign({ batch: ({ event }) => event as Message<'epoch.commit'> }),
      forgetBatch: assign({ batch: null }),
      playBatch: enqueueActions(({ context, system, enqueue }) => {
        const played = playBatch(spec, context, ...batchOf(context));
        if (!('effects' in played)) return;
        enqueue.assign(played.state);
        if (played.used > 0) {
          enqueue.sendTo(system.get(netAddress), packetsMade(played.used));
        }
        for (const effect of played.effects) {
          if ('type' in effect) {
            enqueue.emit(effect);
            continue;
          }
          if (effect.packets.length === 0) continue;
          const target = system.get(outputOf(spec, context.node, effect.port));
          enqueue.sendTo(target, routing(spec, context.id, effect));
        }
      }),
      refuseBatch: emit(({ context }) => {
        const played = playBatch(spec, context, ...batchOf(context));
        if ('effects' in played) return { type: 'mark.none' as const };
        const { code, message, operation } = played;
        return { type: 'rejected' as const, code, message, operation };
      }),
      destroyLeftovers: enqueueActions(({ context, enqueue }) => {
        const { change, events } = destroyLeftovers(spec, context);
        for (const event of events) enqueue.emit(event);
        enqueue.assign(change);
      }),
      emitFinished: emit(({ context }) => ({
        type: 'EpochFinished' as const,
        epoch: epochId(context.id),
      })),
      emitTimedOut: emit(({ context }) => ({
        type: 'EpochTimedOut' as const,
        epoch: epochId(context.id),
      })),
      emitCancelled: emit(({ context, event }) => ({
        type: 'EpochCancelled' as const,
        epoch: epochId(context.id),
        reason: (event as Message<'epoch.cancel'>).reason,
      })),
      tellEnded: sendParent(
        (
          { context },
          params: { was: 'startable' | 'running'; outcome: EpochOutcome },
        ): NodeMessage => ({
          type: 'epoch.ended',
          was: params.was,
          outcome: params.outcome,
          ended: context.ended,
        }),
      ),
    },
  });
}

export type EpochParts = ReturnType<typeof epochParts>;

function outputOf(spec: NodeShape, node: string, port: number | undefined): string {
  return outputAddress(node, spec.outPorts[port ?? 0]?.name ?? '');
}

function routing(spec: NodeShape, epoch: number, routed: Routed | undefined): OutputPortMessage {
  const from: Location = exitOf(spec, epoch, routed?.port ?? 0);
  return {
    type: 'salvo.route',
    packets: routed?.packets ?? [],
    epoch: epochId(epoch),
    from,
    copies: routed?.copies ?? 0,
  };
}

const timersChanged = (delta: 1 | -1): NetMessage => ({ type: 'timers.changed', delta });
const packetsMade = (count: number): NetMessage => ({ type: 'packets.made', count });
