/** Checkpoints: a net saved while it stands still, and loaded where it was. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Graph } from '../../../src/dsl/graph.ts';
import type { CheckpointUnserialisable } from '../../../src/runtime/errors.ts';
import { Net } from '../../../src/runtime/net.ts';
import type { NetOptions } from '../../../src/runtime/setup/net-options.ts';
import { HeldClock } from '../../../src/runtime/time/clock.ts';
import { chain, mapping, node } from '../nets.ts';
import { throughTime } from '../recovery/cut-histories.ts';

const root = mkdtempSync(join(tmpdir(), 'netrun-checkpoint-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const fresh = (): string => join(root, `checkpoint-${(folders += 1)}`);

const startMs = 1_000_000;
const quiet = (clock = new HeldClock(startMs)): NetOptions => ({ clock, logLevel: 'silent' });

/** Counts in its memory, and pauses the net when it has seen `at` packets. */
const pausing = (at: number) => ({
  A: mapping((n: number) => n + 1),
  B: (
    ctx: Parameters<ReturnType<typeof mapping>>[0],
    packets: Parameters<ReturnType<typeof mapping>>[1],
  ) => {
    const seen = ((ctx.memory.get('seen') as number | undefined) ?? 0) + 1;
    ctx.memory.set('seen', seen);
    if (seen === at) ctx.pauseNet('seen enough');
    mapping((n: number) => [n, seen])(ctx, packets);
  },
});

const graph = chain(['A', 'B'], { A: { rateLimitPerSecond: 4 }, B: { maxParallelEpochs: 1 } });

async function untilPaused(net: Net, clock: HeldClock): Promise<void> {
  await throughTime(clock, net.start());
}

/** A net that has paused in the middle, with a rate limit whose time has not come. */
async function paused(more: NetOptions = {}): Promise<{ net: Net; clock: HeldClock }> {
  const clock = new HeldClock(startMs);
  const net = new Net(graph, { ...quiet(clock), ...more });
  for (const [name, exec] of Object.entries(pausing(2))) net.setNodeExec(name, exec);
  for (const value of [10, 20, 30, 40]) await net.inject('A.in', value);
  await untilPaused(net, clock);
  return { net, clock };
}

const all = {
  'B.out': [
    [11, 1],
    [21, 2],
    [31, 3],
    [41, 4],
  ],
};

