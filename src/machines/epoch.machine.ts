/**
 * An epoch: one execution of a node, from its salvo to its one final state (G8).
 *
 * Owns: the packets in it and in its output ports, what it has sent, its attempts and its timers.
 * Decides alone about all of them: it knows its node's ports, conditions and connections.
 */
import type { RejectionCode } from './action.ts';
import { type EpochParts, blankOf, epochParts, initialEpoch } from './epoch-parts.ts';
import type { EpochEnd, EpochOutcome } from './protocol.ts';
import type { NodeShape } from './spec.ts';

const refuse = (code: RejectionCode) => ({ type: 'refuse' as const, params: { code } });

/** The last state of all: its node is told the outcome with the epoch's output. */
const final = (outcome: EpochOutcome) => ({ type: 'final' as const, output: outcome });

/** What the transitions of an epoch do; an epoch of a node without timers has no actions for them. */
function sequences(spec: NodeShape) {
  const { timeoutMs, attemptTimeoutMs, retries } = spec.rules;
  const timers = timeoutMs !== null || attemptTimeoutMs !== null || retries > 0;
  const arm = (first: boolean) =>
    timers ? [{ type: 'armTimeouts' as const, params: { first } }] : [];
  const clear = (all: boolean) =>
    timers ? [{ type: 'clearTimers' as const, params: { all } }] : [];
  const failed = (final: boolean) => ({ type: 'emitFailed' as const, params: { final } });
  const several = spec.outConditions.some((c) => c.takes.length > 1) || sendsCopies(spec);
  return {
    start: ['emitStarted' as const, ...arm(true), 'tellStarted' as const],
    nextAttempt: [
      ...clear(false),
      'nextAttempt' as const,
      'emitAttemptStarted' as const,
      ...arm(false),
    ],
    send: [
      'send' as const,
      'emitSent' as const,
      'routeFirst' as const,
      ...(several ? (['routeOthers'] as const) : []),
      'forgetSending' as const,
    ],
    finish: ['emitFinished' as const, ...clear(true)],
    retry: [
      failed(false),
      'emitDropped' as const,
      ...clear(false),
      'scheduleRetry' as const,
      'emitRetryScheduled' as const,
      'emitRetryTimer' as const,
      'tellTimer' as const,
    ],
    fail: [failed(true), 'emitDropped' as const, 'destroyLeftovers' as const, ...clear(true)],
    timeOut: ['emitTimedOut' as const, 'destroyLeftovers' as const, ...clear(true)],
    cancel: ['emitCancelled' as const, 'destroyLeftovers' as const, ...clear(true)],
  };
}

type Sequences = ReturnType<typeof sequences>;

function attemptingState(parts: EpochParts, does: Sequences) {
  return parts.createStateConfig({
    on: {
      'packet.create': { actions: ['create', 'emitCreated', 'tellMade'] },
      'packet.consume': [
        { guard: 'packetIsElsewhere', actions: [refuse('PACKET_NOT_IN_EPOCH')] },
        { actions: ['consume', 'emitConsumed'] },
      ],
      'packet.load': [
        { guard: 'packetIsElsewhere', actions: [refuse('PACKET_NOT_IN_EPOCH')] },
        { guard: 'portIsUnknown', actions: [refuse('OUTPUT_PORT_NOT_FOUND')] },
        { guard: 'bucketIsFull', actions: [refuse('OUTPUT_PORT_FULL')] },
        { actions: ['load', 'emitLoaded'] },
      ],
      'salvo.send': [
        { guard: 'conditionIsUnknown', actions: [refuse('SALVO_CONDITION_NOT_FOUND')] },
        { guard: 'termFails', actions: [refuse('SALVO_CONDITION_NOT_MET')] },
        { guard: 'maxSalvosReached', actions: [refuse('MAX_SALVOS_REACHED')] },
        { guard: 'leadsNowhere', actions: [refuse('OUTPUT_PORT_NOT_CONNECTED')] },
        { actions: does.send },
      ],
      'value.record': { actions: ['record'] },
      'epoch.finish': [
        {
          guard: 'destroysLeftovers',
          target: '#epoch.finished',
          actions: ['destroyLeftovers', ...does.finish],
        },
        { guard: 'holdsPackets', actions: [refuse('EPOCH_NOT_EMPTY')] },
        { guard: 'holdsLoadedPackets', actions: [refuse('OUTPUT_PORT_NOT_EMPTY')] },
        { target: '#epoch.finished', actions: does.finish },
      ],
      'epoch.commit': { target: 'committing', actions: ['playBatch'] },
      'attempt.fail': [
        { guard: 'retriesLeft', target: 'backingOff', actions: does.retry },
        { target: '#epoch.failed', actions: does.fail },
      ],
      'timer.fire': [
        { guard: 'firesTimeout', target: '#epoch.timedOut', actions: does.timeOut },
        { guard: 'firesAttemptWithRetriesLeft', target: 'backingOff', actions: does.retry },
        { guard: 'firesAttempt', target: '#epoch.failed', actions: does.fail },
        { actions: [refuse('TIMER_NOT_ARMED')] },
      ],
    },
  });
}

