/**
 * The net: supervises its nodes, and answers for what belongs to nobody else.
 *
 * Owns: the packets outside, the first free ids, the time, how many epochs wait and run, how many
 * timers are armed. Regions: *lifecycle*, *activity* (what kind of standstill, if any), *mode*.
 */
import type { BlockKind } from './action.ts';
import { type NetParts, initialNetContext, netParts } from './net-parts.ts';
import type { SpawnChild } from './protocol.ts';
import type { NetSpec } from './spec.ts';

function refuse(message: string) {
  return {
    actions: [{ type: 'refuse' as const, params: { code: 'NET_STATE' as const, message } }],
  };
}

function lifecycleRegion(spec: NetSpec, parts: NetParts) {
  const pause = { target: 'pausing', actions: ['keepReason', 'close', 'tellClosed'] as const };
  const pausing = { guard: 'pausesOnTrouble' as const, ...pause };
  const trouble = spec.onError === 'continue' ? [] : [pausing, {}];
  const stop = { target: 'stopping', actions: ['keepReason', 'close', 'tellStopping'] as const };
  /** A throw inside a node, a port or an epoch: a bug, that its parents hand on. */
  const fail = { target: 'failed', actions: ['close', 'emitFailed'] as const };
  /** Whatever ran is run by nobody any more: what is left of it is found as it was. */
  const recover = {
    'net.recover': {
      target: 'paused',
      reenter: true,
      actions: ['keepReason', 'close', 'emitRecovered', 'enlist', 'tellRecovered'],
    },
  } as const;
  const admit = { actions: ['admit' as const] };
  const admission =
    spec.maxConcurrency === null ? [admit] : [{ guard: 'hasRoom' as const, ...admit }, {}];
  const alive = { 'net.stop': stop, 'xstate.error.actor.*': fail } as const;
  const reason = (event: 'NetPausing' | 'NetPaused' | 'NetStopping' | 'NetStopped') => ({
    type: 'emitReason' as const,
    params: { event },
  });
  return parts.createStateConfig({
    initial: 'created',
    states: {
      created: {
        on: {
          ...alive,
          'epoch.admit': { actions: ['admit'] },
          'net.start': { target: 'starting', actions: ['emitStarted', 'enlist', 'tellStarted'] },
          'net.pause': refuse('the net has not been started'),
          'net.recover': refuse('the net has not been started'),
        },
      },
      starting: {
        always: { guard: 'allSettled', target: 'running' },
        on: {
          ...alive,
          ...recover,
          'epoch.admit': admission,
          'net.pause': pause,
          'node.tally': trouble,
          'node.settled': trouble,
        },
      },
      running: {
        entry: ['open'],
        on: {
          ...alive,
          ...recover,
          'epoch.admit': admission,
          'net.pause': pause,
          'node.tally': trouble,
        },
      },
      pausing: {
        entry: [reason('NetPausing')],
        always: { guard: 'noneRuns', target: 'paused' },
        on: {
          ...alive,
          ...recover,
          'net.resume': { target: 'starting', actions: ['emitResumed', 'tellOpened'] },
          'net.pause': refuse('the net is pausing already'),
        },
      },
      paused: {
        entry: [reason('NetPaused')],
        on: {
          ...alive,
          ...recover,
          'net.resume': { target: 'starting', actions: ['emitResumed', 'tellOpened'] },
          'net.pause': refuse('the net is paused already'),
        },
      },
      stopping: {
        entry: [reason('NetStopping')],
        always: { guard: 'noneRuns', target: 'stopped' },
        on: {
          ...recover,
          'xstate.error.actor.*': fail,
          'net.stop': refuse('the net is stopping already'),
          'net.pause': refuse('the net is stopping'),
        },
      },
      stopped: {
        entry: [reason('NetStopped'), 'tellStopped'],
        on: {
          ...recover,
          'xstate.error.actor.*': fail,
          'net.stop': refuse('the net is stopped'),
          'net.pause': refuse('the net is stopped'),
        },
      },
      failed: {},
    },
    on: {
      'net.start': refuse('the net has been started already'),
      'net.resume': refuse('the net is not paused'),
    },
  });
}

