/** Lazy values that live when their process ends: their functions are had again from what made them, or it is said why not. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Graph } from '../../../src/dsl/graph.ts';
import type { ExecContext, InputPackets } from '../../../src/dsl/node-functions.ts';
import type { NodeOptions } from '../../../src/dsl/schema.ts';
import type { RecoveryValueMissing } from '../../../src/runtime/errors.ts';
import { Net } from '../../../src/runtime/net.ts';
import type { TakeOverOptions } from '../../../src/runtime/recovery/recovered-source.ts';
import { reexecute } from '../../../src/runtime/replay/reexecution.ts';
import { openHistory } from '../../../src/runtime/history/recorded-history.ts';
import type { NetOptions } from '../../../src/runtime/setup/net-options.ts';
import type { ExecFunction } from '../../../src/runtime/setup/node-setup.ts';
import { HeldClock } from '../../../src/runtime/time/clock.ts';
import { chain, nextRound, node } from '../nets.ts';

const root = mkdtempSync(join(tmpdir(), 'netrun-lazy-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let runs = 0;

type Functions = Readonly<Record<string, ExecFunction>>;

function begun(graph: Graph, functions: Functions, settings: NetOptions = {}) {
  const folder = join(root, `run-${(runs += 1)}`);
  const historyFile = join(folder, 'history.jsonl');
  const clock = new HeldClock(1000);
  const options = { clock, logLevel: 'silent' as const };
  const net = new Net(graph, { ...options, historyFile, ...settings });
  for (const [name, exec] of Object.entries(functions)) net.setNodeExec(name, exec);
  const recover = (more: TakeOverOptions = {}) =>
    Net.recover(historyFile, { ...options, ...settings, graph, functions, ...more });
  return { net, clock, folder, historyFile, recover };
}

function inputOf(packets: InputPackets) {
  const [packet] = packets['in'] ?? [];
  if (packet === undefined) throw new Error('no packet');
  return packet;
}

function send(ctx: ExecContext, make: () => unknown): void {
  ctx.loadOutputPort('out', ctx.createPacketFromValueFunc(make));
  ctx.sendOutputSalvo('send');
}

/** Sends a lazy value of what came in, and pauses the net before anybody consumes it. */
const lazily =
  (
    change: (value: number) => unknown,
    ways: { async?: boolean; pauses?: boolean } = {},
  ): ExecFunction =>
  (ctx, packets) => {
    const act = (value: unknown): void => {
      if (ways.pauses !== false) ctx.pauseNet();
      send(ctx, () => change(value as number));
    };
    const packet = inputOf(packets);
    if (ways.async === true) return ctx.consumePacket(packet).then(act);
    return act(ctx.consumePacketSync(packet));
  };

/** Consumes, and sends what it got as it is. */
const passing: ExecFunction = async (ctx, packets) => {
  const value = await ctx.consumePacket(inputOf(packets));
  ctx.loadOutputPort('out', ctx.createPacket(value));
  ctx.sendOutputSalvo('send');
};

async function outputsAfter(net: Net, port = 'B.out'): Promise<unknown> {
  let result = await net.start();
  while (result.state === 'paused' && result.error === undefined) result = await net.start();
  await net.stop();
  return result.outputs[port];
}

/** Starts the net, and lets the time of a retry come. */
async function retried(net: Net, clock: HeldClock): Promise<void> {
  const started = net.start();
  while (net.status().timers === 0) await nextRound();
  await clock.advance(1);
  await started;
}

async function failureOf(promise: Promise<unknown>): Promise<RecoveryValueMissing> {
  return (await promise.catch((error: unknown) => error)) as RecoveryValueMissing;
}

const deferred: NodeOptions = { deferNetActions: true };

/** Fails while it is told to, without having consumed anything. */
const refusing =
  (refuses: boolean): ExecFunction =>
  (ctx, packets) => {
    if (refuses) throw new Error('not this one');
    return passing(ctx, packets);
  };

