/** Caps, rates, capacities and DAG mode: what holds epochs back, and what lets them go on. */
import { describe, expect, it } from 'vitest';
import type { GraphInput } from '../../src/dsl/definition.ts';
import type { NodeOptions } from '../../src/dsl/schema.ts';
import type { EpochId } from '../../src/machines/action.ts';
import type { Kernel } from '../../src/runtime/kernel/kernel.ts';
import {
  act,
  begin,
  create,
  edge,
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
  story,
} from './driving.ts';
import { single, worker } from './graphs.ts';

/** `A` in a started net, with `packets` packets at its port. */
function running(options: NodeOptions, packets: number, net: GraphInput['net'] = {}): Kernel {
  const kernel = started(kernelOf(single(options, net)), ['A']);
  inject(kernel, 'A.in', packets);
  run(kernel);
  return kernel;
}

const start = (kernel: Kernel, epoch: EpochId, now?: number) =>
  events(kernel, { type: 'StartEpoch', epoch, ...(now === undefined ? {} : { now }) });
const finish = (kernel: Kernel, epoch: EpochId) =>
  events(kernel, { type: 'FinishEpoch', epoch, unconsumed: 'destroy' });

/** What the kernel says of a start that is held back. */
function heldBack(kernel: Kernel, epoch: EpochId): string {
  const gate = kernel.gate('A');
  const message = expectRefused(kernel, { type: 'StartEpoch', epoch }, 'GATE_CLOSED');
  expect(message).toContain(gate);
  return gate;
}

describe('max_pending_epochs', () => {
  it('makes conditions wait, ports fill and edges back up', () => {
    const kernel = kernelOf({
      nodes: [
        worker('A', ['in'], ['out']),
        worker('B', [{ name: 'in', slots: 2 }], [], { maxPendingEpochs: 2 }),
      ],
      edges: [{ from: 'A.out', to: 'B.in' }],
    });
    for (let n = 0; n < 6; n++) {
      const packet = create(kernel);
      const to = edge('A.out', 'B.in');
      act(kernel, { type: 'TransportPacketToLocation', packet, to });
    }
    run(kernel);
    expect(kernel.startableEpochs()).toEqual(['e1', 'e2']);
    expect(kernel.packetsAt(inputPort('B', 'in'))).toEqual(['p3', 'p4']);
    expect(kernel.packetsAt(edge('A.out', 'B.in'))).toEqual(['p5', 'p6']);
    expect(run(kernel)).toEqual([]);

    start(kernel, 'e1');
    expect(story(run(kernel))).toEqual([
      'e3 of B',
      'e3 default',
      'p3 B.in > e3',
      'p5 A.out-B.in > B.in',
    ]);
    expect(kernel.startableEpochs()).toEqual(['e2', 'e3']);
  });

  it('goes on when a startable epoch is cancelled, and not when a running one ends', () => {
    const kernel = running({ maxPendingEpochs: 1 }, 3);
    start(kernel, 'e1');
    run(kernel);
    finish(kernel, 'e1');
    expect(run(kernel).filter(({ event }) => event === 'EpochCreated')).toEqual([]);
    act(kernel, { type: 'CancelEpoch', epoch: 'e2' });
    run(kernel);
    expect(kernel.startableEpochs()).toEqual(['e3']);
  });

  it('does not hold back epochs made by hand, and counts them', () => {
    const kernel = running({ maxPendingEpochs: 1 }, 2);
    act(kernel, { type: 'CreateEpoch', node: 'A' });
    inject(kernel, 'A.in');
    start(kernel, 'e1');
    run(kernel);
    expect(kernel.startableEpochs()).toEqual(['e2']);
    start(kernel, 'e2');
    run(kernel);
    expect(kernel.startableEpochs()).toEqual(['e3']);
  });

  it('does not lose the packets of a node that took some by hand while it was held', () => {
    const kernel = running({ maxPendingEpochs: 1 }, 3);
    act(kernel, { type: 'CreateEpoch', node: 'A', salvo: [['in', 'p3']] });
    run(kernel);
    start(kernel, 'e1');
    run(kernel);
    start(kernel, 'e2');
    run(kernel);
    expect(kernel.epoch('e3').inSalvo.packets).toEqual([['in', 'p2']]);
  });
});

