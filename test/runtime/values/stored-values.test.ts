/** Nets that keep the values of their packets in a folder: what is in it when, and what a run left there is good for. */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Graph } from '../../../src/dsl/graph.ts';
import { JournalFile } from '../../../src/runtime/history/journal-file.ts';
import { openHistory } from '../../../src/runtime/history/recorded-history.ts';
import { Net } from '../../../src/runtime/net.ts';
import type { NetOptions } from '../../../src/runtime/setup/net-options.ts';
import type { ExecFunction } from '../../../src/runtime/setup/node-setup.ts';
import { HeldClock } from '../../../src/runtime/time/clock.ts';
import { systemValueDisk } from '../../../src/runtime/values/value-disk.ts';
import { chain, isPending, mapping, nextRound, node } from '../nets.ts';

function freshFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'netrun-stored-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Where a run below the folder writes to. */
function placed(folder: string): NetOptions {
  return {
    historyFile: join(folder, 'history.jsonl'),
    packetStoragePath: join(folder, 'values'),
  };
}

interface Kept {
  readonly net: Net;
  readonly folder: string;
}

function kept(exec: ExecFunction, options: NetOptions = {}, nodeOptions = {}): Kept {
  const folder = freshFolder();
  const net = new Net(chain(['A'], { A: nodeOptions }), {
    clock: new HeldClock(1_000_000),
    logLevel: 'silent',
    historyFsync: 'never',
    ...placed(folder),
    ...options,
  });
  net.setNodeExec('A', exec);
  return { net, folder };
}

/** The values in the folder, by their texts. */
function textsIn(folder: string): string[] {
  return readdirSync(join(folder, 'values'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'))
    .sort();
}

const containing = (part: string): unknown => expect.stringContaining(part);

/** Removals follow the event loop. */
async function quiet(): Promise<void> {
  for (let round = 0; round < 5; round++) await nextRound();
}

const shout = mapping((text: string) => text.toUpperCase());

describe('a net with a folder of values', () => {
  it('has references in its history, and the values in the folder of the run', async () => {
    const { net, folder } = kept(shout);
    await net.inject('A.in', 'secret');
    expect(textsIn(folder)).toEqual(['"secret"']);
    const { historyFile } = placed(folder) as { historyFile: string };
    expect(readFileSync(historyFile, 'utf8')).not.toContain('secret');
    const { header } = openHistory(historyFile);
    expect(readdirSync(join(folder, 'values'))).toEqual([header.run]);
    await net.stop();
  });

  it('forgets values with their packets, and keeps those that nobody has taken', async () => {
    const { net, folder } = kept(shout);
    await net.inject('A.in', 'one');
    await net.start();
    await quiet();
    expect(textsIn(folder)).toEqual(['"ONE"']);
    await net.takeOutputs('A.out');
    await quiet();
    expect(textsIn(folder)).toEqual([]);
    await net.stop();
  });

  it('keeps a value of several packets until the last of them has ended', async () => {
    const { net, folder } = kept(mapping((n: number) => n));
    for (let n = 0; n < 2; n++) await net.inject('A.in', 7, { wait: true });
    await net.start();
    await quiet();
    expect(textsIn(folder)).toEqual(['7']);
    await net.takeOutputs('A.out');
    await quiet();
    expect(textsIn(folder)).toEqual([]);
    await net.stop();
  });

  it('keeps the inputs of an epoch that runs, consumed or not', async () => {
    let end = (): void => undefined;
    const { net, folder } = kept(async (ctx, packets) => {
      for (const packet of packets['in'] ?? []) ctx.consumePacketSync(packet);
      await new Promise<void>((done) => {
        end = done;
      });
    });
    await net.inject('A.in', 'input');
    const running = net.start();
    await quiet();
    expect(textsIn(folder)).toEqual(['"input"']);
    end();
    await running;
    await quiet();
    expect(textsIn(folder)).toEqual([]);
    await net.stop();
  });

  it('keeps what an open dead letter has, until it is retried or discarded', async () => {
    let fails = true;
    const { net, folder } = kept(
      (ctx, packets) => {
        if (fails) throw new Error('bad');
        shout(ctx, packets);
      },
      { onError: 'continue' },
    );
    for (const text of ['a', 'b']) {
      await net.inject('A.in', text);
      await net.start();
    }
    await quiet();
    expect(textsIn(folder)).toEqual(['"a"', '"b"']);
    const [first, second] = net.deadLetters.all();
    net.deadLetters.discard(first?.id ?? '');
    await quiet();
    await net.start();
    await quiet();
    expect(textsIn(folder)).toEqual(['"b"']);
    fails = false;
    net.deadLetters.retry(second?.id ?? '');
    await net.start();
    await quiet();
    expect(textsIn(folder)).toEqual(['"B"']);
    await net.stop();
  });

  it('keeps nothing of an epoch that fails and leaves no dead letter', async () => {
    const { net, folder } = kept(
      () => {
        throw new Error('bad');
      },
      { onError: 'continue' },
      { deadLetterQueue: false },
    );
    await net.inject('A.in', 'a');
    await net.start();
    await quiet();
    expect(textsIn(folder)).toEqual([]);
    await net.stop();
  });

  it('keeps consumed values on request, the oldest only as long as there are not more', async () => {
    const { net, folder } = kept(
      (ctx, packets) => {
        for (const packet of packets['in'] ?? []) ctx.consumePacketSync(packet);
      },
      { consumedPacketStorage: true, consumedPacketStorageLimit: 2 },
    );
    for (const n of [1, 2, 3]) {
      await net.inject('A.in', n);
      await net.start();
    }
    await quiet();
    expect(textsIn(folder)).toEqual(['2', '3']);
    await net.stop();
  });

  it('is refused where values are to be kept in a folder and none is named', () => {
    expect(() => new Net(chain(['A']), { historyValues: 'store' })).toThrow(
      expect.objectContaining({
        diagnostics: [expect.objectContaining({ code: 'PACKET_STORAGE_PATH_MISSING' })],
      }),
    );
  });

  it('has values in its records where it is told so, whatever folder is named', async () => {
    const { net, folder } = kept(shout, { historyValues: 'inline' });
    await net.inject('A.in', 'inline');
    await net.stop();
    expect(readdirSync(folder)).toEqual(['history.jsonl']);
    expect(readFileSync(join(folder, 'history.jsonl'), 'utf8')).toContain('"inline"');
  });
});

describe('a folder that cannot be written', () => {
  it('ends the run as its history does, before anything follows', async () => {
    const { net, folder } = kept(shout, { onError: 'continue' });
    await net.inject('A.in', 'one');
    const write = vi.spyOn(systemValueDisk, 'write').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    });
    const lines = readFileSync(join(folder, 'history.jsonl'), 'utf8');
    await expect(net.inject('A.in', 'two', { wait: true })).rejects.toThrow(
      expect.objectContaining({
        code: 'HISTORY_UNWRITABLE',
        message: containing('ENOSPC'),
      }),
    );
    write.mockRestore();
    expect(net.status().state).toBe('failed');
    expect(readFileSync(join(folder, 'history.jsonl'), 'utf8')).toBe(lines);
    await net.stop().catch(() => undefined);
    const again = await Net.recover(folder, {
      graph: chain(['A']),
      functions: { A: shout },
      logLevel: 'silent',
      onError: 'continue',
      ...placed(folder),
    });
    const { outputs } = await again.start();
    expect(outputs).toEqual({ 'A.out': ['ONE'] });
    await again.stop();
  });

  it('that cannot be made is told before anything runs', async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'values'), '');
    const net = new Net(chain(['A']), placed(folder));
    await expect(net.inject('A.in', 1)).rejects.toThrow(
      expect.objectContaining({ code: 'VALUE_STORE_UNUSABLE' }),
    );
    expect(readdirSync(folder)).toEqual(['values']);
  });
});

