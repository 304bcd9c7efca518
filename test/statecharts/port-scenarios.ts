/** Scenarios of ports and of packets outside: what comes, what goes, what has to wait. */
import { expect } from 'vitest';
import type { GraphInput } from '../../src/dsl/definition.ts';
import type { Action } from '../../src/machines/action.ts';
import type { Kernel } from '../../src/runtime/kernel/kernel.ts';
import {
  act,
  begin,
  create,
  expectRefused,
  inject,
  inputPort,
  pass,
  run,
  started,
} from '../kernel/driving.ts';
import { worker } from '../kernel/graphs.ts';
import { fed, onEdge, putOnEdge, oldest, takeAway } from './scenario-kernels.ts';
import type { StatechartBook } from './statechart-book.ts';
import { watchedKernel } from './watched-kernel.ts';

/** Everything that a packet outside, and one at a port or on an edge, can be told. */
export function packetScenario(book: StatechartBook): void {
  const kernel = watchedKernel(fed(worker('A', [{ name: 'x', slots: 2 }, 'y'], ['out'])), book);
  const [first, second] = [create(kernel), create(kernel)];
  act(kernel, { type: 'ConsumePacket', packet: first });
  act(kernel, { type: 'DestroyPacket', packet: second });
  expectRefused(kernel, { type: 'ConsumePacket', packet: second }, 'PACKET_NOT_FOUND');
  act(kernel, { type: 'RecordLateResult', node: 'A', attempt: 0, outcome: 'returned' });
  act(kernel, { type: 'RecordDeadLetter', letter: 'd1', mark: 'retried' });
  const third = create(kernel);
  act(kernel, { type: 'ConsumePacket', packet: third, now: 5 });
  for (const count of [1, 2]) {
    for (const type of ['leave', 'destroy'] as const) {
      const packets = inject(kernel, 'A.x', count);
      for (const packet of packets) takeAway(kernel, type, packet);
    }
    for (const type of ['leave', 'destroy'] as const) {
      const [packet, ...others] = Array.from({ length: count }, () => create(kernel));
      for (const each of [packet, ...others]) {
        if (each === undefined) continue;
        act(kernel, { type: 'TransportPacketToLocation', packet: each, to: inputPort('A', 'x') });
      }
      if (packet !== undefined) takeAway(kernel, type, packet);
      for (const each of others) takeAway(kernel, type, each);
    }
  }
  edgePackets(kernel);
}

/** On and off the edge of a port that is empty, partly full, and full. */
function edgePackets(kernel: Kernel): void {
  for (let waiting = 0; waiting <= 2; waiting++) {
    for (const type of ['leave', 'destroy'] as const) {
      const [first, second] = [create(kernel), create(kernel)];
      for (const packet of [first, second]) {
        act(kernel, { type: 'TransportPacketToLocation', packet, to: onEdge('X') });
      }
      takeAway(kernel, type, first);
      takeAway(kernel, type, second);
      // The edge stands in the worklist with nothing on it.
      run(kernel);
    }
    if (waiting < 2) inject(kernel, 'A.x');
  }
  expectRefused(kernel, { type: 'InjectPacket', port: 'A.x' }, 'INPUT_PORT_FULL');
  const packet = create(kernel);
  const to = inputPort('A', 'x');
  expectRefused(kernel, { type: 'TransportPacketToLocation', packet, to }, 'INPUT_PORT_FULL');
}

/** Edges that end in a bounded port: delivered, held up, and with more behind. */
export function deliveries(book: StatechartBook): void {
  const kernel = watchedKernel(
    fed({ name: 'A', inPorts: [{ name: 'x', slots: 2 }, 'y'], outPorts: ['out'] }),
    book,
  );
  putOnEdge(kernel, 'X', 4);
  putOnEdge(kernel, 'Y', 2);
  run(kernel);
  expect(kernel.packetsAt(inputPort('A', 'x'))).toHaveLength(2);
  expect(kernel.packetsAt(onEdge('X'))).toHaveLength(2);
  const [taken, other] = kernel.packetsAt(inputPort('A', 'x'));
  if (taken === undefined || other === undefined) throw new Error('two wait');
  takeAway(kernel, 'destroy', taken);
  run(kernel);
  for (const packet of kernel.packetsAt(inputPort('A', 'x'))) takeAway(kernel, 'destroy', packet);
  run(kernel);
  const one = fed({ name: 'A', inPorts: [{ name: 'x', slots: 1 }, 'y'], outPorts: ['out'] });
  inject(watchedKernel(one, book), 'A.x');
  for (const count of [1, 2]) {
    const narrow = watchedKernel(one, book);
    putOnEdge(narrow, 'X', count);
    run(narrow);
  }
  const filled = watchedKernel(
    fed({ name: 'A', inPorts: [{ name: 'x', slots: 2 }, 'y'], outPorts: ['out'] }),
    book,
  );
  inject(filled, 'A.x');
  putOnEdge(filled, 'X');
  run(filled);
  const entered = watchedKernel(one, book);
  const packet = create(entered);
  act(entered, { type: 'TransportPacketToLocation', packet, to: inputPort('A', 'x') });
}

