/** The machine of an epoch, alone, as a pure function of snapshots and messages. */
import { describe, expect, it } from 'vitest';
import { type SnapshotFrom, initialTransition, transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { createEpochMachine } from '../../src/machines/epoch.machine.ts';
import { sizeOf, toArray } from '../../src/machines/fifo.ts';
import type { EpochInput, EpochMessage } from '../../src/machines/protocol.ts';
import type { NodeShape } from '../../src/machines/spec.ts';
import { alone, emissions } from './alone.ts';
import { plainShape, richShape } from './shapes.ts';

type Machine = ReturnType<typeof createEpochMachine>;

const input: EpochInput = {
  id: 5,
  node: 'A',
  condition: 'default',
  salvo: [['in', 'p1']],
  packets: [1],
};
const start: EpochMessage = { type: 'epoch.start', now: 10, gate: 'open' };
const fail: EpochMessage = {
  type: 'attempt.fail',
  error: { name: 'Error', message: 'no luck' },
  waitMs: null,
  dropped: null,
  now: 20,
};
const fire = (kind: 'retry' | 'timeout' | 'attempt'): EpochMessage => ({
  type: 'timer.fire',
  kind,
  now: 30,
});
const finish: EpochMessage = { type: 'epoch.finish', unconsumed: 'destroy' };
const commit: EpochMessage = {
  type: 'epoch.commit',
  operations: [{ type: 'ConsumePacket', packet: 'p1' }],
  unconsumed: 'error',
  ids: { packets: 50, epochs: 6 },
};
const cancel: EpochMessage = { type: 'epoch.cancel', reason: '' };

/** Where messages lead, one after another. */
function after(shape: NodeShape, ...messages: EpochMessage[]): SnapshotFrom<Machine> {
  const machine = alone(createEpochMachine(shape));
  let [epoch] = initialTransition(machine, input);
  for (const message of messages) [epoch] = transition(machine, epoch, message);
  return epoch;
}

describe('an epoch', () => {
  it.each<[string, EpochMessage[], unknown]>([
    ['nothing', [], 'startable'],
    ['a start', [start], { running: 'attempting' }],
    ['a start that the gate refuses', [{ ...start, gate: 'shut' }], 'startable'],
    ['a failure with a retry left', [start, fail], { running: 'backingOff' }],
    ['the retry', [start, fail, fire('retry')], { running: 'attempting' }],
    ['a failure with none left', [start, fail, fire('retry'), fail], 'failed'],
    ['the attempt’s timeout', [start, fire('attempt')], { running: 'backingOff' }],
    ['the timeout', [start, fire('timeout')], 'timedOut'],
    ['the timeout while it waits', [start, fail, fire('timeout')], 'timedOut'],
    ['the finish', [start, finish], 'finished'],
    ['a commit', [start, commit], 'finished'],
    ['an empty commit', [start, { ...commit, operations: [] }], { running: 'attempting' }],
    ['a cancellation', [start, cancel], 'cancelled'],
    ['a cancellation before its start', [cancel], 'cancelled'],
    ['a failure before its start', [fail], 'startable'],
    ['a second start', [start, start], { running: 'attempting' }],
  ])('after %s is as the design says', (_, messages, state) => {
    expect(after(richShape, ...messages).value).toEqual(state);
  });

  it('is done in four states, and in no other', () => {
    const machine = alone(createEpochMachine(richShape));
    const paths = getShortestPaths(machine, {
      input,
      events: [
        start,
        fail,
        fire('retry'),
        fire('timeout'),
        fire('attempt'),
        finish,
        commit,
        cancel,
      ] as never[],
      serializeState: (snapshot) =>
        JSON.stringify([snapshot.value, snapshot.context.attempt, sizeOf(snapshot.context.inside)]),
    });
    const final = new Set(['finished', 'failed', 'timedOut', 'cancelled']);
    const seen = new Set<unknown>();
    for (const { state } of paths) {
      const done = typeof state.value === 'string' && final.has(state.value);
      expect(state.status).toBe(done ? 'done' : 'active');
      if (!done) continue;
      seen.add(state.value);
      const { inside, buckets, retryAt, timeoutAt, attemptAt } = state.context;
      expect([sizeOf(inside), ...buckets.map(sizeOf)]).toEqual([0, 0, 0]);
      expect([retryAt, timeoutAt, attemptAt]).toEqual([null, null, null]);
    }
    expect(seen).toEqual(final);
  });

  it('that is done does nothing any more', () => {
    const messages = [start, fail, fire('timeout'), finish, commit, cancel];
    const done = after(plainShape, start, finish);
    const machine = alone(createEpochMachine(plainShape));
    for (const message of messages) {
      const [next, actions] = transition(machine, done, message);
      expect(next.value).toBe('finished');
      expect(next.context).toEqual(done.context);
      for (const { type } of emissions(actions)) expect(type).toBe('rejected');
    }
  });

  it('keeps the context it had where a batch is refused', () => {
    const begun = after(plainShape, start);
    const refused = after(plainShape, start, { ...commit, operations: [] });
    expect(refused.context).toEqual(begun.context);
    expect(toArray(refused.context.inside)).toEqual([1]);
  });
});
