/** A net's life: started, stepped, paused, resumed, stopped; start and stop functions. */
import { expect, it } from 'vitest';
import { HeldClock } from '../../src/runtime/time/clock.ts';
import { Net } from '../../src/runtime/net.ts';
import { testNet } from '../../src/testing/index.ts';
import '../../src/testing/vitest.ts';
import { chain, consumeAll, eventsOf, mapping, mappingLater, nextRound, single } from './nets.ts';

it('start functions come before the epochs of their node, stop functions after everything, the last started first', async () => {
  const told: string[] = [];
  const net = new Net(chain(['A', 'B']));
  for (const name of ['A', 'B']) {
    net.setNodeExec(name, {
      start: async (life) => {
        await nextRound();
        told.push(`start ${life.nodeName}`);
      },
      exec: (ctx, packets) => {
        told.push(`exec ${ctx.nodeName}`);
        mapping((n: number) => n)(ctx, packets);
      },
      stop: (life) => {
        told.push(`stop ${life.nodeName}${life.signal.aborted ? ' aborted' : ''}`);
      },
    });
  }
  await net.inject('A.in', 1);
  await net.start();
  await net.stop();
  expect(told.filter((line) => line.endsWith('A'))).toEqual(['start A', 'exec A']);
  expect(told.filter((line) => line.endsWith('B'))).toEqual(['start B', 'exec B']);
  expect(told.slice(4)).toEqual(['stop B aborted', 'stop A aborted']);
});

it('a start function is called once in the life of a net, whatever is paused and resumed', async () => {
  let started = 0;
  const { net } = single(mapping((n: number) => n));
  net.setNodeExec('A', { start: () => void (started += 1) });
  await net.start();
  await net.pause();
  await net.resume();
  await net.start();
  expect(started).toBe(1);
});

it('a start function that throws leaves its epochs waiting and pauses the net', async () => {
  const { net } = single(mapping((n: number) => n));
  let stopped = false;
  net.setNodeExec('A', {
    start: () => {
      throw new Error('no connection');
    },
    stop: () => void (stopped = true),
  });
  await net.inject('A.in', 1);
  const { state, error, counts } = await net.start();
  expect(state).toBe('paused');
  expect(error).toMatchObject({ code: 'NODE_START_FAILED', nodeName: 'A' });
  expect(counts.epochs.started).toBe(0);
  await net.stop();
  expect(stopped).toBe(false);
});

it('a stop function that throws is told when all others are done', async () => {
  const told: string[] = [];
  const net = new Net(chain(['A', 'B']));
  net.setNodeExec('A', { exec: mapping((n: number) => n), stop: () => void told.push('A') });
  net.setNodeExec('B', {
    exec: mapping((n: number) => n),
    stop: () => {
      throw new Error('stuck');
    },
  });
  await net.start();
  await expect(net.stop()).rejects.toMatchObject({ code: 'NODE_STOP_FAILED', nodeName: 'B' });
  expect(told).toEqual(['A']);
  expect(net.status().state).toBe('stopped');
});

it('pause lets running epochs end and starts no new ones', async () => {
  const t = testNet(chain(['A'], { A: { maxParallelEpochs: 2 } }), { nodes: 'held' });
  for (const n of [1, 2, 3]) await t.inject('A.in', n);
  await t.pause('a break');
  expect(t.net.status().state).toBe('pausing');
  await t.epoch('A').succeed(1);
  await t.epoch('A').succeed(2);
  expect(t.net.status()).toMatchObject({ state: 'paused', startable: 1, running: 0 });
  await t.resume();
  await t.epoch('A').succeed(3);
  expect(t).toBeBlocked('drained');
  expect(t).toHaveVisited('net', 'lifecycle.pausing', 'lifecycle.paused');
  expect(eventsOf(t.net)).toEqual(
    expect.arrayContaining(['NetPausing', 'NetPaused', 'NetResumed', 'NetBlocked']),
  );
});

it('pause and resume ask for the state that they need', async () => {
  const { net } = single(mapping((n: number) => n));
  await expect(net.pause()).rejects.toMatchObject({ code: 'NET_STATE' });
  await net.start();
  await expect(net.resume()).rejects.toMatchObject({ code: 'NET_NOT_PAUSED' });
  await Promise.all([net.pause(), net.pause()]);
  expect(net.status().state).toBe('paused');
});

