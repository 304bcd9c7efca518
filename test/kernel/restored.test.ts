/** A kernel made from a snapshot: what comes with it, what is refused, and what it costs. */
import { describe, expect, it } from 'vitest';
import { NetrunError } from '../../src/errors.ts';
import type { GraphInput } from '../../src/dsl/definition.ts';
import { Graph } from '../../src/dsl/graph.ts';
import type { Action } from '../../src/machines/action.ts';
import type { KernelSnapshot } from '../../src/runtime/kernel/kernel-snapshot.ts';
import { type Kernel, createKernel } from '../../src/runtime/kernel/kernel.ts';
import {
  act,
  begin,
  edge,
  events,
  fault,
  inject,
  inputPort,
  kernelOf,
  namesOf,
  pass,
  run,
  started,
} from './driving.ts';
import { diamond, single, worker } from './graphs.ts';
import { stateOf } from './trial.ts';

/** A snapshot as it comes out of a file. */
type Plain = KernelSnapshot;

const plain = (kernel: Kernel): Plain => JSON.parse(stateOf(kernel)) as Plain;
const actorAt = (snapshot: Plain, address: string) =>
  snapshot.actors.find((actor) => actor.address === address);
const from = (graph: GraphInput, snapshot: unknown): Kernel =>
  createKernel(new Graph(graph), { snapshot });

/** A diamond in the middle of its work: packets everywhere, an epoch that runs and one that waits. */
function busy(): Kernel {
  const kernel = kernelOf(diamond());
  inject(kernel, 'A.in', 2);
  run(kernel);
  pass(kernel, 'e1');
  run(kernel);
  const epoch = kernel.startableEpochs()[1];
  act(kernel, { type: 'StartEpoch', epoch: epoch ?? 'e0' });
  pass(kernel, 'e2');
  inject(kernel, 'D.left', 2);
  act(kernel, { type: 'CreatePacket' });
  return kernel;
}

describe('a restored kernel', () => {
  it('knows of which packets others are copies', () => {
    const kernel = busy();
    const twin = from(diamond(), plain(kernel));
    const copy = kernel.packetsAt(edge('A.out', 'C.in'))[0] ?? 'p0';
    expect(kernel.packet(copy).copyOf).toBeDefined();
    expect(twin.packet(copy)).toEqual(kernel.packet(copy));
  });

  it('shares nothing with the snapshot, nor with another kernel made from it', () => {
    const snapshot = plain(busy());
    const before = JSON.stringify(snapshot);
    const [one, two] = [from(diamond(), snapshot), from(diamond(), snapshot)];
    for (const port of ['A.in', 'D.left']) inject(one, port, 3);
    run(one);
    expect(JSON.stringify(snapshot)).toBe(before);
    expect(stateOf(two)).toBe(before);
  });

  it('forgets epochs that end as any other does (G7)', () => {
    const twin = from(diamond(), plain(busy()));
    const epoch = twin.snapshot().actors.find(({ address }) => address.startsWith('epoch:'));
    expect(twin.actor(epoch?.address ?? '')).toBeDefined();
    act(twin, { type: 'CancelEpoch', epoch: (epoch?.address.slice(6) ?? '') as 'e1' });
    expect(twin.actor(epoch?.address ?? '')).toBeUndefined();
  });

  it('clears the timers of a node in one order, however the node came to its state', () => {
    const graph = single({
      rateLimitPerSecond: 1,
      restart: 'on_failure',
      retries: 1,
      retryWait: 1,
      deferNetActions: true,
    });
    const kernel = kernelOf(graph);
    begin(kernel, 'A');
    act(kernel, { type: 'StartNet' });
    act(kernel, { type: 'NodeFailed', node: 'A', error: fault });
    const twin = from(graph, plain(kernel));
    const stop: Action = { type: 'StopNet' };
    const cleared = events(kernel, stop);
    expect(namesOf(cleared)).toEqual(['TimerCleared', 'TimerCleared', 'NetStopping']);
    expect(events(twin, stop)).toEqual(cleared);
  });

  it('fails as a whole after a bug in a machine, wherever it happens', () => {
    const spec = new Graph(single()).toSpec();
    const whole = started(createKernel(spec), ['A']);
    inject(whole, 'A.in');
    const broken = createKernel(spec, { snapshot: whole.snapshot(), engine: 'interpreted' });
    const machine = broken.actor('node:A') as unknown as {
      logic: { implementations: { guards: Record<string, unknown> } };
    };
    machine.logic.implementations.guards['isClosed'] = () => {
      throw new Error('a bug');
    };
    expect(() => run(broken)).toThrow('a machine of the flow threw');
    expect(broken.net().lifecycle).toBe('failed');
    expect(() => broken.snapshot()).toThrow('a machine of the flow threw');
  });

  it('comes from 100,000 packets that wait in time that does not grow with their square', () => {
    const graph: GraphInput = {
      nodes: [worker('A', ['in'], ['out']), worker('B', ['in', 'other'])],
      edges: [{ from: 'A.out', to: 'B.in' }],
    };
    const waiting = (count: number): unknown => {
      const snapshot = plain(kernelOf(graph));
      const items = Array.from({ length: count }, (_, at) => at + 1);
      put(snapshot, ['net', 'context', 'nextPacket'], count + 1);
      put(snapshot, ['net', 'context', 'inside'], count);
      put(snapshot, ['node:B', 'context', 'counts'], [count, 0]);
      put(snapshot, ['node:B/in:in', 'value'], 'partial');
      put(snapshot, ['node:B/in:in', 'context', 'queue'], { items, head: 0, tail: count });
      return snapshot;
    };
    // Of the processor, and the least of a few tries: what else the machine does meanwhile takes no part.
    const milliseconds = (count: number): number => {
      const snapshot = waiting(count);
      const before = process.cpuUsage();
      const kernel = from(graph, snapshot);
      const { user, system } = process.cpuUsage(before);
      expect(kernel.packetsAt(inputPort('B', 'in'))).toHaveLength(count);
      return (user + system) / 1000;
    };
    const least = (count: number): number =>
      Math.min(...Array.from({ length: 3 }, () => milliseconds(count)));
    // A hundred times as much: with a cost that grows with the square, ten thousand times as long.
    const few = Math.max(1, least(1000));
    expect(least(100_000) / few).toBeLessThan(1000);
  });
});

