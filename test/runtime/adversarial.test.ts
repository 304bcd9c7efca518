/** What would break if X happened in order Y: calls from within, ends that meet, promises that come late. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Action, KernelEvent } from '../../src/machines/action.ts';
import { HeldClock } from '../../src/runtime/time/clock.ts';
import { History } from '../../src/runtime/history/history.ts';
import { Journal } from '../../src/runtime/drive/journal.ts';
import type { Kernel } from '../../src/runtime/kernel/kernel.ts';
import { Net } from '../../src/runtime/net.ts';
import { headerOf } from './history/records.ts';
import { testNet } from '../../src/testing/index.ts';
import '../../src/testing/vitest.ts';
import { chain, consumeAll, eventsOf, mapping, nextRound, single } from './nets.ts';

/** Final events of each epoch. */
function endsOf(net: Net): Record<string, string[]> {
  const ends: Record<string, string[]> = {};
  for (const event of net.history.events()) {
    const name: KernelEvent['event'] = event.event;
    const final =
      name === 'EpochFinished' ||
      name === 'EpochTimedOut' ||
      name === 'EpochCancelled' ||
      (name === 'EpochFailed' && event['final'] === true);
    if (final) (ends[event['epoch'] as string] ??= []).push(name);
  }
  return ends;
}

describe('calls from within', () => {
  it('a function can inject into its own net, which does not block before that is done', async () => {
    const { net } = single((ctx, packets) => {
      const { in: values } = consumeAll(ctx, packets);
      const left = values?.[0] as number;
      if (left > 0) void net.inject('A.in', left - 1);
    });
    await net.inject('A.in', 5);
    expect((await net.start()).counts.epochs.finished).toBe(6);
  });

  it('a failed function and a callback can inject and stop', async () => {
    const { net } = single(
      (ctx, packets) => {
        const { in: values } = consumeAll(ctx, packets);
        if (values?.[0] === 'bad') throw new Error('bad');
      },
      {},
      { onError: 'continue', errorCallback: () => net.stop({ reason: 'seen an error' }) },
    );
    net.setNodeExec('A', { failed: () => void net.inject('A.in', 'good') });
    await net.inject('A.in', 'bad');
    const { state, counts } = await net.start();
    expect(state).toBe('stopped');
    expect(counts.packets.created).toBe(2);
  });

  it('a function that stops the net is cancelled itself, whatever it does then', async () => {
    const { net } = single((ctx, packets) => {
      ctx.stopNet('enough');
      consumeAll(ctx, packets);
    });
    await net.inject('A.in', 1);
    expect((await net.start()).state).toBe('stopped');
    expect(endsOf(net)).toEqual({ e1: ['EpochCancelled'] });
  });
});

describe('ends that meet', () => {
  it('G8: an epoch that finishes as its timeout comes due ends once', async () => {
    for (const late of [0, 1]) {
      const { net, clock } = single(
        async (ctx, packets) => {
          await new Promise<void>((done) => clock.at(1_002_000 + late, done));
          consumeAll(ctx, packets);
        },
        { timeout: 2 },
        { onError: 'continue' },
      );
      await net.inject('A.in', 1);
      const running = net.start();
      await clock.advance(5000);
      await running;
      for (const ends of Object.values(endsOf(net))) expect(ends).toHaveLength(1);
      expect(Object.keys(endsOf(net))).toEqual(['e1']);
      expect(net.status()).toMatchObject({ running: 0, timers: 0 });
    }
  });

  it('G8: an epoch cancelled from outside while its function runs ends once; its result is late', async () => {
    const t = testNet(chain(['A']), { nodes: 'held' });
    await t.inject('A.in', 1);
    const epoch = t.epoch('A', { nth: 1 });
    await epoch.hang();
    expect(t.net.apply({ type: 'CancelEpoch', epoch: 'e1', reason: 'by hand' }).ok).toBe(true);
    await epoch.succeed(1);
    expect(t).toBeBlocked('drained');
    expect(endsOf(t.net)).toEqual({ e1: ['EpochCancelled'] });
    expect(t.net.epochLog('e1').map(({ msg }) => msg)).toEqual(['late result ignored']);
  });

  it('a retry that comes due while the net is paused is made, and the pause waits for it', async () => {
    const options = { deferNetActions: true, retries: 1, retryWait: 10 };
    const t = testNet(chain(['A'], { A: options }), { nodes: 'held' });
    await t.inject('A.in', 1);
    await t.epoch('A').fail('once');
    await t.pause();
    expect(t.net.status().state).toBe('pausing');
    await t.advance(10_000);
    await t.epoch('A').succeed(1);
    expect(t.net.status().state).toBe('paused');
    expect(t).toHaveEpochs({ A: { finished: 1, retried: 1 } });
  });
});

describe('promises that come late', () => {
  it('a start function that is done after the net was stopped has its stop function called', async () => {
    let started: () => void = () => undefined;
    const told: string[] = [];
    const { net } = single(mapping((n: number) => n));
    net.setNodeExec('A', {
      start: async (life) => {
        await new Promise<void>((done) => (started = done));
        told.push(`started, ${life.signal.aborted ? 'too late' : 'in time'}`);
      },
      stop: () => void told.push('stopped'),
    });
    const running = net.start();
    await nextRound();
    await net.stop();
    expect((await running).state).toBe('stopped');
    started();
    await nextRound();
    expect(told).toEqual(['started, too late', 'stopped']);
    expect(eventsOf(net)).not.toContain('NodeStarted');
  });

  it('a function that never ends does not keep the net from being stopped', async () => {
    const { net } = single(() => new Promise(() => undefined));
    await net.inject('A.in', 1);
    const running = net.start();
    await nextRound();
    await nextRound();
    await net.stop();
    expect((await running).state).toBe('stopped');
  });

  it('a thrown value that is no Error is a failure like any other', async () => {
    const { net } = single(async () => {
      // oxlint-disable-next-line typescript/only-throw-error -- users' code may
      throw 'just text';
    });
    await net.inject('A.in', 1);
    const { error } = await net.start();
    expect(error?.cause).toMatchObject({
      message: 'a value that is no Error was thrown: just text',
      cause: 'just text',
    });
  });
});

describe('bugs', () => {
  it('a throw of the kernel is written down as the failure of the net, and told on', () => {
    const history = new History({ header: headerOf, maxSize: null });
    const bugs: string[] = [];
    const kernel = {
      apply(): never {
        throw new Error('broken machine');
      },
    };
    const journal = new Journal(
      kernel as unknown as Kernel,
      history,
      new HeldClock(5),
      () => bugs.push('effects'),
      ({ message }) => bugs.push(message),
    );
    const action: Action = { type: 'ResumeNet' };
    expect(() => journal.apply(action)).toThrow('broken machine');
    expect(bugs).toEqual(['broken machine']);
    expect([...history.actions()]).toMatchObject([{ action: 'ResumeNet', now: 5 }]);
    expect([...history.events()]).toMatchObject([
      { event: 'NetFailed', error: { message: 'broken machine' } },
    ]);
  });
});

it('a net that goes out of reach without having been stopped says so in its log', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const lines: string[] = [];
  const run = async (stops: boolean): Promise<void> => {
    const net = new Net(chain(['A']), {
      logDestination: { write: (line: string) => void lines.push(line) },
    });
    net.setNodeExec(
      'A',
      mapping((n: number) => n),
    );
    await net.start();
    if (stops) await net.stop();
  };
  await run(true);
  await run(false);
  while (lines.length === 0) {
    collect();
    await nextRound();
  }
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    'the net was collected without having been stopped: its stop functions were not called',
  ]);
});
