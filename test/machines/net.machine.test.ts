/** The machine of a net, alone: its life by paths, its standstills by counts. */
import { describe, expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { createNetMachine } from '../../src/machines/net.machine.ts';
import type { NetMessage } from '../../src/machines/protocol.ts';
import { alone, happenings } from './alone.ts';

const machine = alone(
  createNetMachine({ nodes: [], edges: [], mode: 'cyclic', maxConcurrency: 2, onError: 'pause' }),
);
const input = { nodes: [] };
const start: NetMessage = { type: 'net.start', functionless: [] };
const settle: NetMessage = { type: 'flow.settle', queued: 0 };
const tally = (change: object): NetMessage => ({
  type: 'node.tally',
  opened: 0,
  startable: 0,
  ready: 0,
  running: 0,
  starved: 0,
  made: 0,
  ended: 0,
  trouble: 'none',
  ...change,
});

/** XState’s own message of an actor that threw. */
const failure: NetMessage = {
  type: 'xstate.error.actor.node:A',
  error: new Error('a bug'),
};

/** Where messages lead, one after another. */
function after(...messages: NetMessage[]) {
  let [net] = initialTransition(machine, input);
  for (const message of messages) [net] = transition(machine, net, message);
  return net;
}

describe('a net', () => {
  it('comes to every state of its life, and from any of them to its end', () => {
    const events: NetMessage[] = [
      start,
      { type: 'net.pause', reason: '' },
      { type: 'net.resume' },
      { type: 'net.stop', reason: '' },
      failure,
      tally({ running: 1 }),
      tally({ running: -1 }),
    ];
    const paths = getShortestPaths(machine, {
      input,
      events: ({ context }) =>
        events.filter((event) => {
          if (event.type !== 'node.tally') return true;
          return event.running < 0 ? context.running > 0 : context.running < 1;
        }) as never[],
      serializeState: ({ value, context }) =>
        JSON.stringify([(value as { lifecycle: string }).lifecycle, context.running]),
    });
    const seen = new Set(
      paths.map(({ state }) => (state.value as { lifecycle: string }).lifecycle),
    );
    // With no nodes nothing is waited for: `starting` is left at once.
    expect([...seen].sort()).toEqual([
      'created',
      'failed',
      'paused',
      'pausing',
      'running',
      'stopped',
      'stopping',
    ]);
    for (const { state } of paths) {
      const { lifecycle } = state.value as { lifecycle: string };
      if (lifecycle === 'paused' || lifecycle === 'stopped') continue;
      if (lifecycle === 'pausing' || lifecycle === 'stopping') {
        expect(state.context.running).toBeGreaterThan(0);
      }
    }
  });

  it.each<[string, NetMessage[], unknown]>([
    ['nothing is inside', [], { blocked: 'drained' }],
    ['packets are inside', [{ type: 'packets.made', count: 1 }], { blocked: 'stuck' }],
    ['an epoch waits that may not start', [tally({ startable: 1 })], { blocked: 'stuck' }],
    [
      'an epoch waits whose node has no function',
      [tally({ startable: 1, starved: 1 })],
      { blocked: 'starved' },
    ],
    ['an epoch may start', [tally({ startable: 1, ready: 1 })], 'waiting'],
    ['a timer is armed', [{ type: 'timers.changed', delta: 1 }], 'waiting'],
    ['an epoch runs', [tally({ running: 1 })], 'working'],
  ])('that has no moves left stands so where %s', (_, messages, activity) => {
    expect(after(start, ...messages, settle).value).toMatchObject({ activity });
  });

  it('says so once where it is blocked, and again when the kind changes', () => {
    const drained = after(start, settle);
    const [again, nothing] = transition(machine, drained, settle);
    expect(happenings(nothing)).toEqual([]);
    const [changed] = transition(machine, again, { type: 'packets.made', count: 1 });
    const [stuck, said] = transition(machine, changed, settle);
    expect(happenings(said)).toEqual([{ event: 'NetBlocked', kind: 'stuck' }]);
    expect(stuck.value).toMatchObject({ activity: { blocked: 'stuck' } });
  });

  it('admits an epoch while it has room', () => {
    const admit: NetMessage = { type: 'epoch.admit' };
    expect(after().can(admit)).toBe(true);
    expect(after(start, tally({ running: 1 })).can(admit)).toBe(true);
    expect(after(start, tally({ running: 1 }), tally({ running: 1 })).can(admit)).toBe(false);
    expect(after(start, { type: 'net.pause', reason: '' }).can(admit)).toBe(false);
    expect(after(start, { type: 'net.stop', reason: '' }).can(admit)).toBe(false);
  });
});
