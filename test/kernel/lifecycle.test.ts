/** The life of the net and of its nodes, and how it stands still. */
import { describe, expect, it } from 'vitest';
import type { GraphInput } from '../../src/dsl/definition.ts';
import type { Action, KernelEvent } from '../../src/machines/action.ts';
import type { Kernel, NetView } from '../../src/runtime/kernel/kernel.ts';
import {
  act,
  begin,
  events,
  expectRefused,
  fault,
  inject,
  kernelOf,
  namesOf,
  pass,
  run,
  started,
} from './driving.ts';
import { single, worker } from './graphs.ts';

const pair = (net: GraphInput['net'] = {}): GraphInput => ({
  nodes: [worker('A', ['in'], ['out']), worker('B', ['in'])],
  edges: [{ from: 'A.out', to: 'B.in' }],
  net,
});
const up = (node: string): Action => ({ type: 'NodeUp', node });
const failed = (node: string): Action => ({ type: 'NodeFailed', node, error: fault });
const lifecycle = (kernel: Kernel): string => kernel.net().lifecycle;

/** The kind of block that a run comes to, as an event and as the net's state. */
function blockOf(kernel: Kernel, queued?: number): { event: unknown; view: NetView['blocked'] } {
  const seen = events(kernel, {
    type: 'RunNetUntilBlocked',
    ...(queued === undefined ? {} : { queued }),
  });
  const blocked = seen.flatMap((event) => (event.event === 'NetBlocked' ? [event.kind] : []));
  expect(blocked.length).toBeLessThanOrEqual(1);
  return { event: blocked[0] ?? null, view: kernel.net().blocked };
}

