/** Going on with a net whose process is gone: paused at once, services start again, nothing is lost. */
import { describe, expect, it } from 'vitest';
import type { NodeOptions } from '../../src/dsl/schema.ts';
import type { Action } from '../../src/machines/action.ts';
import {
  act,
  begin,
  events,
  expectRefused,
  fault,
  inject,
  inputPort,
  kernelOf,
  namesOf,
  pass,
  run,
  started,
} from './driving.ts';
import { single, worker } from './graphs.ts';

const recover: Action = { type: 'RecoverNet' };
const restarting: NodeOptions = {
  restart: 'on_failure',
  retries: 1,
  retryWait: 1,
  deferNetActions: true,
};

describe('RecoverNet', () => {
  it('pauses the net at once, while an epoch runs, and says why', () => {
    const kernel = started(kernelOf(single()), ['A']);
    inject(kernel, 'A.in', 2);
    run(kernel);
    act(kernel, { type: 'StartEpoch', epoch: 'e1' });
    expect(events(kernel, { ...recover, reason: 'killed' })).toEqual([
      { event: 'NetRecovered' },
      { event: 'NetPaused', reason: 'killed' },
    ]);
    expect(kernel.net()).toMatchObject({ lifecycle: 'paused', running: 1, startable: 1 });
    expect(kernel.epoch('e1').state).toBe('running');
    expect(kernel.gate('A')).toBe('net lifecycle.paused');
    expectRefused(kernel, { type: 'StartEpoch', epoch: 'e2' }, 'GATE_CLOSED');
  });

  it('has services start again before the net that is resumed runs', () => {
    const kernel = started(kernelOf(single()), ['A']);
    inject(kernel, 'A.in');
    run(kernel);
    act(kernel, recover);
    act(kernel, { type: 'ResumeNet' });
    expect(kernel.net().lifecycle).toBe('starting');
    expect(kernel.gate('A')).toBe('node:A service.starting');
    act(kernel, { type: 'NodeUp', node: 'A' });
    expect(kernel.net().lifecycle).toBe('running');
    pass(kernel, 'e1');
    run(kernel);
    expect(kernel.net().blocked).toBe('drained');
  });

  it('brings services up while the net is paused, so that it runs as soon as it is resumed', () => {
    const kernel = started(kernelOf(single()), ['A']);
    act(kernel, recover);
    act(kernel, { type: 'NodeUp', node: 'A' });
    act(kernel, { type: 'ResumeNet' });
    expect(kernel.net().lifecycle).toBe('running');
  });

  it('goes on with a net that was stopped', () => {
    const kernel = started(kernelOf(single()), ['A']);
    inject(kernel, 'A.in');
    act(kernel, { type: 'StopNet' });
    act(kernel, recover);
    act(kernel, { type: 'NodeUp', node: 'A' });
    act(kernel, { type: 'ResumeNet' });
    run(kernel);
    pass(kernel, 'e1');
    expect(kernel.net()).toMatchObject({ lifecycle: 'running', inside: 0 });
  });

  it('is refused where the net was never started, or names a node that is not there', () => {
    const kernel = kernelOf(single());
    expectRefused(kernel, recover, 'NET_STATE');
    started(kernel, ['A']);
    expectRefused(kernel, { ...recover, functionless: ['X'] }, 'NODE_NOT_FOUND');
  });

  it('leaves epochs whose node has no function now starving, and no more those whose node has one', () => {
    const kernel = kernelOf({ nodes: [worker('A', ['in']), worker('B', ['in'])] });
    act(kernel, { type: 'StartNet', functionless: ['A'] });
    act(kernel, { type: 'NodeUp', node: 'B' });
    for (const node of ['A', 'B']) act(kernel, { type: 'CreateEpoch', node });
    act(kernel, { ...recover, functionless: ['B'] });
    act(kernel, { type: 'ResumeNet' });
    act(kernel, { type: 'NodeUp', node: 'A' });
    expect(kernel.gate('A')).toBe('open');
    expect(kernel.gate('B')).toBe('node:B service.down');
    through(kernel, 'e1');
    run(kernel);
    expect(kernel.net().blocked).toBe('starved');
    act(kernel, recover);
    for (const node of ['A', 'B']) act(kernel, { type: 'NodeUp', node });
    act(kernel, { type: 'ResumeNet' });
    through(kernel, 'e2');
    run(kernel);
    expect(kernel.net().blocked).toBe('drained');
  });

  it('keeps timers armed, and fires them while the net is paused', () => {
    const kernel = started(kernelOf(single({ ...restarting, timeout: 60 })), ['A']);
    const epoch = begin(kernel, 'A');
    act(kernel, { type: 'FailAttempt', epoch, error: fault, now: 10 });
    expect(namesOf(events(kernel, recover))).toEqual(['NetRecovered', 'NetPaused']);
    expect(kernel.net().timers).toBe(2);
    const fired = events(kernel, { type: 'FireTimer', key: `retry:${epoch}`, now: 1010 });
    expect(namesOf(fired)).toEqual(['TimerCleared', 'AttemptStarted']);
  });

  it('leaves a start that waits for its timer waiting, and makes any other again from the first', () => {
    const kernel = kernelOf(single(restarting));
    const failed: Action = { type: 'NodeFailed', node: 'A', error: fault };
    act(kernel, { type: 'StartNet' });
    act(kernel, failed);
    act(kernel, recover);
    expect(kernel.net().timers).toBe(1);
    expectRefused(kernel, { type: 'NodeUp', node: 'A' }, 'NET_STATE');
    const fired = events(kernel, { type: 'FireTimer', key: 'restart:A' });
    expect(fired).toContainEqual({ event: 'NodeRestarting', node: 'A', attempt: 1 });
    expect(namesOf(events(kernel, failed))).toEqual(['NodeFailed']);
    act(kernel, recover);
    expect(namesOf(events(kernel, failed))).toContain('NodeRestartScheduled');
    expect(events(kernel, { ...recover, functionless: ['A'] })).toContainEqual({
      event: 'TimerCleared',
      key: 'restart:A',
      at: 1000,
    });
    expect(kernel.net().timers).toBe(0);
    act(kernel, { type: 'ResumeNet' });
    expect(kernel.net().lifecycle).toBe('running');
  });

  it('opens the epoch of a node with autostart once, and not again', () => {
    const kernel = started(kernelOf(single({ autostart: true })), ['A']);
    act(kernel, recover);
    expect(namesOf(run(kernel))).toContain('EpochCreated');
    act(kernel, recover);
    act(kernel, { type: 'NodeUp', node: 'A' });
    act(kernel, { type: 'ResumeNet' });
    expect(run(kernel)).toEqual([]);
    const never = kernelOf(single({ autostart: true }));
    act(never, { type: 'StopNet' });
    act(never, recover);
    expect(namesOf(run(never))).toContain('EpochCreated');
  });

  it('finds packets where they were', () => {
    const kernel = started(kernelOf(single()), ['A']);
    const packets = inject(kernel, 'A.in', 3);
    act(kernel, recover);
    expect(kernel.packetsAt(inputPort('A', 'in'))).toEqual(packets);
  });
});

/** An epoch of a node without outputs, from start to end. */
function through(kernel: Parameters<typeof pass>[0], epoch: 'e1' | 'e2'): void {
  act(kernel, { type: 'StartEpoch', epoch });
  act(kernel, { type: 'FinishEpoch', epoch });
}
