/** Functions that wait by Node's timers and look at its clocks, under the time of a simulation or of a test. */
import timers from 'node:timers';
import timersPromises, {
  scheduler,
  setInterval as every,
  setTimeout as sleep,
} from 'node:timers/promises';
import { inspect, promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { defineNode } from '../../../src/dsl/define-node.ts';
import { type Flow, flow } from '../../../src/dsl/builder.ts';
import { Graph } from '../../../src/dsl/graph.ts';
import type { ExecContext } from '../../../src/dsl/node-functions.ts';
import { unawaited } from '../../../src/testing/net/settling.ts';
import { testNet } from '../../../src/testing/net/test-net.ts';
import { type SimulationOptions, simulate } from '../../../src/testing/simulation/simulate.ts';

type Work = (ctx: ExecContext) => unknown;

/** A node that sends what its work comes to. */
function flowOf(work: Work, options = {}): Flow {
  const node = defineNode({
    in: { go: 'number' },
    out: { came: 'string' },
    options,
    exec: async (_, { ctx }) => ({ came: String(await work(ctx)) }),
  });
  return flow().settings({ onError: 'continue' }).node('Work', node).outputs('Work.came').build();
}

const inputs = [{ port: 'Work.go', value: 1 }];

/** What the work comes to in a run in which nothing goes wrong, and how much later it is then. */
async function simulated(work: Work, options: SimulationOptions = {}) {
  let came: readonly unknown[] = [];
  let passedMs = 0;
  const result = await simulate(flowOf(work), {
    inputs,
    seeds: 1,
    choices: 'none',
    shrinking: 0,
    invariants: {
      told: ({ outputs, history }) => {
        came = outputs['Work.came'] ?? [];
        const times = [...history.actions()].map(({ at }) => Date.parse(at));
        passedMs = Math.max(...times) - Math.min(...times);
      },
    },
    ...options,
  });
  return { came, passedMs, result };
}

/** What stands in the places that are replaced. */
const globals = (): readonly unknown[] =>
  (
    [
      [globalThis, 'setTimeout'],
      [globalThis, 'Date'],
      [Date, 'now'],
      [performance, 'now'],
      [AbortSignal, 'timeout'],
      [timersPromises, 'setTimeout'],
    ] as const
  ).map(([holder, key]): unknown => Reflect.get(holder, key));

/** Waits by the world, again and again: a machine that does something else meanwhile does not swallow all of it. */
async function waitForTheWorld(wait: (ms: number) => Promise<unknown>): Promise<string> {
  for (let count = 0; count < 100; count++) await wait(1);
  return 'done';
}

/** What each way to wait comes to, and how many milliseconds it takes. */
const waits: readonly (readonly [what: string, work: Work, came: string, passedMs: number])[] = [
  ['setTimeout', () => new Promise((done) => setTimeout(done, 60_000, 'done')), 'done', 60_000],
  [
    'setTimeout of node:timers',
    () => new Promise((done) => timers.setTimeout(done, 10)),
    'undefined',
    10,
  ],
  ['node:timers/promises', () => sleep(3_600_000, 'an hour'), 'an hour', 3_600_000],
  ['its default export', () => timersPromises.setTimeout(20, 'x'), 'x', 20],
  ['promisify', async () => promisify(setTimeout)(30, 'y'), 'y', 30],
  ['scheduler.wait', () => scheduler.wait(40), 'undefined', 40],
  [
    'setInterval, cleared',
    () =>
      new Promise((done) => {
        let count = 0;
        const timer = setInterval(() => {
          count += 1;
          if (count < 3) return;
          clearInterval(timer);
          done(count);
        }, 100);
      }),
    '3',
    300,
  ],
  [
    'setInterval of node:timers/promises',
    async () => {
      let count = 0;
      for await (const _ of every(50)) if ((count += 1) === 4) break;
      return count;
    },
    '4',
    200,
  ],
  [
    'a loop until a clock says so',
    async () => {
      const end = Date.now() + 5000;
      let count = 0;
      for (; Date.now() < end; count++) await sleep(100);
      return count;
    },
    '50',
    5000,
  ],
  [
    'a timer that is set again',
    () =>
      new Promise((done) => {
        const late = setTimeout(done, 100, 'late');
        setTimeout(() => late.refresh(), 80);
      }),
    'late',
    180,
  ],
  ['no time at all', () => new Promise((done) => setTimeout(done, 0, 'soon')), 'soon', 0],
  [
    'what is taken back by a signal',
    async () => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 10);
      return sleep(1e9, null, { signal: controller.signal }).catch((error: unknown) =>
        inspect(error),
      );
    },
    expect.stringContaining('AbortError: The operation was aborted') as string,
    10,
  ],
  [
    'a signal that aborts by itself',
    () =>
      new Promise((done) => {
        const signal = AbortSignal.timeout(700);
        signal.addEventListener('abort', () => done((signal.reason as Error).name));
      }),
    'TimeoutError',
    700,
  ],
];