describe('a net', () => {
  it('starts, and runs once every node is up', () => {
    const kernel = kernelOf(pair());
    expect(events(kernel, { type: 'StartNet' })).toEqual([{ event: 'NetStarted' }]);
    expect(lifecycle(kernel)).toBe('starting');
    expect(events(kernel, up('B'))).toEqual([{ event: 'NodeStarted', node: 'B' }]);
    expect(lifecycle(kernel)).toBe('starting');
    act(kernel, up('A'));
    expect(lifecycle(kernel)).toBe('running');
  });

  it('runs at once where it has no nodes with functions', () => {
    const kernel = kernelOf(pair());
    act(kernel, { type: 'StartNet', functionless: ['A', 'B', 'A'] });
    expect(lifecycle(kernel)).toBe('running');
    const empty = kernelOf({ nodes: [] });
    act(empty, { type: 'StartNet' });
    expect(lifecycle(empty)).toBe('running');
  });

  it('lets epochs of a node that is up start while others are still starting', () => {
    const kernel = kernelOf(pair());
    act(kernel, { type: 'StartNet' });
    act(kernel, up('A'));
    begin(kernel, 'A');
    expectRefused(kernel, { type: 'CreateAndStartEpoch', node: 'B' }, 'GATE_CLOSED');
    expect(kernel.gate('B')).toBe('node:B service.starting');
  });

  it('pauses when running epochs have ended, and starts no others meanwhile', () => {
    const kernel = started(kernelOf(pair()), ['A', 'B']);
    const epoch = begin(kernel, 'A');
    expect(events(kernel, { type: 'PauseNet', reason: 'lunch' })).toEqual([
      { event: 'NetPausing', reason: 'lunch' },
    ]);
    expect(kernel.gate('A')).toBe('net lifecycle.pausing');
    expectRefused(kernel, { type: 'CreateAndStartEpoch', node: 'A' }, 'GATE_CLOSED');
    expect(events(kernel, { type: 'FinishEpoch', epoch })).toEqual([
      { event: 'EpochFinished', epoch },
      { event: 'NetPaused', reason: 'lunch' },
    ]);
    expect(kernel.gate('A')).toBe('net lifecycle.paused');
    expect(events(kernel, { type: 'ResumeNet' })).toEqual([{ event: 'NetResumed' }]);
    expect(lifecycle(kernel)).toBe('running');
    begin(kernel, 'A');
  });

  it('can be resumed while it is still pausing', () => {
    const kernel = started(kernelOf(pair()), ['A', 'B']);
    begin(kernel, 'A');
    act(kernel, { type: 'PauseNet' });
    act(kernel, { type: 'ResumeNet' });
    expect(lifecycle(kernel)).toBe('running');
  });

  it('can be paused while it is starting, and comes up after it was resumed', () => {
    const kernel = kernelOf(pair());
    act(kernel, { type: 'StartNet' });
    expect(namesOf(events(kernel, { type: 'PauseNet' }))).toEqual(['NetPausing', 'NetPaused']);
    act(kernel, up('A'));
    act(kernel, { type: 'ResumeNet' });
    expect(lifecycle(kernel)).toBe('starting');
    act(kernel, up('B'));
    expect(lifecycle(kernel)).toBe('running');
  });

  it('stops when running epochs have ended, from any state', () => {
    const before: Action[][] = [
      [],
      [{ type: 'StartNet' }],
      [{ type: 'StartNet' }, up('A'), up('B')],
      [{ type: 'StartNet' }, up('A'), up('B'), { type: 'PauseNet' }],
    ];
    for (const actions of before) {
      const kernel = kernelOf(pair());
      for (const action of actions) act(kernel, action);
      expect(events(kernel, { type: 'StopNet', reason: 'done' })).toEqual([
        { event: 'NetStopping', reason: 'done' },
        { event: 'NetStopped', reason: 'done' },
      ]);
      expect(kernel.gate('A')).toBe('net lifecycle.stopped');
    }
    const kernel = started(kernelOf(pair()), ['A', 'B']);
    const epoch = begin(kernel, 'A');
    expect(namesOf(events(kernel, { type: 'StopNet' }))).toEqual(['NetStopping']);
    expect(kernel.gate('A')).toBe('net lifecycle.stopping');
    expect(namesOf(events(kernel, { type: 'CancelEpoch', epoch }))).toEqual([
      'EpochCancelled',
      'NetStopped',
    ]);
  });

  it('refuses what its state does not allow', () => {
    const [start, pause, resume, stop]: Action[] = [
      { type: 'StartNet' },
      { type: 'PauseNet' },
      { type: 'ResumeNet' },
      { type: 'StopNet' },
    ];
    const states: [string, Action[], (Action | undefined)[]][] = [
      ['created', [], [pause, resume]],
      ['starting', [{ type: 'StartNet' }], [start, resume]],
      ['running', [{ type: 'StartNet' }, up('A'), up('B')], [start, resume]],
      ['paused', [{ type: 'StartNet' }, { type: 'PauseNet' }], [start, pause]],
      ['stopped', [{ type: 'StopNet' }], [start, pause, resume, stop]],
    ];
    for (const [state, actions, refused] of states) {
      const kernel = kernelOf(pair());
      for (const action of actions) act(kernel, action);
      expect(lifecycle(kernel)).toBe(state);
      for (const action of refused) {
        if (action !== undefined) expectRefused(kernel, action, 'NET_STATE');
      }
    }
    expectRefused(kernelOf(pair()), { type: 'StartNet', functionless: ['X'] }, 'NODE_NOT_FOUND');
  });

  it('still moves packets when it is paused or stopped, but reports no block', () => {
    for (const type of ['PauseNet', 'StopNet'] as const) {
      const kernel = started(kernelOf(pair()), ['A', 'B']);
      inject(kernel, 'A.in');
      act(kernel, { type });
      expect(namesOf(run(kernel))).toEqual(['EpochCreated', 'InputSalvoTriggered', 'PacketMoved']);
      expectRefused(kernel, { type: 'StartEpoch', epoch: 'e1' }, 'GATE_CLOSED');
      expect(kernel.net().blocked).toBeNull();
    }
  });
});