describe('a lazy value that a dead letter held when its process ended', () => {
  const graph = chain(['A', 'B']);
  const lazy = lazily((n) => Promise.resolve(n * 10), { pauses: false });

  async function failed(functions: Functions, settings: NetOptions = {}) {
    const run = begun(graph, functions, { onError: 'continue', ...settings });
    await run.net.inject('A.in', 7);
    await run.net.start();
    await run.net.suspend();
    return run;
  }

  it('is in the letter as it was, and is put back', async () => {
    const { net, recover } = await failed({ A: lazy, B: refusing(true) });
    const functions = { A: lazy, B: refusing(false) };
    const recovered = await recover({ functions });
    const [letter] = recovered.deadLetters.all();
    const { errors: _1, ...before } = net.deadLetters.get('d1');
    expect(letter).toMatchObject(before);
    expect(letter?.packets).toMatchObject([{ packet: 'p2', value: 70, lazy: true }]);
    expect(recovered.recovered?.lazy).toEqual(['p2']);
    recovered.deadLetters.retry('d1');
    expect(await outputsAfter(recovered)).toEqual([70]);
  });

  it('keeps nobody from going on where it cannot be had again, and the letter says why', async () => {
    const { recover } = await failed({ A: lazy, B: refusing(true) });
    const functions = { A: passing, B: refusing(false) };
    const recovered = await recover({ functions });
    const [packet] = recovered.deadLetters.get('d1').packets;
    expect(packet?.error?.message).toMatch(/^the value is lazy, and epoch e1 of node A/);
    expect(recovered.recovered?.lazy).toEqual([]);
    expect(() => recovered.deadLetters.retry('d1')).toThrow(/does not have all of its values: p2/);
    await recovered.inject('A.in', 1);
    expect(await outputsAfter(recovered)).toEqual([1]);
  });

  it('that still fails is said to fail, and one that takes too long is not waited for', async () => {
    const failing = lazily(() => Promise.reject(new Error('no source')), { pauses: false });
    const first = await failed({ A: failing, B: refusing(true) });
    const [packet] = (await first.recover()).deadLetters.get('d1').packets;
    expect(packet?.error?.message).toMatch(/failed: no source$/);
    let hangs = false;
    const never = lazily((n) => (hangs ? new Promise(() => undefined) : n), { pauses: false });
    const { clock, recover } = await failed({ A: never, B: refusing(true) });
    hangs = true;
    const recovering = recover();
    while (clock.next === null) await nextRound();
    await clock.advance(60_000);
    const [late] = (await recovering).deadLetters.get('d1').packets;
    expect(late?.error?.message).toBe('its function was not done within 60000 ms');
  });

  it('is put back where the retry had broken off', async () => {
    const run = begun(graph, { A: lazy, B: refusing(true) }, { onError: 'continue' });
    await run.net.inject('A.in', 7);
    await run.net.start();
    run.net.deadLetters.retry('d1');
    await run.net.suspend();
    const lines = readFileSync(run.historyFile, 'utf8').split('\n');
    const marked = lines.findIndex((line) => line.includes('"event":"DeadLetterMarked"'));
    writeFileSync(run.historyFile, `${lines.slice(0, marked + 1).join('\n')}\n`);
    const recovered = await run.recover({ functions: { A: lazy, B: refusing(false) } });
    expect(recovered.recovered?.putBack).toHaveLength(1);
    expect(await outputsAfter(recovered)).toEqual([70]);
  });

  it('is in the file, which is written once everything has been found', async () => {
    const deadLetterPath = join(root, 'letters.jsonl');
    const settings = { deadLetterQueue: 'file', deadLetterPath } as const;
    const { recover } = await failed({ A: lazy, B: refusing(true) }, settings);
    rmSync(deadLetterPath);
    const recovered = await recover({ ...settings, functions: { A: lazy, B: refusing(false) } });
    const [, line] = readFileSync(deadLetterPath, 'utf8').split('\n');
    expect(JSON.parse(line ?? '')).toMatchObject({ packets: [{ packet: 'p2', value: 70 }] });
    await recovered.stop();
  });

  it('leaves the file as it is where the run cannot be recovered', async () => {
    const deadLetterPath = join(root, 'refused.jsonl');
    const settings = { deadLetterQueue: 'file', deadLetterPath } as const;
    const held = lazily((n) => n);
    const sometimes: ExecFunction = (ctx, packets) =>
      ctx.epochId === 'e1' ? passing(ctx, packets) : held(ctx, packets);
    const functions = { A: sometimes, B: refusing(true) };
    const { net, recover } = begun(graph, functions, { onError: 'continue', ...settings });
    await net.inject('A.in', 7);
    await net.start();
    await net.inject('A.in', 8);
    while (net.status().state !== 'paused') await nextRound();
    await net.suspend();
    rmSync(deadLetterPath);
    await expect(recover({ functions: { ...functions, A: passing } })).rejects.toMatchObject({
      code: 'RECOVERY_VALUE_MISSING',
    });
    expect(existsSync(deadLetterPath)).toBe(false);
    const recovered = await recover();
    expect(existsSync(deadLetterPath)).toBe(true);
    await recovered.stop();
  });
});

