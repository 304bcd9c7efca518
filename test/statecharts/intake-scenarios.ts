/** Scenarios of how a node turns packets into epochs. */
import { expect } from 'vitest';
import type { GraphInput } from '../../src/dsl/definition.ts';
import { act, inject, inputPort, run, started } from '../kernel/driving.ts';
import { single, worker } from '../kernel/graphs.ts';
import { twoConditions, fed, putOnEdge, oldest } from './scenario-kernels.ts';
import type { StatechartBook } from './statechart-book.ts';
import { watchedKernel } from './watched-kernel.ts';

/** Both conditions gather, by marks and by arrivals, and open epochs with more, with nothing, and with too much. */
export function gathering(book: StatechartBook): void {
  for (const options of [{}, { maxEpochs: 1 }, { maxPendingEpochs: 1 }] as const) {
    for (const [xs, ys] of [
      [1, 1],
      [2, 0],
      [3, 0],
      [4, 0],
      [2, 2],
      [4, 2],
    ] as const) {
      const marked = watchedKernel(fed(twoConditions(options)), book);
      inject(marked, 'A.x', xs);
      inject(marked, 'A.y', ys);
      run(marked);
      const arriving = watchedKernel(fed(twoConditions(options)), book);
      putOnEdge(arriving, 'X', xs);
      putOnEdge(arriving, 'Y', ys);
      run(arriving);
    }
  }
}

/** A condition that takes from one port: with what arrives there, by itself or not, and with what arrives elsewhere. */
export function arrivals(book: StatechartBook): void {
  for (const [slots, when, packets] of [
    ['infinite', 'nonempty(x)', 1],
    ['infinite', 'count(x) >= 2', 2],
    [1, 'nonempty(x)', 1],
    [2, 'full(x)', 2],
    [2, 'nonempty(x)', 1],
  ] as const) {
    const take = { name: 'take', when, ports: { x: 1 } };
    const graph: GraphInput = {
      nodes: [
        worker('X', [], ['out']),
        { name: 'A', inPorts: [{ name: 'x', slots }], inConditions: [take] },
      ],
      edges: [{ from: 'X.out', to: 'A.x' }],
    };
    const kernel = watchedKernel(graph, book);
    putOnEdge(kernel, 'X', packets);
    run(kernel);
    expect(kernel.epoch(oldest(kernel)).inSalvo.packets).toEqual([['x', 'p1']]);
  }
  for (const order of ['XY', 'YX'] as const) {
    const when = 'nonempty(x) and nonempty(y)';
    const node = { name: 'A', inPorts: ['x', 'y'], outPorts: ['out'] };
    const take = { name: 'take', when, ports: { x: 1 } };
    const kernel = watchedKernel(fed({ ...node, inConditions: [take] }), book);
    for (const from of order) putOnEdge(kernel, from === 'X' ? 'X' : 'Y');
    run(kernel);
    expect(kernel.epoch(oldest(kernel)).inSalvo.packets).toHaveLength(1);
  }
}

/** A node that may have one epoch waiting: held, and let go by a start, an end, or neither. */
export function held(book: StatechartBook): void {
  const kernel = watchedKernel(fed(twoConditions({ maxPendingEpochs: 1 })), book);
  const two = () => {
    putOnEdge(kernel, 'X');
    putOnEdge(kernel, 'Y');
    run(kernel);
  };
  two();
  two();
  expect(kernel.gate('A')).toBe('open');
  inject(kernel, 'A.x');
  act(kernel, { type: 'CreateEpoch', node: 'A' });
  const [packet] = kernel.packetsAt(inputPort('A', 'x'));
  if (packet === undefined) throw new Error('a packet waits');
  run(kernel);
  const waiting = kernel.startableEpochs();
  expect(waiting.length).toBeGreaterThan(1);
  for (const [at, epoch] of waiting.entries()) {
    run(kernel);
    act(kernel, at % 2 === 0 ? { type: 'StartEpoch', epoch } : { type: 'CancelEpoch', epoch });
  }
  const again = watchedKernel(fed(twoConditions({ maxPendingEpochs: 1 })), book);
  inject(again, 'A.x', 4);
  run(again);
  act(again, { type: 'StartEpoch', epoch: oldest(again) });
  run(again);
  inject(again, 'A.x');
  run(again);
  for (const type of ['StartEpoch', 'CancelEpoch', 'CancelEpoch'] as const) {
    act(again, { type: 'CreateEpoch', node: 'A' });
    run(again);
    act(again, { type, epoch: oldest(again) });
    run(again);
  }
}

/** Salvos made by hand: in every state of the intake, one too many, and of one and of several ports. */
export function byHand(book: StatechartBook): void {
  const holding = { maxPendingEpochs: 1 } as const;
  for (const options of [{}, { maxEpochs: 1 }, holding, { ...holding, maxEpochs: 1 }]) {
    const kernel = watchedKernel(fed(twoConditions(options)), book);
    act(kernel, { type: 'CreateEpoch', node: 'A' });
    inject(kernel, 'A.y');
    run(kernel);
    const [x, spare] = inject(kernel, 'A.x', 2);
    const [y] = inject(kernel, 'A.y');
    if (x === undefined || y === undefined || spare === undefined) throw new Error('three wait');
    for (const salvo of [
      [],
      [
        ['x', x],
        ['y', y],
      ],
      [['x', spare]],
      [],
    ] as const) {
      act(kernel, { type: 'CreateEpoch', node: 'A', salvo });
    }
    run(kernel);
  }
}

export function autostart(book: StatechartBook): void {
  const kernel = watchedKernel(fed(twoConditions({ autostart: true })), book);
  act(kernel, { type: 'StartNet' });
  putOnEdge(kernel, 'X');
  run(kernel);
  expect(kernel.startableEpochs()).toHaveLength(1);
}

/** A net in DAG mode: the second epoch of a node is one too many. */
export function dag(book: StatechartBook): void {
  const kernel = watchedKernel(single({}, { mode: 'dag', onError: 'continue' }), book);
  started(kernel, ['A']);
  inject(kernel, 'A.in', 2);
  run(kernel);
  expect(kernel.net().mode).toBe('violated');
}
