/** What node functions write to the console: whose log it comes to, and that the console is left as it was. */
import { createHook } from 'node:async_hooks';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { NodeOptions } from '../../src/dsl/schema.ts';
import { HeldClock } from '../../src/runtime/time/clock.ts';
import { Net } from '../../src/runtime/net.ts';
import { chain, consumeAll, nextRound, single } from './nets.ts';

const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;

/** Everything that reached the console itself. */
let real: string[] = [];
beforeEach(() => {
  real = [];
  for (const method of methods) {
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
      real.push(`${method} ${args.map(String).join(' ')}`);
    });
  }
});
afterEach(() => vi.restoreAllMocks());

const descriptors = (): unknown[] =>
  methods.map((method) => Object.getOwnPropertyDescriptor(console, method));

it('every method comes to the log of node and epoch, at its level and formatted as the console does it', async () => {
  const { net } = single(
    (ctx, packets) => {
      consumeAll(ctx, packets);
      console.log('%s has %d', 'a', 2, { b: [1] });
      console.info('told');
      console.warn('careful');
      console.error(new RangeError('wrong').message);
      console.debug('100%');
    },
    {},
    { logLevel: 'debug' },
  );
  await net.inject('A.in', 1);
  await net.start();
  await net.stop();
  expect(
    net.epochLog('e1').map(({ level, msg, node, console: by }) => [level, msg, node, by]),
  ).toEqual([
    [30, 'a has 2 { b: [ 1 ] }', 'A', 'log'],
    [30, 'told', 'A', 'info'],
    [40, 'careful', 'A', 'warn'],
    [50, 'wrong', 'A', 'error'],
    [20, '100%', 'A', 'debug'],
  ]);
  expect(net.nodeLog('A')).toEqual(net.epochLog('e1'));
  expect(real).toEqual([]);
});

it('overlapping epochs keep their output apart, after awaits and in callbacks they started', async () => {
  const { net } = single(async (ctx, packets) => {
    const [packet] = packets['in'] ?? [];
    if (packet === undefined) throw new Error('no packet');
    const value = await ctx.consumePacket(packet);
    console.log(`first ${String(value)}`);
    await nextRound();
    console.log(`second ${String(value)}`);
    await new Promise<void>((done) => {
      queueMicrotask(() =>
        setImmediate(() => {
          console.log(`third ${String(value)}`);
          done();
        }),
      );
    });
  });
  for (const value of [1, 2, 3]) await net.inject('A.in', value);
  await net.start();
  for (const value of [1, 2, 3]) {
    expect(net.epochLog(`e${value}`).map(({ msg }) => msg)).toEqual([
      `first ${value}`,
      `second ${value}`,
      `third ${value}`,
    ]);
  }
  expect(net.log().map(({ msg }) => msg?.split(' ')[0])).not.toEqual(
    Array.from({ length: 3 }, () => ['first', 'second', 'third']).flat(),
  );
  await net.stop();
});

it('start, stop and failed functions write to the log of their node', async () => {
  const { net } = single(() => {
    throw new Error('never');
  });
  net.setNodeExec('A', {
    start: async () => {
      await nextRound();
      console.log('up');
    },
    failed: () => console.log('failed'),
    stop: () => console.log('down'),
  });
  await net.inject('A.in', 1);
  await net.start();
  await net.stop();
  const printed = net.nodeLog('A').filter((line) => line['console'] === 'log');
  expect(printed.map(({ msg, epoch }) => [msg, epoch])).toEqual([
    ['up', undefined],
    ['failed', 'e1'],
    ['down', undefined],
  ]);
});

const printing = (options: NodeOptions): Net => {
  const { net } = single((ctx, packets) => {
    consumeAll(ctx, packets);
    console.warn('here');
  }, options);
  return net;
};