describe('a node', () => {
  it('comes up once', () => {
    const kernel = kernelOf(pair());
    expectRefused(kernel, up('A'), 'NET_STATE');
    expectRefused(kernel, failed('A'), 'NET_STATE');
    act(kernel, { type: 'StartNet' });
    expectRefused(kernel, up('X'), 'NODE_NOT_FOUND');
    expectRefused(kernel, failed('X'), 'NODE_NOT_FOUND');
    act(kernel, up('A'));
    expectRefused(kernel, up('A'), 'NET_STATE');
    expectRefused(kernel, failed('A'), 'NET_STATE');
  });

  it('that has no function never comes up, and its epochs never start', () => {
    const kernel = kernelOf(pair());
    act(kernel, { type: 'StartNet', functionless: ['B'] });
    act(kernel, up('A'));
    expectRefused(kernel, up('B'), 'NET_STATE');
    expect(kernel.gate('B')).toBe('node:B service.down');
    expectRefused(kernel, { type: 'CreateAndStartEpoch', node: 'B' }, 'GATE_CLOSED');
  });

  it('that fails pauses the net, unless on_error says otherwise', () => {
    const event = { event: 'NodeFailed', node: 'A', error: fault };
    for (const onError of ['pause', 'raise', 'continue'] as const) {
      const kernel = kernelOf(pair({ onError }));
      act(kernel, { type: 'StartNet' });
      const seen = events(kernel, failed('A'));
      act(kernel, up('B'));
      if (onError === 'continue') {
        expect(seen).toEqual([event]);
        expect(lifecycle(kernel)).toBe('running');
        expect(kernel.gate('A')).toBe('node:A service.failed');
      } else {
        expect(seen[0]).toEqual(event);
        expect(namesOf(seen)).toEqual(['NodeFailed', 'NetPausing', 'NetPaused']);
      }
    }
  });

  it('that failed stays down in a net that does not start it again', () => {
    const kernel = kernelOf(pair({ onError: 'continue' }));
    act(kernel, { type: 'StartNet' });
    act(kernel, failed('A'));
    expectRefused(kernel, up('A'), 'NET_STATE');
    expectRefused(kernel, { type: 'FireTimer', key: 'restart:A' }, 'TIMER_NOT_ARMED');
  });

  const restarted = (): GraphInput => ({
    nodes: [
      worker('A', ['in'], ['out'], {
        restart: 'on_failure',
        retries: 2,
        deferNetActions: true,
        retryWait: 1,
        retryBackoff: 'exponential',
      }),
      worker('B', ['in']),
    ],
    edges: [{ from: 'A.out', to: 'B.in' }],
  });

  it('that is started again waits by its schedule, and on_error decides when no start is left', () => {
    const kernel = kernelOf(restarted());
    act(kernel, { type: 'StartNet', now: 5000 });
    act(kernel, up('B'));
    expect(events(kernel, failed('A'))).toEqual([
      { event: 'NodeFailed', node: 'A', error: fault },
      { event: 'NodeRestartScheduled', node: 'A', attempt: 1, at: 6000 },
      { event: 'TimerSet', key: 'restart:A', at: 6000 },
    ]);
    expect([lifecycle(kernel), kernel.gate('A')]).toEqual(['starting', 'node:A service.failed']);
    expectRefused(kernel, up('A'), 'NET_STATE');
    expect(events(kernel, { type: 'FireTimer', key: 'restart:A', now: 6000 })).toEqual([
      { event: 'TimerCleared', key: 'restart:A', at: 6000 },
      { event: 'NodeRestarting', node: 'A', attempt: 1 },
    ]);
    expectRefused(kernel, { type: 'FireTimer', key: 'restart:A' }, 'TIMER_NOT_ARMED');
    expect(events(kernel, failed('A')).at(-1)).toMatchObject({ key: 'restart:A', at: 8000 });
    act(kernel, { type: 'FireTimer', key: 'restart:A', now: 8000 });
    expect(namesOf(events(kernel, failed('A')))).toEqual(['NodeFailed', 'NetPausing', 'NetPaused']);
  });

  it('that comes up when it is started again lets its epochs start', () => {
    const gates: string[] = [];
    const kernel = kernelOf(restarted(), { onGateOpened: (node) => gates.push(node) });
    act(kernel, { type: 'StartNet', now: 0 });
    act(kernel, up('B'));
    act(kernel, { type: 'NodeFailed', node: 'A', error: fault, waitMs: 7 });
    inject(kernel, 'A.in');
    run(kernel);
    expectRefused(kernel, { type: 'StartEpoch', epoch: 'e1' }, 'GATE_CLOSED');
    act(kernel, { type: 'FireTimer', key: 'restart:A', now: 7 });
    expect(gates).toEqual(['B']);
    expect(events(kernel, up('A'))).toEqual([{ event: 'NodeStarted', node: 'A' }]);
    expect(gates).toEqual(['B', 'A']);
    expect(lifecycle(kernel)).toBe('running');
    act(kernel, { type: 'StartEpoch', epoch: 'e1' });
  });

  it('that waits to be started again is started no more when the net stops', () => {
    const kernel = kernelOf(restarted());
    act(kernel, { type: 'StartNet', now: 0 });
    act(kernel, failed('A'));
    expect(events(kernel, { type: 'StopNet' })).toContainEqual({
      event: 'TimerCleared',
      key: 'restart:A',
      at: 1000,
    });
    expect(kernel.net().timers).toBe(0);
    expectRefused(kernel, { type: 'FireTimer', key: 'restart:A' }, 'TIMER_NOT_ARMED');
  });

  it('whose epoch fails or times out pauses the net, unless on_error says otherwise', () => {
    const troubles = (epoch: 'e1'): Action[] => [
      { type: 'FailAttempt', epoch, error: fault },
      { type: 'TimeOutEpoch', epoch },
    ];
    for (const onError of ['pause', 'raise', 'continue'] as const) {
      for (const trouble of troubles('e1')) {
        const kernel = started(kernelOf(pair({ onError })), ['A', 'B']);
        begin(kernel, 'A');
        begin(kernel, 'B');
        act(kernel, trouble);
        expect(lifecycle(kernel)).toBe(onError === 'continue' ? 'running' : 'pausing');
      }
    }
  });

  it('whose epoch is cancelled does not pause the net', () => {
    const kernel = started(kernelOf(pair()), ['A', 'B']);
    act(kernel, { type: 'CancelEpoch', epoch: begin(kernel, 'A') });
    expect(lifecycle(kernel)).toBe('running');
  });
});

