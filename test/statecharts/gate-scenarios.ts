/** Scenarios of what holds the starts of epochs back, and of the services of nodes. */
import { expect } from 'vitest';
import type { GraphInput } from '../../src/dsl/definition.ts';
import type { NodeOptions } from '../../src/dsl/schema.ts';
import type { Action } from '../../src/machines/action.ts';
import type { Kernel } from '../../src/runtime/kernel/kernel.ts';
import { act, begin, expectRefused, fault, inject, run, started } from '../kernel/driving.ts';
import { single } from '../kernel/graphs.ts';
import { oldest } from './scenario-kernels.ts';
import type { StatechartBook } from './statechart-book.ts';
import { watchedKernel } from './watched-kernel.ts';

/** Every way in which a gate is closed, and opens again; what happens to epochs behind it. */
export function gates(book: StatechartBook): void {
  const kernel = watchedKernel(single({ maxParallelEpochs: 1 }), book);
  inject(kernel, 'A.in', 3);
  run(kernel);
  expect(kernel.gate('A')).toBe('open');
  act(kernel, { type: 'StartEpoch', epoch: oldest(kernel) });
  // A bare simulation goes past a saturated node.
  act(kernel, { type: 'StartEpoch', epoch: oldest(kernel) });
  started(kernel, ['A']);
  expect(kernel.gate('A')).toBe('node:A gate.saturated');
  act(kernel, { type: 'CancelEpoch', epoch: oldest(kernel) });
  act(kernel, { type: 'CancelEpoch', epoch: 'e1' });
  act(kernel, { type: 'FailAttempt', epoch: 'e2', error: fault });
  const failing = watchedKernel(single({ maxParallelEpochs: 1 }, { onError: 'continue' }), book);
  started(failing, ['A']);
  act(failing, { type: 'FailAttempt', epoch: begin(failing, 'A'), error: fault });
  act(failing, { type: 'FinishEpoch', epoch: begin(failing, 'A') });
  const free = watchedKernel(single({}, { onError: 'continue' }), book);
  started(free, ['A']);
  act(free, { type: 'FailAttempt', epoch: begin(free, 'A'), error: fault });
  act(free, { type: 'FinishEpoch', epoch: begin(free, 'A') });
  const { epoch } = act(free, { type: 'CreateEpoch', node: 'A' });
  if (epoch !== undefined) act(free, { type: 'CancelEpoch', epoch });
  const once = started(watchedKernel(single({ maxEpochs: 1 }), book), ['A']);
  begin(once, 'A');
  expect(once.gate('A')).toBe('node:A gate.exhausted');
  limits(book);
}

function limits(book: StatechartBook): void {
  const kernel = watchedKernel(single({ rateLimitPerSecond: 1 }), book);
  started(kernel, ['A']);
  expectRefused(kernel, { type: 'FireTimer', key: 'rate:A' }, 'TIMER_NOT_ARMED');
  begin(kernel, 'A');
  expect(kernel.gate('A')).toBe('node:A gate.throttled');
  inject(kernel, 'A.in');
  run(kernel);
  act(kernel, { type: 'FireTimer', key: 'rate:A', now: 1000 });
  expect(kernel.gate('A')).toBe('open');
  act(kernel, { type: 'StartEpoch', epoch: oldest(kernel) });
  act(kernel, { type: 'StopNet' });
  expect(kernel.net().timers).toBe(0);
  const small = watchedKernel(single({}, { maxConcurrency: 1 }), book);
  act(small, { type: 'StartNet' });
  expect(small.gate('A')).toBe('node:A service.starting');
  act(small, { type: 'NodeUp', node: 'A' });
  begin(small, 'A');
  expect(small.gate('A')).toBe('net max_concurrency');
}

/** A net that starts with an epoch running in it already, and room for no other. */
export function fullAtTheStart(book: StatechartBook): void {
  const kernel = watchedKernel(single({}, { maxConcurrency: 1 }), book);
  begin(kernel, 'A');
  act(kernel, { type: 'StartNet' });
  expect(kernel.gate('A')).toBe('net max_concurrency');
}

/** Services that come up, fail, are started again, and are stopped. */
export function services(book: StatechartBook): void {
  const restarting: NodeOptions = {
    restart: 'on_failure',
    retries: 1,
    retryWait: 1,
    deferNetActions: true,
  };
  const up = (kernel: Kernel) => act(kernel, { type: 'NodeUp', node: 'A' });
  const fail: Action = { type: 'NodeFailed', node: 'A', error: fault };
  const kernel = watchedKernel(single(restarting), book);
  expectRefused(kernel, fail, 'NET_STATE');
  expectRefused(kernel, { type: 'NodeUp', node: 'A' }, 'NET_STATE');
  expectRefused(kernel, { type: 'FireTimer', key: 'restart:A' }, 'TIMER_NOT_ARMED');
  act(kernel, { type: 'StartNet' });
  act(kernel, fail);
  act(kernel, { type: 'FireTimer', key: 'restart:A', now: 1000 });
  act(kernel, fail);
  expectRefused(kernel, { type: 'FireTimer', key: 'restart:A' }, 'TIMER_NOT_ARMED');
  act(kernel, { type: 'StopNet' });
  const waiting = watchedKernel(single(restarting), book);
  act(waiting, { type: 'StartNet' });
  act(waiting, fail);
  act(waiting, { type: 'StopNet' });
  const starting = watchedKernel(single(), book);
  act(starting, { type: 'StartNet' });
  act(starting, { type: 'StopNet' });
  const well = watchedKernel(single(), book);
  act(well, { type: 'StartNet' });
  up(well);
  act(well, { type: 'StopNet' });
  act(watchedKernel(single(), book), { type: 'StartNet', functionless: ['A'] });
  recovered(single(restarting), book);
}

/** Services when another process goes on: one that waits to be started again, others, and what has no function then. */
function recovered(graph: GraphInput, book: StatechartBook): void {
  const waiting = () => {
    const kernel = watchedKernel(graph, book);
    act(kernel, { type: 'StartNet' });
    act(kernel, { type: 'NodeFailed', node: 'A', error: fault });
    return kernel;
  };
  const service = (kernel: Kernel) => {
    const snapshot = kernel.actor('node:A')?.getSnapshot() as { value: { service: string } };
    return snapshot.value.service;
  };
  const again = waiting();
  act(again, { type: 'RecoverNet' });
  expect([service(again), again.net().timers]).toEqual(['failed', 1]);
  act(again, { type: 'FireTimer', key: 'restart:A', now: 1000 });
  act(again, { type: 'RecoverNet' });
  expect(service(again)).toBe('starting');
  act(again, { type: 'RecoverNet', functionless: ['A'] });
  expect(service(again)).toBe('down');
  const lost = waiting();
  act(lost, { type: 'RecoverNet', functionless: ['A'] });
  expect([service(lost), lost.net().timers]).toEqual(['down', 0]);
}