describe('max_parallel_epochs', () => {
  it('closes the gate while that many run', () => {
    const gates: string[] = [];
    const kernel = started(
      kernelOf(single({ maxParallelEpochs: 2 }), { onGateOpened: (node) => gates.push(node) }),
      ['A'],
    );
    inject(kernel, 'A.in', 4);
    run(kernel);
    gates.length = 0;
    start(kernel, 'e1');
    start(kernel, 'e3');
    expect(heldBack(kernel, 'e2')).toBe('node:A gate.saturated');
    expectRefused(kernel, { type: 'CreateAndStartEpoch', node: 'A' }, 'GATE_CLOSED');
    expect(gates).toEqual([]);
    finish(kernel, 'e3');
    expect(gates).toEqual(['A']);
    expect(kernel.gate('A')).toBe('open');
    start(kernel, 'e2');
    expect(kernel.gate('A')).toBe('node:A gate.saturated');
  });

  it('counts an epoch that waits for its next attempt', () => {
    const kernel = running({ maxParallelEpochs: 1, retries: 1, deferNetActions: true }, 2);
    start(kernel, 'e1');
    act(kernel, { type: 'FailAttempt', epoch: 'e1', error: fault });
    expect(heldBack(kernel, 'e2')).toBe('node:A gate.saturated');
  });
});

describe('max_concurrency', () => {
  it('caps running epochs of the whole net', () => {
    const kernel = started(
      kernelOf({ nodes: [worker('A', ['in']), worker('B', ['in'])], net: { maxConcurrency: 1 } }),
      ['A', 'B'],
    );
    inject(kernel, 'A.in');
    inject(kernel, 'B.in');
    run(kernel);
    start(kernel, 'e1');
    expectRefused(kernel, { type: 'StartEpoch', epoch: 'e2' }, 'GATE_CLOSED');
    expect(kernel.gate('B')).toBe('net max_concurrency');
    finish(kernel, 'e1');
    start(kernel, 'e2');
  });
});

describe('rate_limit_per_second', () => {
  it('spaces starts by a timer, which opens the gate', () => {
    const kernel = running({ rateLimitPerSecond: 10 }, 3);
    expect(start(kernel, 'e1', 1000)).toEqual([
      { event: 'EpochStarted', epoch: 'e1' },
      { event: 'TimerSet', key: 'rate:A', at: 1100 },
    ]);
    expect(heldBack(kernel, 'e2')).toBe('node:A gate.throttled');
    expect(kernel.net().timers).toBe(1);
    expect(events(kernel, { type: 'FireTimer', key: 'rate:A', now: 1100 })).toEqual([
      { event: 'TimerCleared', key: 'rate:A', at: 1100 },
    ]);
    expect(kernel.net().timers).toBe(0);
    expectRefused(kernel, { type: 'FireTimer', key: 'rate:A' }, 'TIMER_NOT_ARMED');
    expect(start(kernel, 'e2', 1130)).toContainEqual({
      event: 'TimerSet',
      key: 'rate:A',
      at: 1230,
    });
  });

  it('of a thousand lets one start in each millisecond, and no more', () => {
    const kernel = running({ rateLimitPerSecond: 1000 }, 2);
    start(kernel, 'e1', 5);
    expect(heldBack(kernel, 'e2')).toBe('node:A gate.throttled');
  });

  it('of two thousand lets several start in one millisecond, with a millisecond of credit', () => {
    const kernel = running({ rateLimitPerSecond: 2000 }, 4);
    expect(start(kernel, 'e1', 5)).toEqual([{ event: 'EpochStarted', epoch: 'e1' }]);
    start(kernel, 'e2', 5);
    expect(start(kernel, 'e3', 5)).toContainEqual({ event: 'TimerSet', key: 'rate:A', at: 6 });
    expect(heldBack(kernel, 'e4')).toBe('node:A gate.throttled');
    events(kernel, { type: 'FireTimer', key: 'rate:A', now: 6 });
    start(kernel, 'e4', 6);
  });

  it('never holds up another node', () => {
    const kernel = started(
      kernelOf({
        nodes: [worker('A', ['in'], [], { rateLimitPerSecond: 1 }), worker('B', ['in'])],
      }),
      ['A', 'B'],
    );
    inject(kernel, 'A.in');
    inject(kernel, 'B.in');
    run(kernel);
    start(kernel, 'e1');
    expect(kernel.gate('B')).toBe('open');
    start(kernel, 'e2');
  });

  it('goes with max_parallel_epochs: the gate names what holds it now', () => {
    const kernel = running({ rateLimitPerSecond: 1, maxParallelEpochs: 1 }, 2);
    start(kernel, 'e1', 5);
    expect(kernel.gate('A')).toBe('node:A gate.saturated');
    finish(kernel, 'e1');
    expect(kernel.gate('A')).toBe('node:A gate.throttled');
    act(kernel, { type: 'FireTimer', key: 'rate:A', now: 1005 });
    expect(kernel.gate('A')).toBe('open');
  });
});