describe('a function that waits', () => {
  it.each(waits)(
    'by %s takes no real time, and simulated time',
    async (_, work, came, passedMs) => {
      const told = await simulated(work);
      expect(told).toMatchObject({ came: [came], passedMs, result: { ok: true, unsteady: null } });
    },
  );

  it('sees the same time by every clock', async () => {
    const { came } = await simulated(async (ctx) => {
      const [began, since] = [new Date(), performance.now()];
      await sleep(1234);
      const dates = [Date.now(), +new Date(), Date.parse(Date())].map((ms) => ms - +began);
      return [...dates, performance.now() - since, ctx.now() - +began, began instanceof Date];
    });
    expect(came).toEqual(['1234,1234,1000,1234,1234,true']);
  });

  it('runs out of its time, is tried again, and comes late as any other', async () => {
    const options = { deferNetActions: true, retries: 1, attemptTimeout: 1 };
    const slowAtFirst: Work = (ctx) => sleep(ctx.retryCount === 0 ? 5000 : 500, ctx.retryCount);
    const { ok, failure } = await simulate(flowOf(slowAtFirst, options), {
      inputs,
      faults: [],
      seeds: 3,
      invariants: {
        'the second attempt is in time': ({ outputs, history }) =>
          outputs['Work.came']?.join() === '1' &&
          [...history.events()].some(({ event }) => event === 'EpochRetryScheduled'),
      },
    });
    expect({ ok, text: failure?.text }).toEqual({ ok: true, text: undefined });
  });

  it('is overtaken by those that wait less, in every run', async () => {
    const delays = [300, 100, 200];
    const node = defineNode({
      in: { ms: 'number' },
      out: { ms: 'number' },
      exec: async ({ ms }) => sleep(ms, { ms }),
    });
    const graph = flow().node('Wait', node).outputs('Wait.ms').build();
    const { ok, failure } = await simulate(graph, {
      inputs: delays.map((value) => ({ port: 'Wait.ms', value })),
      faults: [],
      seeds: 1,
      choices: 'none',
      invariants: { order: ({ outputs }) => outputs['Wait.ms']?.join() === '100,200,300' },
    });
    expect({ ok, text: failure?.text }).toEqual({ ok: true, text: undefined });
  });

  it('does not keep a run going by timers that it has left behind', async () => {
    let beats = 0;
    const { passedMs } = await simulated(async () => {
      setInterval(() => {
        beats += 1;
      }, 1000);
      await sleep(2500);
    });
    expect(passedMs).toBe(2500);
    // Two in the run, and in each of the two that it is made once more.
    expect(beats).toBe(8);
  });

  it('leaves nothing behind for the process that goes on after a crash', async () => {
    let beats = 0;
    const node = defineNode({
      in: { go: 'number' },
      out: { came: 'string' },
      exec: () => sleep(2500, { came: 'x' }),
    });
    const beating = {
      ...node.functions,
      start: () => {
        setInterval(() => {
          beats += 1;
        }, 1000);
      },
    };
    const graph = flow().node('Work', node).outputs('Work.came').build();
    const { crashes, failure } = await simulate(graph, {
      inputs,
      nodes: { Work: beating },
      choices: 'crash.1=5',
    });
    expect({ crashes, failure }).toEqual({ crashes: 1, failure: null });
    // Two in the usual run, and in each of the three with a crash: of one process, not of both.
    expect(beats).toBe(8);
  });

  it('is told by name where its timers ring on and on', async () => {
    const { result } = await simulated(async () => {
      for (;;) await sleep(10);
    });
    expect(result.failure?.breach).toMatchObject({ kind: 'end', name: 'endless' });
    expect(result.failure?.breach.message).toContain('Work (e1) sets one after another');
  });

  it('is told by name where a timer of it throws', async () => {
    const { result } = await simulated(async () => {
      setTimeout(() => {
        throw new Error('nobody listens');
      }, 5);
      await sleep(10);
    });
    expect(result.failure?.text).toContain(
      'what nobody catches ends the process: a timer that Work (e1) had set threw: nobody listens',
    );
  });

  it('is told by name where it waits for the world', async () => {
    // What Node's own parts wait by is the world's.
    const { setTimeout: real } = timers;
    const { came, result } = await simulated(() =>
      waitForTheWorld((ms) => new Promise((done) => real(done, ms))),
    );
    expect(came).toEqual(['done']);
    expect(result.waits).toEqual([{ node: 'Work', ms: expect.any(Number) as number }]);
    const { result: asked } = await simulated(() => waitForTheWorld(sleep), { time: 'real' });
    expect(asked.waits).toHaveLength(1);
  });

  it('is told by name where it depends on what it is not given', async () => {
    let calls = 0;
    const { result } = await simulated(() => (calls += 1));
    expect(result.unsteady).toMatchObject({ node: 'Work', epoch: 'e1' });
    expect(result.unsteady?.text).toMatch(
      /^record \d+, CreatePacket of Work \(e1\): values\[0\]\.value is "\d+", and "\d+" the second time$/,
    );
  });
});

