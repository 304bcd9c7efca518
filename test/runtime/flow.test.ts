/** Values through nets: chains, joins, async functions, lazy values, outputs, inputs that wait. */
import { expect, it, vi } from 'vitest';
import { Graph } from '../../src/dsl/graph.ts';
import { HeldClock } from '../../src/runtime/time/clock.ts';
import { Net } from '../../src/runtime/net.ts';
import { testNet } from '../../src/testing/index.ts';
import '../../src/testing/vitest.ts';
import {
  chain,
  consumeAll,
  eventsOf,
  isPending,
  mapping,
  mappingLater,
  nextRound,
  node,
  single,
} from './nets.ts';

function diamond(): Graph {
  return new Graph({
    nodes: [
      node('Fork', ['in'], ['left', 'right']),
      node('L', ['in'], ['out']),
      node('R', ['in'], ['out']),
      node('Join', ['l', 'r'], ['out']),
    ],
    edges: [
      { from: 'Fork.left', to: 'L.in' },
      { from: 'Fork.right', to: 'R.in' },
      { from: 'L.out', to: 'Join.l' },
      { from: 'R.out', to: 'Join.r' },
    ],
    outputs: ['Join.out'],
  });
}

function withDiamondFunctions(net: Net): Net {
  net.setNodeExec('Fork', (ctx, packets) => {
    const { in: values } = consumeAll(ctx, packets);
    ctx.loadOutputPort('left', ctx.createPacket(values?.[0]));
    ctx.loadOutputPort('right', ctx.createPacket(values?.[0]));
    ctx.sendOutputSalvo('send');
  });
  net.setNodeExec(
    'L',
    mapping((n: number) => ({ left: n })),
  );
  net.setNodeExec(
    'R',
    mapping((n: number) => ({ right: n })),
  );
  net.setNodeExec('Join', (ctx, packets) => {
    const { l, r } = consumeAll(ctx, packets);
    ctx.loadOutputPort('out', ctx.createPacket({ ...(l?.[0] as object), ...(r?.[0] as object) }));
    ctx.sendOutputSalvo('send');
  });
  return net;
}

it('a chain of sync functions carries values in order, and drains', async () => {
  const net = new Net(chain(['A', 'B', 'C']));
  for (const [at, name] of ['A', 'B', 'C'].entries())
    net.setNodeExec(
      name,
      mapping((n: number) => n * 10 + at),
    );
  for (const n of [1, 2, 3]) await net.inject('A.in', n);
  const result = await net.start();
  expect(result.state).toBe('blocked');
  expect(result.blocked).toBe('drained');
  expect(result.outputs).toEqual({ 'C.out': [1012, 2012, 3012] });
  expect(result.counts.epochs).toMatchObject({
    opened: 9,
    started: 9,
    finished: 9,
    running: 0,
    startable: 0,
  });
  expect(result.counts.nodes.get('B')).toMatchObject({ finished: 3 });
});

it('sync functions are done without a promise, async ones when theirs resolves', async () => {
  const net = new Net(chain(['A', 'B']));
  net.setNodeExec(
    'A',
    mapping((n: number) => n + 1),
  );
  net.setNodeExec(
    'B',
    mappingLater((n: number) => n * 2),
  );
  await net.inject('A.in', 1);
  await net.inject('A.in', 5);
  expect((await net.start()).outputs).toEqual({ 'B.out': [4, 12] });
});

it('a join pairs the packets of one origin', async () => {
  const net = withDiamondFunctions(new Net(diamond()));
  const inputs = Array.from({ length: 50 }, (_, n) => n);
  for (const n of inputs) await net.inject('Fork.in', n);
  const { outputs } = await net.start();
  expect(outputs['Join.out']).toEqual(inputs.map((n) => ({ left: n, right: n })));
});

