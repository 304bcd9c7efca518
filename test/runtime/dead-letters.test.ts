/** Dead letters of a running net: what they hold, whom they are told to, and what a retry does. */
import { expect, it } from 'vitest';
import { Net } from '../../src/runtime/net.ts';
import { chain, isPending, mapping, nextRound, node, single } from './nets.ts';
import { Graph } from '../../src/dsl/graph.ts';
import type { DeadLetter } from '../../src/runtime/failure/dead-letter.ts';
import type { NetOptions } from '../../src/runtime/setup/net-options.ts';

const boom = (): never => {
  throw new Error('boom');
};

/** A makes a packet whose value is lazy, which B does not get to consume. */
function lazyNet(make: () => unknown, options: NetOptions = {}): Net {
  const net = new Net(chain(['A', 'B']), { onError: 'continue', ...options });
  net.setNodeExec('A', (ctx, packets) => {
    for (const packet of packets['in'] ?? []) ctx.consumePacketSync(packet);
    ctx.loadOutputPort('out', ctx.createPacketFromValueFunc(make));
    ctx.sendOutputSalvo('send');
  });
  net.setNodeExec('B', boom);
  return net;
}

it('the letter is kept, then told, and only then is the error', async () => {
  const told: string[] = [];
  const { net } = single(
    boom,
    {},
    {
      onDeadLetter: async (letter) => {
        told.push(`letter ${letter.id} of ${net.deadLetters.all().length}`);
        await nextRound();
        told.push('letter done');
      },
      errorCallback: () => told.push(`error with ${net.deadLetters.all().length}`),
    },
  );
  await net.inject('A.in', 1);
  await net.start();
  expect(told).toEqual(['letter d1 of 1', 'letter done', 'error with 1']);
});

it.each<[string, () => unknown]>([
  ['throws', boom],
  ['rejects', () => Promise.reject(new Error('boom'))],
])('a callback that %s loses nothing and is a problem', async (_how, onDeadLetter) => {
  const { net } = single(
    () => {
      throw new Error('first');
    },
    {},
    { onDeadLetter },
  );
  await net.inject('A.in', 1);
  const { error } = await net.start();
  expect(error?.message).toContain('first');
  expect(net.deadLetters.all()).toHaveLength(1);
  expect(net.deadLetters.problems).toMatchObject([{ kind: 'callback', letter: 'd1' }]);
  expect(net.log().some(({ msg }) => msg === 'onDeadLetter threw: boom')).toBe(true);
});

it('the error of every attempt is there with its time, its stack and those of its causes', async () => {
  const { net, clock } = single(
    (ctx) => {
      throw Object.assign(
        new TypeError(`attempt ${ctx.retryCount}`, { cause: new Error('deep') }),
        {
          code: 'E_OWN',
        },
      );
    },
    { retries: 2, retryWait: 3, deferNetActions: true },
  );
  await net.inject('A.in', 1);
  const running = net.start();
  await clock.advance(10_000);
  await running;
  const [letter] = net.deadLetters.all();
  expect(letter?.errors).toMatchObject([
    { name: 'TypeError', message: 'attempt 0', code: 'E_OWN', at: 1_000_000 },
    { message: 'attempt 1', at: 1_003_000 },
    { message: 'attempt 2', at: 1_006_000 },
  ]);
  for (const { stack } of letter?.errors ?? [])
    expect(stack).toMatch(/TypeError: attempt[^]*caused by: Error: deep/);
});

it.each<[string, (calls: number) => unknown]>([
  ['at once', (calls) => ({ calls })],
  ['later', (calls) => nextRound().then(() => ({ calls }))],
])('a lazy value is made once, %s, for the letter and its retry', async (_when, make) => {
  let calls = 0;
  const order: string[] = [];
  const net = lazyNet(
    () => {
      calls += 1;
      return make(calls);
    },
    {
      onDeadLetter: () => order.push('letter'),
      errorCallback: () => order.push('error'),
    },
  );
  await net.inject('A.in', 1);
  await net.start();
  expect(order).toEqual(['letter', 'error']);
  expect(net.deadLetters.all()).toMatchObject([
    { node: 'B', packets: [{ port: 'in', value: { calls: 1 }, lazy: true }] },
  ]);
  await net.pause();
  net.setNodeExec(
    'B',
    mapping((value) => value),
  );
  net.deadLetters.retry('d1');
  expect((await net.resume()).outputs).toEqual({ 'B.out': [{ calls: 1 }] });
  expect(calls).toBe(1);
});

it.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new RangeError('no value');
    },
  ],
  ['rejects', () => Promise.reject(new RangeError('no value'))],
])('the error of a lazy value that %s stands in its place', async (_how, make) => {
  const net = lazyNet(make);
  await net.inject('A.in', 1);
  await net.start();
  const [letter] = net.deadLetters.all();
  expect(letter?.packets).toMatchObject([
    {
      value: undefined,
      lazy: true,
      error: { name: 'ValueFunctionFailed', code: 'VALUE_FUNCTION_FAILED' },
    },
  ]);
  expect(letter?.packets[0]?.error?.message).toContain('no value');
});