describe('chance', () => {
  it('is another in every run, and the same where a run is made again', async () => {
    const came = new Map<number, string>();
    const work: Work = (ctx) => ctx.random();
    const options: SimulationOptions = {
      inputs,
      faults: ['crash'],
      seeds: 8,
      invariants: {
        told: ({ seed, outputs }) => {
          const value = String(outputs['Work.came']?.join());
          const before = came.get(seed) ?? value;
          came.set(seed, value);
          return before === value || `${before}, and ${value}`;
        },
      },
    };
    expect(await simulate(flowOf(work), options)).toMatchObject({ ok: true, unsteady: null });
    expect(new Set(came.values()).size).toBe(8);
    expect((await simulate(flowOf(work), { ...options, seed: 5, seeds: 1 })).ok).toBe(true);
  });

  it('is the same in the process that goes on after a crash', async () => {
    const came = new Set<unknown>();
    let actions = 0;
    const base: SimulationOptions = {
      inputs,
      seed: 3,
      invariants: { told: ({ outputs }) => void came.add(outputs['Work.came']?.join()) },
      onRun: (run) => {
        actions = run.actions;
      },
    };
    const work: Work = (ctx) => ctx.random();
    await simulate(flowOf(work), { ...base, choices: 'none' });
    const most = actions;
    expect(most).toBeGreaterThan(8);
    for (let at = 1; at <= most; at += 2) {
      const crashed = await simulate(flowOf(work), { ...base, choices: `crash.1=${at}` });
      expect(crashed).toMatchObject({ ok: true, crashes: 1 });
    }
    expect([...came]).toEqual([expect.stringMatching(/^0\.\d+$/)]);
  });

  it('comes from the seed of the definition too', async () => {
    const seen = new Set<unknown>();
    const { graph, functions } = flowOf((ctx) => ctx.random());
    for (const seed of ['a', 'b']) {
      const { definition } = graph;
      await simulate(new Graph({ ...definition, net: { ...definition.net, seed } }), {
        nodes: Object.fromEntries(functions),
        inputs,
        seeds: 1,
        choices: 'none',
        invariants: { told: ({ outputs }) => void seen.add(outputs['Work.came']?.join()) },
      });
    }
    expect(seen.size).toBe(2);
  });
});

describe('outside of the functions', () => {
  it('timers and clocks are those of the machine, during a simulation and after it', async () => {
    const before = globals();
    let outside = 0;
    await simulate(
      flowOf(() => sleep(1e6)),
      {
        inputs,
        seeds: 2,
        invariants: {
          // It would never ring by simulated time, which stands still here.
          told: async () => {
            const began = performance.now();
            await new Promise((done) => setTimeout(done, 2));
            outside = performance.now() - began;
          },
        },
      },
    );
    expect(outside).toBeGreaterThan(1);
    const after = globals();
    expect(after.map((one, at) => one === before[at])).toEqual(before.map(() => true));
    expect(sleep).toBe(timersPromises.setTimeout);
  });
});

describe('a simulation that throws', () => {
  it.each([
    ['in its world', { world: () => expect.fail('no world') }, 'no world'],
    ['in what it is told of each run', { onRun: () => expect.fail('no matter') }, 'no matter'],
    ['before it has begun', { nodes: { Nobody: () => undefined } }, 'Nobody'],
  ] as const)('%s leaves timers and clocks as they were', async (_, broken, message) => {
    const before = globals();
    const flow = flowOf(() => sleep(1e6));
    await expect(simulate(flow, { inputs, seeds: 2, ...broken })).rejects.toThrow(message);
    const after = globals();
    expect(after.map((one, at) => one === before[at])).toEqual(before.map(() => true));
  });
});

