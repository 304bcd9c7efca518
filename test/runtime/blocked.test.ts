/** Standstills: which kind, why, and what could be done first; the stories of packets. */
import { expect, it } from 'vitest';
import { Graph } from '../../src/dsl/graph.ts';
import { Net } from '../../src/runtime/net.ts';
import { chain, consumeAll, mapping, node, single } from './nets.ts';

/** A join that lacks what would come by its second port. */
async function stuckJoin(): Promise<Net> {
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
  net.setNodeExec(
    'A',
    mapping((n: number) => n),
  );
  net.setNodeExec(
    'B',
    mapping((n: number) => n),
  );
  net.setNodeExec('Join', (ctx, packets) => void consumeAll(ctx, packets));
  for (const n of [1, 2, 3]) await net.inject('A.in', n);
  return net;
}

it('a net with nothing left in it is drained', async () => {
  const { net } = single(mapping((n: number) => n));
  expect((await net.start()).blocked).toBe('drained');
  expect(net.explainBlocked().firstSteps[0]?.action).toEqual({
    type: 'InjectPacket',
    port: 'A.in',
  });
});

it('a net whose epochs have no function is starved; the rest of it goes on', async () => {
  const net = new Net(chain(['A', 'B']));
  net.setNodeExec(
    'A',
    mapping((n: number) => n),
  );
  await net.inject('A.in', 1);
  const { blocked, counts } = await net.start();
  expect(blocked).toBe('starved');
  expect(counts.nodes.get('A')?.finished).toBe(1);
  const explained = net.explainBlocked();
  expect(explained.nodes[1]).toMatchObject({
    node: 'B',
    gate: 'node:B service.down',
    startable: ['e2'],
  });
  expect(explained.firstSteps).toMatchObject([{ action: { type: 'CancelEpoch', epoch: 'e2' } }]);
  await net.pause();
  expect(() => net.setNodeExec('B', () => undefined)).toThrow(
    expect.objectContaining({ code: 'NET_RUNNING' }),
  );
  expect(net.apply(explained.firstSteps[0]?.action as never).ok).toBe(true);
  expect((await net.resume()).blocked).toBe('drained');
});

it('a net whose packets wait for others is stuck, and says for which', async () => {
  const net = await stuckJoin();
  expect((await net.start()).blocked).toBe('stuck');
  const { nodes, text } = net.explainBlocked();
  const join = nodes[2];
  expect(join?.conditions).toEqual([
    {
      name: 'default',
      when: 'nonempty(l) and nonempty(r)',
      holds: false,
      takes: 1,
      atoms: [
        { text: 'nonempty(l)', holds: true, port: 'l', count: 1, slots: 1 },
        { text: 'nonempty(r)', holds: false, port: 'r', count: 0, slots: null },
      ],
      missing: [{ port: 'Join.r', packets: 1, from: ['B.out'] }],
    },
  ]);
  expect(join?.ports[0]).toMatchObject({
    name: 'l',
    full: true,
    packets: ['p4'],
    behind: [{ from: 'A.out', packets: ['p5', 'p6'] }],
  });
  expect(text).toContain('the net is blocked: stuck');
  expect(text).toContain('1 more at Join.r (to come from B.out)');
  expect(text).toContain('behind it, from A.out: 2 (p5, p6)');
});

it('every first step can be applied as it stands, and changes something', async () => {
  const steps = await (async () => {
    const net = await stuckJoin();
    await net.start();
    return net.explainBlocked().firstSteps;
  })();
  expect(steps.map(({ action }) => action)).toEqual([
    { type: 'InjectPacket', port: 'Join.r' },
    { type: 'CreateEpoch', node: 'Join', salvo: [['l', 'p4']] },
  ]);
  for (const { action } of steps) {
    const net = await stuckJoin();
    await net.start();
    const before = net.status().counts.epochs.finished;
    expect(net.apply(action).ok).toBe(true);
    await net.whenBlocked();
    expect(net.status().counts.epochs.finished).toBe(before + 1);
  }
});

it('actions of the life cycle are not for apply', async () => {
  const net = await stuckJoin();
  expect(() => net.apply({ type: 'StopNet' })).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID' }),
  );
});

it('a node that has had all its epochs says what holds the next', async () => {
  const { net } = single((ctx, packets) => void consumeAll(ctx, packets), { maxParallelEpochs: 1 });
  await net.inject('A.in', 1);
  await net.inject('A.in', 2);
  await net.runStep({ startEpochs: false });
  const explained = net.explainBlocked();
  expect(explained.blocked).toBeNull();
  expect(explained.text).toContain('the net is not blocked');
  expect(explained.nodes[0]?.startable).toEqual(['e1', 'e2']);
});

it('the trace of a packet has every place, its maker and its copies', async () => {
  const net = new Net(
    new Graph({
      nodes: [node('A', ['in'], ['out']), node('B', ['in'], [])],
      edges: [{ from: 'A.out', to: 'B.in' }],
      outputs: ['A.out'],
    }),
  );
  net.setNodeExec(
    'A',
    mapping((n: number) => n),
  );
  net.setNodeExec('B', (ctx, packets) => void consumeAll(ctx, packets));
  const injected = await net.inject('A.in', 1);
  await net.start();
  const trace = net.packetTrace('p2');
  expect(trace.maker).toEqual({ epoch: 'e1', node: 'A', inputs: [['in', injected]] });
  expect(trace.copies).toEqual(['p3']);
  expect(trace.steps.at(-1)?.event).toBe('PacketConsumed');
  const copy = net.packetTrace('p3');
  expect(copy.lineage).toEqual(['p2']);
  expect(copy.location).toEqual({ type: 'OutsideNet' });
  expect(copy.location).toEqual(net.packet('p3').location);
  expect(() => net.packetTrace('p99')).toThrow(
    expect.objectContaining({ code: 'PACKET_NOT_FOUND' }),
  );
});

it('a node that may not open more epochs says so', async () => {
  const net = new Net(
    new Graph({
      nodes: [
        {
          name: 'A',
          inPorts: ['in'],
          inConditions: [{ name: 'default', when: 'nonempty(in)', ports: { in: 1 } }],
          options: { maxPendingEpochs: 1 },
        },
      ],
    }),
  );
  for (const n of [1, 2]) await net.inject('A.in', n);
  await net.start();
  const explanation = net.explainBlocked();
  expect(explanation.nodes[0]).toMatchObject({ node: 'A', held: true });
  expect(explanation.text).toContain('max_pending_epochs');
  await net.stop();
});
