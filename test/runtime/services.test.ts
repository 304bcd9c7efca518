/** Start functions that throw or hang: time limits, further starts, and what comes too late. */
import { expect, it } from 'vitest';
import type { NodeLife } from '../../src/dsl/node-functions.ts';
import type { NodeOptions } from '../../src/dsl/schema.ts';
import { HeldClock } from '../../src/runtime/time/clock.ts';
import { Net } from '../../src/runtime/net.ts';
import type { NetOptions } from '../../src/runtime/setup/net-options.ts';
import { chain, eventsOf, isPending, mapping } from './nets.ts';

const restarting: NodeOptions = {
  restart: 'on_failure',
  retries: 2,
  retryWait: 1,
  retryBackoff: 'exponential',
  deferNetActions: true,
};

/** A → B, where A starts by `start`; a packet waits at A. */
async function starting(
  start: (life: NodeLife) => unknown,
  options: NodeOptions,
  net: NetOptions = {},
): Promise<{ net: Net; clock: HeldClock }> {
  const clock = new HeldClock(1_000_000);
  const made = new Net(chain(['A', 'B'], { A: options }), { clock, ...net });
  made.setNodeExec('A', { start, exec: mapping((n: number) => n + 1) });
  made.setNodeExec(
    'B',
    mapping((n: number) => n * 10),
  );
  await made.inject('A.in', 1);
  return { net: made, clock };
}

const serviceEvents = (net: Net): string[] =>
  eventsOf(net).filter((event) => event.startsWith('Node'));

/** Never comes back of itself. */
const hanging = (): Promise<never> => new Promise(() => undefined);

it('a start function that hangs fails when its time is over; its epochs wait, and the net is paused', async () => {
  let signal: AbortSignal | undefined;
  const { net, clock } = await starting(
    (life) => {
      signal = life.signal;
      return hanging();
    },
    { startTimeout: 2.5 },
  );
  const running = net.start();
  await clock.advance(2499);
  expect(await isPending(running)).toBe(true);
  expect(signal?.aborted).toBe(false);
  await clock.advance(1);
  const { state, error, counts } = await running;
  expect([state, counts.epochs.started]).toEqual(['paused', 0]);
  expect(error).toMatchObject({ code: 'NODE_START_FAILED', cause: { code: 'START_TIMEOUT' } });
  expect(signal?.reason).toMatchObject({ code: 'START_TIMEOUT', nodeName: 'A' });
  expect([...net.history.events()].find(({ event }) => event === 'NodeFailed')).toMatchObject({
    error: { code: 'START_TIMEOUT' },
  });
  expect(clock.next).toBeNull();
  await net.stop();
});

it('a start function that is done in time leaves no alarm behind', async () => {
  const { net, clock } = await starting(() => Promise.resolve(), { startTimeout: 1 });
  expect((await net.start()).blocked).toBe('drained');
  expect(clock.next).toBeNull();
  await net.stop();
});

it('a start that fails is made again after growing waits; the epochs run once it succeeds', async () => {
  const calls: number[] = [];
  const { net, clock } = await starting(async () => {
    calls.push(clock.now());
    await Promise.resolve();
    if (calls.length < 3) throw new Error(`no connection ${calls.length}`);
  }, restarting);
  const running = net.start();
  await clock.advance(0);
  expect(net.status()).toMatchObject({ state: 'starting', startable: 1, timers: 1 });
  expect(net.actor('node:A').getSnapshot()).toMatchObject({ value: { service: 'failed' } });
  await clock.advance(3000);
  const { blocked, outputs, error } = await running;
  expect([blocked, outputs, error]).toEqual(['drained', { 'B.out': [20] }, undefined]);
  expect(calls).toEqual([1_000_000, 1_001_000, 1_003_000]);
  const retry = ['NodeFailed', 'NodeRestartScheduled', 'NodeRestarting'];
  expect(serviceEvents(net)).toEqual(['NodeStarted', ...retry, ...retry, 'NodeStarted']);
  await net.stop();
});

it.each([
  ['pause', 'paused', null],
  ['continue', 'blocked', 'stuck'],
] as const)(
  'when no start is left on_error = %s decides, and the error names the attempts',
  async (onError, state, blocked) => {
    let called = 0;
    const told: unknown[] = [];
    const { net, clock } = await starting(
      () => {
        called += 1;
        throw new Error(`refused ${called}`);
      },
      restarting,
      { onError, errorCallback: (error) => told.push(error.message) },
    );
    const running = net.start();
    await clock.advance(10_000);
    expect(await running).toMatchObject({ state, blocked });
    expect(called).toBe(3);
    expect(told).toEqual(['the start function of node A failed, after 3 attempts: refused 3']);
    expect(net.status()).toMatchObject({ startable: 1, timers: 0 });
    await net.stop();
  },
);