it('two runs of one definition have the same history, but for times of day and the run', async () => {
  const runs: string[][] = [];
  for (const startMs of [5000, 5000]) {
    const net = withDiamondFunctions(new Net(diamond(), { clock: new HeldClock(startMs) }));
    for (const n of [1, 2, 3]) await net.inject('Fork.in', n);
    await net.start();
    await net.stop();
    runs.push([...net.history.lines()].slice(1));
  }
  expect(runs[0]?.length).toBeGreaterThan(100);
  expect(runs[1]).toEqual(runs[0]);
});

it('a machine that is slow at everything gives the same history', async () => {
  const runs: string[][] = [];
  for (const stepMs of [0, 1, 100]) {
    const clock = new HeldClock(5000);
    let elapsedMs = 0;
    const looks = vi.spyOn(clock, 'elapsed').mockImplementation(() => (elapsedMs += stepMs));
    const net = withDiamondFunctions(new Net(diamond(), { clock }));
    for (const n of [1, 2, 3]) await net.inject('Fork.in', n);
    await net.start();
    await net.stop();
    expect(looks).toHaveBeenCalled();
    runs.push([...net.history.lines()].slice(1));
  }
  expect(runs[1]).toEqual(runs[0]);
  expect(runs[2]).toEqual(runs[0]);
});

it('of fan-out every copy has the same value, and one lazy value serves all of them', async () => {
  const net = new Net(
    new Graph({
      nodes: [node('A', ['in'], ['out']), node('B', ['in'], ['out']), node('C', ['in'], ['out'])],
      edges: [
        { from: 'A.out', to: 'B.in' },
        { from: 'A.out', to: 'C.in' },
      ],
      outputs: ['B.out', 'C.out'],
    }),
  );
  net.setNodeExec('A', (ctx, packets) => {
    const { in: values } = consumeAll(ctx, packets);
    ctx.loadOutputPort(
      'out',
      ctx.createPacketFromValueFunc(() => `made of ${String(values?.[0])}`),
    );
    ctx.sendOutputSalvo('send');
  });
  net.setNodeExec(
    'B',
    mapping((text: string) => `B: ${text}`),
  );
  net.setNodeExec(
    'C',
    mapping((text: string) => `C: ${text}`),
  );
  await net.inject('A.in', 7);
  expect((await net.start()).outputs).toEqual({
    'B.out': ['B: made of 7'],
    'C.out': ['C: made of 7'],
  });
});

it('a lazy value is made when its packet is consumed, sync or async', async () => {
  const made: string[] = [];
  const net = new Net(chain(['A', 'B']));
  net.setNodeExec('A', (ctx, packets) => {
    consumeAll(ctx, packets);
    const packet = ctx.createPacketFromValueFunc(async () => {
      made.push('made');
      await nextRound();
      return 'late';
    });
    made.push('created');
    ctx.loadOutputPort('out', packet);
    ctx.sendOutputSalvo('send');
  });
  net.setNodeExec('B', async (ctx, packets) => {
    made.push('consuming');
    const [packet] = packets['in'] ?? [];
    if (packet === undefined) return;
    expect(() => ctx.consumePacketSync(packet)).toThrow(
      expect.objectContaining({ code: 'VALUE_ASYNC' }),
    );
    const value = await ctx.consumePacket(packet);
    ctx.loadOutputPort('out', ctx.createPacket(value));
    ctx.sendOutputSalvo('send');
  });
  await net.inject('A.in', 1);
  expect((await net.start()).outputs).toEqual({ 'B.out': ['late'] });
  expect(made).toEqual(['created', 'consuming', 'made']);
});

it('inject wakes a blocked net, which runs on by itself', async () => {
  const { net } = single(mapping((n: number) => n + 1));
  expect((await net.start()).blocked).toBe('drained');
  const injected = net.inject('A.in', 1);
  expect(net.status().state).toBe('running');
  await injected;
  expect(await net.whenBlocked()).toBe('drained');
  expect(await net.outputs('A.out')).toEqual([2]);
});