function activityRegion(parts: NetParts) {
  const block = (kind: BlockKind) => ({
    target: `#net.activity.blocked.${kind}`,
    actions: ['keepQueued' as const, { type: 'emitBlocked' as const, params: { kind } }],
  });
  const settle = [
    {
      guard: 'isNotOpen' as const,
      target: '#net.activity.waiting',
      actions: ['keepQueued' as const],
    },
    {
      guard: 'someRun' as const,
      target: '#net.activity.working',
      actions: ['keepQueued' as const],
    },
    {
      guard: 'somethingIsDue' as const,
      target: '#net.activity.waiting',
      actions: ['keepQueued' as const],
    },
    { guard: 'isDrained' as const, ...block('drained') },
    { guard: 'isStarved' as const, ...block('starved') },
    block('stuck'),
  ];
  /** A block that is found again, with no move made in between, is not reported again; where an epoch started, it is no block any more. */
  const blocked = (kind: BlockKind) => ({
    on: {
      'flow.settle': settle
        .filter(({ target }) => target !== '#net.activity.working')
        .map((transition) =>
          transition.target === `#net.activity.blocked.${kind}`
            ? { ...transition, target: undefined, actions: [] as const }
            : transition,
        ),
    },
  });
  return parts.createStateConfig({
    initial: 'moving',
    states: {
      moving: {},
      working: {},
      waiting: {},
      blocked: {
        initial: 'drained',
        states: {
          drained: blocked('drained'),
          stuck: blocked('stuck'),
          starved: blocked('starved'),
        },
      },
    },
    on: {
      'flow.run': { target: '.moving', actions: ['keepQueued'] },
      'flow.ran': settle,
      'flow.settle': settle,
      'node.tally': [
        { guard: 'startsEpoch', target: '.working', actions: ['countTally'] },
        { actions: ['countTally'] },
      ],
      'node.settled': { actions: ['countSettled'] },
    },
  });
}

function modeRegion(spec: NetSpec, parts: NetParts) {
  return parts.createStateConfig({
    initial: spec.mode,
    states: {
      cyclic: {},
      dag: {
        initial: 'clean',
        states: {
          clean: { on: { 'node.tally': [{ guard: 'violates', target: 'violated' }, {}] } },
          violated: {},
        },
      },
    },
  });
}

/** The machine of a net; its nodes' actors are made from `input`. */
export function createNetMachine(spec: NetSpec) {
  const parts = netParts(spec);
  return parts.createMachine({
    id: 'net',
    context: ({ input, spawn }) => {
      const child = spawn as SpawnChild;
      for (const { id, logic, input: given } of input.nodes) {
        child(logic, { id, systemId: id, input: given });
      }
      return initialNetContext();
    },
    type: 'parallel',
    states: {
      lifecycle: lifecycleRegion(spec, parts),
      activity: activityRegion(parts),
      mode: modeRegion(spec, parts),
    },
    on: {
      'clock.move': { actions: ['moveClock'] },
      'subject.unknown': { actions: ['refuseUnknown'] },
      'packet.create': { actions: ['createOutside', 'emitCreated'] },
      'packet.consume': { actions: ['leaveOutside', 'emitConsumed'] },
      'packet.destroy': { actions: ['leaveOutside', 'emitDestroyed'] },
      'packet.enter': { actions: ['putOutside', 'countOut', 'emitEntered'] },
      'packet.leave': { actions: ['leaveOutside', 'countIn'] },
      'outside.put': { actions: ['putOutside', 'countOut'] },
      'packets.made': { actions: ['countMade'] },
      'packets.ended': { actions: ['countEnded'] },
      'timers.changed': { actions: ['countTimer'] },
      'result.late': { actions: ['emitLate'] },
      'letter.mark': { actions: ['emitMarked'] },
    },
  });
}
