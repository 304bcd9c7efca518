/** Large runs through a whole net: nothing is mixed up, nothing overflows. */
import { expect, it } from 'vitest';
import { defineNode } from '../../src/dsl/define-node.ts';
import { flow } from '../../src/dsl/builder.ts';
import { Graph } from '../../src/dsl/graph.ts';
import { Net } from '../../src/runtime/net.ts';

const pass = defineNode({
  in: { x: 'number' },
  out: { y: 'number' },
  exec: ({ x }) => ({ y: x }),
});

it('a diamond fed with 10,000 packets at once pairs each with its own copy', async () => {
  const pairs = defineNode({
    in: { left: 'number', right: 'number' },
    out: { pair: 'array' },
    exec: ({ left, right }) => ({ pair: [left, right] }),
  });
  const net = new Net(
    flow()
      .node('Start', pass)
      .node('Left', pass)
      .node('Right', pass)
      .node('Join', pairs)
      .edge('Start.y', 'Left.x')
      .edge('Start.y', 'Right.x')
      .edge('Left.y', 'Join.left')
      .edge('Right.y', 'Join.right')
      .outputs('Join.pair')
      .build(),
    { historyMaxSize: 1_000 },
  );
  const packets = 10_000;
  for (let at = 0; at < packets; at += 1) await net.inject('Start.x', at);
  const { blocked, outputs, counts } = await net.start();
  await net.stop();
  expect(blocked).toBe('drained');
  expect(outputs['Join.pair']).toEqual(Array.from({ length: packets }, (_, at) => [at, at]));
  expect(counts.epochs.finished).toBe(4 * packets);
});

it('a chain of 10,000 nodes hands a value from end to end', async () => {
  const length = 10_000;
  const names = Array.from({ length }, (_, at) => `N${at}`);
  const graph = new Graph({
    nodes: names.map((name) => ({ ...pass.definition, name })),
    edges: names.slice(1).map((name, at) => ({ from: `N${at}.y`, to: `${name}.x` })),
    outputs: [`N${length - 1}.y`],
  });
  const functions = new Map(names.map((name) => [name, pass.functions]));
  const net = new Net({ graph, functions });
  await net.inject('N0.x', 42);
  const { blocked, outputs, counts } = await net.start();
  await net.stop();
  expect(blocked).toBe('drained');
  expect(outputs[`N${length - 1}.y`]).toEqual([42]);
  expect(counts.epochs.finished).toBe(length);
});
