/** Lazy values in checkpoints: made by the functions that the checkpoint's history leads to, or refused by name. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Graph } from '../../../src/dsl/graph.ts';
import type { CheckpointUnserialisable } from '../../../src/runtime/errors.ts';
import { Net } from '../../../src/runtime/net.ts';
import type { TakeOverOptions } from '../../../src/runtime/recovery/recovered-source.ts';
import type { NetOptions } from '../../../src/runtime/setup/net-options.ts';
import type { ExecFunction } from '../../../src/runtime/setup/node-setup.ts';
import { HeldClock } from '../../../src/runtime/time/clock.ts';
import { chain, node } from '../nets.ts';

const root = mkdtempSync(join(tmpdir(), 'netrun-lazy-checkpoint-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let runs = 0;

/** Sends a lazy value of what came in, if anything did, and pauses the net. */
const lazily: ExecFunction = (ctx, packets) => {
  const [packet] = packets['in'] ?? [];
  const value = packet === undefined ? 'source' : ctx.consumePacketSync(packet);
  ctx.pauseNet();
  ctx.loadOutputPort(
    'out',
    ctx.createPacketFromValueFunc(() => `${String(value)} made`),
  );
  ctx.sendOutputSalvo('send');
};

const passing: ExecFunction = async (ctx, packets) => {
  for (const packet of packets['in'] ?? [])
    ctx.loadOutputPort('out', ctx.createPacket(await ctx.consumePacket(packet)));
  ctx.sendOutputSalvo('send');
};

const functions = { A: lazily, B: passing };

/** A net that is paused with a lazy value on its edge, its checkpoint, and the way back from there. */
async function paused(graph: Graph, settings: NetOptions, input?: unknown) {
  const folder = join(root, `run-${(runs += 1)}`);
  const clock = new HeldClock(1000);
  const net = new Net(graph, { clock, logLevel: 'silent', ...settings });
  for (const [name, exec] of Object.entries(functions)) net.setNodeExec(name, exec);
  if (input !== undefined) await net.inject('A.in', input);
  await net.start();
  const checkpoint = join(folder, 'checkpoint');
  const load = (more: TakeOverOptions = {}) =>
    Net.loadCheckpoint(checkpoint, { clock, logLevel: 'silent', graph, functions, ...more });
  return { net, folder, checkpoint, load };
}

const source = new Graph({
  nodes: [node('A', [], ['out'], { autostart: true }), node('B', ['in'], ['out'])],
  edges: [{ from: 'A.out', to: 'B.in' }],
  outputs: ['B.out'],
});

function file(): string {
  return join(root, `history-${(runs += 1)}`, 'history.jsonl');
}

it('a net that is loaded without a history file says so where the run had one', async () => {
  const historyFile = file();
  for (const settings of [{}, { historyFile }]) {
    const { net, checkpoint, load } = await paused(source, settings);
    await net.saveCheckpoint(checkpoint);
    await net.suspend();
    const loaded = await load({ logLevel: 'warn' });
    const told = loaded.log().filter(({ msg }) => String(msg).includes(historyFile));
    expect(told).toHaveLength('historyFile' in settings ? 1 : 0);
    await loaded.suspend();
  }
});

describe('a lazy value in a checkpoint', () => {
  it('is made by its function in the net that is loaded, and stays there for further ones', async () => {
    const graph = chain(['A', 'B']);
    const historyFile = file();
    const { net, checkpoint, load } = await paused(graph, { historyFile }, 7);
    await net.saveCheckpoint(checkpoint);
    expect(readFileSync(join(checkpoint, 'packets.jsonl'), 'utf8')).toContain(
      '{"packet":"p2","lazy":true}',
    );
    await net.stop();
    const loaded = await load({ historyFile: file() });
    await loaded.saveCheckpoint(checkpoint);
    await loaded.suspend();
    const again = await load({ historyFile: file() });
    expect((await again.start()).outputs).toEqual({ 'B.out': ['7 made'] });
    await again.stop();
  });

  it('needs no history file where its function was given nothing', async () => {
    const { net, checkpoint, load } = await paused(source, {});
    await net.saveCheckpoint(checkpoint);
    await net.stop();
    const loaded = await load();
    expect((await loaded.start()).outputs).toEqual({ 'B.out': ['source made'] });
    await loaded.stop();
  });

  it('comes with what its function was given, also where the net has a folder of values', async () => {
    const graph = chain(['A', 'B']);
    const values = join(root, 'values');
    const given = { historyFile: file(), packetStoragePath: values };
    const { net, checkpoint, load } = await paused(graph, given, 12_345);
    await net.saveCheckpoint(checkpoint);
    await net.stop();
    rmSync(values, { recursive: true });
    const elsewhere = { historyFile: file(), packetStoragePath: join(root, 'other-values') };
    const loaded = await load(elsewhere);
    await loaded.suspend();
    const kept = readdirSync(elsewhere.packetStoragePath, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(kept).toContain('12345');
    const recovered = await Net.recover(elsewhere.historyFile, {
      clock: new HeldClock(1000),
      logLevel: 'silent',
      graph,
      functions,
      ...elsewhere,
    });
    expect((await recovered.start()).outputs).toEqual({ 'B.out': ['12345 made'] });
    await recovered.stop();
  });

  it('is refused, by its name and with the reason, where its function is not to be had again', async () => {
    const graph = chain(['A', 'B']);
    const cases: readonly [Graph, NetOptions, unknown, string][] = [
      [graph, {}, 7, 'the value of p1, which it consumed, was not recorded'],
      [source, { historyMaxSize: 2 }, undefined, 'the history does not reach back'],
      [graph, { historyFile: file() }, () => 7, 'the value of p1, which it consumed, was not kept'],
    ];
    for (const [net, settings, input, why] of cases) {
      const begun = await paused(net, settings, input);
      const failure = (await begun.net
        .saveCheckpoint(begun.checkpoint)
        .catch((error: unknown) => error)) as CheckpointUnserialisable;
      expect(failure.code).toBe('CHECKPOINT_UNSERIALISABLE');
      expect(failure.missing).toEqual([
        {
          what: input === undefined ? 'p1' : 'p2',
          place: 'A.out -> B.in',
          reason: expect.stringContaining(why) as string,
        },
      ]);
      await begun.net.stop();
    }
  });

  it('is refused when it is loaded with a function that acts otherwise, or files that say otherwise', async () => {
    const graph = chain(['A', 'B']);
    const { net, checkpoint, load } = await paused(graph, { historyFile: file() }, 7);
    await net.saveCheckpoint(checkpoint);
    await net.stop();
    const other: ExecFunction = (ctx) => {
      ctx.sendOutputSalvo('send');
    };
    await expect(load({ functions: { A: other, B: passing } })).rejects.toMatchObject({
      code: 'RECOVERY_VALUE_MISSING',
      missing: [
        {
          what: 'p2',
          reason: expect.stringContaining('node A acts otherwise in epoch e1') as string,
        },
      ],
    });
    const history = join(checkpoint, 'history.jsonl');
    const text = readFileSync(history, 'utf8');
    writeFileSync(history, text.replace('"values":[{"lazy":true}]', '"values":[{"value":1}]'));
    await expect(load()).rejects.toMatchObject({
      code: 'RECOVERY_VALUE_MISSING',
      message: expect.stringContaining('made by no node') as string,
    });
  });
});