describe('a net that was saved and loaded', () => {
  it('is paused, has the same ids, counts, memory and deadlines, and ends as it would have', async () => {
    const { net, clock } = await paused();
    const folder = fresh();
    await net.saveCheckpoint(folder);
    expect(readdirSync(folder).sort()).toEqual([
      'definition.toml',
      'history.jsonl',
      'net_state.json',
      'packets.jsonl',
    ]);
    const later = new HeldClock(clock.now());
    const loaded = await Net.loadCheckpoint(folder, { ...quiet(later), functions: pausing(2) });
    expect(loaded.status()).toEqual(net.status());
    expect(loaded.status()).toMatchObject({ state: 'paused', timers: 1 });
    expect(loaded.startableEpochs()).toEqual(net.startableEpochs());
    expect(await loaded.outputs('B.out')).toEqual(await net.outputs('B.out'));
    expect([...loaded.history].slice(1, net.history.lastSeq + 1)).toEqual(
      [...net.history].slice(1),
    );
    await untilPaused(loaded, later);
    await untilPaused(net, clock);
    expect(await loaded.outputs('B.out')).toEqual(all['B.out']);
    expect(await net.outputs('B.out')).toEqual(all['B.out']);
    expect(later.now()).toBe(clock.now());
  });

  it('has what was taken from its outputs taken, and can be saved again', async () => {
    const { net } = await paused();
    expect(await net.takeOutputs('B.out')).toEqual(all['B.out'].slice(0, 2));
    const [first, second] = [fresh(), fresh()];
    await net.saveCheckpoint(first);
    const loaded = await Net.loadCheckpoint(first, { ...quiet(), functions: pausing(2) });
    await loaded.saveCheckpoint(second);
    const clock = new HeldClock(startMs);
    const again = await Net.loadCheckpoint(second, { ...quiet(clock), functions: pausing(2) });
    await untilPaused(again, clock);
    expect(await again.outputs('B.out')).toEqual(all['B.out'].slice(2));
  });

  it('has its dead letters, and retries them', async () => {
    const clock = new HeldClock(startMs);
    const functions = {
      A: mapping((n: number) => {
        if (n === 2) throw new RangeError('two');
        return n;
      }),
    };
    const net = new Net(chain(['A']), quiet(clock));
    net.setNodeExec('A', functions.A);
    for (const value of [1, 2, 3]) await net.inject('A.in', value);
    await net.start();
    const folder = fresh();
    await net.saveCheckpoint(folder);
    const loaded = await Net.loadCheckpoint(folder, {
      ...quiet(),
      functions: { A: mapping((n: number) => n * 100) },
    });
    expect(loaded.deadLetters.all()).toEqual(net.deadLetters.all());
    loaded.deadLetters.retry('d1');
    expect((await loaded.start()).outputs).toEqual({ 'A.out': [1, 300, 200] });
  });

  it('may have stood still because it was blocked, or stopped', async () => {
    for (const end of ['blocked', 'stopped']) {
      const net = new Net(chain(['A']), quiet());
      net.setNodeExec(
        'A',
        mapping((n: number) => n),
      );
      await net.inject('A.in', 1);
      await net.start();
      if (end === 'stopped') await net.stop();
      const folder = fresh();
      await net.saveCheckpoint(folder);
      const loaded = await Net.loadCheckpoint(folder, {
        ...quiet(),
        functions: { A: mapping((n: number) => n) },
      });
      expect(loaded.status().state).toBe('paused');
      await loaded.inject('A.in', 2);
      expect((await loaded.start()).outputs).toEqual({ 'A.out': [1, 2] });
    }
  });

  it('goes on in the history file that it was saved from, from which it can be recovered', async () => {
    const historyFile = join(fresh(), 'history.jsonl');
    const { net } = await paused({ historyFile });
    const folder = fresh();
    await net.saveCheckpoint(folder);
    await net.suspend();
    const clock = new HeldClock(startMs);
    const loaded = await Net.loadCheckpoint(folder, { ...quiet(clock), functions: pausing(2) });
    await untilPaused(loaded, clock);
    expect(await loaded.outputs('B.out')).toEqual(all['B.out']);
    await loaded.suspend();
    const recovered = await Net.recover(historyFile, { ...quiet(), graph, functions: pausing(2) });
    expect(await recovered.outputs('B.out')).toEqual(all['B.out']);
    await expect(
      Net.loadCheckpoint(folder, { ...quiet(), functions: pausing(2) }),
    ).rejects.toMatchObject({ code: 'HISTORY_FILE_EXISTS' });
    const elsewhere = join(fresh(), 'history.jsonl');
    const branched = await Net.loadCheckpoint(folder, {
      ...quiet(),
      historyFile: elsewhere,
      functions: pausing(2),
    });
    await branched.suspend();
    expect(existsSync(elsewhere)).toBe(true);
  });
});

describe('saving is refused', () => {
  it('while the net is not at rest', async () => {
    const net = new Net(chain(['A']), quiet());
    await expect(net.saveCheckpoint(fresh())).rejects.toMatchObject({ code: 'NET_STATE' });
    net.setNodeExec('A', () => new Promise(() => undefined));
    await net.inject('A.in', 1);
    void net.start();
    await expect(net.saveCheckpoint(fresh())).rejects.toMatchObject({ code: 'NET_STATE' });
    await net.stop();
  });

  it('where values cannot be kept: all of them are listed, and nothing is written', async () => {
    class Secret {
      readonly of = 1;
    }
    const net = new Net(chain(['A', 'B']), quiet());
    net.setNodeExec('A', (ctx, packets) => {
      const [packet] = packets['in'] ?? [];
      if (packet !== undefined) ctx.consumePacketSync(packet);
      ctx.memory.set('helper', () => 1);
      ctx.loadOutputPort(
        'out',
        ctx.createPacketFromValueFunc(() => 1),
      );
      ctx.pauseNet();
      ctx.sendOutputSalvo('send');
    });
    net.setNodeExec(
      'B',
      mapping((n: number) => n),
    );
    await net.inject('A.in', 1);
    await net.start();
    await net.inject('A.in', new Secret());
    await net.inject('A.in', { deep: [() => 1] });
    const folder = fresh();
    const failure = (await net
      .saveCheckpoint(folder)
      .catch((error: unknown) => error)) as CheckpointUnserialisable;
    expect(failure).toMatchObject({ code: 'CHECKPOINT_UNSERIALISABLE' });
    expect(failure.missing.map(({ what, place }) => [what, place])).toEqual([
      ['p3', 'A.in'],
      ['p4', 'A.in'],
      ['the memory "helper"', 'node A'],
      ['p2', 'A.out -> B.in'],
    ]);
    expect(failure.message).toContain('p4 (A.in): value.deep[0] cannot be kept: a function');
    expect(existsSync(folder)).toBe(false);
  });

  it('where the folder holds anything else', async () => {
    const { net } = await paused();
    const folder = fresh();
    mkdirSync(folder);
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    await expect(net.saveCheckpoint(folder)).rejects.toMatchObject({
      code: 'CHECKPOINT_UNWRITABLE',
      message: expect.stringContaining('mine.txt') as string,
    });
    expect(readdirSync(folder)).toEqual(['mine.txt']);
  });
});