describe('the capacity of an edge', () => {
  const pipe = (capacity: number): GraphInput => ({
    nodes: [worker('A', ['in'], ['out', 'log']), worker('B', [{ name: 'in', slots: 1 }])],
    edges: [{ from: 'A.out', to: 'B.in', capacity }],
    outputs: ['A.log'],
  });
  const wire = edge('A.out', 'B.in');

  it('delays starts while the edge is full, and never refuses a send', () => {
    const gates: string[] = [];
    const kernel = started(kernelOf(pipe(2), { onGateOpened: (node) => gates.push(node) }), [
      'A',
      'B',
    ]);
    inject(kernel, 'A.in', 5);
    run(kernel);
    start(kernel, 'e1');
    start(kernel, 'e2');
    start(kernel, 'e3');
    for (const epoch of ['e1', 'e2', 'e3'] as const) {
      const packet = kernel.packetsAt({ type: 'Node', epoch })[0] ?? 'p0';
      act(kernel, { type: 'LoadPacketIntoOutputPort', packet, port: 'out' });
      act(kernel, { type: 'SendOutputSalvo', epoch, condition: 'send' });
    }
    expect(kernel.packetsAt(wire)).toEqual(['p1', 'p2', 'p3']);
    expect(heldBack(kernel, 'e4')).toBe('node:A gate.backpressured');
    gates.length = 0;
    act(kernel, { type: 'RunNetUntilBlocked', max: 1 });
    expect(kernel.packetsAt(wire)).toEqual(['p2', 'p3']);
    expect(kernel.gate('A')).toBe('node:A gate.backpressured');
    run(kernel);
    expect(kernel.packetsAt(wire)).toEqual([]);
    expect(kernel.gate('A')).toBe('open');
    expect(gates).toEqual(['A']);
    start(kernel, 'e4');
  });

  it('counts packets that come and go by hand', () => {
    const kernel = started(kernelOf(pipe(1)), ['A', 'B']);
    const packet = create(kernel);
    act(kernel, { type: 'TransportPacketToLocation', packet, to: wire });
    expect(kernel.gate('A')).toBe('node:A gate.backpressured');
    act(kernel, { type: 'TransportPacketToLocation', packet, to: wire });
    expect(kernel.gate('A')).toBe('node:A gate.backpressured');
    act(kernel, { type: 'DestroyPacket', packet });
    expect(kernel.gate('A')).toBe('open');
  });

  it('holds back until every full edge has room', () => {
    const kernel = started(
      kernelOf({
        nodes: [worker('A', ['in'], ['out', 'also']), worker('B', ['in', 'also'])],
        edges: [
          { from: 'A.out', to: 'B.in', capacity: 1 },
          { from: 'A.also', to: 'B.also', capacity: 1 },
        ],
      }),
      ['A', 'B'],
    );
    const places = [wire, edge('A.also', 'B.also')];
    const packets = places.map((to) => {
      const packet = create(kernel);
      act(kernel, { type: 'TransportPacketToLocation', packet, to });
      return packet;
    });
    for (const packet of packets) {
      expect(kernel.gate('A')).toBe('node:A gate.backpressured');
      act(kernel, { type: 'DestroyPacket', packet });
    }
    expect(kernel.gate('A')).toBe('open');
  });
});

