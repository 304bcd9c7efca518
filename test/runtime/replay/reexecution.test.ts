/** Recorded runs whose functions are run again: what is the same, what is not, and what cannot be said. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Graph } from '../../../src/dsl/graph.ts';
import type { NodeFunctions } from '../../../src/dsl/node-functions.ts';
import { NonDeterminismError } from '../../../src/runtime/errors.ts';
import { openHistory } from '../../../src/runtime/history/recorded-history.ts';
import { Net } from '../../../src/runtime/net.ts';
import {
  type ReexecutionOptions,
  type ReexecutionResult,
  reexecute,
} from '../../../src/runtime/replay/reexecution.ts';
import {
  type HistoryVerdict,
  replayHistories,
} from '../../../src/runtime/replay/replay-histories.ts';
import type { ExecFunction } from '../../../src/runtime/setup/node-setup.ts';
import { HeldClock } from '../../../src/runtime/time/clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'netrun-reexecution-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const noonMs = Date.UTC(2026, 0, 2, 12);
let runs = 0;

type Functions = Readonly<Record<string, ExecFunction | NodeFunctions>>;

/** Nodes in a row: A takes what is put in, and gives it to B. */
function definition(options = '', net = ''): string {
  return `
[net]
on_error = "continue"
inputs = ["A.in"]
outputs = ["B.out"]
${net}

[nodes.A]
in_ports = ["in"]
out_ports = ["out"]
${options}

[nodes.B]
in_ports = ["in"]
out_ports = ["out"]

[[edges]]
from = "A.out"
to = "B.in"
`;
}

/** Consumes everything and sends on what `make` makes of it. */
const sending =
  (make: (value: unknown, ctx: Parameters<ExecFunction>[0]) => unknown): ExecFunction =>
  async (ctx, packets) => {
    for (const packet of packets['in'] ?? []) {
      const value = await ctx.consumePacket(packet);
      ctx.loadOutputPort('out', ctx.createPacket(make(value, ctx)));
    }
    ctx.sendOutputSalvo('send');
  };

const passing = sending((value) => value);

interface RecordedOptions {
  readonly text?: string;
  readonly values?: readonly unknown[];
  /** Done before the net is stopped. */
  readonly beforeStop?: (net: Net, clock: HeldClock) => Promise<void> | void;
  /** The net is waited for. Default: true. */
  readonly waits?: boolean;
}

/** Runs the net with these functions; gives the path of its history. */
async function recorded(
  functions: Functions,
  { text = definition(), values = [1], beforeStop, waits = true }: RecordedOptions = {},
): Promise<string> {
  const historyFile = join(folder, `${runs++}`, 'history.jsonl');
  const clock = new HeldClock(noonMs);
  const net = new Net(Graph.fromToml(text), { clock, historyFile, logLevel: 'silent' });
  for (const [node, given] of Object.entries(functions)) net.setNodeExec(node, given);
  for (const value of values) await net.inject('A.in', value);
  const running = net.start();
  if (waits) await running;
  await beforeStop?.(net, clock);
  await net.stop();
  await running;
  return historyFile;
}

async function again(
  path: string,
  functions: Functions,
  options: ReexecutionOptions = {},
): Promise<ReexecutionResult[]> {
  const results: ReexecutionResult[] = [];
  const given = { onDifference: 'report', functions, logLevel: 'silent', ...options } as const;
  for await (const result of reexecute(openHistory(path), given)) results.push(result);
  return results;
}

const outcomes = (results: readonly ReexecutionResult[]): string[] =>
  results.map(({ node, outcome }) => `${node} ${outcome}`);

function differenceOf(results: readonly ReexecutionResult[]): NonDeterminismError {
  for (const result of results) if ('difference' in result) return result.difference;
  throw new Error(`there is no difference: ${JSON.stringify(results)}`);
}

/** Runs it, and again with the same functions. */
async function twice(
  functions: Functions,
  options: RecordedOptions = {},
): Promise<ReexecutionResult[]> {
  return again(await recorded(functions, options), functions);
}

const deferred = 'options = { defer_net_actions = true }';

