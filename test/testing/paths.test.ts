/** Paths through flows: found by the machines, held to nets that run. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/dsl/graph.ts';
import type { NetrunError } from '../../src/errors.ts';
import {
  type TestEvent,
  eventsText,
  flowPaths,
  play,
  testNet,
  testPaths,
} from '../../src/testing/index.ts';
import { mapping, node } from '../runtime/nets.ts';
import { validGraph } from '../simulation/simulation.ts';

const retrying = (options = {}) =>
  new Graph({
    nodes: [
      node('A', ['in'], ['out'], { deferNetActions: true, retries: 1, retryWait: 2, ...options }),
      node('B', ['in'], ['out']),
    ],
    edges: [{ from: 'A.out', to: 'B.in' }],
    outputs: ['B.out'],
    net: { onError: 'continue' },
  });

describe('a list of events', () => {
  const events: TestEvent[] = [
    { inject: 'A.in', value: { url: 'x' } },
    { fail: 'A', error: 'once' },
    { advance: 'next' },
    { succeed: 'A', sends: { out: 1 } },
    { hang: 'B' },
    { advance: 5 },
    { succeed: 'B', nth: 1, sends: { out: 2 } },
  ];

  it('is brought to a net one by one', async () => {
    const t = testNet(retrying(), { nodes: 'held' });
    await play(t, events);
    expect(await t.outputs('B.out')).toEqual([2]);
    expect(t.now).toBe(2005);
  });

  it('is written as it would stand in a test', async () => {
    const text = eventsText(events);
    expect(text.split('\n').slice(0, 4).join('\n')).toBe(
      "await play(t, [\n  { inject: 'A.in', value: { url: 'x' } },\n  { fail: 'A', error: 'once' },\n  { advance: 'next' },",
    );
    const folder = mkdtempSync(join(tmpdir(), 'netrun-events-'));
    const file = join(folder, 'pasted.mjs');
    writeFileSync(file, `export const pasted = async (play, t) => { ${text} };`);
    const { pasted } = (await import(/* @vite-ignore */ file)) as {
      pasted: (...given: unknown[]) => Promise<void>;
    };
    const t = testNet(retrying(), { nodes: 'held' });
    await pasted(play, t);
    expect(await t.outputs('B.out')).toEqual([2]);
  });

  it('runs the functions that nodes have without the test', async () => {
    const t = testNet(retrying(), {
      nodes: { A: { held: mapping((value: number) => value + 1) }, B: 'held' },
    });
    await play(t, [{ inject: 'A.in', value: 1 }, { run: 'A' }, { succeed: 'B' }]);
    expect(t.sent('A.out')).toEqual([2]);
  });

  it('says which event is none, and which cannot be', async () => {
    const t = testNet(retrying(), { nodes: 'held' });
    const wrong = [{ inject: 'A.in', value: 1 }, { skip: 'A' }] as unknown as TestEvent[];
    await expect(play(t, wrong)).rejects.toThrow(/event 2 is none: \{ skip: 'A' \}/);
    expect(t.history.lastSeq).toBe(0);
    await expect(play(t, [{ inject: 'A.in', value: 1 }, { fail: 'B' }])).rejects.toMatchObject({
      code: 'TEST_EVENT_FAILED',
      message: expect.stringMatching(/event 2, \{ fail: 'B' \}, cannot be: epochs of B/) as string,
    });
  });
});