describe('what is no snapshot of the graph', () => {
  const good = plain(busy());
  const refusal = (given: unknown, graph: GraphInput = diamond()): NetrunError => {
    try {
      from(graph, given);
    } catch (error) {
      if (error instanceof NetrunError) return error;
      throw error;
    }
    throw new Error('it was taken');
  };
  const refused = (path: Path, value: unknown): NetrunError => {
    const snapshot = structuredClone(good);
    put(snapshot, path, value);
    return refusal(snapshot);
  };

  it.each([null, 7, 'text', [], {}, { version: 1 }, { version: 2 }, { version: '3' }])(
    '%j is refused by its version',
    (given) => {
      const error = refusal(given);
      expect(error.code).toBe('SNAPSHOT_INVALID');
      expect(error.message).toContain('version');
    },
  );

  it('is one of another graph, or of the same with another rule', () => {
    const error = refusal(good, single());
    expect([error.code, error.message]).toEqual([
      'SNAPSHOT_INVALID',
      'no snapshot of this net: spec: it is of another graph',
    ]);
    const { nodes, ...rest } = diamond();
    const other = { ...rest, nodes: nodes.map((node) => ({ ...node, options: { timeout: 1 } })) };
    expect(refusal(good, other).code).toBe('SNAPSHOT_INVALID');
  });

  const queue = { items: [], head: 0, tail: 0 };
  const { actors } = good;
  const changes: readonly (readonly [place: string, path: Path, value: unknown])[] = [
    ['unknown', ['unknown'], 1],
    ['actors.0', ['actors'], actors.slice(1)],
    ['is missing', ['actors'], actors.slice(0, 3)],
    ['actors', ['actors'], { length: 1e9 }],
    ['actors.1', ['actors', 1], null],
    ['actors.1', ['actors', 1, 'address'], 'node:X'],
    ['actors.1', ['actors', 1, 'address'], '__proto__'],
    ['actors.0.value', ['actors', 0, 'value'], 'running'],
    ['actors.0.value.lifecycle', ['actors', 0, 'value', 'lifecycle'], 'failed'],
    ['actors.0.value.activity', ['actors', 0, 'value', 'activity'], { blocked: 'maybe' }],
    ['actors.1.value.gate', ['actors', 1, 'value', 'gate'], 'constructor'],
    ['actors.1.value.intake', ['actors', 1, 'value', 'intake'], { gathering: 'default' }],
    ['actors.0.context.now', ['net', 'context', 'now'], -1],
    ['actors.0.context.now', ['net', 'context', 'now'], 1e300],
    ['actors.0.context.nextPacket', ['net', 'context', 'nextPacket'], '9'],
    ['actors.0.context', ['net', 'context', 'more'], 1],
    ['actors.1.context.pending', ['node:A', 'context', 'pending'], undefined],
    ['node:A', ['node:A', 'context', 'index'], 3],
    ['node:A/in:in', ['node:A/in:in', 'context', 'slots'], 5],
    ['node:D/in:left', ['node:D/in:left', 'context', 'edges', 0, 'source'], 'net'],
    ['node:A/out:out', ['node:A/out:out', 'context', 'destinations'], []],
    ['context.queue', ['node:D/in:left', 'context', 'queue', 'tail'], 1e9],
    ['context.queue.items', ['node:D/in:left', 'context', 'queue', 'items'], { length: 9 }],
    ['is at two places', ['net', 'context', 'outside', 'items', 0], 5],
    ['was never made', ['net', 'context', 'outside', 'items', 0], 500],
    ['counts other packets', ['node:D', 'context', 'counts', 0], 1],
    ['counts other epochs than wait', ['node:B', 'context', 'pending'], 7],
    ['counts other epochs than run', ['node:B', 'context', 'running'], 7],
    ['counts other output ports', ['node:B', 'context', 'blockedOutputs'], 1],
    ['would be started again', ['node:B', 'context', 'restartAt'], 1],
    ['net.context.inside', ['net', 'context', 'inside'], 0],
    ['net.context.timers', ['net', 'context', 'timers'], 1],
    ['net.context.ready', ['net', 'context', 'ready'], 0],
    ['net.context.open', ['net', 'context', 'open'], true],
    ['is not so full', ['node:A/in:in', 'value'], 'full'],
    ['for a slot that is free', ['node:D/in:left', 'context', 'waiting'], [0]],
    ['counts other edges', ['node:A/out:out', 'context', 'filled'], 1],
    ['is open', ['node:A/out:out', 'value'], 'unconnected'],
    ['the turn of no destination', ['node:A/out:out', 'context', 'turn'], 2],
    ['there is no node 99', ['worklist', 'nodes'], [99]],
    ['a node is marked twice', ['worklist', 'nodes'], [1, 1]],
    ['edge 99', ['worklist', 'edges'], [99]],
    ['packets and no turn', ['worklist', 'edges'], []],
    ['is idle that has packets, or is none', ['node:A/in:in', 'context', 'idle'], [0]],
    ['idle twice', ['node:D/in:left', 'context', 'idle'], [0, 0]],
    ['copies.0', ['copies', 0], ['p999', 'p1']],
    ['copies.0', ['copies', 0], ['__proto__', 'p1']],
    ['there is no node', ['last', 'context', 'node'], 'toString'],
    ['something else here', ['last', 'address'], 'epoch:e99'],
    ['something else here', ['last', 'context', 'buckets'], [queue, queue]],
    ['context.name', ['last', 'context', 'name'], 'e1e5'],
    ['context.batch', ['last', 'context', 'batch'], { operations: [] }],
    ['value', ['last', 'value'], 'finished'],
    ['waits for its timer', ['last', 'context', 'retryAt'], 5],
    ['was never opened', ['net', 'context', 'nextEpoch'], 1],
    ['come in order', ['actors'], [...actors, actors.at(-1)]],
  ];

  it.each(changes)('%s: is said of what was changed at %j', (place, path, value) => {
    const error = refused(path, value);
    expect(error.code).toBe('SNAPSHOT_INVALID');
    expect(error.message).toContain(place);
    expect(error.message.length).toBeLessThan(400);
    expect(error.hint).toContain('snapshot()');
  });

  it('is one with an edge whose packets nothing would ever deliver', () => {
    const snapshot = structuredClone(good);
    put(snapshot, ['worklist', 'edges'], []);
    expect(refusal(snapshot).message).toContain('has packets and no turn');
  });

  it('is one with keys of prototypes, which reach nothing', () => {
    const text = stateOf(busy()).replace('"now":0', '"now":0,"__proto__":{"polluted":1}');
    expect(text).toContain('__proto__');
    expect(refusal(JSON.parse(text)).message).toContain('__proto__');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

/** Keys from the snapshot on; the first may be an actor's address, or `last` for the last actor. */
type Path = readonly (string | number)[];

/** Changes one place; `undefined` removes it. */
function put(snapshot: Plain, [first = '', ...rest]: Path, value: unknown): void {
  const actor = first === 'last' ? snapshot.actors.at(-1) : actorAt(snapshot, String(first));
  const path = actor === undefined ? [first, ...rest] : rest;
  let target = (actor ?? snapshot) as unknown as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) target = target[key] as Record<string | number, unknown>;
  const key = path.at(-1) ?? '';
  if (value === undefined) delete target[key];
  else target[key] = value;
}