it('outputs stay until they are taken', async () => {
  const { net } = single(mapping((n: number) => n));
  await net.inject('A.in', 1);
  await net.start();
  expect(await net.outputs('A.out')).toEqual([1]);
  expect(await net.takeOutputs('A.out')).toEqual([1]);
  expect(await net.outputs('A.out')).toEqual([]);
  expect(eventsOf(net).filter((event) => event === 'PacketConsumed')).toHaveLength(2);
});

it('outputs can be followed as they come, until the net stops', async () => {
  const { net } = single(mappingLater((n: number) => n));
  const seen: unknown[] = [];
  const following = (async () => {
    for await (const value of net.output('A.out')) seen.push(value);
  })();
  await net.inject('A.in', 1);
  await net.start();
  await net.inject('A.in', 2);
  await net.whenBlocked();
  await net.stop();
  await following;
  expect(seen).toEqual([1, 2]);
});

it('a full port refuses an input, or lets it wait its turn', async () => {
  const net = new Net(
    new Graph({ nodes: [node('A', [{ name: 'in', slots: 1 }], ['out'])], outputs: ['A.out'] }),
  );
  net.setNodeExec(
    'A',
    mapping((n: number) => n),
  );
  await net.inject('A.in', 1);
  await expect(net.inject('A.in', 2)).rejects.toMatchObject({ code: 'INPUT_PORT_FULL' });
  const waiting = [3, 4, 5].map((n) => net.inject('A.in', n, { wait: true }));
  expect(await isPending(waiting[0] as Promise<unknown>)).toBe(true);
  expect(net.status().waitingInputs).toBe(3);
  expect((await net.start()).outputs).toEqual({ 'A.out': [1, 3, 4, 5] });
  expect((await Promise.all(waiting)).length).toBe(3);
  expect(net.status().waitingInputs).toBe(0);
});

it('a net is not blocked while a value waits outside, and says where it waits', async () => {
  const net = new Net(new Graph({ nodes: [node('A', [{ name: 'in', slots: 1 }, 'go'], [])] }));
  net.setNodeExec('A', () => undefined);
  await net.inject('A.in', 1);
  const started = net.start();
  expect(await net.whenBlocked()).toBe('stuck');
  expect((await started).blocked).toBe('stuck');

  const waiting = net.inject('A.in', 2, { wait: true });
  const again = net.start();
  expect(await isPending(again)).toBe(true);
  expect(net.status()).toMatchObject({ blocked: null, activity: 'waiting', waitingInputs: 1 });
  const { blocked, text } = net.explainBlocked();
  expect(blocked).toBeNull();
  expect(text).toMatch(/1 value waits outside for a slot/);
  expect(text).toMatch(/outside, waiting for a slot: 1/);

  net.apply({ type: 'DestroyPacket', packet: 'p1' });
  expect((await again).blocked).toBe('stuck');
  expect(await waiting).toBe('p2');
  await net.stop();
});

it('an input that waits when the net stops is refused', async () => {
  const net = new Net(new Graph({ nodes: [node('A', [{ name: 'in', slots: 1 }], [])] }));
  await net.inject('A.in', 1);
  const waiting = net.inject('A.in', 2, { wait: true });
  await Promise.all([expect(waiting).rejects.toMatchObject({ code: 'NET_STATE' }), net.stop()]);
});

it('only ports that face the outside take inputs and give outputs', async () => {
  const net = new Net(chain(['A', 'B']));
  await expect(net.inject('B.in', 1)).rejects.toMatchObject({ code: 'PORT_NOT_INPUT' });
  await expect(net.outputs('A.out')).rejects.toMatchObject({ code: 'PORT_NOT_OUTPUT' });
});

it('a node of higher priority goes first, then the oldest epoch', async () => {
  const ran: string[] = [];
  const net = new Net(chain(['A', 'B'], { B: { priority: 5 } }));
  net.setNodeExec(
    'A',
    mapping((n: number) => (ran.push(`A${n}`), n)),
  );
  net.setNodeExec(
    'B',
    mapping((n: number) => (ran.push(`B${n}`), n)),
  );
  for (const n of [1, 2, 3]) await net.inject('A.in', n);
  await net.start();
  expect(ran).toEqual(['A1', 'B1', 'A2', 'B2', 'A3', 'B3']);
});