describe('max_epochs and DAG mode', () => {
  const limited: [string, GraphInput][] = [
    ['max_epochs = 1', single({ maxEpochs: 1 })],
    ['mode = "dag"', single({}, { mode: 'dag' })],
  ];

  it.each(limited)('open a second epoch, cancel it at once and report both: %s', (_, graph) => {
    const kernel = kernelOf(graph);
    inject(kernel, 'A.in');
    run(kernel);
    pass(kernel, 'e1');
    inject(kernel, 'A.in');
    const seen = run(kernel);
    expect(namesOf(seen)).toEqual([
      'EpochCreated',
      'InputSalvoTriggered',
      'PacketMoved',
      'DagViolation',
      'EpochCancelled',
      'PacketDestroyed',
    ]);
    expect(seen).toContainEqual({ event: 'DagViolation', node: 'A', epochs: ['e1', 'e2'] });
    expect(kernel.startableEpochs()).toEqual([]);
    expect(kernel.net()).toMatchObject({ startable: 0, inside: 0 });
  });

  it.each(limited)('name the last legal epoch, however many are too many: %s', (_, graph) => {
    const kernel = kernelOf(graph);
    inject(kernel, 'A.in', 3);
    const seen = run(kernel);
    const violations = seen.flatMap((event) =>
      event.event === 'DagViolation' ? [event.epochs] : [],
    );
    expect(violations).toEqual([
      ['e1', 'e2'],
      ['e1', 'e3'],
    ]);
    for (const event of seen) {
      if (event.event === 'EpochCancelled') expect(event.reason).toContain('e1 was the last');
    }
    expect(kernel.startableEpochs()).toEqual(['e1']);
  });

  it.each(limited)('cancel also an epoch made by hand: %s', (_, graph) => {
    const kernel = kernelOf(graph);
    begin(kernel, 'A');
    const answer = act(kernel, { type: 'CreateAndStartEpoch', node: 'A' });
    expect(answer.epoch).toBe('e2');
    expect(namesOf(answer.events)).toEqual([
      'EpochCreated',
      'InputSalvoTriggered',
      'DagViolation',
      'EpochCancelled',
    ]);
    const packet = inject(kernel, 'A.in')[0] ?? 'p0';
    expect(
      namesOf(events(kernel, { type: 'CreateEpoch', node: 'A', salvo: [['in', packet]] })),
    ).toEqual([
      'EpochCreated',
      'InputSalvoTriggered',
      'PacketMoved',
      'DagViolation',
      'EpochCancelled',
      'PacketDestroyed',
    ]);
    expect(kernel.net()).toMatchObject({ running: 1, startable: 0 });
    expect(begin(kernelOf(graph), 'A')).toBe('e1');
  });

  it('allow N epochs where max_epochs is N', () => {
    const kernel = kernelOf(single({ maxEpochs: 3 }));
    inject(kernel, 'A.in', 5);
    const cancelled = run(kernel).filter(({ event }) => event === 'EpochCancelled');
    expect(cancelled).toHaveLength(2);
    expect(kernel.startableEpochs()).toEqual(['e1', 'e2', 'e3']);
  });

  it('leave the net clean until a node violates the mode, and pause it then', () => {
    const kernel = running({}, 1, { mode: 'dag' });
    expect(kernel.net().mode).toBe('clean');
    inject(kernel, 'A.in');
    expect(namesOf(run(kernel))).toEqual([
      'EpochCreated',
      'InputSalvoTriggered',
      'PacketMoved',
      'DagViolation',
      'EpochCancelled',
      'PacketDestroyed',
      'NetPausing',
      'NetPaused',
    ]);
    expect(kernel.net()).toMatchObject({ mode: 'violated', lifecycle: 'paused' });
  });

  it('let the net go on where on_error says so', () => {
    const kernel = running({ maxEpochs: 1 }, 2, { onError: 'continue' });
    expect(kernel.net()).toMatchObject({ mode: 'cyclic', lifecycle: 'running' });
    start(kernel, 'e1');
    expect(kernel.gate('A')).toBe('node:A gate.exhausted');
    finish(kernel, 'e1');
    expectRefused(kernel, { type: 'CreateAndStartEpoch', node: 'A' }, 'GATE_CLOSED');
  });
});