describe('a checkpoint that is there', () => {
  it('is replaced as a whole, and is as it was where the new one cannot be saved', async () => {
    const { net } = await paused();
    const folder = fresh();
    await net.saveCheckpoint(folder);
    const before = readFileSync(join(folder, 'net_state.json'), 'utf8');
    await net.inject('A.in', () => 1);
    await expect(net.saveCheckpoint(folder)).rejects.toThrow(/p\d+ \(A\.in\)/);
    expect(readFileSync(join(folder, 'net_state.json'), 'utf8')).toBe(before);
    const other = await paused();
    await other.net.inject('A.in', 50);
    await other.net.saveCheckpoint(folder);
    expect(readFileSync(join(folder, 'net_state.json'), 'utf8')).not.toBe(before);
    expect(existsSync(`${folder}.before`)).toBe(false);
  });

  it('is found where the process ended while another took its place', async () => {
    const { net } = await paused();
    const folder = fresh();
    await net.saveCheckpoint(folder);
    renameSync(folder, `${folder}.before`);
    const loaded = await Net.loadCheckpoint(folder, { ...quiet(), functions: pausing(2) });
    expect(loaded.status()).toEqual(net.status());
    await net.saveCheckpoint(folder);
    expect([existsSync(folder), existsSync(`${folder}.before`)]).toEqual([true, false]);
  });
});

it('checkpoint_dir has a checkpoint saved whenever the net comes to a pause', async () => {
  const checkpointDir = fresh();
  await paused({ checkpointDir });
  const clock = new HeldClock(startMs);
  const loaded = await Net.loadCheckpoint(checkpointDir, {
    ...quiet(clock),
    functions: pausing(2),
  });
  await untilPaused(loaded, clock);
  await loaded.pause();
  const again = await Net.loadCheckpoint(checkpointDir, { ...quiet(), functions: pausing(2) });
  expect(await again.outputs('B.out')).toEqual(all['B.out']);
});

it('a pause whose checkpoint cannot be saved tells so', async () => {
  const net = new Net(chain(['A']), { ...quiet(), checkpointDir: fresh() });
  net.setNodeExec(
    'A',
    mapping((n: number) => n),
  );
  await net.start();
  const stored = net.inject('A.in', () => 1);
  await stored;
  await expect(net.pause()).rejects.toMatchObject({ code: 'CHECKPOINT_UNSERIALISABLE' });
});

it('a definition is saved whole, and loaded', async () => {
  const path = join(root, 'saved.toml');
  const net = new Net(graph, quiet());
  await net.saveDefinition(path);
  await net.saveDefinition(path);
  expect(Net.loadDefinition(path).graph.toToml()).toBe(graph.toToml());
  expect(readdirSync(root).filter((name) => name.includes('saved.toml'))).toEqual(['saved.toml']);
});

it('five thousand waiting packets are saved and loaded', async () => {
  const waiting = new Graph({
    nodes: [node('A', ['in'], [], { maxPendingEpochs: 1 })],
    inputs: ['A.in'],
  });
  const net = new Net(waiting, quiet());
  net.setNodeExec('A', (ctx) => ctx.pauseNet());
  for (let n = 0; n < 5000; n++) await net.inject('A.in', { number: n });
  await net.start();
  const folder = fresh();
  await net.saveCheckpoint(folder);
  const loaded = await Net.loadCheckpoint(folder, {
    ...quiet(),
    functions: { A: () => undefined },
  });
  expect(loaded.status()).toEqual(net.status());
  expect(loaded.values.get('p5000')).toEqual({ number: 4999 });
});