it('stop aborts and cancels what runs, and can be called again', async () => {
  let reason: unknown;
  const { net } = single(async (ctx) => {
    await new Promise<void>((done) => {
      ctx.signal.addEventListener('abort', () => {
        reason = ctx.signal.reason;
        done();
      });
    });
    ctx.createPacket('too late');
  });
  await net.inject('A.in', 1);
  const running = net.start();
  await nextRound();
  await nextRound();
  const stopping = net.stop({ reason: 'enough' });
  await Promise.all([stopping, net.stop()]);
  expect(reason).toMatchObject({ code: 'EPOCH_CANCELLED', reason: 'enough' });
  expect((await running).state).toBe('stopped');
  expect(net.status().counts.epochs.cancelled).toBe(1);
  await nextRound();
  expect([...net.history.events()].at(-1)).toMatchObject({
    event: 'LateResult',
    node: 'A',
    epoch: 'e1',
    attempt: 0,
    outcome: 'threw',
    error: { code: 'CONTEXT_ENDED' },
  });
  await expect(net.start()).rejects.toMatchObject({ code: 'NET_STATE' });
  await expect(net.inject('A.in', 1)).rejects.toMatchObject({ code: 'NET_STATE' });
});

it('stop with drain lets running epochs end first', async () => {
  const t = testNet(chain(['A']), { nodes: 'held' });
  await t.inject('A.in', 1);
  await t.settle();
  const stopping = t.net.stop({ drain: true });
  await t.settle();
  expect(t.net.status().state).toBe('pausing');
  await t.epoch('A').succeed(1);
  await stopping;
  expect(t.net.status().state).toBe('stopped');
  expect(t).toHaveEpochs({ A: { finished: 1, cancelled: 0 } });
});

it('a net that was never started can be stopped', async () => {
  const { net } = single(mapping((n: number) => n));
  await net.stop();
  expect(net.status().state).toBe('stopped');
});

it('a step moves what can move, starts what may start, and waits for that', async () => {
  const net = new Net(chain(['A', 'B']));
  net.setNodeExec(
    'A',
    mappingLater((n: number) => n + 1),
  );
  net.setNodeExec(
    'B',
    mapping((n: number) => n * 2),
  );
  await net.inject('A.in', 1);
  await net.inject('A.in', 2);
  expect(await net.runStep({ startEpochs: false })).toEqual({
    state: 'running',
    blocked: null,
    started: [],
  });
  expect(net.startableEpochs('A')).toEqual(['e1', 'e2']);
  expect((await net.runStep()).started).toEqual(['e1', 'e2']);
  expect(net.startableEpochs()).toEqual([]);
  expect((await net.runStep()).started).toEqual(['e3', 'e4']);
  expect(await net.runStep()).toEqual({ state: 'blocked', blocked: 'drained', started: [] });
  expect(await net.outputs('B.out')).toEqual([4, 6]);
});

it('a net that is stepped does not run on by itself, and start takes over', async () => {
  const { net } = single(mapping((n: number) => n));
  await net.runStep();
  await net.inject('A.in', 1);
  for (let round = 0; round < 5; round++) await nextRound();
  expect(net.status().counts.epochs.opened).toBe(0);
  expect((await net.start()).counts.epochs.finished).toBe(1);
  await expect(net.runStep()).rejects.toMatchObject({ code: 'NET_STATE' });
});

it('a step tells of the error that paused the net', async () => {
  const { net } = single(() => {
    throw new Error('boom');
  });
  await net.inject('A.in', 1);
  const step = await net.runStep();
  expect(step).toMatchObject({
    state: 'paused',
    started: ['e1'],
    error: { code: 'NODE_EXECUTION_FAILED' },
  });
});

it('whenBlocked gives up after its timeout, in seconds of the clock', async () => {
  const { net, clock } = single(async (ctx, packets) => {
    await new Promise<void>((done) => clock.at(1_010_000, done));
    consumeAll(ctx, packets);
  });
  await net.inject('A.in', 1);
  const running = net.start();
  await nextRound();
  await nextRound();
  const waiting = net.whenBlocked({ timeout: 5 });
  await Promise.all([
    expect(waiting).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' }),
    clock.advance(5000),
  ]);
  const again = net.whenBlocked({ timeout: 60 });
  await clock.advance(5000);
  expect(await again).toBe('drained');
  await running;
});

it('whenBlocked ends with an error where the net is stopped first', async () => {
  const { net } = single(mapping((n: number) => n));
  const waiting = net.whenBlocked();
  await Promise.all([expect(waiting).rejects.toMatchObject({ code: 'NET_STATE' }), net.stop()]);
});

it('a net that is drained to be stopped is not gone on with meanwhile', async () => {
  const { net } = single(mapping((n: number) => n));
  await net.inject('A.in', 1);
  await net.start();
  const stopping = net.stop({ drain: true });
  for (const goOn of [net.resume(), net.start(), net.runStep()])
    await expect(goOn).rejects.toMatchObject({ code: 'NET_STATE' });
  await stopping;
  expect(net.status().state).toBe('stopped');
});

