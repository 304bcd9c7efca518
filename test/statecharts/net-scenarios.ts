/** Scenarios of the life of the net: its states, its standstills, its failures. */
import { expect } from 'vitest';
import type { GraphInput } from '../../src/dsl/definition.ts';
import type { Action, BlockKind } from '../../src/machines/action.ts';
import type { Term } from '../../src/machines/spec.ts';
import type { Kernel } from '../../src/runtime/kernel/kernel.ts';
import { act, begin, expectRefused, fault, inject, run, started } from '../kernel/driving.ts';
import { chain, single, specOf, worker } from '../kernel/graphs.ts';
import type { Scenario } from './scenario-kernels.ts';
import type { StatechartBook } from './statechart-book.ts';
import { watchedKernel } from './watched-kernel.ts';

/** A kernel whose node `Bad` has a term that throws when it is evaluated: a bug in a machine. */
function faulty(book: StatechartBook): Kernel {
  const graph: GraphInput = {
    nodes: [worker('Good', ['in'], ['out']), worker('Bad', ['in'])],
    outputs: ['Good.out'],
  };
  const broken = { type: 'not', term: null } as unknown as Term;
  const spec = specOf(graph, (whole) => ({
    ...whole,
    nodes: whole.nodes.map((node) =>
      node.name === 'Bad'
        ? { ...node, inConditions: node.inConditions.map((one) => ({ ...one, term: broken })) }
        : node,
    ),
  }));
  return watchedKernel(spec, book);
}

function failFrom(book: StatechartBook, state: string, prepare: (kernel: Kernel) => void): void {
  const kernel = faulty(book);
  prepare(kernel);
  expect(kernel.net().lifecycle).toBe(state);
  inject(kernel, 'Bad.in');
  breakDown(kernel);
}

/** The bug happens; afterwards nothing goes. */
function breakDown(kernel: Kernel): void {
  expect(() => run(kernel)).toThrow('a machine of the flow threw');
  expect(kernel.net().lifecycle).toBe('failed');
}

export const faults: Record<string, Scenario> = Object.fromEntries(
  Object.entries<(kernel: Kernel) => void>({
    created: () => undefined,
    starting: (kernel) => act(kernel, { type: 'StartNet' }),
    running: (kernel) => started(kernel, ['Good', 'Bad']),
    pausing: (kernel) => {
      started(kernel, ['Good', 'Bad']);
      begin(kernel, 'Good');
      act(kernel, { type: 'PauseNet' });
    },
    paused: (kernel) => {
      started(kernel, ['Good', 'Bad']);
      act(kernel, { type: 'PauseNet' });
    },
    stopping: (kernel) => {
      started(kernel, ['Good', 'Bad']);
      begin(kernel, 'Good');
      act(kernel, { type: 'StopNet' });
    },
    stopped: (kernel) => {
      started(kernel, ['Good', 'Bad']);
      act(kernel, { type: 'StopNet' });
    },
  }).map(([state, prepare]) => [
    `a bug in a machine fails a net that is ${state}`,
    (book: StatechartBook) => failFrom(book, state, prepare),
  ]),
);

/** The life of the net: every request in every state. */
export function lifecycle(book: StatechartBook): void {
  const [start, pause, resume, stop]: Action[] = [
    { type: 'StartNet' },
    { type: 'PauseNet' },
    { type: 'ResumeNet' },
    { type: 'StopNet' },
  ];
  if (start === undefined || pause === undefined || resume === undefined || stop === undefined)
    return;
  const make = () => watchedKernel(single(), book);
  const created = make();
  expectRefused(created, pause, 'NET_STATE');
  expectRefused(created, resume, 'NET_STATE');
  act(created, stop);
  for (const action of [start, pause, resume, stop]) expectRefused(created, action, 'NET_STATE');
  const starting = make();
  for (const action of [start, pause, resume, pause, resume, stop]) act(starting, action);
  const running = started(make(), ['A']);
  expectRefused(running, start, 'NET_STATE');
  const epoch = begin(running, 'A');
  act(running, pause);
  expectRefused(running, pause, 'NET_STATE');
  act(running, resume);
  act(running, pause);
  act(running, { type: 'FinishEpoch', epoch });
  expect(running.net().lifecycle).toBe('paused');
  expectRefused(running, pause, 'NET_STATE');
  act(running, resume);
  begin(running, 'A');
  act(running, pause);
  act(running, stop);
  for (const action of [start, pause, resume, stop]) expectRefused(running, action, 'NET_STATE');
  const paused = started(make(), ['A']);
  act(paused, pause);
  act(paused, stop);
  expect(paused.net().lifecycle).toBe('stopped');
  const busy = started(make(), ['A']);
  begin(busy, 'A');
  act(busy, stop);
  expect(busy.net().lifecycle).toBe('stopping');
}

