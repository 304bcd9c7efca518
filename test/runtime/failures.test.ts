/** What follows a failure: on_error, the failed function, retries, timeouts, dead letters. */
import { expect, it } from 'vitest';
import type { NodeFailureContext } from '../../src/dsl/node-functions.ts';
import { type NodeExecutionFailed, type RunError } from '../../src/runtime/errors.ts';
import { Net } from '../../src/runtime/net.ts';
import { chain, consumeAll, eventsOf, mapping, nextRound, single } from './nets.ts';

const boom = (): never => {
  throw new Error('boom');
};

it('by default the net pauses, and start tells the error', async () => {
  const { net } = single(boom);
  await net.inject('A.in', 1);
  await net.inject('A.in', 2);
  const { state, error, counts } = await net.start();
  expect(state).toBe('paused');
  expect(error).toMatchObject({ code: 'NODE_EXECUTION_FAILED', nodeName: 'A', epochId: 'e1' });
  expect(error?.cause).toMatchObject({ message: 'boom' });
  expect(counts.epochs).toMatchObject({ failed: 1, startable: 1 });
  const again = await net.start();
  expect(again.error).toMatchObject({ epochId: 'e2' });
  expect(again.counts.epochs).toMatchObject({ failed: 2, startable: 0 });
});

it('with "continue" the net goes on', async () => {
  const { net } = single(
    mapping((n: number) => (n === 2 ? boom() : n)),
    {},
    { onError: 'continue' },
  );
  for (const n of [1, 2, 3]) await net.inject('A.in', n);
  const result = await net.start();
  expect(result).toMatchObject({
    state: 'blocked',
    blocked: 'drained',
    outputs: { 'A.out': [1, 3] },
  });
  expect(result.error).toBeUndefined();
  expect(result.counts.epochs.failed).toBe(1);
});

it('with "raise" running epochs end, then start rejects with the first error, later ones suppressed', async () => {
  const release: (() => void)[] = [];
  const { net } = single(
    async (ctx) => {
      await new Promise<void>((done) => release.push(done));
      throw new Error(`from ${ctx.epochId}`);
    },
    {},
    { onError: 'raise' },
  );
  for (const n of [1, 2, 3]) await net.inject('A.in', n);
  const running = net.start();
  const raised = running.then(
    () => null,
    (error: unknown) => error as NodeExecutionFailed,
  );
  while (release.length < 3) await nextRound();
  for (const at of [1, 0, 2]) {
    release[at]?.();
    await nextRound();
  }
  const error = await raised;
  expect(error?.epochId).toBe('e2');
  expect(error?.suppressed.map((later) => (later as NodeExecutionFailed).epochId)).toEqual([
    'e1',
    'e3',
  ]);
  expect(net.status().state).toBe('paused');
});

it('the failed function sees the attempt, its own error is kept, then the callback is called', async () => {
  const told: string[] = [];
  const contexts: NodeFailureContext[] = [];
  const errors: RunError[] = [];
  const { net } = single(
    (ctx, packets) => {
      consumeAll(ctx, packets);
      boom();
    },
    {},
    {
      errorCallback: (error) => {
        told.push('callback');
        errors.push(error);
      },
    },
  );
  net.setNodeExec('A', {
    failed: async (failure) => {
      contexts.push(failure);
      await nextRound();
      told.push('failed');
      throw new Error('and the cleanup too');
    },
  });
  const packet = await net.inject('A.in', 'value');
  await net.start();
  expect(told).toEqual(['failed', 'callback']);
  expect(contexts[0]).toMatchObject({
    epochId: 'e1',
    retryCount: 0,
    willRetry: false,
    inputSalvo: { in: [{ id: packet }] },
  });
  expect(contexts[0]?.error.message).toBe('boom');
  expect([...(contexts[0]?.packetValues ?? [])]).toEqual([[packet, 'value']]);
  expect(errors[0]?.suppressed.map(({ message }) => message)).toEqual(['and the cleanup too']);
  expect(net.epochLog('e1').map(({ msg }) => msg)).toEqual([
    'boom',
    'the failed function threw: and the cleanup too',
  ]);
});