it.each([
  ['only in the log', {}, 1, []],
  ['in both with echo_stdout', { echoStdout: true }, 1, ['warn here']],
  ['only on the console without capture_stdout', { captureStdout: false }, 0, ['warn here']],
  [
    'only on the console without capture_stdout, whatever echo_stdout says',
    { captureStdout: false, echoStdout: true },
    0,
    ['warn here'],
  ],
])('output is %s', async (_title, options, logged, shown) => {
  const net = printing(options);
  await net.inject('A.in', 1);
  await net.start();
  await net.stop();
  expect(net.epochLog('e1')).toHaveLength(logged);
  expect(real).toEqual(shown);
});

it('the console is replaced from start to stop, and put back exactly', async () => {
  const before = descriptors();
  const net = printing({});
  await net.inject('A.in', 1);
  expect(descriptors()).toEqual(before);
  await net.start();
  expect(descriptors()).not.toEqual(before);
  await net.stop();
  expect(descriptors()).toEqual(before);
  await net.stop();
  expect(descriptors()).toEqual(before);
});

it('a net that captures nothing leaves the console alone', async () => {
  const before = descriptors();
  const net = printing({ captureStdout: false });
  await net.start();
  expect(descriptors()).toEqual(before);
  await net.stop();
});

it('of two nets each has its own output, and the last one to stop puts the console back', async () => {
  const before = descriptors();
  const [one, two] = [printing({}), printing({ echoStdout: true })];
  await one.inject('A.in', 1);
  await two.inject('A.in', 1);
  await Promise.all([one.start(), two.start()]);
  await one.stop();
  await two.inject('A.in', 2);
  await two.start();
  expect([one.log().length, two.log().length]).toEqual([1, 2]);
  expect(real).toEqual(['warn here', 'warn here']);
  await two.stop();
  expect(descriptors()).toEqual(before);
});

it('a method that other code has replaced meanwhile is left to it', async () => {
  const net = printing({});
  await net.start();
  const captured = console.warn;
  const theirs = vi.fn<typeof console.warn>((...args) => captured(...args));
  console.warn = theirs;
  await net.stop();
  expect(console.warn).toBe(theirs);
  console.warn('through both');
  expect(real).toEqual(['warn through both']);
});

it('calls of everybody else reach the console: callers, callbacks, log destinations', async () => {
  const { net } = single(
    async () => {
      console.log('inside');
      await nextRound();
      throw new Error('at the end');
    },
    {},
    {
      errorCallback: () => console.log('callback'),
      logDestination: { write: () => console.log('destination') },
    },
  );
  await net.inject('A.in', 1);
  const running = net.start();
  console.log('caller');
  await running;
  await net.stop();
  expect(real).toEqual(['log caller', 'log destination', 'log destination', 'log callback']);
  expect(net.epochLog('e1').map(({ msg }) => msg)).toEqual(['inside', 'at the end']);
});

it('a net that a node runs has its output to itself', async () => {
  const inner = new Net(chain(['B'], { B: { captureStdout: false } }));
  inner.setNodeExec('B', (ctx, packets) => {
    consumeAll(ctx, packets);
    console.log('inner');
  });
  const { net } = single(async (ctx, packets) => {
    consumeAll(ctx, packets);
    await inner.inject('B.in', 1);
    await inner.start();
    await inner.stop();
    console.log('outer');
  });
  await net.inject('A.in', 1);
  await net.start();
  await net.stop();
  expect(net.log().map(({ msg }) => msg)).toEqual(['outer']);
  expect(real).toEqual(['log inner']);
});

/** Whatever else goes on in the process may make a few: one per epoch would make 99. */
it('a function that returns no promise is called without one', async () => {
  let made = 0;
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'PROMISE') made += 1;
    },
  });
  let within = -1;
  const { net } = single(
    (ctx, packets) => {
      consumeAll(ctx, packets);
      if (packets['in']?.[0]?.id === 'p1') hook.enable();
      if (packets['in']?.[0]?.id === 'p100') {
        within = made;
        hook.disable();
      }
    },
    {},
    { clock: new HeldClock() },
  );
  for (let n = 0; n < 100; n += 1) await net.inject('A.in', n);
  await net.start();
  await net.stop();
  expect(within).toBeGreaterThanOrEqual(0);
  expect(within).toBeLessThan(50);
});
