import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { flow } from '../../src/dsl/builder.ts';
import { defineNode, defineRawNode } from '../../src/dsl/define-node.ts';
import { GraphValidationError } from '../../src/dsl/errors.ts';

const source = defineNode({ out: { y: z.number() }, exec: () => ({ y: 1 }) });
const double = defineNode({
  in: { x: z.number() },
  out: { y: z.number() },
  exec: ({ x }) => ({ y: 2 * x }),
});
const print = defineNode({
  in: { text: 'string' },
  config: { prefix: z.string(), width: z.number().default(80) },
  options: { retries: 0, priority: 3 },
  exec: ({ text }, { config }) => {
    void `${config.prefix}${text.padEnd(config.width)}`;
  },
});

function problemsOf(build: () => unknown): readonly { code: string; path: string }[] {
  try {
    build();
  } catch (error) {
    if (error instanceof GraphValidationError)
      return error.diagnostics.map(({ code, path }) => ({ code, path }));
    throw error;
  }
  return [];
}

describe('a flow', () => {
  it('has its nodes, edges, inputs, outputs and settings in the order they were added', () => {
    const built = flow()
      .node('B', double, { options: { maxParallelEpochs: 2 }, meta: { x: 1 } })
      .node('A', source)
      .node('C', double)
      .edge('A.y', 'B.x', { capacity: 5, meta: { why: 'slow' } })
      .edge('B.y', 'C.x')
      .inputs('B.x')
      .outputs('C.y')
      .settings({ onError: 'continue', mode: 'dag' })
      .settings({ mode: 'cyclic' })
      .build();
    expect(built.graph.nodes.map(({ name }) => name)).toEqual(['B', 'A', 'C']);
    expect(built.graph.edges).toEqual([
      { from: 'A.y', to: 'B.x', capacity: 5, meta: { why: 'slow' } },
      { from: 'B.y', to: 'C.x', capacity: 'infinite' },
    ]);
    expect(built.graph.inputs).toEqual(['B.x']);
    expect(built.graph.outputs).toEqual(['C.y']);
    expect(built.graph.settings).toEqual({ onError: 'continue', mode: 'cyclic' });
    expect(built.graph.node('B')).toMatchObject({
      options: { maxParallelEpochs: 2 },
      meta: { x: 1 },
    });
    expect([...built.functions]).toEqual([
      ['B', double.functions],
      ['A', source.functions],
      ['C', double.functions],
    ]);
  });

  it('leaves the inputs to the graph where none are named', () => {
    expect(
      flow().node('A', double).node('B', double).edge('A.y', 'B.x').outputs('B.y').build().graph
        .inputs,
    ).toEqual(['A.x']);
  });

  it('can be grown in two ways from one beginning', () => {
    const base = flow().node('A', source);
    const left = base.node('B', double).edge('A.y', 'B.x').outputs('B.y').build();
    const right = base.outputs('A.y').build();
    expect(left.graph.nodes).toHaveLength(2);
    expect(right.graph.nodes).toHaveLength(1);
    expect(right.graph.edges).toEqual([]);
  });

  it('puts the options of a node over those of its type, and keeps its configuration', () => {
    const built = flow()
      .node('P', print, { config: { prefix: '> ' }, options: { priority: 9 } })
      .build();
    expect(built.graph.node('P')).toMatchObject({
      options: { retries: 0, priority: 9 },
      config: { prefix: '> ' },
    });
  });

  it('takes raw nodes', () => {
    const raw = defineRawNode({
      in: { x: z.number() },
      out: { y: z.string() },
      exec: (ctx) => ctx.cancelEpoch(),
    });
    const built = flow()
      .node('A', source)
      .node('R', raw)
      .node('P', print, { config: { prefix: '' } })
      .edge('A.y', 'R.x')
      .edge('R.y', 'P.text')
      .build();
    expect(built.graph.validate()).toEqual([]);
    expect(built.functions.get('R')).toBe(raw.functions);
  });

  it('reports every problem of the graph and of all configurations at once', () => {
    const problems = problemsOf(() =>
      flow()
        .node('bad name', source)
        .node('P', print, { config: { prefix: 1, with: 2 } as never })
        .node('Q', print, { config: { prefix: '', width: 'wide' } as never })
        .node('D', double, { config: 3 as never })
        .edge('D.y', 'D.nowhere' as 'D.x')
        .build(),
    );
    expect(problems).toEqual(
      expect.arrayContaining([
        { code: 'NAME_INVALID', path: 'nodes."bad name"' },
        { code: 'CONFIG_INVALID', path: 'nodes.P.config.prefix' },
        { code: 'CONFIG_INVALID', path: 'nodes.P.config' },
        { code: 'CONFIG_INVALID', path: 'nodes.Q.config.width' },
        { code: 'CONFIG_INVALID', path: 'nodes.D.config' },
        { code: 'UNKNOWN_PORT', path: 'edges[0].to' },
      ]),
    );
  });

  it('reports a configuration that is missing', () => {
    const problems = problemsOf(() =>
      flow()
        .node('P', print, {} as never)
        .build(),
    );
    expect(problems).toEqual([{ code: 'CONFIG_INVALID', path: 'nodes.P.config.prefix' }]);
  });

  it('refuses what is no node type', () => {
    expect(() => flow().node('A', { exec: () => 1 } as never)).toThrow(
      expect.objectContaining({ code: 'NODE_TYPE_INVALID', nodeName: 'A' }),
    );
  });

  it('keeps a node called like a property of objects', () => {
    const built = flow().node('toString', source).outputs('toString.y').build();
    expect(built.functions.get('toString')).toBe(source.functions);
    expect(
      problemsOf(() => flow().node('__proto__', source).outputs('__proto__.y').build())[0]?.code,
    ).toBe('NAME_RESERVED');
  });
});
