/** Deferred packet operations: tried at once, committed as one act, dropped as one. */
import { expect, it } from 'vitest';
import type { ExecContext, Packet } from '../../src/dsl/node-functions.ts';
import { consumeAll, mapping, nextRound, single } from './nets.ts';

const deferred = { deferNetActions: true };

it('nothing reaches the kernel before the end, then everything does in one act', async () => {
  const actions: string[] = [];
  const { net } = single((ctx, packets) => {
    mapping((n: number) => n + 1)(ctx, packets);
    actions.push(...[...net.history.actions()].map(({ action }) => action));
  }, deferred);
  await net.inject('A.in', 1);
  expect((await net.start()).outputs).toEqual({ 'A.out': [2] });
  expect(actions.at(-1)).toBe('StartEpoch');
  const commit = [...net.history.actions()].find(({ action }) => action === 'CommitEpoch');
  expect(commit?.['operations']).toEqual([
    { type: 'ConsumePacket', packet: 'p1' },
    { type: 'CreatePacket' },
    { type: 'LoadPacketIntoOutputPort', packet: '#0', port: 'out' },
    { type: 'SendOutputSalvo', condition: 'send' },
  ]);
});

it('the same function does the same with its packets, deferred or not', async () => {
  const events = async (options: object): Promise<unknown[]> => {
    const { net } = single((ctx, packets) => {
      const { in: values } = consumeAll(ctx, packets);
      for (const factor of [1, 2]) {
        ctx.loadOutputPort('out', ctx.createPacket((values?.[0] as number) * factor));
        ctx.sendOutputSalvo('send');
      }
    }, options);
    await net.inject('A.in', 3);
    await net.inject('A.in', 4);
    expect((await net.start()).outputs).toEqual({ 'A.out': [3, 6, 4, 8] });
    return [...net.history.events()].map(({ seq: _s, id: _i, action_id: _a, ...event }) => event);
  };
  expect(await events(deferred)).toEqual(await events({}));
});

it('a deferred packet has no id until its epoch is committed', async () => {
  let packet: Packet | undefined;
  const { net } = single((ctx, packets) => {
    consumeAll(ctx, packets);
    packet = ctx.createPacket('value');
    expect(() => packet?.id).toThrow(
      expect.objectContaining({ code: 'DEFERRED_PACKET_ID_UNAVAILABLE', epochId: 'e1' }),
    );
    ctx.loadOutputPort('out', packet);
    ctx.sendOutputSalvo('send');
  }, deferred);
  await net.inject('A.in', 1);
  await net.start();
  expect(packet?.id).toBe('p2');
  expect(net.packet('p2').location).toEqual({ type: 'OutsideNet' });
});

it.each([
  [
    'OUTPUT_PORT_NOT_FOUND',
    (ctx: ExecContext) => ctx.loadOutputPort('nowhere', ctx.createPacket(1)),
  ],
  ['SALVO_CONDITION_NOT_FOUND', (ctx: ExecContext) => ctx.sendOutputSalvo('nothing')],
  ['SALVO_CONDITION_NOT_MET', (ctx: ExecContext) => ctx.sendOutputSalvo('send')],
  ['PACKET_NOT_IN_EPOCH', (ctx: ExecContext) => ctx.loadOutputPort('out', { id: 'p99' })],
  [
    'PACKET_NOT_IN_EPOCH',
    (ctx: ExecContext, packet: Packet) => {
      ctx.consumePacketSync(packet);
      ctx.loadOutputPort('out', packet);
    },
  ],
])('%s is thrown on the line that asks, though nothing is done yet', async (code, ask) => {
  const { net } = single((ctx, packets) => {
    expect(() => ask(ctx, packets['in']?.[0] as Packet)).toThrow(
      expect.objectContaining({ name: 'ActionRejected', code }),
    );
    ctx.cancelEpoch();
  }, deferred);
  await net.inject('A.in', 1);
  expect((await net.start()).counts.epochs.cancelled).toBe(1);
});

it('a failure drops the batch: nothing was consumed, nothing sent, and the history has what was dropped', async () => {
  const { net } = single((ctx, packets) => {
    mapping((n: number) => n)(ctx, packets);
    throw new Error('after all');
  }, deferred);
  await net.inject('A.in', 'whole');
  const { outputs, counts } = await net.start();
  expect(outputs).toEqual({ 'A.out': [] });
  expect(counts.packets).toEqual({ created: 1, consumed: 0, destroyed: 1 });
  const dropped = [...net.history.events()].find(({ event }) => event === 'BatchDropped');
  expect(dropped?.['operations']).toHaveLength(4);
  expect(net.deadLetters.all()[0]?.packets[0]?.value).toBe('whole');
});

it('a batch that leaves input behind fails as one', async () => {
  const { net } = single((ctx) => {
    ctx.loadOutputPort('out', ctx.createPacket(1));
    ctx.sendOutputSalvo('send');
  }, deferred);
  await net.inject('A.in', 1);
  const { error, outputs } = await net.start();
  expect(error?.cause).toMatchObject({ code: 'EPOCH_NOT_EMPTY', operation: 3 });
  expect(outputs).toEqual({ 'A.out': [] });
});

it('a packet made and consumed in one batch leaves no value behind', async () => {
  const { net } = single(async (ctx, packets) => {
    consumeAll(ctx, packets);
    const packet = ctx.createPacketFromValueFunc(async () => {
      await nextRound();
      return 'made';
    });
    expect(await ctx.consumePacket(packet)).toBe('made');
  }, deferred);
  await net.inject('A.in', 1);
  expect((await net.start()).blocked).toBe('drained');
  expect(net.values.size).toBe(0);
});

it('memory is dropped with a failed attempt and kept with a good one', async () => {
  const seen: unknown[] = [];
  const { net, clock } = single(
    (ctx, packets) => {
      consumeAll(ctx, packets);
      seen.push(ctx.memory.get('tries'));
      ctx.memory.set('tries', ctx.retryCount);
      if (ctx.retryCount === 0) throw new Error('once');
    },
    { ...deferred, retries: 1 },
  );
  await net.inject('A.in', 1);
  const running = net.start();
  await clock.advance(1);
  await running;
  await net.inject('A.in', 2);
  await clock.advance(1);
  await net.whenBlocked();
  expect(seen).toEqual([undefined, undefined, 1, 1]);
});