describe('a function that draws from outside', () => {
  it.each([
    ['at once', ''],
    ['deferred', deferred],
  ])('by Math.random() is found, with node, epoch, port and both values (%s)', async (_, how) => {
    const draws = vi.spyOn(Math, 'random').mockReturnValueOnce(0.25).mockReturnValueOnce(0.75);
    const A = sending(() => ({ drawn: Math.random() }));
    const results = await twice({ A, B: passing }, { text: definition(how) });
    draws.mockRestore();
    expect(outcomes(results)).toEqual(['A difference', 'B same']);
    const difference = differenceOf(results);
    expect(difference).toMatchObject({
      code: 'NON_DETERMINISM',
      nodeName: 'A',
      epochId: 'e1',
      attempt: 0,
      operation: 1,
      port: 'out',
      path: '$.drawn',
      recorded: 0.25,
      replayed: 0.75,
    });
    expect(difference.message).toBe(
      'node A acts otherwise in epoch e1, attempt 0, output port out at $.drawn: recorded 0.25, now 0.75',
    );
  });

  it.each(['', deferred])('by ctx.random() and ctx.now() gets what it got (%s)', async (how) => {
    const A = sending((_, ctx) => [ctx.random(), ctx.now(), ctx.random()]);
    expect(outcomes(await twice({ A, B: passing }, { text: definition(how) }))).toEqual([
      'A same',
      'B same',
    ]);
  });

  it('by Date.now() is found', async () => {
    const now = vi.spyOn(Date, 'now').mockReturnValue(1000);
    const A = sending(() => Date.now());
    const path = await recorded({ A, B: passing });
    now.mockReturnValue(2000);
    const results = await again(path, { A, B: passing });
    now.mockRestore();
    expect(differenceOf(results)).toMatchObject({ path: '$', recorded: 1000, replayed: 2000 });
  });

  it('with another draw in between is found', async () => {
    const path = await recorded({ A: sending((_, ctx) => ctx.now()), B: passing });
    const results = await again(path, { A: sending((_, ctx) => ctx.random()), B: passing });
    expect(differenceOf(results)).toMatchObject({
      recorded: { type: 'Record', kind: 'now' },
      replayed: { type: 'Record', kind: 'random' },
    });
  });
});

describe('a function that was changed', () => {
  it('to send something else is found, and the next node gets what it got', async () => {
    const path = await recorded(
      { A: sending((n) => Number(n) + 1), B: passing },
      { values: [1, 5] },
    );
    const results = await again(path, { A: sending((n) => Number(n) * 2), B: passing });
    expect(outcomes(results).toSorted()).toEqual(['A difference', 'A same', 'B same', 'B same']);
    expect(differenceOf(results)).toMatchObject({ port: 'out', recorded: 6, replayed: 10 });
  });

  it.each(['', deferred])('to send less or more is found (%s)', async (how) => {
    const text = definition(how);
    const silent: ExecFunction = async (ctx, packets) => {
      for (const packet of packets['in'] ?? []) await ctx.consumePacket(packet);
    };
    const less = await again(await recorded({ A: passing, B: passing }, { text }), {
      A: silent,
      B: passing,
    });
    expect(differenceOf(less)).toMatchObject({
      nodeName: 'A',
      recorded: { type: 'CreatePacket' },
      replayed: 'returned',
    });
    const more = await again(await recorded({ A: silent, B: passing }, { text }), {
      A: passing,
      B: passing,
    });
    expect(differenceOf(more)).toMatchObject({
      recorded: 'returned',
      replayed: { type: 'CreatePacket' },
    });
  });

  it('to load another port or packet is found by the names that the run knows', async () => {
    const text = definition().replace('out_ports = ["out"]', 'out_ports = ["out", "more"]');
    const A =
      (port: string): ExecFunction =>
      (ctx, packets) => {
        for (const packet of packets['in'] ?? []) ctx.consumePacketSync(packet);
        ctx.loadOutputPort(port, ctx.createPacket('x'));
        ctx.sendOutputSalvo('send');
      };
    const path = await recorded({ A: A('out'), B: passing }, { text });
    expect(differenceOf(await again(path, { A: A('more'), B: passing }))).toMatchObject({
      recorded: { port: 'out', packet: 'p2' },
      replayed: { port: 'more', packet: 'p2' },
    });
  });

  it('so that it throws is told apart, with the error', async () => {
    const path = await recorded({ A: passing, B: passing });
    const A: ExecFunction = () => {
      throw new TypeError('no more');
    };
    const [first] = await again(path, { A, B: passing });
    expect(first).toMatchObject({
      outcome: 'threw',
      error: { message: 'no more' },
      difference: { recorded: 'returned', replayed: { name: 'TypeError', message: 'no more' } },
    });
  });

  it('ends the iteration where differences are not reported', async () => {
    const path = await recorded({ A: passing, B: passing });
    const A = sending(() => 'else');
    await expect(again(path, { A, B: passing }, { onDifference: 'fail' })).rejects.toThrow(
      NonDeterminismError,
    );
  });
});