it('a function can pause the net, and can stop it', async () => {
  const { net } = single((ctx, packets) => {
    const { in: values } = consumeAll(ctx, packets);
    if (values?.[0] === 'pause') ctx.pauseNet('seen enough');
    if (values?.[0] === 'stop') ctx.stopNet('invalid');
  });
  await net.inject('A.in', 'pause');
  await net.inject('A.in', 'next');
  expect((await net.start()).state).toBe('paused');
  expect(net.status().startable).toBe(1);
  await net.inject('A.in', 'stop');
  expect((await net.start()).state).toBe('stopped');
  const stop = [...net.history.actions()].find(({ action }) => action === 'StopNet');
  expect(stop).toMatchObject({ reason: 'invalid' });
});

it('functions and options are set before the start; on a running net that is an error', async () => {
  const net = new Net(chain(['A']), { clock: new HeldClock() });
  expect(() => net.setNodeExec('B', () => undefined)).toThrow(
    expect.objectContaining({ code: 'NODE_UNKNOWN' }),
  );
  expect(() => net.setNodeExec('A', { run: () => undefined } as never)).toThrow(
    expect.objectContaining({ code: 'FUNCTION_INVALID' }),
  );
  expect(() => net.setNodeConfig('A', { retires: 3 } as never)).toThrow(/retries/);
  net.setNodeConfig('A', { maxParallelEpochs: 2, config: { a: 1, b: 1 } });
  net.setNodeConfig('A', { priority: 1, config: { b: 2 } });
  let config: unknown;
  net.setNodeExec('A', (ctx, packets) => {
    config = ctx.config;
    consumeAll(ctx, packets);
  });
  await net.inject('A.in', 1);
  expect(() => net.setNodeConfig('A', { priority: 2 })).toThrow(
    expect.objectContaining({ code: 'NET_RUNNING' }),
  );
  await net.start();
  expect(config).toEqual({ a: 1, b: 2 });
  expect(net.graph.node('A')?.options).toEqual({ maxParallelEpochs: 2, priority: 1 });
  expect(() => net.setNodeExec('A', () => undefined)).toThrow(
    expect.objectContaining({ code: 'NET_RUNNING' }),
  );
  await net.pause();
  net.setNodeExec(
    'A',
    mapping((n: number) => n),
  );
  await net.inject('A.in', 9);
  expect((await net.resume()).outputs).toEqual({ 'A.out': [9] });
});

it('a net is refused for options it does not have, engines that are not there, and settings it cannot follow', () => {
  const graph = chain(['A']);
  expect(() => new Net(graph, { onEror: 'raise' } as never)).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_OPTION', hint: 'Did you mean onError?' }),
  );
  expect(() => new Net(graph, { engine: 'steam' as 'compiled' })).toThrow(
    expect.objectContaining({ code: 'ENGINE_UNAVAILABLE' }),
  );
  expect(() => new Net(graph, { poolInitMode: 'global' })).toThrow(/net\.pool_init_mode/);
  expect(() => new Net(chain(['A'], { A: { poolInitMode: 'global' } }))).toThrow(
    /nodes\.A\.options\.pool_init_mode/,
  );
});

it('every actor can be looked at with the tools of XState, and inspected', async () => {
  const { net } = single(mapping((n: number) => n));
  const seen = new Set<string>();
  const watching = net.inspect((event) => seen.add(event.type));
  await net.inject('A.in', 1);
  await net.runStep({ startEpochs: false });
  const epoch = net.actor('epoch:e1');
  const done = new Promise<string>((resolve) => {
    epoch.subscribe((snapshot: { status: string; value: unknown }) => {
      if (snapshot.status === 'done') resolve(String(snapshot.value));
    });
  });
  await net.runStep();
  expect(await done).toBe('finished');
  watching.unsubscribe();
  expect([...seen]).toEqual(expect.arrayContaining(['@xstate.event', '@xstate.snapshot']));
  expect(() => net.actor('epoch:e1')).toThrow(expect.objectContaining({ code: 'ACTOR_NOT_FOUND' }));
});

it('a pause or a stop right after the start waits until the net has begun', async () => {
  const paused = new Net(chain(['A']));
  const started = paused.start();
  await paused.pause('at once');
  expect((await started).state).toBe('paused');
  await paused.stop();

  const stopped = new Net(chain(['A']));
  const run = stopped.start();
  await stopped.stop();
  expect((await run).state).toBe('stopped');
});