it('a start that fails is not made again without restart, whatever retries says', async () => {
  let called = 0;
  const { net } = await starting(
    () => {
      called += 1;
      throw new Error('refused');
    },
    { ...restarting, restart: 'never' },
  );
  expect((await net.start()).state).toBe('paused');
  expect(called).toBe(1);
  await net.stop();
});

it('other nodes run while one waits to be started again', async () => {
  const { net, clock } = await starting(() => {
    throw new Error('refused');
  }, restarting);
  net.setNodeExec('B', () => undefined);
  const running = net.start();
  await clock.advance(0);
  const epoch = await net.injectEpoch('B');
  await clock.advance(0);
  expect(net.status()).toMatchObject({ state: 'starting', counts: { epochs: { finished: 1 } } });
  expect(epoch).toBe('e2');
  await net.stop();
  await running;
});

it('a jittered wait is drawn by the seed, the same every time', async () => {
  const waits = async (seed: number): Promise<number> => {
    const { net, clock } = await starting(
      () => {
        throw new Error('refused');
      },
      { ...restarting, retryJitter: 0.5 },
      { seed },
    );
    const running = net.start();
    await clock.advance(0);
    const at = clock.next ?? 0;
    await net.stop();
    await running;
    return at - 1_000_000;
  };
  const [first, again, other] = [await waits(1), await waits(1), await waits(2)];
  expect(first).toBe(again);
  expect(first).not.toBe(other);
  expect(first).toBeGreaterThanOrEqual(500);
  expect(first).toBeLessThanOrEqual(1000);
});

it('a start that comes back too late is recorded and changes nothing', async () => {
  const calls: { readonly done: () => void; readonly fail: (error: Error) => void }[] = [];
  let stopped = 0;
  const { net, clock } = await starting(
    () =>
      new Promise<void>((done, fail) => {
        calls.push({ done, fail });
      }),
    { ...restarting, startTimeout: 1 },
  );
  net.setNodeExec('A', { stop: () => void (stopped += 1) });
  const running = net.start();
  await clock.advance(2000);
  expect(calls).toHaveLength(2);
  calls[0]?.done();
  await clock.advance(0);
  expect(serviceEvents(net)).toEqual([
    'NodeStarted',
    'NodeFailed',
    'NodeRestartScheduled',
    'NodeRestarting',
  ]);
  await clock.advance(1000);
  calls[1]?.fail(new TypeError('at last'));
  await clock.advance(2000);
  calls[2]?.done();
  expect((await running).blocked).toBe('drained');
  expect([...net.history.events()].filter(({ event }) => event === 'LateResult')).toMatchObject([
    { node: 'A', attempt: 0, outcome: 'returned' },
    { node: 'A', attempt: 1, outcome: 'threw', error: { name: 'TypeError', message: 'at last' } },
  ]);
  expect([...net.history.actions()].some(({ rejected }) => rejected !== undefined)).toBe(false);
  await net.stop();
  expect(stopped).toBe(1);
});

it('a net that stops starts nothing again, and leaves no alarm', async () => {
  const { net, clock } = await starting(
    () => {
      throw new Error('refused');
    },
    { ...restarting, startTimeout: 1 },
  );
  const running = net.start();
  await clock.advance(0);
  expect(clock.next).toBe(1_001_000);
  await net.stop();
  await running;
  expect(clock.next).toBeNull();
  expect(net.status()).toMatchObject({ state: 'stopped', timers: 0 });

  let aborted = false;
  const hung = await starting(
    (life) => {
      life.signal.addEventListener('abort', () => (aborted = true));
      return hanging();
    },
    { startTimeout: 1 },
  );
  const started = hung.net.start();
  await hung.clock.advance(0);
  await hung.net.stop();
  await started;
  expect([aborted, hung.clock.next]).toEqual([true, null]);
});

it('no more starts are under way at once than max_concurrency, also of those made again', async () => {
  const names = ['A', 'B', 'C', 'D', 'E'];
  const clock = new HeldClock();
  const net = new Net(chain(names, Object.fromEntries(names.map((name) => [name, restarting]))), {
    clock,
    maxConcurrency: 2,
  });
  const calls = new Map<string, number>();
  let [now, most] = [0, 0];
  for (const name of names) {
    net.setNodeExec(name, {
      exec: mapping((n: number) => n),
      start: async () => {
        now += 1;
        most = Math.max(most, now);
        const call = (calls.get(name) ?? 0) + 1;
        calls.set(name, call);
        await new Promise<void>((done) => {
          setImmediate(done);
        });
        now -= 1;
        if (call === 1) throw new Error('not yet');
      },
    });
  }
  const running = net.start();
  while (await isPending(running)) await clock.advance(1000);
  expect((await running).blocked).toBe('drained');
  expect([...calls.values()]).toEqual([2, 2, 2, 2, 2]);
  expect(most).toBe(2);
  await net.stop();
});