describe('a function that failed', () => {
  const failing =
    (error: () => Error): ExecFunction =>
    async (ctx, packets) => {
      for (const packet of packets['in'] ?? []) await ctx.consumePacket(packet);
      throw error();
    };

  it.each(['', deferred])(
    'with the same error is the same; with another it is not (%s)',
    async (how) => {
      const text = definition(how);
      const path = await recorded({ A: failing(() => new Error('bad')), B: passing }, { text });
      expect(outcomes(await again(path, { A: failing(() => new Error('bad')) }))).toEqual([
        'A same',
      ]);
      const other = await again(path, { A: failing(() => new RangeError('worse')) });
      expect(differenceOf(other)).toMatchObject({
        path: '$.name',
        recorded: { name: 'Error', message: 'bad' },
        replayed: { name: 'RangeError', message: 'worse' },
      });
      const cured = await again(path, { A: passing });
      expect(differenceOf(cured).recorded).toEqual({ name: 'Error', message: 'bad' });
    },
  );

  it('and was retried sees its attempts before, and each attempt is compared', async () => {
    const text = definition('options = { defer_net_actions = true, retries = 2 }');
    const seen: unknown[] = [];
    const A: ExecFunction = async (ctx, packets) => {
      seen.push([
        ctx.retryCount,
        ctx.retryErrors.map(({ name, message }) => `${name}: ${message}`),
        ctx.retryTimestamps,
      ]);
      if (ctx.retryCount < 2) throw new RangeError(`attempt ${ctx.retryCount}`);
      await passing(ctx, packets);
    };
    const beforeStop = async (_: Net, clock: HeldClock): Promise<void> => {
      for (let left = 20; left > 0; left--) {
        await clock.advance(60_000);
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
    };
    const results = await twice({ A, B: passing }, { text, waits: false, beforeStop });
    expect(results.map(({ node, attempt, outcome }) => [node, attempt, outcome])).toEqual([
      ['A', 0, 'same'],
      ['A', 1, 'same'],
      ['A', 2, 'same'],
      ['B', 0, 'same'],
    ]);
    expect(seen.slice(3)).toEqual(seen.slice(0, 3));
  });

  it('because its finish was refused returned, and does so again', async () => {
    const lazy: ExecFunction = () => undefined;
    const results = await twice({ A: lazy, B: passing });
    expect(outcomes(results)).toEqual(['A same']);
  });

  it('by an illegal operation fails by it again', async () => {
    const A: ExecFunction = (ctx) => ctx.sendOutputSalvo('nothing');
    expect(outcomes(await twice({ A, B: passing }))).toEqual(['A same']);
  });
});

describe('what an attempt was given', () => {
  it('are values of any kind, as they were', async () => {
    const map = new Map<unknown, unknown>([
      ['a', new Date(5)],
      [new Set([1]), 7n],
    ]);
    const A = sending((value) => new Map([...(value as typeof map)].reverse()));
    const functions = { A, B: passing };
    const path = await recorded(functions, { values: [map] });
    expect(outcomes(await again(path, functions))).toEqual(['A same', 'B same']);
    const changed = await again(path, {
      A: sending(() => new Map([['a', new Date(6)]])),
      B: passing,
    });
    expect(differenceOf(changed).recorded).toEqual(new Map([...map].reverse()));
  });

  it('is what its node remembered', async () => {
    const A = sending((_, ctx) => {
      const count = Number(ctx.memory.get('count') ?? 0) + 1;
      ctx.memory.set('count', count);
      return count;
    });
    const path = await recorded({ A, B: passing }, { values: [0, 0, 0] });
    const results = await again(path, { A, B: passing });
    expect(results.filter(({ node }) => node === 'A').map(({ outcome }) => outcome)).toEqual([
      'same',
      'same',
      'same',
    ]);
    const other = sending((_, ctx) => {
      const count = Number(ctx.memory.get('count') ?? 0) + 1;
      ctx.memory.set('count', count + 1);
      return count;
    });
    expect(differenceOf(await again(path, { A: other, B: passing }))).toMatchObject({
      path: '$.value',
      recorded: 1,
      replayed: 2,
    });
  });

  it('is what other epochs made its node remember while it ran', async () => {
    const ended: (() => void)[] = [];
    const counting: ExecFunction = async (ctx, packets) => {
      for (const packet of packets['in'] ?? []) await ctx.consumePacket(packet);
      await new Promise<void>((resolve) => {
        ended.push(resolve);
        if (ended.length >= 2) for (const end of ended) setImmediate(end);
      });
      const count = Number(ctx.memory.get('count') ?? 0) + 1;
      ctx.memory.set('count', count);
      ctx.loadOutputPort('out', ctx.createPacket(count));
      ctx.sendOutputSalvo('send');
    };
    const path = await recorded({ A: counting, B: passing }, { values: [0, 0] });
    expect(outcomes(await again(path, { A: counting })).slice(0, 2)).toEqual(['A same', 'A same']);
    const early: ExecFunction = async (ctx, packets) => {
      const count = Number(ctx.memory.get('count') ?? 0) + 1;
      for (const packet of packets['in'] ?? []) await ctx.consumePacket(packet);
      ctx.memory.set('count', count);
      ctx.loadOutputPort('out', ctx.createPacket(count));
      ctx.sendOutputSalvo('send');
    };
    const [, second] = await again(path, { A: early });
    expect(second).toMatchObject({ outcome: 'skipped' });
  });

  it('are lazy values as they came out, without their functions', async () => {
    let calls = 0;
    const A: ExecFunction = async (ctx, packets) => {
      for (const packet of packets['in'] ?? []) await ctx.consumePacket(packet);
      const made = (): Promise<number> => Promise.resolve(++calls);
      ctx.loadOutputPort('out', ctx.createPacketFromValueFunc(made));
      await ctx.consumePacket(ctx.createPacketFromValueFunc(made));
      ctx.sendOutputSalvo('send');
    };
    for (const how of ['', deferred]) {
      calls = 0;
      const path = await recorded({ A, B: passing }, { text: definition(how) });
      expect(calls).toBe(2);
      expect(outcomes(await again(path, { A, B: passing }))).toEqual(['A same', 'B same']);
      expect(calls).toBe(2);
    }
  });

  it('may be missing: what needs it is told, and the rest is compared', async () => {
    const text = definition('', 'history_values = "hash"');
    const path = await recorded({ A: passing, B: passing }, { text });
    const results = await again(path, { A: passing, B: (ctx) => ctx.random() });
    expect(results[0]).toMatchObject({
      outcome: 'skipped',
      reason: 'the value of p1 was recorded by its hash alone',
    });
    expect(results[1]?.outcome).toBe('difference');
    const blind: ExecFunction = (ctx) => {
      ctx.loadOutputPort('out', ctx.createPacket('x'));
    };
    const loads = await recorded({ A: blind }, { text });
    expect(outcomes(await again(loads, { A: blind }))).toEqual(['A same']);
    const other = await again(loads, {
      A: (ctx) => ctx.loadOutputPort('out', ctx.createPacket('y')),
    });
    expect(differenceOf(other)).toMatchObject({ port: 'out', replayed: 'y' });
  });
});

describe('values that stand beside the history', () => {
  it.each([true, false])('are read from there, where they were kept (%s)', async (keeps) => {
    const path = JSON.stringify(join(folder, `values-${keeps}`));
    const net = `packet_storage_path = ${path}\nconsumed_packet_storage = ${keeps}`;
    const functions = { A: sending((value) => [value]), B: passing };
    const run = await recorded(functions, { text: definition('', net) });
    const [first] = await again(run, functions);
    if (keeps) expect(first).toMatchObject({ outcome: 'same', uncompared: [] });
    else expect(first?.outcome).toBe('skipped');
    const other = await again(run, { A: sending(() => 'else'), B: passing });
    expect(other[0]?.outcome).toBe(keeps ? 'difference' : 'skipped');
  });
});

describe('an attempt that was cut short', () => {
  let reached = (): void => undefined;
  const waiting: ExecFunction = async (ctx, packets) => {
    for (const packet of packets['in'] ?? []) await ctx.consumePacket(packet);
    ctx.loadOutputPort('out', ctx.createPacket('half'));
    reached();
    await new Promise((resolve) => {
      ctx.signal.addEventListener('abort', resolve);
    });
  };
  /** The net is stopped once the function waits. */
  function half(): RecordedOptions {
    const waits = new Promise<void>((resolve) => {
      reached = resolve;
    });
    return { waits: false, beforeStop: () => waits };
  }

  it('is compared as far as it came', async () => {
    const path = await recorded({ A: waiting, B: passing }, half());
    expect(outcomes(await again(path, { A: waiting }))).toEqual(['A same']);
    const other: ExecFunction = async (ctx, packets) => {
      for (const packet of packets['in'] ?? []) await ctx.consumePacket(packet);
      ctx.loadOutputPort('out', ctx.createPacket('other'));
    };
    expect(differenceOf(await again(path, { A: other }))).toMatchObject({
      recorded: 'half',
      replayed: 'other',
    });
  });

  it('cannot be compared where it was deferred', async () => {
    const path = await recorded(
      { A: waiting, B: passing },
      { ...half(), text: definition(deferred) },
    );
    const [result] = await again(path, { A: waiting });
    expect(result).toMatchObject({ outcome: 'skipped' });
  });

  it('by its own function is cut short by it again', async () => {
    const A =
      (reason: string): ExecFunction =>
      (ctx) =>
        ctx.cancelEpoch(reason);
    const path = await recorded({ A: A('enough') });
    expect(outcomes(await again(path, { A: A('enough') }))).toEqual(['A same']);
    expect(differenceOf(await again(path, { A: A('too much') }))).toMatchObject({
      recorded: 'enough',
      replayed: 'cancelled: too much',
    });
  });
});

describe('the re-execution', () => {
  it('gives up a function that does not end', async () => {
    const path = await recorded({ A: passing, B: passing });
    const clock = new HeldClock(0);
    const A: ExecFunction = () => {
      setImmediate(() => void clock.advance(10_000));
      return new Promise(() => undefined);
    };
    const [first] = await again(path, { A, B: passing }, { clock });
    expect(first).toMatchObject({ outcome: 'unfinished' });
  });

  it('starts a node once, and stops it at the end', async () => {
    const path = await recorded({ A: passing, B: passing }, { values: [1, 2, 3] });
    const calls: string[] = [];
    const A = {
      exec: passing,
      start: () => void calls.push('start'),
      stop: () => void calls.push('stop'),
    };
    await again(path, { A, B: passing });
    expect(calls).toEqual(['start', 'stop']);
    const broken = { exec: passing, start: () => Promise.reject(new Error('no database')) };
    const results = await again(path, { A: broken, B: passing });
    expect(results[0]).toMatchObject({
      outcome: 'skipped',
      reason: 'the start function of its node threw: no database',
    });
  });

  it('leaves nodes without a function out, and says so', async () => {
    const path = await recorded({ A: passing, B: passing });
    expect(outcomes(await again(path, { A: passing }))).toEqual(['A same', 'B skipped']);
  });

  it('goes by the start of attempts, also where they overlapped', async () => {
    const ended: (() => void)[] = [];
    const A: ExecFunction = async (ctx, packets) => {
      await new Promise<void>((resolve) => {
        ended.unshift(resolve);
        if (ended.length === 2) for (const end of ended) setImmediate(end);
      });
      await passing(ctx, packets);
    };
    const text = definition('options = { max_parallel_epochs = 2 }');
    const path = await recorded({ A, B: passing }, { text, values: [1, 2] });
    const results = await again(path, { A: passing, B: passing });
    const seqs = results.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(results.map(({ outcome }) => outcome)).toEqual(['same', 'same', 'same', 'same']);
  });
});

describe('the histories of a folder, run again', () => {
  async function verdictOf(path: string, reexec: Functions): Promise<HistoryVerdict> {
    for await (const verdict of replayHistories(dirname(path), { reexec: { functions: reexec } }))
      return verdict;
    throw new Error('no verdict');
  }

  it('tell what acts differently from what threw, and from what is the same', async () => {
    const path = await recorded({ A: passing, B: passing });
    const changed = sending(() => 'other');
    const broken: ExecFunction = () => {
      throw new Error('no more');
    };
    expect(await verdictOf(path, { A: passing, B: passing })).toMatchObject({
      ok: true,
      skipped: [],
    });
    expect(await verdictOf(path, { A: changed, B: broken })).toMatchObject({
      ok: false,
      attempts: [
        { node: 'A', outcome: 'difference' },
        { node: 'B', outcome: 'threw' },
      ],
    });
  });
});