it('a failed attempt is made again after its wait, with its inputs there again', async () => {
  const seen: unknown[] = [];
  const { net, clock } = single(
    (ctx, packets) => {
      seen.push([
        ctx.retryCount,
        clock.now() - 1_000_000,
        ctx.retryErrors.map(({ message }) => message),
        [...ctx.retryTimestamps].map((at) => at - 1_000_000),
      ]);
      const { in: values } = consumeAll(ctx, packets);
      if (ctx.retryCount < 2) throw new Error(`attempt ${ctx.retryCount}`);
      ctx.loadOutputPort('out', ctx.createPacket(values?.[0]));
      ctx.sendOutputSalvo('send');
    },
    { deferNetActions: true, retries: 3, retryWait: 1, retryBackoff: 'exponential' },
  );
  await net.inject('A.in', 'kept');
  const running = net.start();
  await clock.advance(10_000);
  expect((await running).outputs).toEqual({ 'A.out': ['kept'] });
  expect(seen).toEqual([
    [0, 0, [], []],
    [1, 1000, ['attempt 0'], [0]],
    [2, 3000, ['attempt 0', 'attempt 1'], [0, 1000]],
  ]);
  expect(net.status().counts.epochs).toMatchObject({ finished: 1, failed: 0, retried: 2 });
  expect(eventsOf(net).filter((event) => event === 'BatchDropped')).toHaveLength(2);
});

it('a retry waits for the failed function of the attempt before', async () => {
  const told: string[] = [];
  let done: () => void = () => undefined;
  const { net, clock } = single(
    (ctx, packets) => {
      told.push(`exec ${ctx.retryCount}`);
      consumeAll(ctx, packets);
      if (ctx.retryCount === 0) boom();
    },
    { deferNetActions: true, retries: 1, retryWait: 1 },
  );
  net.setNodeExec('A', {
    failed: async () => {
      await new Promise<void>((resolve) => (done = resolve));
      told.push('failed done');
    },
  });
  await net.inject('A.in', 1);
  const running = net.start();
  await clock.advance(2000);
  expect(told).toEqual(['exec 0']);
  done();
  expect((await running).blocked).toBe('drained');
  expect(told).toEqual(['exec 0', 'failed done', 'exec 1']);
});

it('jitter is drawn from the seed: the same for one seed, another for another', async () => {
  const waits = async (seed: number): Promise<unknown[]> => {
    const { net, clock } = single(
      boom,
      { deferNetActions: true, retries: 3, retryWait: 10, retryJitter: 0.5 },
      { seed },
    );
    await net.inject('A.in', 1);
    const running = net.start();
    await clock.advance(60_000);
    await running;
    return [...net.history.actions()]
      .filter(({ action }) => action === 'FailAttempt')
      .map((record) => record['waitMs']);
  };
  const first = await waits(1);
  expect(first).toHaveLength(4);
  for (const wait of first.slice(0, 3)) {
    expect(wait).toBeGreaterThanOrEqual(5000);
    expect(wait).toBeLessThanOrEqual(10_000);
  }
  expect(first[3]).toBeUndefined();
  expect(await waits(1)).toEqual(first);
  expect(await waits(2)).not.toEqual(first);
});

it('a timeout ends the epoch while its function runs; what it does late changes nothing', async () => {
  let reason: unknown;
  let lateError: unknown;
  const { net, clock } = single(
    async (ctx, packets) => {
      await new Promise<void>((done) => ctx.signal.addEventListener('abort', () => done()));
      reason = ctx.signal.reason;
      try {
        consumeAll(ctx, packets);
      } catch (error) {
        lateError = error;
      }
    },
    { timeout: 2 },
  );
  await net.inject('A.in', 1);
  const running = net.start();
  await clock.advance(3000);
  const { state, error, counts } = await running;
  expect(state).toBe('paused');
  expect(error).toMatchObject({ code: 'EPOCH_TIMEOUT', epochId: 'e1' });
  expect(counts.epochs).toMatchObject({ timedOut: 1, failed: 0 });
  await nextRound();
  expect(reason).toMatchObject({ code: 'EPOCH_TIMEOUT' });
  expect(lateError).toMatchObject({ code: 'CONTEXT_ENDED', epochId: 'e1' });
  expect(net.epochLog('e1').at(-1)).toMatchObject({
    msg: 'late result ignored',
    outcome: 'returned',
  });
  expect(net.deadLetters.all()).toMatchObject([{ outcome: 'timedOut', packets: [{ value: 1 }] }]);
});

