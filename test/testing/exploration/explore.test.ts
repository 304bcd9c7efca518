/** What exploration reports, with its witnesses, and what it leaves alone. */
import { describe, expect, it } from 'vitest';
import type { GraphInput, NodeInput } from '../../../src/dsl/definition.ts';
import { Graph } from '../../../src/dsl/graph.ts';
import { type ExploreOptions, explore } from '../../../src/testing/exploration/explore.ts';

/** Passes on what comes. */
const plain = (name: string, more: Partial<NodeInput> = {}): NodeInput => ({
  name,
  inPorts: ['in'],
  outPorts: ['out'],
  inConditions: [{ name: 'default', when: 'nonempty(in)', ports: { in: 1 } }],
  outConditions: [{ name: 'send', when: 'nonempty(out)' }],
  ...more,
});

/** Waits for a packet at each of its ports. */
const join = (name: string): NodeInput => ({
  name,
  inPorts: ['a', 'b'],
  outPorts: ['out'],
  inConditions: [{ name: 'both', when: 'nonempty(a) and nonempty(b)', ports: { a: 1, b: 1 } }],
  outConditions: [{ name: 'send', when: 'nonempty(out)' }],
});

/** Sends to one of two branches, as its conditions say. */
const split = (more: Partial<NodeInput> = {}): NodeInput =>
  plain('Split', {
    outPorts: ['yes', 'no'],
    outConditions: [
      { name: 'yes', when: 'nonempty(yes) and empty(no)', ports: 'yes' },
      { name: 'no', when: 'nonempty(no) and empty(yes)', ports: 'no' },
    ],
    ...more,
  });

const found = (graph: GraphInput, options?: ExploreOptions) => explore(new Graph(graph), options);
const codes = (graph: GraphInput, options?: ExploreOptions): readonly string[] =>
  found(graph, options).findings.map(
    ({ code, node, condition, port }) => `${code} ${node}.${condition ?? port ?? ''}`,
  );

describe('salvos that can never fire, and ports that nothing can empty', () => {
  it('are those of a join of which one port has no edge', () => {
    const graph: GraphInput = {
      nodes: [plain('A'), join('J')],
      edges: [{ from: 'A.out', to: 'J.a' }],
      inputs: ['A.in'],
      outputs: ['J.out'],
    };
    const { findings } = found(graph);
    expect(findings).toMatchObject([
      {
        code: 'SALVO_NEVER_FIRES',
        node: 'J',
        condition: 'both',
        witness: [
          'a packet comes to A.in from outside',
          'A fires default',
          'a packet comes to J.a from A.out',
        ],
      },
      { code: 'PORT_NEVER_EMPTIES', node: 'J', port: 'a' },
    ]);
    expect(findings[0]?.message).toContain('nothing can come to J.b (no edge ends there');
    expect(codes({ ...graph, inputs: ['A.in', 'J.b'] })).toEqual([]);
  });

  it('are those that an earlier condition always comes before', () => {
    const node = (order: readonly [string, string]): GraphInput => ({
      nodes: [
        plain('A', {
          inConditions: order.map((when, at) => ({ name: `c${at}`, when, ports: { in: 'all' } })),
        }),
      ],
      outputs: ['A.out'],
    });
    const { findings } = found(node(['nonempty(in)', 'count(in) >= 3']));
    expect(findings).toMatchObject([{ code: 'SALVO_NEVER_FIRES', node: 'A', condition: 'c1' }]);
    expect(findings[0]?.message).toContain('wherever it holds, c0 fires first');
    expect(findings[0]?.witness).toHaveLength(3);
    expect(codes(node(['count(in) >= 3', 'nonempty(in)']))).toEqual([]);
  });

  it('are those that ask for more packets than there are slots', () => {
    const batch = (slots: number): GraphInput => ({
      nodes: [
        plain('A', {
          inPorts: [{ name: 'in', slots }],
          inConditions: [{ name: 'ten', when: 'count(in) >= 10', ports: { in: 10 } }],
        }),
      ],
      outputs: ['A.out'],
    });
    expect(codes(batch(10))).toEqual([]);
    // A graph with fewer slots is refused before it comes to that.
    expect(() => found(batch(9))).toThrow(expect.objectContaining({ code: 'GRAPH_INVALID' }));
  });

  it('are reported after a node that never sends as well, with the reason', () => {
    const { findings } = found({
      nodes: [join('J'), plain('B')],
      edges: [{ from: 'J.out', to: 'B.in' }],
      inputs: ['J.a'],
      outputs: ['B.out'],
    });
    const after = findings.find(({ node }) => node === 'B');
    expect(after?.message).toContain('J never has an epoch');
  });

  it('tell a port that no condition takes from', () => {
    const graph: GraphInput = {
      nodes: [plain('A', { inPorts: ['in', 'side'] })],
      outputs: ['A.out'],
    };
    expect(codes(graph)).toEqual(['PORT_NEVER_EMPTIES A.side']);
  });

  it('need several packets at once where only the outside can bring them so', () => {
    const two = (inputs: readonly string[], edges: GraphInput['edges'] = []): GraphInput => ({
      nodes: [
        plain('A'),
        plain('B', {
          inConditions: [
            { name: 'two', when: 'count(in) == 2', ports: { in: 2 } },
            { name: 'one', when: 'count(in) == 1', ports: { in: 1 } },
          ],
        }),
      ],
      edges,
      inputs,
      outputs: ['A.out', 'B.out'],
    });
    expect(codes(two(['A.in', 'B.in']))).toEqual([]);
    // Over an edge packets come one by one, and the first is taken at once.
    expect(codes(two(['A.in'], [{ from: 'A.out', to: 'B.in' }]))).toEqual([
      'SALVO_NEVER_FIRES B.two',
    ]);
  });
});