/** A fans out to B, which fails once in a while, and C, which works packet by packet. */
const flow = new Graph({
  nodes: [
    node('A', ['in'], ['out']),
    node('B', ['in'], ['out'], { retries: 1, deferNetActions: true }),
    node('C', ['in'], ['out']),
    node('D', ['in'], ['out']),
  ],
  edges: [
    { from: 'A.out', to: 'B.in' },
    { from: 'A.out', to: 'C.in' },
    { from: 'A.out', to: 'D.in' },
  ],
  outputs: ['B.out', 'C.out'],
});

function functions(): Record<string, ExecFunction> {
  return {
    A: mapping((n: number) => ({ from: 'A', n: BigInt(n) })),
    B: (ctx, packets) => {
      if (ctx.retryCount === 0) throw new Error('once');
      mapping(({ n }: { n: bigint }) => `B${n}`)(ctx, packets);
    },
    C: async (ctx, packets) => {
      const [packet] = packets['in'] ?? [];
      if (packet === undefined) throw new Error('no packet');
      const { n } = ctx.consumePacketSync(packet) as { n: bigint };
      const own = ctx.createPacket(`own of ${n}`);
      await nextRound();
      const text = ctx.consumePacketSync(own) as string;
      ctx.loadOutputPort('out', ctx.createPacket(`C: ${text}`));
      ctx.sendOutputSalvo('send');
    },
    D: () => {
      throw new Error('always');
    },
  };
}

