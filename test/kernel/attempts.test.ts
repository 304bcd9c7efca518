/** Attempts, retries, timeouts and their timers. */
import { describe, expect, it } from 'vitest';
import type { NodeOptions } from '../../src/dsl/schema.ts';
import type { Acceptance, Action, KernelEvent } from '../../src/machines/action.ts';
import type { Kernel } from '../../src/runtime/kernel/kernel.ts';
import {
  act,
  events,
  expectRefused,
  fault,
  inEpoch,
  inject,
  kernelOf,
  namesOf,
  run,
  started,
} from './driving.ts';
import { single } from './graphs.ts';

const retrying = (options: NodeOptions): NodeOptions => ({ deferNetActions: true, ...options });

/** `e1` of `A`, started at 1000. */
function begun(options: NodeOptions): Kernel {
  const kernel = started(kernelOf(single(options)), ['A']);
  inject(kernel, 'A.in');
  run(kernel);
  act(kernel, { type: 'StartEpoch', epoch: 'e1', now: 1000 });
  return kernel;
}

const fail = (now: number): Action => ({ type: 'FailAttempt', epoch: 'e1', error: fault, now });
const fire = (key: string, now: number): Action => ({ type: 'FireTimer', key, now });
const failed = (attempt: number, final: boolean): KernelEvent => ({
  event: 'EpochFailed',
  epoch: 'e1',
  attempt,
  error: fault,
  final,
});
const lost: KernelEvent = { event: 'PacketDestroyed', packet: 'p1', from: inEpoch('e1') };

/** When the next attempt is due. */
const dueAt = ({ events }: Acceptance): number | undefined =>
  events.flatMap((event) => (event.event === 'EpochRetryScheduled' ? [event.at] : []))[0];

describe('retries', () => {
  it('schedule attempts until none is left, then the epoch fails', () => {
    const kernel = begun(retrying({ retries: 2, retryWait: 0.5 }));
    expect(events(kernel, fail(1100))).toEqual([
      failed(0, false),
      { event: 'EpochRetryScheduled', epoch: 'e1', attempt: 1, at: 1600 },
      { event: 'TimerSet', key: 'retry:e1', at: 1600 },
    ]);
    expect(kernel.net()).toMatchObject({ timers: 1, running: 1 });
    expect(events(kernel, fire('retry:e1', 1600))).toEqual([
      { event: 'TimerCleared', key: 'retry:e1', at: 1600 },
      { event: 'AttemptStarted', epoch: 'e1', attempt: 1 },
    ]);
    act(kernel, fail(1700));
    act(kernel, fire('retry:e1', 2200));
    expect(events(kernel, fail(2300))).toEqual([
      failed(2, true),
      lost,
      { event: 'NetPausing', reason: 'an epoch or a node failed' },
      { event: 'NetPaused', reason: 'an epoch or a node failed' },
    ]);
    expect(kernel.net()).toMatchObject({ timers: 0, running: 0, inside: 0 });
  });

  it('find the inputs there again', () => {
    const kernel = begun(retrying({ retries: 1 }));
    act(kernel, fail(1100));
    expect(kernel.packetsAt(inEpoch('e1'))).toEqual(['p1']);
    act(kernel, fire('retry:e1', 1100));
    act(kernel, {
      type: 'CommitEpoch',
      epoch: 'e1',
      operations: [{ type: 'ConsumePacket', packet: 'p1' }],
    });
  });

  it('let nothing be done to the epoch while it waits, but time out and cancel', () => {
    const refused: Action[] = [
      { type: 'CreatePacket', epoch: 'e1' },
      { type: 'ConsumePacket', packet: 'p1' },
      { type: 'LoadPacketIntoOutputPort', packet: 'p1', port: 'out' },
      { type: 'SendOutputSalvo', epoch: 'e1', condition: 'send' },
      { type: 'FinishEpoch', epoch: 'e1' },
      { type: 'CommitEpoch', epoch: 'e1', operations: [] },
      { type: 'Record', epoch: 'e1', kind: 'now', value: 1 },
      { type: 'FailAttempt', epoch: 'e1', error: fault },
    ];
    const waiting = (): Kernel => {
      const kernel = begun(retrying({ retries: 1 }));
      act(kernel, fail(1100));
      return kernel;
    };
    for (const action of refused) expectRefused(waiting(), action, 'EPOCH_NOT_RUNNING');
    expectRefused(waiting(), { type: 'StartEpoch', epoch: 'e1' }, 'EPOCH_NOT_STARTABLE');
    expectRefused(waiting(), { type: 'DestroyPacket', packet: 'p1' }, 'PACKET_IN_EPOCH');
    expect(events(waiting(), { type: 'CancelEpoch', epoch: 'e1' })).toEqual([
      { event: 'EpochCancelled', epoch: 'e1', reason: '' },
      lost,
      { event: 'TimerCleared', key: 'retry:e1', at: 1100 },
    ]);
    expect(namesOf(events(waiting(), { type: 'TimeOutEpoch', epoch: 'e1' })).slice(0, 3)).toEqual([
      'EpochTimedOut',
      'PacketDestroyed',
      'TimerCleared',
    ]);
  });

  it.each([
    [{ retryWait: 1 }, [1000, 1000, 1000, 1000]],
    [{ retryWait: 1, retryBackoff: 'exponential' }, [1000, 2000, 4000, 8000]],
    [{ retryWait: 1, retryBackoff: 'exponential', retryWaitMax: 3 }, [1000, 2000, 3000, 3000]],
    [{ retryWait: 5, retryWaitMax: 3 }, [3000, 3000, 3000, 3000]],
    [{}, [0, 0, 0, 0]],
  ] satisfies [NodeOptions, number[]][])('wait as the options say: %j', (options, waits) => {
    const kernel = begun(retrying({ ...options, retries: 4 }));
    let now = 1000;
    for (const wait of waits) {
      const at = dueAt(act(kernel, fail(now)));
      expect(at).toBe(now + wait);
      now = at ?? now;
      act(kernel, fire('retry:e1', now));
    }
  });

  it('wait as long as the action says, where it says so', () => {
    const kernel = begun(retrying({ retries: 1, retryWait: 9 }));
    const action: Action = { type: 'FailAttempt', epoch: 'e1', error: fault, now: 1100, waitMs: 7 };
    expect(dueAt(act(kernel, action))).toBe(1107);
  });

  it('leave a dropped batch in the history', () => {
    const dropped = [{ type: 'ConsumePacket', packet: 'p1' }] as const;
    const kernel = begun(retrying({ retries: 1 }));
    const action: Action = { type: 'FailAttempt', epoch: 'e1', error: fault, dropped };
    const drop = (attempt: number) => ({
      event: 'BatchDropped',
      epoch: 'e1',
      attempt,
      operations: dropped,
    });
    expect(events(kernel, action)[1]).toEqual(drop(0));
    act(kernel, fire('retry:e1', 2000));
    expect(events(kernel, action).slice(0, 3)).toEqual([failed(1, true), drop(1), lost]);
  });

  it('may be timed out also where the node has no timer of its own', () => {
    const kernel = begun({});
    expect(events(kernel, { type: 'TimeOutEpoch', epoch: 'e1' }).slice(0, 2)).toEqual([
      { event: 'EpochTimedOut', epoch: 'e1' },
      lost,
    ]);
  });
});