/** A bounded port that is full, and one that is not, give all that they have and a part of it. */
export function full(book: StatechartBook): void {
  const node = (slots: number | 'infinite', count: number, when: string): GraphInput => ({
    nodes: [
      {
        name: 'A',
        inPorts: [{ name: 'x', slots }],
        inConditions: [{ name: 'take', when, ports: { x: count } }],
      },
    ],
  });
  for (const count of [1, 2]) {
    const taking = watchedKernel(node(2, count, 'full(x)'), book);
    inject(taking, 'A.x', 2);
    run(taking);
    const picking = watchedKernel(node(2, count, 'full(x)'), book);
    const packets = inject(picking, 'A.x', 2).slice(0, count);
    const salvo = packets.map((packet) => ['x', packet] as const);
    act(picking, { type: 'CreateEpoch', node: 'A', salvo });
  }
  for (const slots of [1, 'infinite'] as const) {
    const kernel = watchedKernel(node(slots, 1, 'nonempty(x)'), book);
    for (const type of ['leave', 'destroy'] as const) {
      const packets = slots === 1 ? inject(kernel, 'A.x') : inject(kernel, 'A.x', 3);
      if (slots === 'infinite') {
        const packet = create(kernel);
        act(kernel, { type: 'TransportPacketToLocation', packet, to: inputPort('A', 'x') });
        packets.push(packet);
      }
      for (const packet of packets) takeAway(kernel, type, packet);
    }
  }
}

/** Salvos of nothing, of one packet onto one edge, by turns, and copied. */
export function routing(book: StatechartBook): void {
  const anything = { name: 'send', when: 'count(out) >= 0' };
  const graph: GraphInput = {
    nodes: [
      { name: 'A', inPorts: ['in'], outPorts: ['out'], outConditions: [anything] },
      {
        name: 'B',
        inPorts: ['in'],
        outPorts: [{ name: 'out', fanout: 'round_robin' }],
        outConditions: [anything],
      },
      { name: 'C', inPorts: ['in'], outPorts: ['out'], outConditions: [anything] },
    ],
    edges: [
      { from: 'A.out', to: 'B.in' },
      { from: 'B.out', to: 'A.in' },
      { from: 'B.out', to: 'C.in' },
      { from: 'C.out', to: 'A.in' },
      { from: 'C.out', to: 'B.in' },
    ],
  };
  const kernel = watchedKernel(graph, book);
  for (const node of ['A', 'B', 'C', 'A']) {
    const epoch = begin(kernel, node);
    const send: Action = { type: 'SendOutputSalvo', epoch, condition: 'send' };
    act(kernel, send);
    const packet = create(kernel, epoch);
    act(kernel, { type: 'LoadPacketIntoOutputPort', packet, port: 'out' });
    act(kernel, send);
  }
}

/** Two edges with a capacity fill and empty again: the node before them is held back. */
export function backpressure(book: StatechartBook): void {
  const graph: GraphInput = {
    nodes: [
      worker('A', ['in'], ['out']),
      { name: 'B', inPorts: ['in'] },
      { name: 'C', inPorts: ['in'] },
    ],
    edges: [
      { from: 'A.out', to: 'B.in', capacity: 1 },
      { from: 'A.out', to: 'C.in', capacity: 1 },
    ],
  };
  const kernel = started(watchedKernel(graph, book), ['A', 'B', 'C']);
  inject(kernel, 'A.in', 2);
  run(kernel);
  pass(kernel, oldest(kernel));
  expect(kernel.gate('A')).toBe('node:A gate.backpressured');
  expectRefused(kernel, { type: 'StartEpoch', epoch: oldest(kernel) }, 'GATE_CLOSED');
  run(kernel);
  expect(kernel.gate('A')).toBe('open');
}