describe('a simulation that is ended by a signal', () => {
  it('makes no further run, and leaves timers and clocks as they were', async () => {
    const before = globals();
    const controller = new AbortController();
    let runs = 0;
    const onRun = (): void => {
      runs += 1;
      controller.abort(new Error('enough'));
    };
    const { signal } = controller;
    const flow = flowOf(() => sleep(1e6));
    await expect(simulate(flow, { inputs, seeds: 20, signal, onRun })).rejects.toThrow('enough');
    expect(runs).toBe(1);
    const after = globals();
    expect(after.map((one, at) => one === before[at])).toEqual(before.map(() => true));
  });
});

describe('several at once', () => {
  it('each have a time of their own, and do what they do alone', async () => {
    const slow = (ms: number) => flowOf(async (ctx) => `${await sleep(ms, 'x')} at ${ctx.now()}`);
    const options: SimulationOptions = { inputs, seeds: 5 };
    const alone = [await simulate(slow(1000), options), await simulate(slow(77), options)];
    const together = await Promise.all([
      simulate(slow(1000), options),
      simulate(slow(77), options),
    ]);
    expect(together.map(({ digest, history }) => [digest, history])).toEqual(
      alone.map(({ digest, history }) => [digest, history]),
    );
    const nets = [testNet(slow(10)), testNet(slow(20))];
    await Promise.all(nets.map((t) => t.inject('Work.go', 1)));
    await Promise.all(nets.map((t, at) => t.advance(10 * (at + 1))));
    expect(nets.map((t) => t.sent('Work.came'))).toEqual([['x at 10'], ['x at 20']]);
  });
});

describe('a net under test', () => {
  it('settles while a function waits for a timer, which rings when the test moves the clock', async () => {
    const t = testNet(flowOf(() => sleep(1000, 'woken')));
    await t.inject('Work.go', 1);
    await t.settle();
    expect(t.timers()).toEqual([{ key: 'sleep:e1', inMs: 1000 }]);
    await expect(t.untilBlocked()).rejects.toMatchObject({ code: 'TEST_NET_NOT_BLOCKED' });
    await t.advance(999);
    expect(t.sent('Work.came')).toEqual([]);
    await t.advance(1);
    expect(t.sent('Work.came')).toEqual(['woken']);
    expect(await t.untilBlocked()).toBe('drained');
  });

  it('goes on to the timer of a function as to any other', async () => {
    const t = testNet(flowOf(() => sleep(5000, Date.now()), { timeout: 60 }));
    await t.inject('Work.go', 1);
    expect(await t.advanceToNext()).toBe(5000);
    expect(t.sent('Work.came')).toEqual(['0']);
    await expect(t.advanceToNext()).rejects.toMatchObject({ code: 'TEST_NO_TIMER' });
  });

  it('runs a held function until it waits', async () => {
    const t = testNet(
      flowOf(() => sleep(10, 'held')),
      { nodes: { Work: 'held' } },
    );
    await t.inject('Work.go', 1);
    await t.epoch('Work').run();
    expect(t.sent('Work.came')).toEqual([]);
    await t.advance(10);
    expect(t.sent('Work.came')).toEqual(['held']);
  });

  it('tells the test where a timer of a function throws', async () => {
    const t = testNet(
      flowOf(() => {
        setTimeout(() => {
          throw new Error('later');
        }, 10);
      }),
    );
    await t.inject('Work.go', 1);
    await t.settle();
    await expect(t.advance(10)).rejects.toThrow('a timer that Work (e1) had set threw: later');
  });

  it('leaves the timers of the machine where they were once it has stopped, whatever never comes back', async () => {
    const before = globals();
    const t = testNet(
      flowOf(() => new Promise(() => undefined)),
      {
        nodes: { Work: unawaited(() => new Promise(() => undefined)) },
      },
    );
    await t.inject('Work.go', 1);
    await t.settle();
    await t.stop();
    expect(globals().every((one, at) => one === before[at])).toBe(true);
  });

  it('is waited for by real time, where that is asked for', async () => {
    const t = testNet(
      flowOf(() => sleep(1, 'real')),
      { time: 'real' },
    );
    await t.inject('Work.go', 1);
    expect(await t.untilBlocked()).toBe('drained');
    expect(t.sent('Work.came')).toEqual(['real']);
  });

  it('finds out by running functions again that one has looked at a clock, and not one that has waited', async () => {
    const clock = testNet(flowOf(() => new Date().toISOString()));
    await clock.inject('Work.go', 1);
    await clock.untilBlocked();
    await expect(clock.reexecute()).rejects.toThrow("recorded '1970-01-01T00:00:00.000Z'");
    const waiting = testNet(flowOf(() => sleep(60_000, 'same')));
    await waiting.inject('Work.go', 1);
    await waiting.advance(60_000);
    expect(await waiting.reexecute()).toBe(1);
  });
});