/** Recovered out of every state that a net can be in when its process goes. */
export function recoveries(book: StatechartBook): void {
  const recover: Action = { type: 'RecoverNet', reason: 'the process is another one' };
  const make = () => watchedKernel(single(), book);
  expectRefused(make(), recover, 'NET_STATE');
  const busy = (...then: readonly Action[]) => {
    const kernel = started(make(), ['A']);
    begin(kernel, 'A');
    for (const action of then) act(kernel, action);
    return kernel;
  };
  const starting = make();
  act(starting, { type: 'StartNet' });
  const stopped = make();
  act(stopped, { type: 'StopNet' });
  const found = {
    starting,
    running: busy(),
    pausing: busy({ type: 'PauseNet' }),
    paused: started(make(), ['A']),
    stopping: busy({ type: 'StopNet' }),
    stopped,
  };
  act(found.paused, { type: 'PauseNet' });
  for (const [state, kernel] of Object.entries(found)) {
    expect(kernel.net().lifecycle).toBe(state);
    act(kernel, recover);
    expect(kernel.net().lifecycle).toBe('paused');
  }
}

/** What a failure makes of a net that is starting and of one that is running. */
export function trouble(book: StatechartBook): void {
  for (const onError of ['pause', 'continue'] as const) {
    const graph = { ...chain(2), net: { onError } };
    const down = watchedKernel(graph, book);
    act(down, { type: 'StartNet' });
    act(down, { type: 'NodeFailed', node: 'N0', error: fault });
    const failing = watchedKernel(graph, book);
    act(failing, { type: 'StartNet' });
    act(failing, { type: 'NodeUp', node: 'N0' });
    act(failing, { type: 'FailAttempt', epoch: begin(failing, 'N0'), error: fault });
    const early = watchedKernel(graph, book);
    act(early, { type: 'StartNet' });
    act(early, { type: 'NodeUp', node: 'N0' });
    act(early, { type: 'NodeUp', node: 'N1' });
    act(early, { type: 'FailAttempt', epoch: begin(early, 'N0'), error: fault });
  }
}

/**
 * From each standstill to each other, by actions that move nothing. `S` has no function, `F` did not
 * come up, and an epoch of `A` may start.
 */
export function standstills(book: StatechartBook): void {
  const graph: GraphInput = {
    nodes: [worker('A', ['in'], ['out']), worker('S', ['in']), worker('F', ['in'])],
    outputs: ['A.out'],
    net: { onError: 'continue' },
  };
  const holding: Record<BlockKind, readonly string[]> = {
    drained: [],
    starved: ['S'],
    stuck: ['F'],
  };
  for (const from of Object.keys(holding) as BlockKind[]) {
    const make = () => {
      const kernel = watchedKernel(graph, book);
      act(kernel, { type: 'StartNet', functionless: ['S'] });
      act(kernel, { type: 'NodeUp', node: 'A' });
      act(kernel, { type: 'NodeFailed', node: 'F', error: fault });
      settle(kernel, holding[from], from);
      return kernel;
    };
    for (const to of Object.keys(holding) as BlockKind[]) settle(make(), holding[to], to);
    const due = make();
    act(due, { type: 'CreateEpoch', node: 'A' });
    run(due);
    expect(due.net().activity).toBe('waiting');
    run(due);
    expect(due.net().activity).toBe('waiting');
    begin(due, 'A');
    run(due);
    expect(due.net().activity).toBe('working');
    const moved = make();
    inject(moved, 'A.in', 2);
    const { more } = act(moved, { type: 'RunNetUntilBlocked', max: 1 });
    expect([more, moved.net().activity]).toEqual([true, 'moving']);
    run(moved);
    for (const epoch of moved.startableEpochs()) act(moved, { type: 'CancelEpoch', epoch });
    for (const node of holding[from]) act(moved, { type: 'CreateEpoch', node });
    const [packet] = inject(moved, 'A.in');
    if (packet !== undefined) act(moved, { type: 'DestroyPacket', packet });
    run(moved);
    expect(moved.net().blocked).toBe(from);
    const closed = make();
    act(closed, { type: 'PauseNet' });
    run(closed);
    expect(closed.net().activity).toBe('waiting');
  }
}

/** Cancels every epoch that waits, makes one of each of `nodes`, and finds the standstill. */
function settle(kernel: Kernel, nodes: readonly string[], kind: BlockKind): void {
  for (const epoch of kernel.startableEpochs()) act(kernel, { type: 'CancelEpoch', epoch });
  for (const node of nodes) act(kernel, { type: 'CreateEpoch', node });
  run(kernel);
  expect(kernel.net().blocked).toBe(kind);
}
