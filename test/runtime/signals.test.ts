/** Signals end a net that asks for it: first gently, then at once; the handlers are put back. */
import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import type { Net } from '../../src/runtime/net.ts';
import type { NetOptions } from '../../src/runtime/setup/net-options.ts';
import { reactionTo } from '../../src/runtime/drive/signals.ts';
import { consumeAll, nextRound, single } from './nets.ts';

/** A source of signals in place of the process. */
class Signals extends EventEmitter {
  exitCode: number | string | null | undefined = undefined;

  get handlers(): number {
    return this.listenerCount('SIGINT') + this.listenerCount('SIGTERM');
  }
}

interface Waiting {
  readonly net: Net;
  readonly signals: Signals;
  readonly running: ReturnType<Net['start']>;
  readonly release: () => void;
}

/** A net with one epoch that runs until it is released or aborted. */
async function waiting(options: NetOptions = {}): Promise<Waiting> {
  const signals = new Signals();
  let release: () => void = () => undefined;
  const { net } = single(
    async (ctx, packets) => {
      consumeAll(ctx, packets);
      await new Promise<void>((done) => {
        release = done;
        ctx.signal.addEventListener('abort', () => done());
      });
    },
    { maxParallelEpochs: 1 },
    { handleSignals: signals, ...options },
  );
  await net.inject('A.in', 1);
  await net.inject('A.in', 2);
  expect(signals.handlers).toBe(0);
  const running = net.start();
  for (let round = 0; round < 3; round += 1) await nextRound();
  return { net, signals, running, release: () => release() };
}

it('the first SIGINT lets running epochs end, stops the net, and leaves 130 to exit with', async () => {
  const { net, signals, running, release } = await waiting();
  expect(signals.handlers).toBe(2);
  signals.emit('SIGINT');
  expect([net.status().state, signals.exitCode]).toEqual(['pausing', 130]);
  release();
  await running;
  await net.stop();
  expect(net.status()).toMatchObject({
    state: 'stopped',
    startable: 1,
    counts: { epochs: { finished: 1, cancelled: 0 } },
  });
  expect(signals.handlers).toBe(0);
});

it.each([
  ['a second SIGINT', ['SIGINT', 'SIGINT']],
  ['SIGTERM', ['SIGTERM']],
  ['SIGTERM after SIGINT', ['SIGINT', 'SIGTERM']],
])('%s stops the net at once', async (_title, sent) => {
  const { net, signals, running } = await waiting();
  for (const signal of sent) signals.emit(signal);
  expect((await running).state).toBe('stopped');
  expect(net.status().counts.epochs).toMatchObject({ finished: 0, cancelled: 1 });
  expect([signals.handlers, signals.exitCode]).toEqual([0, 130]);
});

it('one signal more finds the handlers put back, although a stop function hangs', async () => {
  const signals = new Signals();
  let release: () => void = () => undefined;
  const { net } = single(consumeAll, {}, { handleSignals: signals });
  net.setNodeExec('A', { stop: () => new Promise<void>((done) => (release = done)) });
  await net.start();
  signals.emit('SIGTERM');
  expect(signals.handlers).toBe(2);
  signals.emit('SIGINT');
  expect(signals.handlers).toBe(0);
  release();
  await net.stop();
});

it('a net that does not ask for it has no handlers, and one that was stopped has none any more', async () => {
  const before = process.listenerCount('SIGINT');
  const { net } = single(consumeAll);
  await net.start();
  expect(process.listenerCount('SIGINT')).toBe(before);
  await net.stop();
  const { net: asking } = single(consumeAll, {}, { handleSignals: true });
  await asking.start();
  expect(process.listenerCount('SIGINT')).toBe(before + 1);
  await asking.stop();
  expect(process.listenerCount('SIGINT')).toBe(before);
});

it('what a signal asks for depends on how far the run has been brought to its end', () => {
  expect(
    (['running', 'pausing', 'stopping'] as const).map((stage) => [
      reactionTo('SIGINT', stage),
      reactionTo('SIGTERM', stage),
    ]),
  ).toEqual([
    ['pause', 'stop'],
    ['stop', 'stop'],
    ['leave', 'leave'],
  ]);
});
