/** Why a net stands, in words, and what of the canvas belongs to it: of nets that do stand. */
import { describe, expect, it } from 'vitest';
import {
  countOf,
  gateWord,
  headline,
  highlightOf,
  lossesOf,
  missingWords,
  nodeReasons,
} from '../../../inspector/views/blocked/reasons.ts';
import { Graph } from '../../../src/dsl/graph.ts';
import { Net } from '../../../src/runtime/net.ts';
import { chain, mapping, node } from '../../runtime/nets.ts';
import { graphOf, lookOf } from '../graphs.ts';

/** Join waits for what only B would bring; its left port is full, with packets behind it. */
async function stuckJoin() {
  const net = new Net(
    new Graph({
      nodes: [
        node('A', ['in'], ['out']),
        node('B', ['in'], ['out']),
        node('Join', [{ name: 'l', slots: 1 }, 'r'], []),
      ],
      edges: [
        { from: 'A.out', to: 'Join.l' },
        { from: 'B.out', to: 'Join.r' },
      ],
    }),
  );
  for (const name of ['A', 'B'])
    net.setNodeExec(
      name,
      mapping((n: number) => n),
    );
  net.setNodeExec('Join', () => undefined);
  for (const n of [1, 2, 3]) await net.inject('A.in', n);
  await net.start();
  return net.explainBlocked();
}

describe('a join that lacks a packet', () => {
  it('is told of first, with what it has, what it lacks and who would bring it', async () => {
    const [first, ...others] = nodeReasons(await stuckJoin());
    expect(first).toMatchObject({
      node: { node: 'Join' },
      weight: 'holds',
      reasons: [
        'l is full, and 2 packets wait behind it',
        '1 packet at l waits: default lacks 1 more packet at Join.r, which B.out would give',
      ],
    });
    expect(others.map(({ node, weight, reasons }) => [node.node, weight, reasons])).toEqual([
      ['A', 'waits', ['default lacks 1 more packet at A.in, which only the outside can give']],
      ['B', 'waits', ['default lacks 1 more packet at B.in, which only the outside can give']],
    ]);
  });

  it('is what the canvas shows, with the full edge and the one that would bring it', async () => {
    const graph = graphOf({
      A: [['in'], ['out']],
      B: [['in'], ['out']],
      Join: [['l', 'r'], []],
      edges: [
        ['A.out', 'Join.l'],
        ['B.out', 'Join.r'],
      ],
    });
    const { nodes, edges } = highlightOf(await stuckJoin(), graph);
    expect([...nodes]).toEqual([['Join', 'lacks 1 at r']]);
    expect([...edges]).toEqual([0, 1]);
  });
});

it('an epoch without a function says why it is not started', async () => {
  const net = new Net(chain(['A', 'B']));
  net.setNodeExec(
    'A',
    mapping((n: number) => n),
  );
  await net.inject('A.in', 1);
  await net.start();
  const explained = net.explainBlocked();
  expect(headline(explained)).toEqual({
    title: 'Blocked: starved',
    text: 'Epochs could start, and their nodes have no function.',
    nodes: 'What holds it up',
  });
  expect(nodeReasons(explained)[0]).toMatchObject({
    node: { node: 'B' },
    reasons: ['1 epoch could start: it has no function, or its service was not started'],
  });
  expect([...highlightOf(explained, graphOf({ edges: [] })).nodes]).toEqual([
    ['B', '1 epoch: down'],
  ]);
});

it('a node whose epochs failed is told of, with those after it that lack what it would have sent', () => {
  const graph = graphOf({
    Read: [[], ['out']],
    Parse: [['in'], ['out']],
    Check: [['in'], ['out']],
    Write: [['text', 'path'], []],
    Other: [['in'], []],
    edges: [
      ['Read.out', 'Parse.in'],
      ['Parse.out', 'Check.in'],
      ['Check.out', 'Write.text'],
      ['Read.out', 'Write.path'],
    ],
  });
  const failures = (counts: readonly number[]) =>
    counts.map((failed, index) => lookOf(index, { failed }));
  expect(lossesOf(graph, failures([0, 0, 0, 0, 0]), ['Write'])).toEqual([]);
  expect(lossesOf(graph, failures([0, 1, 0, 0, 2]), ['Write'])).toEqual([
    { node: 'Parse', text: '1 epoch failed: what it would have sent has not come to Write' },
    { node: 'Other', text: '2 epochs failed' },
  ]);
});

it('lists that the server cut are counted whole, and packets on their way are no lack', async () => {
  expect(countOf(['p1', 'p2'])).toBe(2);
  expect(countOf(['p1', 'p2', '… and 311 more'])).toBe(313);
  const explained = await stuckJoin();
  const join = explained.nodes.find(({ node }) => node === 'Join')!;
  const [left, right] = join.ports;
  const behind = [{ from: 'B.out', packets: ['p8', '… and 40 more'] as 'p8'[] }];
  const moving = {
    ...join,
    ports: [
      { ...left!, packets: [], behind: [], full: false },
      { ...right!, behind },
    ],
  };
  expect(nodeReasons({ ...explained, nodes: [moving] })[0]?.reasons).toEqual([
    '41 packets on the way to r wait to be moved',
  ]);
});

it('what lacks is said with who would bring it', () => {
  expect(missingWords({ port: 'A.x', packets: 2, from: ['B.y', 'C.z'] })).toBe(
    '2 more packets at A.x, which B.y or C.z would give',
  );
  expect(missingWords({ port: 'A.x', packets: -1, from: [] })).toBe('1 packet fewer at A.x');
  expect(gateWord('node:B gate.saturated')).toBe('saturated');
  expect(gateWord('open')).toBe('open');
});