it('an attempt that runs out of its time is made again', async () => {
  const { net, clock } = single(
    async (ctx, packets) => {
      if (ctx.retryCount === 0) await new Promise<void>(() => undefined);
      mapping((n: number) => n)(ctx, packets);
    },
    { deferNetActions: true, retries: 1, attemptTimeout: 1 },
  );
  await net.inject('A.in', 5);
  const running = net.start();
  await clock.advance(5000);
  expect((await running).outputs).toEqual({ 'A.out': [5] });
  const failed = [...net.history.events()].find(({ event }) => event === 'EpochFailed');
  expect(failed).toMatchObject({ final: false, error: { code: 'ATTEMPT_TIMEOUT' } });
});

it('a dead letter has the values of all inputs, consumed or not, and can be retried', async () => {
  let fail = true;
  const { net } = single((ctx, packets) => {
    const [first, second] = packets['in'] ?? [];
    if (first === undefined) return;
    const value = ctx.consumePacketSync(first);
    if (fail) boom();
    ctx.loadOutputPort('out', ctx.createPacket(value));
    ctx.sendOutputSalvo('send');
    if (second !== undefined) boom();
  });
  const packet = await net.inject('A.in', { order: 7 });
  await net.start();
  const [letter] = net.deadLetters.byNode('A');
  expect(letter).toMatchObject({
    id: 'd1',
    node: 'A',
    epoch: 'e1',
    condition: 'default',
    errors: [{ message: 'boom' }],
    packets: [{ port: 'in', packet, value: { order: 7 } }],
  });
  expect(letter?.errors[0]?.stack).toContain('boom');
  fail = false;
  const [putBack] = net.deadLetters.retry('d1');
  expect(net.deadLetters.all()).toEqual([]);
  expect((await net.resume()).outputs).toEqual({ 'A.out': [{ order: 7 }] });
  expect(net.packetTrace(putBack as string).lineage).toEqual([packet]);
  expect(() => net.deadLetters.get('d1')).toThrow(
    expect.objectContaining({ code: 'DEAD_LETTER_NOT_FOUND' }),
  );
});

it('no dead letter is kept where the node wants none, and one can be discarded', async () => {
  const quiet = single(boom, { deadLetterQueue: false });
  await quiet.net.inject('A.in', 1);
  await quiet.net.start();
  expect(quiet.net.deadLetters.all()).toEqual([]);
  const { net } = single(boom);
  await net.inject('A.in', 1);
  await net.start();
  net.deadLetters.discard('d1');
  expect(net.deadLetters.all()).toEqual([]);
});

it('a second epoch of a node in DAG mode is cancelled, dead-lettered and reported', async () => {
  const net = new Net(chain(['A']), { mode: 'dag' });
  net.setNodeExec(
    'A',
    mapping((n: number) => n),
  );
  await net.inject('A.in', 1);
  await net.inject('A.in', 2);
  const { error, counts } = await net.start();
  expect(error).toMatchObject({ code: 'DAG_VIOLATION', nodeName: 'A', epochId: 'e2' });
  expect(counts.epochs.cancelled).toBe(1);
  expect(net.deadLetters.all()).toMatchObject([
    { outcome: 'violation', epoch: 'e2', packets: [{ value: 2 }] },
  ]);
});

it('an epoch that cancels itself is no failure', async () => {
  const { net } = single((ctx) => ctx.cancelEpoch('not needed'), {}, { onError: 'raise' });
  await net.inject('A.in', 1);
  const { blocked, counts } = await net.start();
  expect(blocked).toBe('drained');
  expect(counts.epochs).toMatchObject({ cancelled: 1, failed: 0 });
  expect(net.deadLetters.all()).toEqual([]);
  expect([...net.history.events()].find(({ event }) => event === 'EpochCancelled')).toMatchObject({
    reason: 'not needed',
  });
});
