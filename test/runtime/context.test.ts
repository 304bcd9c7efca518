/** What a node function may do with its context, and what it is told where it may not. */
import { expect, it } from 'vitest';
import { z } from 'zod';
import { Graph } from '../../src/dsl/graph.ts';
import type { ExecContext, Packet } from '../../src/dsl/node-functions.ts';
import type { NodeExecutionFailed } from '../../src/runtime/errors.ts';
import { Net } from '../../src/runtime/net.ts';
import type { NetOptions } from '../../src/runtime/setup/net-options.ts';
import { chain, consumeAll, mapping, nextRound, node, single } from './nets.ts';

/** What the one epoch of A failed with. */
async function causeOf(net: Net): Promise<Error & { code?: string }> {
  const { error } = await net.start();
  return (error as NodeExecutionFailed).cause as Error;
}

it('a context that is used after its epoch ended says so, and names the epoch', async () => {
  let kept: ExecContext | undefined;
  const { net } = single((ctx, packets) => {
    kept = ctx;
    consumeAll(ctx, packets);
  });
  await net.inject('A.in', 1);
  await net.start();
  const ended: unknown = expect.objectContaining({
    code: 'CONTEXT_ENDED',
    epochId: 'e1',
    nodeName: 'A',
  });
  expect(() => kept?.createPacket(1)).toThrow(ended);
  expect(() => kept?.sendOutputSalvo('send')).toThrow(ended);
  expect(() => kept?.now()).toThrow(ended);
  expect(() => kept?.memory.get('x')).toThrow(ended);
  await expect(kept?.consumePacket({ id: 'p1' })).rejects.toEqual(ended);
});

it('returning with input left fails the attempt, naming the packets', async () => {
  const { net } = single(() => undefined);
  const packet = await net.inject('A.in', 1);
  const cause = await causeOf(net);
  expect(cause).toMatchObject({ name: 'ActionRejected', code: 'EPOCH_NOT_EMPTY' });
  expect(cause.message).toContain(packet);
});

it('returning with packets loaded and not sent fails the attempt', async () => {
  const { net } = single((ctx, packets) => {
    consumeAll(ctx, packets);
    ctx.loadOutputPort('out', ctx.createPacket(1));
  });
  await net.inject('A.in', 1);
  expect(await causeOf(net)).toMatchObject({ code: 'OUTPUT_PORT_NOT_EMPTY' });
});

it('input left is destroyed where the node says so', async () => {
  const { net } = single(() => undefined, { unconsumed: 'destroy' });
  await net.inject('A.in', 1);
  const { blocked, counts } = await net.start();
  expect(blocked).toBe('drained');
  expect(counts.packets).toEqual({ created: 1, consumed: 0, destroyed: 1 });
  expect(
    net.log().some(({ msg }) => msg?.startsWith('values dropped without being consumed') === true),
  ).toBe(true);
});

it.each([
  [
    'OUTPUT_PORT_NOT_FOUND',
    (ctx: ExecContext, packet: Packet) => ctx.loadOutputPort('nowhere', packet),
  ],
  ['SALVO_CONDITION_NOT_FOUND', (ctx: ExecContext) => ctx.sendOutputSalvo('nothing')],
  ['SALVO_CONDITION_NOT_MET', (ctx: ExecContext) => ctx.sendOutputSalvo('send')],
  ['PACKET_NOT_FOUND', (ctx: ExecContext) => ctx.loadOutputPort('out', { id: 'p99' })],
  ['ACTION_INVALID', (ctx: ExecContext) => ctx.loadOutputPort('out', 'a value' as never)],
  [
    'PACKET_NOT_FOUND',
    (ctx: ExecContext, packet: Packet) => {
      ctx.consumePacketSync(packet);
      ctx.consumePacketSync(packet);
    },
  ],
  [
    'PACKET_NOT_IN_EPOCH',
    (ctx: ExecContext, packet: Packet) => {
      ctx.loadOutputPort('out', packet);
      ctx.consumePacketSync(packet);
    },
  ],
])('%s is thrown on the line that asks for what cannot be', async (code, ask) => {
  const { net } = single((ctx, packets) => {
    expect(() => ask(ctx, packets['in']?.[0] as Packet)).toThrow(
      expect.objectContaining({ name: 'ActionRejected', code }),
    );
    ctx.cancelEpoch();
  });
  await net.inject('A.in', 1);
  expect((await net.start()).counts.epochs.cancelled).toBe(1);
});