/** What is in a folder whenever a record was written or a value removed. */
function found(folder: string): string[] {
  const places: string[] = [];
  const snap = (): void => {
    const copy = `${folder}-${places.length}`;
    cpSync(folder, copy, { recursive: true });
    onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
    places.push(copy);
  };
  const append: JournalFile['append'] = Reflect.get(JournalFile.prototype, 'append');
  const disk = { ...systemValueDisk };
  vi.spyOn(JournalFile.prototype, 'append').mockImplementation(function (
    this: JournalFile,
    ...given
  ) {
    append.apply(this, given);
    snap();
  });
  vi.spyOn(systemValueDisk, 'remove').mockImplementation((path) => {
    disk.remove(path);
    snap();
  });
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  return places;
}

/** Starts the net, and lets time pass while it waits. */
async function driven(
  net: Net,
  clock: HeldClock,
): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const running = net.start();
  running.catch(() => undefined);
  while (await isPending(running)) {
    await clock.advance(0);
    const { next } = clock;
    if (next !== null) await clock.advance(next - clock.now());
  }
  return (await running).outputs;
}

describe('a run whose process ends', () => {
  it('at any action, or after any removal, finds every value that it needs, and nothing else is left in the end', async () => {
    const folder = freshFolder();
    const places = found(folder);
    const options: NetOptions = {
      logLevel: 'silent',
      onError: 'continue',
      historyFsync: 'always',
    };
    const clock = new HeldClock(0);
    const net = new Net(flow, { ...options, clock, ...placed(folder) });
    for (const [name, exec] of Object.entries(functions())) net.setNodeExec(name, exec);
    await net.inject('A.in', 1);
    const injected = places.length;
    const whole = await driven(net, clock);
    await quiet();
    vi.restoreAllMocks();
    const rest = textsIn(folder);
    expect(places.length).toBeGreaterThan(20);
    expect(whole['C.out']).toEqual(['C: own of 1']);
    await net.stop();
    for (const place of places.slice(injected)) {
      const time = new HeldClock(0);
      const again = await Net.recover(place, {
        ...options,
        historyFsync: 'never',
        clock: time,
        graph: flow,
        functions: functions(),
        ...placed(place),
      });
      const outputs = await driven(again, time);
      for (const port of ['B.out', 'C.out']) expect(outputs[port], place).toEqual(whole[port]);
      const letters = again.deadLetters.all().map(({ packets }) => packets[0]?.value);
      expect(letters, place).toEqual([{ from: 'A', n: 1n }]);
      await quiet();
      expect(textsIn(place), place).toEqual(rest);
      await again.stop();
    }
  });

  it('is told of each value that is gone or damaged', async () => {
    const { net, folder } = kept(shout, { historyFsync: 'always' });
    await net.inject('A.in', 'one');
    await net.suspend();
    const [run] = readdirSync(join(folder, 'values'));
    const values = join(folder, 'values', run ?? '');
    const [sub] = readdirSync(values);
    const [file] = readdirSync(join(values, sub ?? ''));
    const options = { graph: chain(['A']), functions: { A: shout }, ...placed(folder) };
    writeFileSync(join(values, sub ?? '', file ?? ''), '"two"');
    await expect(Net.recover(folder, options)).rejects.toThrow(
      expect.objectContaining({
        code: 'RECOVERY_VALUE_MISSING',
        message: containing('is damaged'),
      }),
    );
    rmSync(values, { recursive: true });
    await expect(Net.recover(folder, options)).rejects.toThrow(/p1.*is not in the folder/s);
    const { packetStoragePath: _, ...nowhere } = options;
    await expect(Net.recover(folder, nowhere)).rejects.toThrow(
      /packet_storage_path does not say which/,
    );
  });
});

describe('a checkpoint of a net with a folder of values', () => {
  it('has the values itself; the run goes on from it, and can be recovered, where the folder is gone', async () => {
    const { net, folder } = kept(shout, { onError: 'continue' });
    await net.inject('A.in', 'bad');
    net.setNodeExec('A', () => {
      throw new Error('bad');
    });
    await net.start();
    await net.pause();
    net.setNodeExec('A', shout);
    await net.inject('A.in', 'good');
    const saved = join(folder, 'saved');
    await net.saveCheckpoint(saved);
    await net.stop();
    for (const gone of ['values', 'history.jsonl']) rmSync(join(folder, gone), { recursive: true });
    const options = { graph: chain(['A']), functions: { A: shout }, ...placed(folder) };
    const loaded = await Net.loadCheckpoint(saved, { ...options, onError: 'continue' });
    expect(textsIn(folder)).toEqual(['"bad"', '"good"']);
    await loaded.suspend();
    const recovered = await Net.recover(folder, { ...options, onError: 'continue' });
    const { outputs } = await recovered.start();
    expect(outputs).toEqual({ 'A.out': ['GOOD'] });
    const [letter] = recovered.deadLetters.all();
    expect(letter?.packets.map(({ value }) => value)).toEqual(['bad']);
    await recovered.stop();
  });
});