it('a lazy value that could not be made is made again on a retry in the same run', async () => {
  let calls = 0;
  const net = lazyNet(() => {
    calls += 1;
    if (calls === 1) boom();
    return 'made';
  });
  await net.inject('A.in', 1);
  await net.start();
  expect(net.deadLetters.get('d1').packets).toMatchObject([
    { error: { name: 'ValueFunctionFailed' } },
  ]);
  await net.pause();
  net.setNodeExec(
    'B',
    mapping((value) => value),
  );
  net.deadLetters.retry('d1');
  expect((await net.resume()).outputs).toEqual({ 'B.out': ['made'] });
});

it('a lazy value that its port refuses is in the letter', async () => {
  const graph = new Graph({
    nodes: [node('A', ['in'], ['out']), node('B', [{ name: 'in', type: 'string' }], [])],
    edges: [{ from: 'A.out', to: 'B.in' }],
  });
  const net = new Net(graph, { onError: 'continue' });
  net.setNodeExec('A', (ctx, packets) => {
    for (const packet of packets['in'] ?? []) ctx.consumePacketSync(packet);
    ctx.loadOutputPort(
      'out',
      ctx.createPacketFromValueFunc(() => 17),
    );
    ctx.sendOutputSalvo('send');
  });
  net.setNodeExec('B', (ctx, packets) => {
    for (const packet of packets['in'] ?? []) ctx.consumePacketSync(packet);
  });
  await net.inject('A.in', 1);
  await net.start();
  expect(net.deadLetters.all()).toMatchObject([
    { errors: [{ code: 'PACKET_TYPE_MISMATCH' }], packets: [{ value: 17 }] },
  ]);
});

it('a letter of an epoch without packets is retried as an epoch without packets', async () => {
  let fail = true;
  let runs = 0;
  const net = new Net(new Graph({ nodes: [node('A', [], [])] }), { onError: 'continue' });
  net.setNodeExec('A', () => {
    runs += 1;
    if (fail) boom();
  });
  await net.start();
  expect(net.deadLetters.all()).toMatchObject([{ packets: [], condition: '__autostart__' }]);
  fail = false;
  expect(net.deadLetters.retry('d1')).toEqual([]);
  await net.start();
  expect({ runs, letters: net.deadLetters.all() }).toEqual({ runs: 2, letters: [] });
});

it('what fails again after a retry says which letter it was', async () => {
  const { net } = single(boom, {}, { onError: 'continue' });
  await net.inject('A.in', 'v');
  await net.start();
  net.deadLetters.retry('d1');
  await net.start();
  expect(net.deadLetters.all()).toMatchObject([
    { id: 'd2', retryOf: ['d1'], packets: [{ value: 'v' }] },
  ]);
  const trace = net.packetTrace(net.deadLetters.get('d2').packets[0]?.packet ?? '');
  expect(trace.lineage).toEqual(['p1']);
});

it('a retry for which there is no room changes nothing', async () => {
  const graph = new Graph({ nodes: [node('A', [{ name: 'in', slots: 1 }], [])], inputs: ['A.in'] });
  const net = new Net(graph);
  net.setNodeExec('A', boom);
  await net.inject('A.in', 1);
  await net.start();
  await net.inject('A.in', 2);
  expect(() => net.deadLetters.retry('d1')).toThrow(
    expect.objectContaining({ code: 'INPUT_PORT_FULL' }),
  );
  expect(net.deadLetters.all().map(({ id }) => id)).toEqual(['d1']);
});

it('an epoch that ran out of time leaves a letter with what it had consumed', async () => {
  const { net, clock } = single(
    (ctx, packets) => {
      for (const packet of packets['in'] ?? []) ctx.consumePacketSync(packet);
      return new Promise(() => undefined);
    },
    { timeout: 2 },
    { onError: 'continue' },
  );
  await net.inject('A.in', { order: 3 });
  const running = net.start();
  await clock.advance(2000);
  await running;
  expect(net.deadLetters.all()).toMatchObject([
    {
      outcome: 'timedOut',
      errors: [{ code: 'EPOCH_TIMEOUT', at: 1_002_000 }],
      packets: [{ value: { order: 3 } }],
    },
  ]);
});

it('the run does not settle before a callback has', async () => {
  let done: () => void = () => undefined;
  const seen: DeadLetter[] = [];
  const { net } = single(
    boom,
    {},
    {
      onDeadLetter: (letter) => {
        seen.push(letter);
        return new Promise<void>((resolve) => {
          done = resolve;
        });
      },
    },
  );
  await net.inject('A.in', 1);
  const running = net.start();
  expect(await isPending(running)).toBe(true);
  expect(seen).toHaveLength(1);
  done();
  expect((await running).state).toBe('paused');
});