describe('autostart', () => {
  const source: GraphInput = {
    nodes: [
      worker('S', [], ['out']),
      worker('A', ['in']),
      worker('B', ['in'], [], { autostart: true }),
    ],
    edges: [{ from: 'S.out', to: 'A.in' }],
  };
  const opened = (seen: readonly KernelEvent[]): string[] =>
    seen.flatMap((event) => (event.event === 'EpochCreated' ? [event.node] : []));

  it('opens one epoch of each node without input ports, or that asks for it, when the net starts', () => {
    const kernel = started(kernelOf(source), ['S', 'A', 'B']);
    const seen = run(kernel);
    expect(seen.slice(0, 2)).toEqual([
      { event: 'EpochCreated', epoch: 'e1', node: 'S' },
      { event: 'InputSalvoTriggered', epoch: 'e1', condition: '__autostart__', packets: [] },
    ]);
    expect(opened(seen)).toEqual(['S', 'B']);
    act(kernel, { type: 'PauseNet' });
    act(kernel, { type: 'ResumeNet' });
    expect(opened(run(kernel))).toEqual([]);
  });

  it('opens none where one was made before', () => {
    const kernel = kernelOf(source);
    act(kernel, { type: 'CreateEpoch', node: 'S' });
    started(kernel, ['S', 'A']);
    act(kernel, { type: 'CreateEpoch', node: 'B' });
    expect(opened(run(kernel))).toEqual([]);
  });
});