describe('timeout', () => {
  it('runs from the start through all attempts and waits, and is final', () => {
    const kernel = begun(retrying({ retries: 5, retryWait: 1, timeout: 3 }));
    expect(kernel.net().timers).toBe(1);
    expect(events(kernel, fail(1500)).filter(({ event }) => /Timer/.test(event))).toEqual([
      { event: 'TimerSet', key: 'retry:e1', at: 2500 },
    ]);
    act(kernel, fire('retry:e1', 2500));
    act(kernel, fail(3500));
    expect(events(kernel, fire('timeout:e1', 4000)).slice(0, 4)).toEqual([
      { event: 'EpochTimedOut', epoch: 'e1' },
      lost,
      { event: 'TimerCleared', key: 'retry:e1', at: 4500 },
      { event: 'TimerCleared', key: 'timeout:e1', at: 4000 },
    ]);
    expect(kernel.net().timers).toBe(0);
    expectRefused(kernel, fire('retry:e1', 4500), 'TIMER_NOT_ARMED');
  });

  it('is cleared when the epoch ends in any way', () => {
    const ends: Action[] = [
      { type: 'FinishEpoch', epoch: 'e1', unconsumed: 'destroy' },
      { type: 'CommitEpoch', epoch: 'e1', operations: [], unconsumed: 'destroy' },
      { type: 'CancelEpoch', epoch: 'e1' },
      { type: 'TimeOutEpoch', epoch: 'e1' },
      { type: 'FailAttempt', epoch: 'e1', error: fault },
    ];
    for (const action of ends) {
      const kernel = begun({ timeout: 3, attemptTimeout: 2 });
      expect(kernel.net().timers).toBe(2);
      const cleared = events(kernel, action).flatMap((event) =>
        event.event === 'TimerCleared' ? [[event.key, event.at]] : [],
      );
      expect(cleared, action.type).toEqual([
        ['attempt:e1', 3000],
        ['timeout:e1', 4000],
      ]);
      expect(kernel.net().timers).toBe(0);
    }
  });

  it('is kept when a batch is refused', () => {
    const kernel = begun({ timeout: 3 });
    expectRefused(kernel, { type: 'CommitEpoch', epoch: 'e1', operations: [] }, 'EPOCH_NOT_EMPTY');
    expect(namesOf(events(kernel, fire('timeout:e1', 4000)))).toContain('EpochTimedOut');
  });
});

describe('attempt_timeout', () => {
  it('fails the attempt, which is tried again', () => {
    const kernel = begun(retrying({ retries: 1, retryWait: 1, attemptTimeout: 2 }));
    const error: unknown = expect.objectContaining({ code: 'ATTEMPT_TIMEOUT' });
    expect(events(kernel, fire('attempt:e1', 3000))).toEqual([
      { event: 'EpochFailed', epoch: 'e1', attempt: 0, error, final: false },
      { event: 'TimerCleared', key: 'attempt:e1', at: 3000 },
      { event: 'EpochRetryScheduled', epoch: 'e1', attempt: 1, at: 4000 },
      { event: 'TimerSet', key: 'retry:e1', at: 4000 },
    ]);
    expect(events(kernel, fire('retry:e1', 4000))).toEqual([
      { event: 'TimerCleared', key: 'retry:e1', at: 4000 },
      { event: 'AttemptStarted', epoch: 'e1', attempt: 1 },
      { event: 'TimerSet', key: 'attempt:e1', at: 6000 },
    ]);
    expect(events(kernel, fire('attempt:e1', 6000)).slice(0, 3)).toEqual([
      { event: 'EpochFailed', epoch: 'e1', attempt: 1, error, final: true },
      lost,
      { event: 'TimerCleared', key: 'attempt:e1', at: 6000 },
    ]);
    expect(kernel.net().timers).toBe(0);
  });

  it('is cleared while the epoch waits for its next attempt', () => {
    const kernel = begun(retrying({ retries: 1, retryWait: 9, attemptTimeout: 2 }));
    act(kernel, fail(1500));
    expectRefused(kernel, fire('attempt:e1', 3000), 'TIMER_NOT_ARMED');
    expect(kernel.net().timers).toBe(1);
  });
});
