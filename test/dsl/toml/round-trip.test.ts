/** Definitions printed and read back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Graph } from '../../../src/dsl/graph.ts';
import { netSettingsSchema, nodeOptionsSchema } from '../../../src/dsl/schema.ts';
import type { GraphInput } from '../../../src/dsl/definition.ts';
import { anyGraph } from '../generators.ts';

describe('a definition in TOML', () => {
  it('gives back the graph it was printed from, with every setting', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyGraph, (input) => {
        const graph = new Graph(input);
        expect(graph.validate()).toEqual([]);
        const text = graph.toToml();
        const again = Graph.fromToml(text);
        expect(again.definition).toEqual(graph.definition);
        expect(again.toToml()).toBe(text);
        for (const key of Object.keys(graph.settings)) seen.add(key);
        for (const { options } of graph.nodes)
          for (const key of Object.keys(options)) seen.add(key);
      }),
      { numRuns: 300, seed: 5 },
    );
    const all = [...Object.keys(netSettingsSchema.shape), ...Object.keys(nodeOptionsSchema.shape)];
    const apart = ['poolSelection', 'processPools', 'pool', 'retries', 'deferNetActions'];
    expect(all.filter((key) => !seen.has(key) && !apart.includes(key))).toEqual([]);
  });

  it('gives back pools, retries, factories and nets as nodes, which depend on one another', () => {
    const graph = new Graph({
      nodes: [
        { name: 'A', options: { pool: ['io', 'heavy'], retries: 3, deferNetActions: true } },
        {
          name: 'B',
          factory: './factories.ts#report',
          factoryArgs: { title: 'Daily', depth: { n: 1 } },
        },
        { name: 'C', factory: 'builtin:merge' },
        { name: 'D', net: './sub.toml', options: { pool: 'io' } },
      ],
      edges: [{ from: 'B.anything', to: 'D.whatever' }],
      net: {
        mode: 'dag',
        threadPools: { io: { size: 10 } },
        processPools: { heavy: { size: 4 } },
        deadLetterQueue: 'file',
        deadLetterPath: './dead.jsonl',
        historyValues: 'store',
        packetStoragePath: './values',
        defaults: { pool: 'io' },
      },
    });
    expect(Graph.fromToml(graph.toToml()).definition).toEqual(graph.definition);
  });

  it('is printed in one canonical form', () => {
    const graph = new Graph({
      nodes: [
        {
          name: 'Clean',
          execNodeFunc: './nodes.ts#clean',
          inPorts: ['in'],
          outPorts: [{ name: 'out', slots: 3 }, 'rest'],
          inConditions: [{ name: 'default', when: '(nonempty(in))', ports: { in: 2 } }],
          outConditions: [{ name: 'send', when: 'nonempty(out) or nonempty(rest)', maxSalvos: 2 }],
          options: { retries: 3, deferNetActions: true },
          meta: { author: 'Ada', position: { x: 1, y: 2.5 } },
        },
        { name: 'Sink', inPorts: ['in'] },
      ],
      edges: [{ from: 'Clean.out', to: 'Sink.in', capacity: 5 }],
      inputs: ['Clean.in'],
      outputs: ['Clean.rest'],
      net: { onError: 'continue', threadPools: { io: { size: 10 } }, defaults: { retryWait: 0.5 } },
    });
    expect(graph.toToml()).toBe(`[net]
on_error = "continue"
inputs = ["Clean.in"]
outputs = ["Clean.rest"]

[net.thread_pools.io]
size = 10

[net.defaults]
retry_wait = 0.5

[nodes.Clean]
exec_node_func = "./nodes.ts#clean"
in_ports = ["in"]
out_ports = { out = { slots = 3 }, rest = {} }

[nodes.Clean.in_salvo_conditions.default]
when = "nonempty(in)"
ports = { in = 2 }

[nodes.Clean.out_salvo_conditions.send]
when = "nonempty(out) or nonempty(rest)"
ports = ["out", "rest"]
max_salvos = 2

[nodes.Clean.options]
defer_net_actions = true
retries = 3

[nodes.Clean.meta]
author = "Ada"
position = { x = 1, y = 2.5 }

[nodes.Sink]
in_ports = ["in"]
in_salvo_conditions = {}

[[edges]]
from = "Clean.out"
to = "Sink.in"
capacity = 5
`);
  });

  class Order {}
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  it.each([
    [
      'a schema as a port type',
      { nodes: [{ name: 'A', inPorts: [{ name: 'x', type: z.number() }] }] },
    ],
    [
      'a class without a name',
      { nodes: [{ name: 'A', inPorts: [{ name: 'x', type: (() => class {})() }] }] },
    ],
    ['a function in the configuration', { nodes: [{ name: 'A', config: { f: () => 1 } }] }],
    [
      'an instance in the configuration',
      { nodes: [{ name: 'A', config: { order: new Order() } }] },
    ],
    ['null', { nodes: [{ name: 'A', meta: { x: null } }] }],
    ['a table within itself', { nodes: [{ name: 'A', meta: cyclic }] }],
    ['half a surrogate pair', { nodes: [{ name: 'A', meta: { x: '\uD800' } }] }],
    ['an invalid date', { nodes: [{ name: 'A', meta: { x: new Date(Number.NaN) } }] }],
    ['a number beyond 64 bits', { nodes: [{ name: 'A', meta: { x: 2n ** 70n } }] }],
    [
      'a reserved key',
      { nodes: [{ name: 'A', meta: { x: JSON.parse('{"__proto__":1}') as unknown } }] },
    ],
    ['a choice among pools', { nodes: [], net: { poolSelection: () => 'io' } }],
  ] satisfies [string, GraphInput][])(
    'is refused for %s, which only code can say',
    (_name, input) => {
      const graph = new Graph(input);
      expect(graph.validate()).toEqual([]);
      expect(() => graph.toToml()).toThrow(expect.objectContaining({ code: 'NOT_PRINTABLE' }));
    },
  );

  it('names a class that is a port type, as values are compared with their constructor', () => {
    const graph = new Graph({
      nodes: [
        {
          name: 'A',
          inPorts: [
            { name: 'x', type: { class: Order, exact: true } },
            { name: 'y', type: Order },
          ],
        },
      ],
    });
    expect(Graph.fromToml(graph.toToml()).node('A')?.inPorts).toEqual([
      { name: 'x', slots: 'infinite', type: { class: 'Order', exact: true } },
      { name: 'y', slots: 'infinite', type: 'Order' },
    ]);
  });

  it('is not printed where the graph is not valid', () => {
    const graph = new Graph({ nodes: [{ name: 'not a name' }] });
    expect(() => graph.toToml()).toThrow(expect.objectContaining({ code: 'GRAPH_INVALID' }));
  });
});