describe('a lazy value that lives when its process ends', () => {
  const ways: readonly [string, Record<string, NodeOptions>, ExecFunction, NetOptions?][] = [
    ['whose function made it in one turn', {}, lazily((n) => n * 10)],
    ['whose function took its time', {}, lazily((n) => n * 10, { async: true })],
    ['whose function was deferred', { A: deferred }, lazily((n) => n * 10, { async: true })],
    ['of which only actions are recorded', {}, lazily((n) => n * 10), { historyLevel: 'actions' }],
    ['that takes its time itself', {}, lazily((n) => Promise.resolve(n * 10))],
  ];
  for (const [what, options, exec, settings] of ways) {
    it(`${what} is made by that function after the recovery, with what it had then`, async () => {
      const { net, recover } = begun(chain(['A', 'B'], options), { A: exec, B: passing }, settings);
      await net.inject('A.in', 7);
      await net.start();
      await net.suspend();
      const recovered = await recover();
      expect(recovered.recovered?.lazy).toEqual(['p2']);
      expect(await outputsAfter(recovered)).toEqual([70]);
    });
  }

  it('is recovered again and again, and the whole run is executed again without a difference', async () => {
    const functions = { A: lazily((n) => n + 1), B: passing };
    const graph = chain(['A', 'B']);
    const { net, historyFile, recover } = begun(graph, functions);
    await net.inject('A.in', 1);
    await net.start();
    await net.suspend();
    for (let time = 0; time < 3; time++) await (await recover()).suspend();
    expect(await outputsAfter(await recover())).toEqual([2]);
    const outcomes: string[] = [];
    for await (const { outcome } of reexecute(openHistory(historyFile), { graph, functions }))
      outcomes.push(outcome);
    expect(outcomes).toEqual(['same', 'same']);
  });

  it('of an action whose events were not written any more is there as well', async () => {
    const { net, historyFile, recover } = begun(chain(['A', 'B'], { A: deferred }), {
      A: lazily((n) => n + 1),
      B: passing,
    });
    await net.inject('A.in', 1);
    await net.start();
    await net.suspend();
    const lines = readFileSync(historyFile, 'utf8').split('\n');
    const commit = lines.findIndex((line) => line.includes('"action":"CommitEpoch"'));
    for (const kept of [commit + 1, commit + 3]) {
      writeFileSync(historyFile, `${lines.slice(0, kept).join('\n')}\n`);
      expect(await outputsAfter(await recover())).toEqual([2]);
    }
  });

  it('is checked by the types of all ports that it went by, and by no others', async () => {
    const graph = new Graph({
      nodes: [
        node('A', ['in'], [{ name: 'out', type: 'number' }]),
        node('B', ['in'], [{ name: 'out', type: 'string' }]),
        node('C', ['in'], ['out']),
        node('D', ['in'], ['out']),
      ],
      edges: [
        { from: 'A.out', to: 'B.in' },
        { from: 'A.out', to: 'D.in' },
        { from: 'B.out', to: 'C.in' },
      ],
      outputs: ['C.out', 'D.out'],
    });
    const onward: ExecFunction = (ctx, packets) => {
      ctx.pauseNet();
      ctx.loadOutputPort('out', inputOf(packets));
      ctx.sendOutputSalvo('send');
    };
    const functions = { A: lazily((n) => n, { pauses: false }), B: onward, C: passing, D: passing };
    const { net, recover } = begun(graph, functions, { onError: 'continue', maxConcurrency: 1 });
    await net.inject('A.in', 5);
    await net.start();
    await net.suspend();
    const recovered = await recover();
    expect(recovered.recovered?.lazy.length).toBeGreaterThan(0);
    const { outputs } = await recovered.start();
    expect(outputs).toEqual({ 'C.out': [], 'D.out': [5] });
    expect(recovered.deadLetters.all()[0]?.errors[0]).toMatchObject({
      code: 'PACKET_TYPE_MISMATCH',
      message: expect.stringContaining('B.out') as string,
    });
    await recovered.stop();
  });

  it('of a retried epoch is that of the attempt that was committed', async () => {
    const exec: ExecFunction = async (ctx, packets) => {
      const value = Number(await ctx.consumePacket(inputOf(packets)));
      const { retryCount, retryErrors } = ctx;
      const drawn = ctx.random();
      send(ctx, () => [value, retryCount, retryErrors.map(({ message }) => message), drawn]);
      if (retryCount === 0) throw new Error('not yet');
      ctx.pauseNet();
    };
    const graph = chain(['A', 'B'], { A: { ...deferred, retries: 1 } });
    const whole = begun(graph, { A: exec, B: passing });
    await whole.net.inject('A.in', 3);
    await retried(whole.net, whole.clock);
    const expected = await outputsAfter(whole.net);
    const { net, clock, recover } = begun(graph, { A: exec, B: passing });
    await net.inject('A.in', 3);
    await retried(net, clock);
    await net.suspend();
    expect(await outputsAfter(await recover())).toEqual(expected);
    expect(expected).toEqual([[3, 1, ['not yet'], expect.any(Number)]]);
  });

  it('that a failed attempt had consumed is given to the next as it was made', async () => {
    const calls: number[] = [];
    const functions: Functions = {
      A: lazily(
        (n) => {
          calls.push(n);
          return n;
        },
        { pauses: false },
      ),
      B: async (ctx, packets) => {
        const value = await ctx.consumePacket(inputOf(packets));
        if (ctx.retryCount === 0) throw new Error('not yet');
        ctx.loadOutputPort('out', ctx.createPacket(value));
        ctx.sendOutputSalvo('send');
      },
    };
    const graph = chain(['A', 'B'], { B: { ...deferred, retries: 1 } });
    const { net, clock, historyFile, recover } = begun(graph, functions);
    await net.inject('A.in', 4);
    const started = net.start();
    while (net.status().timers === 0) await nextRound();
    await net.suspend();
    await started;
    expect(calls).toEqual([4]);
    const recovered = await recover();
    await retried(recovered, clock);
    expect(recovered.deadLetters.all()).toEqual([]);
    expect(await outputsAfter(recovered)).toEqual([4]);
    expect(calls).toEqual([4]);
    const outcomes: unknown[] = [];
    for await (const { node: name, outcome } of reexecute(openHistory(historyFile), {
      graph,
      functions,
    }))
      outcomes.push([name, outcome]);
    expect(outcomes).toEqual([
      ['A', 'same'],
      ['B', 'same'],
      ['B', 'same'],
    ]);
  });

  it('waits as an input of an epoch that was running, and had not asked for it yet', async () => {
    let release = (): void => undefined;
    const waiting =
      (waits: boolean): ExecFunction =>
      async (ctx, packets) => {
        if (waits)
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        await passing(ctx, packets);
      };
    const functions = { A: lazily((n) => n + 1, { pauses: false }), B: waiting(true) };
    const { net, recover } = begun(chain(['A', 'B']), functions);
    await net.inject('A.in', 1);
    void net.start().catch(() => undefined);
    while (net.status().running === 0 || net.history.lastSeq < 12) await nextRound();
    await net.suspend();
    release();
    const recovered = await recover({ functions: { ...functions, B: waiting(false) } });
    expect(recovered.recovered?.runAgain).toMatchObject([{ node: 'B' }]);
    expect(await outputsAfter(recovered)).toEqual([2]);
  });

  it('that an epoch had sent which was still running is there before that runs again', async () => {
    let release = (): void => undefined;
    const sending =
      (waits: boolean): ExecFunction =>
      async (ctx, packets) => {
        const value = Number(await ctx.consumePacket(inputOf(packets)));
        send(ctx, () => value * 2);
        if (waits) ctx.pauseNet();
        if (waits)
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        send(ctx, () => value * 3);
      };
    const { net, recover } = begun(chain(['A', 'B']), { A: sending(true), B: passing });
    await net.inject('A.in', 5);
    void net.start().catch(() => undefined);
    while (net.status().state !== 'pausing') await nextRound();
    await net.suspend();
    release();
    const recovered = await recover({ functions: { A: sending(false), B: passing } });
    expect(recovered.recovered?.lazy).toEqual(['p2']);
    expect(await outputsAfter(recovered)).toEqual([10, 15]);
  });

  it('made of a lazy value is made of what that came to, or of what it comes to', async () => {
    const graph = chain(['A', 'B', 'C', 'D']);
    const functions: Functions = {
      A: lazily((n) => (add: number) => n + add, { pauses: false }),
      B: async (ctx, packets) => {
        const add = (await ctx.consumePacket(inputOf(packets))) as (n: number) => number;
        send(ctx, () => ({ sum: add(1) }));
      },
      C: async (ctx, packets) => {
        const { sum } = (await ctx.consumePacket(inputOf(packets))) as { sum: number };
        ctx.pauseNet();
        send(ctx, () => sum * 100);
      },
      D: passing,
    };
    const { net, recover } = begun(graph, functions);
    await net.inject('A.in', 1);
    await net.start();
    await net.suspend();
    expect(await outputsAfter(await recover(), 'D.out')).toEqual([200]);
    const early = begun(graph, {
      ...functions,
      B: (ctx, packets) => {
        ctx.pauseNet();
        return functions['B']?.(ctx, packets);
      },
    });
    await early.net.inject('A.in', 2);
    await early.net.start();
    await early.net.suspend();
    expect(await outputsAfter(await early.recover(), 'D.out')).toEqual([300]);
  });

  it('has what its node remembered then, and its start function was called', async () => {
    const told: string[] = [];
    const exec: ExecFunction = (ctx, packets) => {
      const sum =
        Number(ctx.memory.get('sum') ?? 0) + Number(ctx.consumePacketSync(inputOf(packets)));
      ctx.memory.set('sum', sum);
      if (sum === 6) ctx.pauseNet();
      send(ctx, () => sum);
    };
    const graph = chain(['A', 'B'], { A: { maxParallelEpochs: 1 } });
    const { net, recover } = begun(graph, { A: exec, B: passing }, { maxConcurrency: 1 });
    for (const n of [1, 2, 3]) await net.inject('A.in', n);
    await net.start();
    await net.suspend();
    const functions = {
      A: { exec, start: () => void told.push('start'), stop: () => void told.push('stop') },
      B: passing,
    };
    const recovered = await recover({ functions });
    expect(told).toEqual(['start', 'stop']);
    const { outputs } = await recovered.start();
    expect(outputs['B.out']).toEqual([1, 3, 6]);
    await recovered.inject('A.in', 4);
    expect((await recovered.start()).outputs['B.out']).toEqual([1, 3, 6, 10]);
    await recovered.stop();
  });

  it('keeps what its function needs in the folder of values, as long as it lives', async () => {
    const values = join(root, 'values');
    const settings = { packetStoragePath: values };
    const functions = { A: lazily((n) => `${n} made`), B: passing };
    const { net, recover } = begun(chain(['A', 'B']), functions, settings);
    await net.inject('A.in', 12_345);
    await net.start();
    await net.suspend();
    const kept = () =>
      readdirSync(values, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(kept()).toEqual(['12345']);
    const recovered = await recover();
    expect(kept()).toEqual(['12345']);
    expect(await outputsAfter(recovered)).toEqual(['12345 made']);
    while (kept().includes('12345')) await nextRound();
    expect(kept()).toEqual(['"12345 made"']);
  });
});

describe('a lazy value that is not to be had again is told, and nothing is changed,', () => {
  it('where the function acts otherwise: with packet, place, node, and what differs', async () => {
    const { net, historyFile, recover } = begun(chain(['A', 'B']), {
      A: lazily((n) => n),
      B: passing,
    });
    await net.inject('A.in', 7);
    await net.start();
    await net.suspend();
    const before = readFileSync(historyFile);
    const others: readonly [ExecFunction, string][] = [
      [(ctx) => send(ctx, () => 8), 'operation 0'],
      [
        (ctx, packets) => {
          ctx.loadOutputPort('out', ctx.createPacket(ctx.consumePacketSync(inputOf(packets))));
          ctx.sendOutputSalvo('send');
        },
        'a value that is there',
      ],
      [() => Promise.reject(new Error('gone')), 'gone'],
    ];
    for (const [exec, why] of others) {
      const failure = await failureOf(recover({ functions: { A: exec, B: passing } }));
      expect(failure.code).toBe('RECOVERY_VALUE_MISSING');
      expect(failure.missing).toEqual([
        {
          what: 'p2',
          place: 'A.out -> B.in',
          reason: expect.stringMatching(
            /is lazy, and epoch e1 of node A.*cannot be run again/,
          ) as string,
        },
      ]);
      expect(failure.message).toContain(why);
      expect(readFileSync(historyFile).equals(before)).toBe(true);
    }
    expect(await outputsAfter(await recover())).toEqual([7]);
  });

  it('where what its function was given was not kept, or its node has no function', async () => {
    const hashed = begun(
      chain(['A', 'B']),
      { A: lazily((n) => n), B: passing },
      { historyValues: 'hash' },
    );
    await hashed.net.inject('A.in', 7);
    await hashed.net.start();
    await hashed.net.suspend();
    expect((await failureOf(hashed.recover())).missing).toMatchObject([
      {
        what: 'p2',
        reason: expect.stringContaining(
          'the value of p1, which it consumed, was recorded by its hash',
        ) as string,
      },
    ]);
    const { net, recover } = begun(chain(['A', 'B']), { A: lazily((n) => n), B: passing });
    await net.inject('A.in', 7);
    await net.start();
    await net.suspend();
    const failure = await failureOf(recover({ functions: { B: passing } }));
    expect(failure.missing[0]?.reason).toContain('node A has no function');
  });

  it('of two makers, each is told, and a chain names the first that fails', async () => {
    const functions: Functions = {
      A: lazily((n) => () => n, { pauses: false }),
      B: async (ctx, packets) => {
        const get = (await ctx.consumePacket(inputOf(packets))) as () => number;
        ctx.pauseNet();
        send(ctx, () => get());
      },
      C: passing,
    };
    const { net, recover } = begun(chain(['A', 'B', 'C']), functions, { maxConcurrency: 1 });
    for (const n of [1, 2]) await net.inject('A.in', n);
    await net.start();
    await net.suspend();
    const changed: ExecFunction = (ctx) => send(ctx, () => () => 0);
    const failure = await failureOf(recover({ functions: { ...functions, A: changed } }));
    expect(failure.missing.length).toBeGreaterThan(1);
    for (const { reason } of failure.missing) expect(reason).toContain('node A');
  });
});