function runningState(parts: EpochParts, does: Sequences) {
  return parts.createStateConfig({
    initial: 'attempting',
    on: {
      'epoch.start': { actions: [refuse('EPOCH_NOT_STARTABLE')] },
      'epoch.timeOut': { target: 'timedOut', actions: does.timeOut },
      'epoch.cancel': { target: 'cancelled', actions: does.cancel },
    },
    states: {
      attempting: attemptingState(parts, does),
      backingOff: {
        on: {
          'timer.fire': [
            { guard: 'firesRetry', target: 'attempting', actions: does.nextAttempt },
            { guard: 'firesTimeout', target: '#epoch.timedOut', actions: does.timeOut },
            { actions: [refuse('TIMER_NOT_ARMED')] },
          ],
        },
      },
      committing: {
        always: [
          {
            guard: 'batchIsRefused',
            target: 'attempting',
            actions: ['refuseBatch', 'forgetBatch'],
          },
          {
            guard: 'batchSendsNothing',
            target: '#epoch.finished',
            actions: ['emitBatch', 'settleBatch', ...does.finish],
          },
          {
            guard: 'batchSendsOnce',
            target: '#epoch.finished',
            actions: ['emitBatch', 'routeBatch', 'settleBatch', ...does.finish],
          },
          {
            target: '#epoch.finished',
            actions: ['performBatch', 'settleBatch', ...does.finish],
          },
        ],
      },
    },
  });
}

/** The machine of the epochs of a node. */
export function createEpochMachine(spec: NodeShape) {
  const parts = epochParts(spec);
  const does = sequences(spec);
  const blank = blankOf(spec);
  const notRunning = { actions: [refuse('EPOCH_NOT_RUNNING')] };
  return parts.createMachine({
    id: 'epoch',
    context: ({ input }) => initialEpoch(blank, input),
    initial: 'startable',
    states: {
      startable: {
        on: {
          'epoch.start': [
            { guard: 'gateIsOpen', target: 'running', actions: does.start },
            { actions: [refuse('GATE_CLOSED')] },
          ],
          'epoch.cancel': {
            target: 'cancelled',
            actions: ['emitCancelled', 'destroyLeftovers', 'withdraw'],
          },
        },
      },
      running: runningState(parts, does),
      finished: final('finished'),
      failed: final('failed'),
      timedOut: final('timedOut'),
      cancelled: final('cancelled'),
    },
    output: ({ context, event }): EpochEnd => ({
      outcome: (event as unknown as { readonly output: EpochOutcome }).output,
      withdrawn: context.withdrawn,
      made: context.made,
      ended: context.ended,
    }),
    on: {
      'packet.create': notRunning,
      'packet.consume': notRunning,
      'packet.load': notRunning,
      'salvo.send': notRunning,
      'value.record': notRunning,
      'epoch.finish': notRunning,
      'epoch.commit': notRunning,
      'attempt.fail': notRunning,
      'epoch.timeOut': notRunning,
      'timer.fire': { actions: [refuse('TIMER_NOT_ARMED')] },
    },
  });
}

export type EpochMachine = ReturnType<typeof createEpochMachine>;

function sendsCopies(spec: NodeShape): boolean {
  return spec.outPorts.some(
    (port) => port.fanout === 'copy' && port.edges.length + (port.outside ? 1 : 0) > 1,
  );
}