describe('paths', () => {
  it('come to every state of a small flow, and hold in nets that run', async () => {
    const found = flowPaths(retrying(), { inputs: { 'A.in': [1, 2] }, failures: ['A'] });
    expect(found.isComplete).toBe(true);
    expect(found.states).toBeGreaterThan(40);
    let ends = 0;
    const events = await testPaths(found, (t, { isEnd }) => {
      if (isEnd) ends += 1;
      expect(t.error).toBeNull();
    });
    expect(ends).toBe(found.paths.length);
    expect(events).toBe(found.paths.reduce((sum, path) => sum + path.events.length, 0));
  });

  it('come to every state of the epochs of a node, by as few events as it takes', async () => {
    const found = flowPaths(retrying(), {
      inputs: { 'A.in': [1] },
      failures: ['A'],
      of: 'node:A/epoch',
    });
    expect(found.paths.map(({ events }) => events)).toContainEqual([
      { inject: 'A.in', value: 1 },
      { fail: 'A' },
      { advance: 'next' },
      { fail: 'A' },
    ]);
    expect(found.unreached).toEqual(['timedOut', 'cancelled']);
    await testPaths(found);
  });

  it('come to states that only time leads to, also where waits are drawn by lot', async () => {
    const found = flowPaths(retrying({ timeout: 5, retries: 2, retryJitter: 0.5 }), {
      inputs: { 'A.in': [1] },
      failures: ['A'],
      of: 'node:A/epoch',
    });
    expect(found.unreached).toEqual(['cancelled']);
    expect(found.paths.map(({ events }) => events)).toContainEqual([
      { inject: 'A.in', value: 1 },
      { advance: 'next' },
    ]);
    await testPaths(found, (t) => {
      expect(t.now).toBeLessThanOrEqual(5000);
    });
  });

  it('that come to no state twice are every order in which epochs can end', async () => {
    const inputs = { 'A.in': [1n, new Map([['y', 2]])] };
    const found = flowPaths(retrying(), { inputs, kind: 'simple' });
    const orders = new Set(
      found.paths.map(({ events }) =>
        events
          .map((event) => ('succeed' in event ? `${event.succeed}${event.nth ?? ''}` : 'in'))
          .join(),
      ),
    );
    expect(found.isComplete).toBe(true);
    expect(orders).toContain('in,in,A2,A,B1,B');
    expect(orders).toContain('in,in,A1,A,B2,B');
    expect(orders).toContain('in,A,B,in,A,B');
    await testPaths(found);
  });

  it('follow priorities, slots, limits and fan-out as a run does', async () => {
    const graph = new Graph({
      nodes: [
        node('A', [{ name: 'in', slots: 1 }], [{ name: 'out', fanout: 'round_robin' }], {
          maxParallelEpochs: 1,
        }),
        node('B', ['in'], [], { priority: 1 }),
        node('C', [{ name: 'in', slots: 1 }], [], { priority: 2, maxPendingEpochs: 1 }),
        node('D', [], ['tick'], { maxEpochs: 1 }),
      ],
      edges: [
        { from: 'A.out', to: 'B.in' },
        { from: 'A.out', to: 'C.in', capacity: 1 },
        { from: 'D.tick', to: 'C.in' },
      ],
      inputs: ['A.in'],
      net: { maxConcurrency: 2 },
    });
    const found = flowPaths(graph, {
      inputs: { 'A.in': [1, 2] },
      failures: ['B'],
      maxStates: 60,
      maxPaths: 20,
    });
    expect(found.paths.length).toBeGreaterThan(10);
    await testPaths(found);
  });

  it.each([3, 14, 41])('of any graph hold in nets that run: seed %i', async (seed) => {
    const graph = new Graph(validGraph(seed));
    const outcomes = graph.nodes.map(({ name, outPorts: [port], outConditions }) => {
      const leaves = outConditions.some(({ ports }) =>
        ports.some((take) => take.port === port?.name),
      );
      return [name, port !== undefined && leaves ? [{}, { [port.name]: 1 }] : [{}]] as const;
    });
    const found = flowPaths(graph, {
      inputs: Object.fromEntries(graph.inputs.slice(0, 2).map((port) => [port, [1, 2]])),
      outcomes: Object.fromEntries(outcomes),
      failures: true,
      maxStates: 8,
      maxPaths: 6,
    });
    expect(await testPaths(found)).toBeGreaterThan(0);
  });

  it('say when a bound was reached', () => {
    const options = { inputs: { 'A.in': [1, 2, 3] }, failures: true };
    expect(flowPaths(retrying(), { ...options, maxStates: 5 })).toMatchObject({
      isComplete: false,
    });
    const simple = flowPaths(retrying(), {
      ...options,
      kind: 'simple',
      maxStates: 40,
      maxPaths: 3,
    });
    expect(simple.paths).toHaveLength(3);
    expect(simple.isComplete).toBe(false);
    expect(simple.bound).toContain('maxPaths: there are more than 3');
  });

  it('come to an end in a larger flow too, where a bound was reached on the way', async () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
    const graph = new Graph({
      nodes: names.map((name) => node(name, ['in'], ['out'])),
      edges: names.slice(1).map((name, at) => ({ from: `${names[at]}.out`, to: `${name}.in` })),
      outputs: ['H.out'],
    });
    const found = flowPaths(graph, { inputs: { 'A.in': [1, 2] }, maxStates: 40, maxPaths: 4 });
    expect(found).toMatchObject({ isComplete: false });
    expect(found.bound).toBe(
      'maxStates: from the states after the first 40 only one way was gone; maxPaths: there are more than 4',
    );
    let ends = 0;
    await testPaths(found, (t, { isEnd }) => {
      if (isEnd && t.sent('H.out').length === 2) ends += 1;
    });
    expect(ends).toBe(4);
  });

  it('refuse names that the flow does not have, and outcomes that a node cannot have', () => {
    expect(() => flowPaths(retrying(), { inputs: { 'A.im': [1] } })).toThrow(/no input A\.im/);
    expect(() => flowPaths(retrying(), { failures: ['X'] })).toThrow(/no node X/);
    expect(() => flowPaths(retrying(), { of: 'node:X' })).toThrow(/no actor node:X/);
    const options = { inputs: { 'A.in': [1] }, outcomes: { A: [{ none: 1 }] } };
    expect(() => flowPaths(retrying(), options)).toThrow(/node A: it has no output port none/);
  });
});

describe('a path that fails', () => {
  /** Two nodes that have nothing to do with each other. */
  const race = () =>
    new Graph({
      nodes: [node('A', ['in'], ['out']), node('B', ['in'], ['out'])],
      outputs: ['A.out', 'B.out'],
    });

  it('is told as events that can be pasted into a test, and fail there too', async () => {
    const found = flowPaths(race(), {
      inputs: { 'A.in': [1], 'B.in': [2] },
      kind: 'simple',
    });
    const failure = await testPaths(found, (t) => {
      const [a, b] = [t.sent('A.out').length, t.sent('B.out').length];
      if (b > a) throw new Error('B was first');
    }).then(
      () => null,
      (error: unknown) => error as NetrunError,
    );
    expect(failure?.code).toBe('TEST_PATH_FAILED');
    expect(failure?.message).toMatch(
      /^a path failed after \d events?: B was first\n\nawait play\(t, \[\n[^]*\{ succeed: 'B', sends: \{ out: 'B\.out' \} \},\n\]\);\n\nnet /,
    );
  });

  it('is also one by which the net comes to another state than its machines', async () => {
    const found = flowPaths(race(), { inputs: { 'A.in': [1] }, run: ['A'] });
    const silent = { A: mapping((value: unknown) => value) };
    await testPaths(found, undefined, { functions: silent });
    const failing = testPaths(found, undefined, {
      functions: {
        A: () => {
          throw new Error('not what was said');
        },
      },
    });
    await expect(failing).rejects.toThrow(
      /the net is not where its machines said it would be\n[^]*\{ run: 'A' \}/,
    );
  });
});