it('no more epochs run at once than the net or the node allows', async () => {
  for (const limit of ['net', 'node']) {
    let running = 0;
    let most = 0;
    const { net } = single(
      async (ctx, packets) => {
        most = Math.max(most, (running += 1));
        await nextRound();
        consumeAll(ctx, packets);
        running -= 1;
      },
      limit === 'node' ? { maxParallelEpochs: 3 } : {},
      limit === 'net' ? { maxConcurrency: 3 } : {},
    );
    for (let n = 0; n < 20; n++) await net.inject('A.in', n);
    expect((await net.start()).counts.epochs.finished).toBe(20);
    expect(most).toBe(3);
  }
});

it('epochs of a node with a rate limit are spaced by the clock', async () => {
  const starts: number[] = [];
  const t = testNet(chain(['A'], { A: { rateLimitPerSecond: 2 } }), {
    nodes: {
      A: (ctx, packets) => {
        consumeAll(ctx, packets);
        starts.push(t.now);
      },
    },
  });
  for (let n = 0; n < 4; n++) await t.inject('A.in', n);
  await t.advance(2000);
  expect(t).toBeBlocked('drained');
  expect(t).toHaveVisited('node:A', 'gate.throttled');
  expect(starts).toEqual([0, 500, 1000, 1500]);
});

it('the event loop goes round while many epochs run', async () => {
  // Each look at the time takes some of it, on every machine the same.
  let elapsedMs = 0;
  const clock = Object.assign(new HeldClock(), { elapsed: () => (elapsedMs += 0.1) });
  const { net } = single(
    mapping((n: number) => n),
    {},
    { clock },
  );
  for (let n = 0; n < 400; n++) await net.inject('A.in', n);
  let rounds = 0;
  let on = true;
  const count = (): void => {
    rounds += 1;
    if (on) setImmediate(count);
  };
  setImmediate(count);
  await net.start();
  on = false;
  expect(rounds).toBeGreaterThan(5);
});

it('consumed values are kept on request, the oldest dropped first', async () => {
  const { net } = single(
    (ctx, packets) => void consumeAll(ctx, packets),
    {},
    { consumedPacketStorage: true, consumedPacketStorageLimit: 2 },
  );
  const ids = [
    await net.inject('A.in', 'a'),
    await net.inject('A.in', 'b'),
    await net.inject('A.in', 'c'),
  ];
  await net.start();
  expect(net.values.kept()).toEqual(ids.slice(1));
  expect(net.values.get(ids[2] as string)).toBe('c');
  expect(net.values.has(ids[0] as string)).toBe(false);
});

it('a node without input ports starts one epoch by itself', async () => {
  const net = new Net(new Graph({ nodes: [node('Source', [], ['out'])], outputs: ['Source.out'] }));
  net.setNodeExec('Source', (ctx) => {
    ctx.loadOutputPort('out', ctx.createPacket('hello'));
    ctx.sendOutputSalvo('send');
  });
  expect((await net.start()).outputs).toEqual({ 'Source.out': ['hello'] });
});

it('an epoch can be made by hand, and takes the place of the one a source starts by itself', async () => {
  const net = new Net(new Graph({ nodes: [node('Source', [], ['out'])], outputs: ['Source.out'] }));
  net.setNodeExec('Source', (ctx) => {
    ctx.loadOutputPort('out', ctx.createPacket(ctx.epochId));
    ctx.sendOutputSalvo('send');
  });
  expect(await net.injectEpoch('Source')).toBe('e1');
  expect((await net.start()).outputs).toEqual({ 'Source.out': ['e1'] });
  await expect(net.injectEpoch('Sauce')).rejects.toMatchObject({ code: 'NODE_NOT_FOUND' });
});