describe('joins of exclusive branches', () => {
  const flow = (more: Partial<NodeInput> = {}): GraphInput => ({
    nodes: [split(more), plain('A'), plain('B'), join('J')],
    edges: [
      { from: 'Split.yes', to: 'A.in' },
      { from: 'Split.no', to: 'B.in' },
      { from: 'A.out', to: 'J.a' },
      { from: 'B.out', to: 'J.b' },
    ],
    outputs: ['J.out'],
  });

  it('are found where output conditions exclude each other, with a witness', () => {
    expect(found(flow()).findings).toMatchObject([
      {
        code: 'JOIN_OF_BRANCHES',
        node: 'J',
        condition: 'both',
        witness: [
          'a packet comes to Split.in from outside',
          'Split fires default',
          'a packet comes to A.in from Split.yes',
          'A fires default',
          'a packet comes to J.a from A.out',
          'J.both waits for the branch that was not taken',
        ],
      },
    ]);
  });

  it('are found where the branches are declared, and not where nothing says that they exclude each other', () => {
    const free = { outConditions: [{ name: 'send', when: 'nonempty(yes) or nonempty(no)' }] };
    const sends = [{ yes: 1 }, { no: 1 }];
    expect(codes(flow(free))).toEqual([]);
    expect(codes(flow({ ...free, meta: { sends } }))).toEqual(['JOIN_OF_BRANCHES J.both']);
    expect(codes(flow(free), { sends: { Split: sends } })).toEqual(['JOIN_OF_BRANCHES J.both']);
    const both = { Split: [{ yes: 1, no: 1 }] };
    expect(codes(flow(), { sends: both })).toEqual([]);
  });

  it('are none where something else can complete the join', () => {
    const graph = flow();
    expect(codes({ ...graph, inputs: ['Split.in', 'J.b'] })).toEqual([]);
  });

  it.each([
    [{ Split: [] }],
    [{ Split: [{ maybe: 1 }] }],
    [{ Split: [{ yes: -1 }] }],
    [{ Nobody: [{ yes: 1 }] }],
  ])('a declaration that makes no sense is refused: %j', (sends) => {
    expect(() => found(flow(), { sends })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});

describe('cycles that always block', () => {
  const loop = (join: string): GraphInput => ({
    nodes: [
      plain('A', {
        inPorts: ['in', 'back'],
        inConditions: [{ name: 'default', when: join, ports: { in: 1, back: 1 } }],
      }),
      plain('B'),
    ],
    edges: [
      { from: 'A.out', to: 'B.in' },
      { from: 'B.out', to: 'A.back' },
    ],
    inputs: ['A.in'],
  });

  it('are those that wait for their own first packet', () => {
    const { findings } = found(loop('nonempty(in) and nonempty(back)'));
    const block = findings.find(({ code }) => code === 'CYCLE_BLOCKS');
    expect(block).toMatchObject({
      cycle: ['A', 'B'],
      witness: ['a packet comes to A.in from outside'],
    });
    expect(codes(loop('nonempty(in) or nonempty(back)'))).toEqual([]);
  });

  const bounded = (links: number, capacity: number | 'infinite' = 2): GraphInput => {
    const room = (name: string, count: number): NodeInput =>
      plain(name, {
        inPorts: [{ name: 'in', slots: 1 }],
        meta: { sends: [{ out: count }] },
        options: { maxParallelEpochs: 1, maxPendingEpochs: 1 },
      });
    return {
      nodes: [room('A', links), room('B', 1)],
      edges: [
        { from: 'A.out', to: 'B.in', capacity },
        { from: 'B.out', to: 'A.in', capacity: 1 },
      ],
      inputs: ['A.in'],
    };
  };

  it('are those that have more packets each time, and a bounded place for them', () => {
    expect(codes(bounded(2))).toEqual(['CYCLE_BLOCKS A.']);
    // One packet can go round for ever; without a bound there is always room.
    expect(codes(bounded(1))).toEqual([]);
    expect(codes(bounded(2, 'infinite'))).toEqual([]);
  });

  it('are not those with a way out', () => {
    const graph = bounded(2);
    expect(codes(graph, { sends: { B: [{ out: 1 }, {}] } })).toEqual([]);
  });
});

describe('the limit', () => {
  it('is said where it was reached, and nothing is claimed there', () => {
    const graph = new Graph({
      nodes: [
        plain('A', {
          inPorts: ['x', 'y'],
          inConditions: [
            { name: 'early', when: 'count(x) > 4', ports: { x: 'all' } },
            { name: 'late', when: 'count(x) > 8', ports: { x: 'all' } },
            { name: 'other', when: 'count(y) > 50', ports: { y: 'all' } },
          ],
        }),
      ],
      outputs: ['A.out'],
    });
    const short = explore(graph, { limit: 20 });
    expect(short).toMatchObject({ findings: [], unexplored: ['A'], limit: 20 });
    const long = explore(graph);
    expect(long.unexplored).toEqual([]);
    expect(long.findings.map(({ condition }) => condition)).toEqual(['late']);
  });

  it('keeps a node with many ports from taking for ever', () => {
    const inPorts = Array.from({ length: 30 }, (_, at) => `p${at}`);
    const when = inPorts.map((port) => `nonempty(${port})`).join(' and ');
    const graph = new Graph({
      nodes: [plain('A', { inPorts, inConditions: [{ name: 'all', when, ports: { p0: 1 } }] })],
      outputs: ['A.out'],
    });
    expect(explore(graph, { limit: 1000 }).unexplored).toEqual(['A']);
  });

  it.each([0, -1, 1.5, Number.NaN])('cannot be %s', (limit) => {
    expect(() => explore(new Graph({ nodes: [plain('A')] }), { limit })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});