it('a packet of another epoch, or outside, is out of reach', async () => {
  const codes: unknown[] = [];
  let other: Packet | undefined;
  const { net } = single(async (ctx, packets) => {
    const [own] = packets['in'] ?? [];
    if (other === undefined) {
      other = own;
      await nextRound();
      await nextRound();
    } else {
      try {
        ctx.consumePacketSync(other);
      } catch (error) {
        codes.push((error as { code: string }).code);
      }
    }
    consumeAll(ctx, packets);
  });
  await net.inject('A.in', 1);
  await net.inject('A.in', 2);
  await net.start();
  expect(codes).toEqual(['PACKET_NOT_IN_EPOCH']);
});

it('an input packet can be passed on unconsumed, and keeps its id', async () => {
  const net = new Net(chain(['A', 'B']));
  net.setNodeExec('A', (ctx, packets) => {
    ctx.loadOutputPort('out', packets['in']?.[0] as Packet);
    ctx.sendOutputSalvo('send');
  });
  net.setNodeExec(
    'B',
    mapping((text: string) => text.toUpperCase()),
  );
  const packet = await net.inject('A.in', 'same');
  expect((await net.start()).outputs).toEqual({ 'B.out': ['SAME'] });
  const trace = net.packetTrace(packet);
  expect(trace.steps.map(({ event, to }) => to?.type ?? event)).toEqual([
    'PacketCreated',
    'InputPort',
    'Node',
    'OutputPort',
    'Edge',
    'InputPort',
    'Node',
    'PacketConsumed',
  ]);
  expect(trace).toMatchObject({ location: null, maker: null, lineage: [], complete: true });
});

it('the function of a lazy value that throws is told with its producer', async () => {
  const net = new Net(chain(['A', 'B']));
  net.setNodeExec('A', (ctx, packets) => {
    consumeAll(ctx, packets);
    const packet = ctx.createPacketFromValueFunc(() => {
      throw new Error('gone');
    });
    ctx.loadOutputPort('out', packet);
    ctx.sendOutputSalvo('send');
  });
  net.setNodeExec(
    'B',
    mapping((n: number) => n),
  );
  await net.inject('A.in', 1);
  expect(await causeOf(net)).toMatchObject({
    code: 'VALUE_FUNCTION_FAILED',
    nodeName: 'A',
    epochId: 'e1',
  });
});

it('now() and random() are recorded, and the same for the same seed', async () => {
  const drawn = async (options: NetOptions): Promise<unknown[]> => {
    const seen: unknown[] = [];
    const { net } = single(
      (ctx, packets) => {
        seen.push(ctx.now(), ctx.random(), ctx.random());
        consumeAll(ctx, packets);
      },
      {},
      options,
    );
    await net.inject('A.in', 1);
    await net.start();
    const recorded = [...net.history.events()].filter(({ event }) => event === 'ValueRecorded');
    expect(recorded.map((event) => event['value'])).toEqual(seen);
    return seen;
  };
  const first = await drawn({ seed: 'a' });
  expect(first[0]).toBe(1_000_000);
  expect(first[1]).not.toBe(first[2]);
  expect(await drawn({ seed: 'a' })).toEqual(first);
  expect(await drawn({ seed: 'b' })).not.toEqual(first);
});

it('what is written to memory is there for the next epoch, unless the attempt failed', async () => {
  const { net } = single(
    (ctx, packets) => {
      const { in: values } = consumeAll(ctx, packets);
      const count = ((ctx.memory.get('count') as number | undefined) ?? 0) + 1;
      ctx.memory.set('count', count);
      expect(ctx.memory.get('count')).toBe(count);
      if (values?.[0] === 'fail') throw new Error('no');
      ctx.loadOutputPort('out', ctx.createPacket([count, ctx.memory.keys()]));
      ctx.sendOutputSalvo('send');
    },
    {},
    { onError: 'continue' },
  );
  for (const value of ['a', 'fail', 'b']) await net.inject('A.in', value);
  expect((await net.start()).outputs).toEqual({
    'A.out': [
      [1, ['count']],
      [2, ['count']],
    ],
  });
});

