/** Graphs: what they are given, what they become. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EdgeInput, GraphInput, NodeInput } from '../../src/dsl/definition.ts';
import { GraphValidationError } from '../../src/dsl/errors.ts';
import { Graph, parseDefinition } from '../../src/dsl/graph.ts';
import { defaultRules } from '../../src/machines/spec.ts';
import { limits } from '../../src/limits.ts';
import { anyGraph } from './generators.ts';

const passing = (name: string): NodeInput => ({
  name,
  inPorts: ['in'],
  outPorts: ['out'],
  inConditions: [{ name: 'default', when: 'nonempty(in)', ports: { in: 1 } }],
  outConditions: [{ name: 'send', when: 'nonempty(out)' }],
});

function chain(length: number): { nodes: NodeInput[]; edges: EdgeInput[] } {
  const nodes = Array.from({ length }, (_, n) => passing(`N${n}`));
  return {
    nodes,
    edges: nodes.slice(1).map(({ name }, n) => ({ from: `N${n}.out`, to: `${name}.in` })),
  };
}

function codes(input: GraphInput): string[] {
  return new Graph(input).validate().map(({ code }) => code);
}

describe('a graph', () => {
  it('has exactly what it is given, in order, with the defaults of ports and edges', () => {
    const graph = new Graph({
      nodes: [
        { name: 'B', inPorts: ['z', 'a'] },
        { name: 'A', outPorts: [{ name: 'out', slots: Infinity }] },
      ],
      edges: [{ from: 'A.out', to: 'B.z' }],
    });
    expect(graph.nodes).toEqual([
      {
        name: 'B',
        inPorts: [
          { name: 'z', slots: 'infinite' },
          { name: 'a', slots: 'infinite' },
        ],
        outPorts: [],
        inConditions: [],
        outConditions: [],
        options: {},
      },
      {
        name: 'A',
        inPorts: [],
        outPorts: [{ name: 'out', slots: 'infinite', fanout: 'copy' }],
        inConditions: [],
        outConditions: [],
        options: {},
      },
    ]);
    expect(graph.edges).toEqual([{ from: 'A.out', to: 'B.z', capacity: 'infinite' }]);
    expect(graph.node('A')?.name).toBe('A');
    expect(graph.node('C')).toBeUndefined();
    expect(graph.settings).toEqual({});
  });

  it('takes its own definition, and stays as it is', () => {
    fc.assert(
      fc.property(anyGraph, (input) => {
        const { definition } = new Graph(input);
        expect(new Graph(definition).definition).toEqual(definition);
      }),
      { numRuns: 100, seed: 9 },
    );
  });

  it('faces the outside with all unconnected input ports, unless it names them', () => {
    const nodes = [passing('A'), passing('B')];
    const edges = [{ from: 'A.out', to: 'B.in' }];
    expect(new Graph({ nodes, edges }).inputs).toEqual(['A.in']);
    expect(new Graph({ nodes, edges, inputs: [] }).inputs).toEqual([]);
    expect(new Graph({ nodes, edges, outputs: ['B.out'] }).outputs).toEqual(['B.out']);
  });

  it('resolves to indexes, milliseconds and canonical terms', () => {
    const graph = new Graph({
      nodes: [
        {
          name: 'A',
          outPorts: [{ name: 'x', slots: 2, fanout: 'round_robin' }, 'y'],
          outConditions: [{ name: 'send', when: '((count(y)>=2))', ports: ['y'], maxSalvos: 3 }],
          options: { rateLimitPerSecond: 3, timeout: 0.0001, autostart: false },
        },
        {
          name: 'B',
          inPorts: [{ name: 'in', slots: 4 }, 'other'],
          inConditions: [
            { name: 'all', when: 'full(in) or nonempty(other)', ports: { other: 'all', in: 2 } },
          ],
          options: { retries: 2, deferNetActions: true, retryWait: 0 },
        },
        { name: 'C' },
      ],
      edges: [
        { from: 'A.x', to: 'B.other', capacity: 7 },
        { from: 'A.y', to: 'B.in' },
        { from: 'A.x', to: 'B.in' },
      ],
      outputs: ['A.x'],
      net: { onError: 'raise', defaults: { retryWait: 1.5, unconsumed: 'destroy' } },
    });
    const defaults = { ...defaultRules, retryWaitMs: 1500, unconsumed: 'destroy' };
    expect(graph.toSpec()).toEqual({
      mode: 'cyclic',
      maxConcurrency: 256,
      onError: 'raise',
      nodes: [
        {
          name: 'A',
          inPorts: [],
          outPorts: [
            { name: 'x', slots: 2, fanout: 'round_robin', edges: [0, 2], outside: true },
            { name: 'y', slots: null, fanout: 'copy', edges: [1], outside: false },
          ],
          inConditions: [],
          outConditions: [
            {
              name: 'send',
              when: 'count(y) >= 2',
              term: { type: 'count', port: 1, op: '>=', n: 2 },
              takes: [{ port: 1, count: null }],
              maxSalvos: 3,
            },
          ],
          rules: { ...defaults, startSpacingMs: 334, timeoutMs: 1, autostart: false },
        },
        {
          name: 'B',
          inPorts: [
            { name: 'in', slots: 4 },
            { name: 'other', slots: null },
          ],
          outPorts: [],
          inConditions: [
            {
              name: 'all',
              when: 'full(in) or nonempty(other)',
              term: {
                type: 'or',
                terms: [
                  { type: 'full', port: 0 },
                  { type: 'nonempty', port: 1 },
                ],
              },
              takes: [
                { port: 1, count: null },
                { port: 0, count: 2 },
              ],
            },
          ],
          outConditions: [],
          rules: { ...defaults, retries: 2, retryWaitMs: 0 },
        },
        {
          name: 'C',
          inPorts: [],
          outPorts: [],
          inConditions: [],
          outConditions: [],
          rules: { ...defaults, autostart: true },
        },
      ],
      edges: [
        { from: { node: 0, port: 0 }, to: { node: 1, port: 1 }, capacity: 7 },
        { from: { node: 0, port: 1 }, to: { node: 1, port: 0 }, capacity: null },
        { from: { node: 0, port: 0 }, to: { node: 1, port: 0 }, capacity: null },
      ],
    });
  });

  it('throws all its problems at once, and gives no half of a specification', () => {
    const graph = new Graph({
      nodes: [{ name: 'A', outPorts: ['x', 'x'] }, { name: 'A b' }],
      edges: [{ from: 'A.y', to: 'C.in' }],
    });
    const thrown = (): unknown => {
      try {
        return graph.toSpec();
      } catch (error) {
        return error;
      }
    };
    const error = thrown();
    expect(error).toBeInstanceOf(GraphValidationError);
    expect(error).toMatchObject({ code: 'GRAPH_INVALID', diagnostics: graph.validate() });
    expect(
      graph
        .validate()
        .map(({ code }) => code)
        .toSorted(),
    ).toEqual(['NAME_INVALID', 'PORT_DUPLICATE', 'UNKNOWN_NODE', 'UNKNOWN_PORT']);
  });

  it('tells where in the text what it cannot run stands', () => {
    const graph = Graph.fromToml('[nodes.A]\n\nfactory = "./f.ts#f"', { file: 'net.toml' });
    expect(graph.validate()).toEqual([]);
    expect(() => graph.toSpec()).toThrow(
      /^The graph has a problem:\nnet\.toml:3:1 UNSUPPORTED: The factory of node `A`/,
    );
  });
});

describe('an input condition', () => {
  const never = (
    when: string,
    ports: readonly string[],
    slots: number | 'infinite' = 'infinite',
  ): boolean =>
    codes({
      nodes: [
        {
          name: 'A',
          inPorts: [{ name: 'a', slots }, 'b'],
          inConditions: [{ name: 'c', when, ports }],
        },
      ],
    }).includes('CONDITION_NEVER_TAKES');

  it('is refused where no packets it takes can be there when it holds', () => {
    expect(never('empty(a)', ['a'])).toBe(true);
    expect(never('nonempty(a) and empty(b)', ['b'])).toBe(true);
    expect(never('not (nonempty(a) or count(b) > 3) and empty(b)', ['a', 'b'])).toBe(true);
    expect(never('full(a)', ['a'])).toBe(true);
    expect(never('count(a) > 2', ['a'], 2)).toBe(true);
    expect(never('count(a) >= 0', [])).toBe(true);
  });

  it('is let pass where some can', () => {
    expect(never('empty(a)', ['a', 'b'])).toBe(false);
    expect(never('full(a)', ['a'], 1)).toBe(false);
    expect(never('count(a) > 1000000', ['a'])).toBe(false);
    expect(never('count(a) == 0 or count(a) != 1', ['a'])).toBe(false);
    expect(never('count(a) >= 0', ['b'])).toBe(false);
  });

  it('is decided in bounded work however intricate it is', () => {
    const ports = Array.from({ length: 40 }, (_, n) => `p${n}`);
    const odd = ports
      .map((port, n) => `(count(${port}) == ${n} or count(${port}) == ${n + 3})`)
      .join(' and ');
    const when = `${odd} and empty(p7) and nonempty(p7)`;
    const found = codes({
      nodes: [{ name: 'A', inPorts: ports, inConditions: [{ name: 'c', when }] }],
    });
    expect(['', 'CONDITION_NEVER_TAKES']).toContain(found.join());
  });
});

describe('DAG mode', () => {
  const dag = (nodes: readonly NodeInput[], edges: readonly EdgeInput[]): string[] =>
    new Graph({ nodes, edges, net: { mode: 'dag' } })
      .validate()
      .map(({ message, path }) => `${path} ${message}`);

  it('names a cycle', () => {
    const nodes = ['Start', 'A', 'B', 'End'].map(passing);
    const edges = [
      { from: 'Start.out', to: 'A.in' },
      { from: 'A.out', to: 'B.in' },
      { from: 'B.out', to: 'A.in' },
      { from: 'B.out', to: 'End.in' },
    ];
    expect(dag(nodes, edges)).toEqual(['edges[2] In DAG mode there is a cycle: A -> B -> A']);
    expect(dag(nodes, edges.toSpliced(2, 1))).toEqual([]);
    expect(dag([passing('A')], [{ from: 'A.out', to: 'A.in' }])).toEqual([
      'edges[0] In DAG mode there is a cycle: A -> A',
    ]);
  });

  it('names every cycle that shares no node with another', () => {
    const nodes = ['A', 'B', 'C', 'D'].map(passing);
    const pairs = ['AB', 'BA', 'BC', 'CD', 'DC'];
    const edges = pairs.map(([from, to]) => ({ from: `${from}.out`, to: `${to}.in` }));
    expect(dag(nodes, edges).map((line) => line.split(': ')[1])).toEqual([
      'A -> B -> A',
      'C -> D -> C',
    ]);
  });

  it('agrees with a search of all ways whether there is a cycle', () => {
    const size = 7;
    const arrow = fc.tuple(fc.nat(size - 1), fc.nat(size - 1));
    fc.assert(
      fc.property(fc.uniqueArray(arrow, { maxLength: 12, selector: String }), (arrows) => {
        const reach = Array.from({ length: size }, (_, a) =>
          Array.from({ length: size }, (_unused, b) => arrows.some(([x, y]) => x === a && y === b)),
        );
        for (let k = 0; k < size; k += 1)
          for (const row of reach)
            if (row[k] === true) reach[k]?.forEach((is, b) => (row[b] ||= is));
        const cyclic = reach.some((row, n) => row[n]);
        const edges = arrows.map(([from, to]) => ({ from: `N${from}.out`, to: `N${to}.in` }));
        expect(dag(chain(size).nodes, edges).length > 0).toBe(cyclic);
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});

describe('large graphs', () => {
  it('of 10,000 nodes in a chain are validated and resolved, and read back from their TOML', () => {
    const { nodes, edges } = chain(10_000);
    const graph = new Graph({ nodes, edges, net: { mode: 'dag' } });
    expect(graph.validate()).toEqual([]);
    expect(graph.toSpec().nodes).toHaveLength(10_000);
    expect(Graph.fromToml(graph.toToml()).definition).toEqual(graph.definition);
  });

  it('have their cycle found though it is 10,000 nodes long', () => {
    const { nodes, edges } = chain(10_000);
    const closed = [...edges, { from: 'N9999.out', to: 'N0.in' }];
    const [only, ...others] = new Graph({ nodes, edges: closed, net: { mode: 'dag' } }).validate();
    expect(only).toMatchObject({ code: 'CYCLE', path: 'edges[9999]' });
    expect(only?.message.length).toBeLessThan(200);
    expect(others).toEqual([]);
  });

  it('in which everything is wrong give the first problems and the number of the others', () => {
    const edges = Array.from({ length: 20_000 }, (_, n) => ({
      from: `Nn${n}.out`,
      to: `N${n}.inn`,
    }));
    const list = new Graph({ nodes: chain(10_000).nodes, edges }).validate();
    expect(list).toHaveLength(limits.diagnostics + 1);
    expect(list.at(-1)?.message).toMatch(/^and 39\d\d\d more$/);
  });
});

const complete = `
[net]
on_error = "continue"
mode = "dag"
history_file = "./history.jsonl"
inputs = ["Clean.in"]
outputs = ["Report.out"]
[net.thread_pools.io]
size = 10
[net.defaults]           # any option of a node
retry_wait = 0.5
[net.meta]
author = "…"

[nodes.Clean]
exec_node_func = "./nodes.ts#clean"
in_ports = ["in"]
out_ports = { out = { slots = 3 } }
[nodes.Clean.in_salvo_conditions.default]
when = "nonempty(in)"
ports = ["in"]
[nodes.Clean.out_salvo_conditions.send]
when = "nonempty(out)"
max_salvos = "infinite"
[nodes.Clean.options]
retries = 3
defer_net_actions = true

[nodes.Report]
factory = "./factories.ts#report"
factory_args = { title = "Daily" }
[nodes.Sub]
net = "./sub.toml"

[[edges]]
from = "Clean.out"
to = "Report.in"
`;

describe('a graph from TOML', () => {
  it('has everything that a complete definition says', () => {
    const graph = Graph.fromToml(complete, { file: 'net.toml' });
    expect(graph.settings).toEqual({
      onError: 'continue',
      mode: 'dag',
      historyFile: './history.jsonl',
      threadPools: { io: { size: 10 } },
      defaults: { retryWait: 0.5 },
      meta: { author: '…' },
    });
    expect(graph.nodes.map(({ name }) => name)).toEqual(['Clean', 'Report', 'Sub']);
    expect(graph.node('Clean')).toEqual({
      name: 'Clean',
      execNodeFunc: './nodes.ts#clean',
      inPorts: [{ name: 'in', slots: 'infinite' }],
      outPorts: [{ name: 'out', slots: 3, fanout: 'copy' }],
      inConditions: [
        {
          name: 'default',
          when: 'nonempty(in)',
          ports: [{ port: 'in', count: 'all' }],
          maxSalvos: 1,
        },
      ],
      outConditions: [
        {
          name: 'send',
          when: 'nonempty(out)',
          ports: [{ port: 'out', count: 'all' }],
          maxSalvos: 'infinite',
        },
      ],
      options: { retries: 3, deferNetActions: true },
    });
    expect(graph.node('Report')).toMatchObject({
      factory: './factories.ts#report',
      factoryArgs: { title: 'Daily' },
    });
    expect(graph.node('Sub')).toMatchObject({ net: './sub.toml' });
    expect(graph.inputs).toEqual(['Clean.in']);
    expect(graph.outputs).toEqual(['Report.out']);
    expect(graph.edges).toEqual([{ from: 'Clean.out', to: 'Report.in', capacity: 'infinite' }]);
  });

  it('gets the usual conditions where a node gives none, and none where it gives an empty table', () => {
    const graph = Graph.fromToml(`
      [nodes.Join]
      in_ports = ["a", "b"]
      out_ports = ["x", "y"]
      [nodes.Manual]
      in_ports = ["a"]
      out_ports = ["x"]
      in_salvo_conditions = {}
      out_salvo_conditions = {}
      [nodes.Source]
      out_ports = ["x"]`);
    const one = (port: string): unknown => ({ port, count: 1 });
    const all = (port: string): unknown => ({ port, count: 'all' });
    expect(graph.node('Join')).toMatchObject({
      inConditions: [
        {
          name: 'default',
          when: 'nonempty(a) and nonempty(b)',
          ports: [one('a'), one('b')],
          maxSalvos: 1,
        },
      ],
      outConditions: [
        {
          name: 'send',
          when: 'nonempty(x) or nonempty(y)',
          ports: [all('x'), all('y')],
          maxSalvos: 'infinite',
        },
      ],
    });
    expect(graph.node('Manual')).toMatchObject({ inConditions: [], outConditions: [] });
    expect(graph.node('Source')).toMatchObject({
      inConditions: [],
      outConditions: [{ name: 'send' }],
    });
  });

  it('reads the files of the Python project as they are', () => {
    const graph = Graph.fromToml(`
      edges = [{ from = "Source.out", to = "Work.in" }]
      [net]
      on_error = "raise"
      consumed_packet_storage = true
      consumed_storage_limit = 100
      [net.thread_pools.workers]
      size = 4
      [nodes.Source]
      out_ports = { out = {} }
      [nodes.Source.out_salvo_conditions.send]
      max_salvos = "infinite"
      ports = "out"
      when = "nonempty(out)"
      [nodes.Work]
      in_ports = { in = { slots = 10, type = { class = "Order", isinstance = false } }, more = { type = { class = "Order", subclass = true } } }
      options = { pool = "workers", retries = 3, defer_net_actions = true }
      [nodes.Work.in_salvo_conditions.receive]
      max_salvos = 1
      ports = "in"
      when = "nonempty(in)"`);
    expect(graph.settings).toMatchObject({
      consumedPacketStorage: true,
      consumedPacketStorageLimit: 100,
    });
    expect(graph.node('Work')).toMatchObject({
      inPorts: [
        { name: 'in', slots: 10, type: { class: 'Order', exact: true } },
        { name: 'more', type: 'Order' },
      ],
      inConditions: [{ name: 'receive', ports: [{ port: 'in', count: 'all' }] }],
      options: { pool: 'workers' },
    });
    expect(graph.edges).toHaveLength(1);
  });

  it('comes from bytes with a byte order mark and Windows line ends too', () => {
    const bytes = new TextEncoder().encode('\uFEFF[nodes.A]\r\nin_ports = ["x"] # ü\r\n');
    expect(Graph.fromToml(bytes).inputs).toEqual(['A.x']);
  });

  it('throws every problem of the text, or hands them over', () => {
    const text = '[nodes.A]\nin_ports = ["x"]\noptins = {}\n[[edges]]\nfrom = "A.x"\nto = "B.y"';
    expect(() => Graph.fromToml(text)).toThrow(GraphValidationError);
    const { graph, diagnostics } = parseDefinition(text);
    expect(graph).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toEqual([
      'UNKNOWN_KEY',
      'WRONG_DIRECTION',
      'UNKNOWN_NODE',
    ]);
  });

  it('looks into the files of nets that it uses, each once, and names them in their problems', () => {
    const read: string[] = [];
    const files: Readonly<Record<string, string>> = {
      '/nets/sub/b.toml': '[nodes.X]\nnet = "c.toml"\n[nodes.Y]\nnet = "../sub/c.toml"',
      '/nets/sub/c.toml': '[nodes.X]\nslots = 1',
    };
    const readFile = (path: string): string => {
      read.push(path);
      return files[path] ?? '';
    };
    const { diagnostics } = parseDefinition('[nodes.B]\nnet = "sub/b.toml"', {
      file: '/nets/a.toml',
      readFile,
    });
    expect(read).toEqual(['/nets/sub/b.toml', '/nets/sub/c.toml']);
    expect(diagnostics).toMatchObject([
      { code: 'UNKNOWN_KEY', place: { file: '/nets/sub/c.toml', line: 2, column: 1 } },
    ]);
  });
});
