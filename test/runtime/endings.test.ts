/** Ends that come in the middle of something: what was under way leaves nothing behind. */
import { expect, it } from 'vitest';
import type { ExecFunction } from '../../src/runtime/setup/node-setup.ts';
import { consumeAll, eventsOf, mapping, nextRound, single } from './nets.ts';

it('an attempt that ran out of time while it waited for the failed function is never run', async () => {
  const attempts: number[] = [];
  let release = (): void => undefined;
  const { net, clock } = single(
    mapping((value) => value),
    {
      deferNetActions: true,
      retries: 2,
      attemptTimeout: 0.01,
    },
  );
  net.setNodeExec('A', {
    exec: (ctx, packets) => {
      attempts.push(ctx.retryCount);
      if (ctx.retryCount === 0) throw new Error('boom');
      mapping((value) => value)(ctx, packets);
    },
    failed: ({ retryCount }) =>
      retryCount === 0 ? new Promise<void>((done) => (release = done)) : undefined,
  });
  await net.inject('A.in', 1);
  const running = net.start();
  while (attempts.length === 0) await nextRound();
  await clock.advance(5);
  expect(attempts).toEqual([0]);
  await clock.advance(6);
  release();
  expect(await running).toMatchObject({ blocked: 'drained', outputs: { 'A.out': [1] } });
  expect(attempts).toEqual([0, 2]);
  expect(eventsOf(net).filter((event) => event === 'AttemptStarted')).toHaveLength(2);
});

it('an epoch that was cancelled before its attempt got its turn is never run', async () => {
  let ran = 0;
  const { net } = single(mapping((value) => value));
  net.setNodeExec('A', {
    exec: () => {
      ran += 1;
    },
  });
  await net.inject('A.in', 1);
  const step = net.runStep({ startEpochs: false });
  await step;
  const [epoch] = net.startableEpochs('A');
  if (epoch === undefined) throw new Error('an epoch waits');
  net.apply({ type: 'StartEpoch', epoch });
  net.apply({ type: 'CancelEpoch', epoch });
  expect(await net.start()).toMatchObject({ blocked: 'drained' });
  expect(ran).toBe(0);
});

it('a dead letter has the value of an input packet that its epoch had sent on', async () => {
  const sendOn: ExecFunction = (ctx, packets) => {
    const [packet] = packets['in'] ?? [];
    if (packet === undefined) throw new Error('no packet');
    ctx.loadOutputPort('out', packet);
    ctx.sendOutputSalvo('send');
    throw new Error('too late');
  };
  const { net } = single(sendOn, {}, { onError: 'continue' });
  await net.inject('A.in', 'the value');
  const { outputs } = await net.start();
  expect(outputs).toEqual({ 'A.out': ['the value'] });
  expect(net.deadLetters.all()[0]?.packets).toMatchObject([{ port: 'in', value: 'the value' }]);
});

it('a net that is stopped while a rate limit holds starts back has no timer armed', async () => {
  const { net, clock } = single(
    mapping((value) => value),
    { rateLimitPerSecond: 1 },
  );
  await net.inject('A.in', 1);
  await net.inject('A.in', 2);
  void net.start();
  await clock.advance(10);
  expect(net.status()).toMatchObject({ activity: 'waiting', timers: 1 });
  await net.stop();
  expect(net.status()).toMatchObject({ state: 'stopped', timers: 0 });
  expect(clock.next).toBeNull();
});

it('of several outputs that cannot be made the first failure is told, none is left unheard', async () => {
  const { net } = single((ctx, packets) => {
    consumeAll(ctx, packets);
    const fail = (why: string) => () => {
      throw new Error(why);
    };
    const later = ctx.createPacketFromValueFunc(() => Promise.resolve().then(fail('later')));
    ctx.loadOutputPort('out', later);
    ctx.loadOutputPort('out', ctx.createPacketFromValueFunc(fail('at once')));
    ctx.sendOutputSalvo('send');
  });
  const unheard: unknown[] = [];
  const hear = (reason: unknown): void => void unheard.push(reason);
  process.on('unhandledRejection', hear);
  try {
    await net.inject('A.in', 1);
    await expect(net.start()).rejects.toMatchObject({ code: 'VALUE_FUNCTION_FAILED' });
    await expect(net.takeOutputs('A.out')).rejects.toMatchObject({ code: 'VALUE_FUNCTION_FAILED' });
    await nextRound();
    expect(unheard).toEqual([]);
  } finally {
    process.off('unhandledRejection', hear);
  }
});