it('log lines are bound to node and epoch, also when epochs overlap', async () => {
  const gates = new Map<string, () => void>();
  const { net } = single(async (ctx, packets) => {
    ctx.log.info('begins');
    await new Promise<void>((open) => gates.set(ctx.epochId, open));
    ctx.log.warn({ detail: 1 }, 'ends');
    consumeAll(ctx, packets);
  });
  await net.inject('A.in', 1);
  await net.inject('A.in', 2);
  const running = net.start();
  while (gates.size < 2) await nextRound();
  for (const open of gates.values()) open();
  await running;
  expect(net.epochLog('e2').map(({ msg, level, node: name }) => [msg, level, name])).toEqual([
    ['begins', 30, 'A'],
    ['ends', 40, 'A'],
  ]);
  expect(net.nodeLog('A').map(({ epoch }) => epoch)).toEqual(['e1', 'e2', 'e1', 'e2']);
});

const typed = (type: z.ZodType | string, outType: z.ZodType | string): Net => {
  const net = new Net(
    new Graph({
      nodes: [
        node('A', [{ name: 'in', type }], [{ name: 'out', type: outType }]),
        node('B', ['in'], []),
      ],
      edges: [{ from: 'A.out', to: 'B.in' }],
    }),
  );
  net.setNodeExec('B', (ctx, packets) => void consumeAll(ctx, packets));
  return net;
};

it('a value of the wrong type is refused when it is consumed, and reaches the dead letter', async () => {
  const net = typed(z.object({ n: z.number() }), 'number');
  net.setNodeExec(
    'A',
    mapping(({ n }: { n: number }) => n),
  );
  const packet = await net.inject('A.in', { n: 'seven' });
  expect(await causeOf(net)).toMatchObject({
    code: 'PACKET_TYPE_MISMATCH',
    port: 'A.in',
    expected: 'number',
    actual: 'string "seven"',
    path: ['n'],
    packetId: packet,
  });
  expect(net.deadLetters.all()[0]?.packets[0]?.value).toEqual({ n: 'seven' });
  expect([...net.history.events()].some(({ event }) => event === 'PacketConsumed')).toBe(false);
});

it('a value of the wrong type is refused when it is loaded', async () => {
  const net = typed('number', 'number');
  net.setNodeExec(
    'A',
    mapping((n: number) => String(n)),
  );
  await net.inject('A.in', 1);
  expect(await causeOf(net)).toMatchObject({
    code: 'PACKET_TYPE_MISMATCH',
    port: 'A.out',
    expected: 'number',
  });
});

it('the signal aborts where the epoch is cancelled from outside, also where it is asked for afterwards', async () => {
  const contexts: ExecContext[] = [];
  let aborted: unknown;
  const { net } = single(async (ctx) => {
    contexts.push(ctx);
    if (ctx.epochId === 'e1')
      ctx.signal.addEventListener('abort', () => {
        aborted = ctx.signal.reason as unknown;
      });
    await new Promise<void>(() => undefined);
  });
  await net.inject('A.in', 1);
  await net.inject('A.in', 2);
  const running = net.start();
  for (let round = 0; round < 3; round += 1) await nextRound();
  net.apply({ type: 'CancelEpoch', epoch: 'e1', reason: 'by hand' });
  expect(aborted).toMatchObject({ code: 'EPOCH_CANCELLED', epochId: 'e1', reason: 'by hand' });
  net.apply({ type: 'CancelEpoch', epoch: 'e2' });
  expect(contexts.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  expect((await running).blocked).toBe('drained');
  await net.stop();
});

it('a lazy value is checked when it is consumed, and the error names its producer', async () => {
  const net = typed('number', 'number');
  net.setNodeExec('A', (ctx, packets) => {
    consumeAll(ctx, packets);
    ctx.loadOutputPort(
      'out',
      ctx.createPacketFromValueFunc(async () => 'no number'),
    );
    ctx.sendOutputSalvo('send');
  });
  net.setNodeExec('B', async (ctx, packets) => {
    for (const packet of packets['in'] ?? []) await ctx.consumePacket(packet);
  });
  await net.inject('A.in', 1);
  const { error } = await net.start();
  expect(error?.nodeName).toBe('B');
  expect(error?.cause).toMatchObject({
    code: 'PACKET_TYPE_MISMATCH',
    port: 'A.out',
    nodeName: 'A',
    epochId: 'e1',
  });
});