describe('a net that stands still', () => {
  it('is drained where no packet is inside and no epoch waits; packets outside do not count', () => {
    const kernel = started(kernelOf(single()), ['A']);
    act(kernel, { type: 'CreatePacket' });
    expect(blockOf(kernel)).toEqual({ event: 'drained', view: 'drained' });
    inject(kernel, 'A.in');
    expect(blockOf(kernel)).toEqual({ event: null, view: null });
    pass(kernel, 'e1');
    expect(blockOf(kernel)).toEqual({ event: 'drained', view: 'drained' });
  });

  it('reports a block once, until something moved or the kind changes', () => {
    const kernel = started(kernelOf({ nodes: [worker('A', ['in', 'side'])] }), ['A']);
    expect(blockOf(kernel).event).toBe('drained');
    expect(blockOf(kernel)).toEqual({ event: null, view: 'drained' });
    inject(kernel, 'A.in');
    expect(blockOf(kernel)).toEqual({ event: 'stuck', view: 'stuck' });
  });

  it('is starved where an epoch’s node has no function', () => {
    const kernel = kernelOf(pair());
    act(kernel, { type: 'StartNet', functionless: ['B'] });
    act(kernel, up('A'));
    inject(kernel, 'B.in');
    expect(blockOf(kernel)).toEqual({ event: 'starved', view: 'starved' });
    act(kernel, { type: 'CancelEpoch', epoch: 'e1' });
    expect(blockOf(kernel).view).toBe('drained');
  });

  it('is starved also by an epoch that was there before the net started', () => {
    const kernel = kernelOf(pair());
    act(kernel, { type: 'CreateEpoch', node: 'B' });
    act(kernel, { type: 'StartNet', functionless: ['B'] });
    act(kernel, up('A'));
    expect(blockOf(kernel).view).toBe('starved');
  });

  it('is stuck where packets wait for others, or a gate that nothing will open', () => {
    const waiting = started(kernelOf({ nodes: [worker('A', ['in', 'side'])] }), ['A']);
    inject(waiting, 'A.in');
    expect(blockOf(waiting)).toEqual({ event: 'stuck', view: 'stuck' });

    const held = kernelOf(pair({ onError: 'continue' }));
    act(held, { type: 'StartNet' });
    act(held, failed('A'));
    act(held, up('B'));
    inject(held, 'A.in');
    expect(blockOf(held)).toEqual({ event: 'stuck', view: 'stuck' });

    const shut = started(
      kernelOf({
        nodes: [worker('A', ['in'], ['out']), { name: 'B', inPorts: [{ name: 'in', slots: 1 }] }],
        edges: [{ from: 'A.out', to: 'B.in', capacity: 1 }],
      }),
      ['A', 'B'],
    );
    inject(shut, 'A.in', 3);
    run(shut);
    pass(shut, 'e1');
    run(shut);
    pass(shut, 'e2');
    expect(shut.gate('A')).toBe('node:A gate.backpressured');
    expect(blockOf(shut)).toEqual({ event: 'stuck', view: 'stuck' });
  });

  it('is not blocked while an epoch that may start waits', () => {
    const kernel = started(kernelOf(single()), ['A']);
    inject(kernel, 'A.in');
    expect(blockOf(kernel).event).toBeNull();
    expect(kernel.net().activity).toBe('waiting');
  });

  it('is not blocked while an epoch runs', () => {
    const kernel = started(kernelOf(single()), ['A']);
    const epoch = begin(kernel, 'A');
    expect(blockOf(kernel).event).toBeNull();
    expect(kernel.net().activity).toBe('working');
    act(kernel, { type: 'FinishEpoch', epoch });
    expect(blockOf(kernel).event).toBe('drained');
  });

  it('is not blocked while a timer is armed', () => {
    const kernel = started(kernelOf(single({ rateLimitPerSecond: 1 })), ['A']);
    inject(kernel, 'A.in', 2);
    run(kernel);
    pass(kernel, 'e1');
    expect(blockOf(kernel).event).toBeNull();
    expect(kernel.net().activity).toBe('waiting');
    act(kernel, { type: 'FireTimer', key: 'rate:A' });
    expect(blockOf(kernel).event).toBeNull();
    pass(kernel, 'e2');
    act(kernel, { type: 'FireTimer', key: 'rate:A' });
    expect(blockOf(kernel).event).toBe('drained');
  });

  it('is not blocked while external input is queued', () => {
    const kernel = started(kernelOf(single()), ['A']);
    expect(blockOf(kernel, 1)).toEqual({ event: null, view: null });
    expect(blockOf(kernel, 0)).toEqual({ event: 'drained', view: 'drained' });
  });

  it('is not blocked while it is starting, or while moves are left', () => {
    const kernel = kernelOf(single());
    act(kernel, { type: 'StartNet' });
    expect(blockOf(kernel).event).toBeNull();
    act(kernel, up('A'));
    inject(kernel, 'A.in');
    expect(run(kernel, 0)).toEqual([]);
    expect(kernel.net().activity).toBe('moving');
  });

  it('wakes when something is injected', () => {
    const kernel = started(kernelOf({ nodes: [worker('A', ['in', 'side'])] }), ['A']);
    inject(kernel, 'A.in');
    expect(blockOf(kernel).view).toBe('stuck');
    inject(kernel, 'A.side');
    expect(namesOf(run(kernel))).toContain('EpochCreated');
    expect(kernel.net()).toMatchObject({ activity: 'waiting', blocked: null });
  });
});
