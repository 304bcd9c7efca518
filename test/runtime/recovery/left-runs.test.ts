/** What recovery does with runs that were left in every other way, and what it refuses. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { NodeInput } from '../../../src/dsl/definition.ts';
import { Graph } from '../../../src/dsl/graph.ts';
import type { RecoveryValueMissing } from '../../../src/runtime/errors.ts';
import { Net } from '../../../src/runtime/net.ts';
import type { TakeOverOptions } from '../../../src/runtime/recovery/recovered-source.ts';
import type { NetOptions } from '../../../src/runtime/setup/net-options.ts';
import type { ExecFunction } from '../../../src/runtime/setup/node-setup.ts';
import { HeldClock } from '../../../src/runtime/time/clock.ts';
import { chain, eventsOf, mapping, nextRound, node } from '../nets.ts';

const root = mkdtempSync(join(tmpdir(), 'netrun-left-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let runs = 0;

interface Begun {
  readonly net: Net;
  readonly historyFile: string;
  readonly recover: (options?: TakeOverOptions) => Promise<Net>;
}

/** A net with a history file of its own, and the way back to it. */
function begun(
  graph: Graph,
  functions: Readonly<Record<string, ExecFunction>>,
  settings: NetOptions = {},
): Begun {
  const historyFile = join(root, `run-${(runs += 1)}`, 'history.jsonl');
  const options = { clock: new HeldClock(1000), logLevel: 'silent' as const };
  const net = new Net(graph, { ...options, historyFile, ...settings });
  for (const [name, exec] of Object.entries(functions)) net.setNodeExec(name, exec);
  const { historyFileSize: _1, historyLevel: _2, historyValues: _3, ...kept } = settings;
  const recover = (more: TakeOverOptions = {}) =>
    Net.recover(historyFile, { ...options, ...kept, graph, functions, ...more });
  return { net, historyFile, recover };
}

async function untilRunning(net: Net, epochs = 1): Promise<void> {
  while (net.status().running < epochs) await nextRound();
  await nextRound();
}

const same = mapping((value: unknown) => value);
const forever: ExecFunction = () => new Promise(() => undefined);

describe('a run that was left', () => {
  it('before its start is as it was, and can be started', async () => {
    const { net, recover } = begun(chain(['A']), { A: same });
    await net.inject('A.in', 1);
    await net.suspend();
    const recovered = await recover();
    expect(recovered.status().state).toBe('created');
    expect((await recovered.start()).outputs).toEqual({ 'A.out': [1] });
  });

  it('is paused, runs nothing before it is resumed, and says what it was found with', async () => {
    const { net, historyFile, recover } = begun(chain(['A']), { A: forever });
    for (const value of [1, 2]) await net.inject('A.in', value);
    void net.start().catch(() => undefined);
    await untilRunning(net, 2);
    await net.suspend();
    writeFileSync(historyFile, '{"seq":', { flag: 'a' });
    let calls = 0;
    const counted: ExecFunction = (ctx, packets) => {
      calls += 1;
      return same(ctx, packets);
    };
    const recovered = await recover({ functions: { A: counted } });
    for (let round = 0; round < 5; round++) await nextRound();
    expect([recovered.status().state, calls]).toEqual(['paused', 0]);
    expect(recovered.recovered).toMatchObject({
      run: net.history.header.run,
      repair: expect.stringContaining('7 bytes') as string,
      completed: 0,
      runAgain: [
        { epoch: 'e1', node: 'A', attempt: 0 },
        { epoch: 'e2', node: 'A', attempt: 0 },
      ],
      injected: new Map([['A.in', 2]]),
    });
    expect(eventsOf(recovered).slice(-2)).toEqual(['NetRecovered', 'NetPaused']);
    expect((await recovered.resume()).outputs).toEqual({ 'A.out': [1, 2] });
    expect(calls).toBe(2);
  });

  it('after it had stopped takes up what is left in it', async () => {
    const { net, recover } = begun(chain(['A']), { A: same });
    await net.inject('A.in', 1);
    await net.start();
    await net.stop();
    const recovered = await recover();
    expect(recovered.status().state).toBe('paused');
    await recovered.inject('A.in', 2);
    expect((await recovered.start()).outputs).toEqual({ 'A.out': [1, 2] });
  });

  it('many times, each time before anything ran, goes on once', async () => {
    const { net, recover } = begun(chain(['A', 'B']), { A: same, B: same });
    await net.inject('A.in', 1);
    await net.start();
    await net.inject('A.in', 2);
    await net.suspend();
    for (let time = 0; time < 4; time++) await (await recover()).suspend();
    const last = await recover();
    expect((await last.start()).outputs).toEqual({ 'B.out': [1, 2] });
    expect(eventsOf(last).filter((event) => event === 'NetRecovered')).toHaveLength(5);
  });

  it('with only its actions written down goes on all the same', async () => {
    const { net, historyFile, recover } = begun(
      chain(['A']),
      { A: same },
      { historyLevel: 'actions' },
    );
    await net.inject('A.in', 1);
    await net.start();
    await net.inject('A.in', 2);
    await net.suspend();
    expect(readFileSync(historyFile, 'utf8')).not.toContain('"type":"event"');
    const recovered = await recover();
    expect((await recovered.start()).outputs).toEqual({ 'A.out': [1, 2] });
  });

  it('with its outputs taken does not give them again', async () => {
    const { net, recover } = begun(chain(['A']), { A: same });
    for (const value of [1, 2]) await net.inject('A.in', value);
    await net.start();
    expect(await net.takeOutputs('A.out')).toEqual([1, 2]);
    await net.inject('A.in', 3);
    await net.suspend();
    expect((await (await recover()).start()).outputs).toEqual({ 'A.out': [3] });
  });

  it('split into several files goes on in the last', async () => {
    const { net, recover } = begun(chain(['A']), { A: same }, { historyFileSize: 2000 });
    for (let value = 0; value < 10; value++) await net.inject('A.in', value);
    await net.start();
    await net.inject('A.in', 10);
    await net.suspend();
    const { outputs } = await (await recover()).start();
    expect(outputs['A.out']).toHaveLength(11);
  });

  it('goes on in time where the clock was set back', async () => {
    const { net, recover } = begun(chain(['A']), { A: same });
    await net.inject('A.in', 1);
    await net.suspend();
    const recovered = await recover({ clock: new HeldClock(1) });
    await recovered.inject('A.in', 2);
    expect((await recovered.start()).outputs).toEqual({ 'A.out': [1, 2] });
  });

  it('whose definition names its functions needs nothing but its history', async () => {
    const file = join(root, 'nodes.mjs');
    writeFileSync(
      file,
      `export const same = (ctx, { in: [packet] }) => {
        ctx.loadOutputPort('out', ctx.createPacket(ctx.consumePacketSync(packet)));
        ctx.sendOutputSalvo('send');
      };`,
    );
    const [{ name, inPorts, outPorts, inConditions, outConditions }] = [
      node('A', ['in'], ['out']) as Required<NodeInput>,
    ];
    const graph = new Graph({
      nodes: [
        { name, inPorts, outPorts, inConditions, outConditions, execNodeFunc: './nodes.mjs#same' },
      ],
      outputs: ['A.out'],
    });
    const { net, historyFile } = begun(graph, {}, { file: join(root, 'flow.toml') });
    await net.inject('A.in', 1);
    await net.suspend();
    const recovered = await Net.recover(historyFile, { logLevel: 'silent' });
    expect((await recovered.start()).outputs).toEqual({ 'A.out': [1] });
    await recovered.suspend();
  });
});

describe('dead letters of a run that was left', () => {
  const failing: ExecFunction = (ctx, packets) => {
    for (const packet of packets['in'] ?? []) ctx.consumePacketSync(packet);
    throw new RangeError('no');
  };

  it('are there again, retried ones are not, and a file has each of them once', async () => {
    const deadLetterPath = join(root, 'letters.jsonl');
    const { net, historyFile, recover } = begun(
      chain(['A']),
      { A: failing },
      {
        onError: 'continue',
        deadLetterQueue: 'file',
        deadLetterPath,
      },
    );
    for (const value of [1, 2, 3]) await net.inject('A.in', value);
    await net.start();
    // What is retried must not fail again before the run is left.
    await net.pause();
    net.deadLetters.discard('d1');
    net.deadLetters.retry('d2');
    await net.suspend();
    const letters = readFileSync(deadLetterPath, 'utf8');
    const recovered = await recover({ functions: { A: same } });
    expect(readFileSync(deadLetterPath, 'utf8')).toBe(letters);
    expect(recovered.deadLetters.all().map(({ id }) => id)).toEqual(['d3']);
    expect((await recovered.start()).outputs).toEqual({ 'A.out': [2] });
    await recovered.suspend();
    const types = readFileSync(deadLetterPath, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; id?: string });
    expect(types.slice(-2).map(({ type, id }) => [type, id])).toEqual([
      ['discarded', 'd1'],
      ['retried', 'd2'],
    ]);
    rmSync(deadLetterPath);
    const rewritten = await recover({ functions: { A: same } });
    expect(rewritten.deadLetters.all().map(({ packets }) => packets[0]?.value)).toEqual([3]);
    expect(readFileSync(historyFile, 'utf8')).toContain('RecordDeadLetter');
  });

  it('are retried to the end where the process ended within the retry', async () => {
    const joined = new Graph({
      nodes: [node('A', ['left', 'right'], ['out'])],
      outputs: ['A.out'],
    });
    const both: ExecFunction = (ctx, packets) => {
      const values = ['left', 'right'].flatMap((port) =>
        (packets[port] ?? []).map((packet) => ctx.consumePacketSync(packet)),
      );
      ctx.loadOutputPort('out', ctx.createPacket(values));
      ctx.sendOutputSalvo('send');
    };
    const boom: ExecFunction = () => {
      throw new Error('no');
    };
    const { net, historyFile, recover } = begun(joined, { A: boom }, { onError: 'continue' });
    await net.inject('A.left', 1);
    await net.inject('A.right', 2);
    await net.start();
    net.deadLetters.retry('d1');
    await net.suspend();
    const lines = readFileSync(historyFile, 'utf8').split('\n');
    const mark = lines.findIndex((line) => line.includes('"action":"RecordDeadLetter"'));
    for (const kept of [mark + 1, mark + 2, mark + 3, mark + 6]) {
      writeFileSync(historyFile, `${lines.slice(0, kept).join('\n')}\n`);
      const recovered = await recover({ functions: { A: both } });
      expect(recovered.deadLetters.all()).toEqual([]);
      expect((await recovered.start()).outputs).toEqual({ 'A.out': [[1, 2]] });
      await recovered.suspend();
    }
  });
});

describe('recovery is refused, in words,', () => {
  it('with all values that were not kept', async () => {
    const { net, recover } = begun(chain(['A', 'B']), {
      A: same,
      B: same,
    });
    await net.inject('A.in', 1);
    await net.inject('A.in', Symbol('one'));
    await net.inject('A.in', () => 1);
    await net.suspend();
    const failure = (await recover().catch((error: unknown) => error)) as RecoveryValueMissing;
    expect(failure).toMatchObject({
      code: 'RECOVERY_VALUE_MISSING',
      hint: expect.any(String) as string,
    });
    expect(failure.missing).toEqual([
      { what: 'p2', place: 'A.in', reason: expect.stringContaining('symbol') as string },
      { what: 'p3', place: 'A.in', reason: expect.stringContaining('function') as string },
    ]);
    const none = begun(chain(['A']), { A: same }, { historyValues: 'none' });
    await none.net.inject('A.in', 1);
    await none.net.suspend();
    await expect(none.recover()).rejects.toThrow('p1 (A.in): its value was not recorded');
  });

  it('where an epoch was running whose node has no function any more', async () => {
    const { net, recover } = begun(chain(['A']), { A: forever });
    await net.inject('A.in', 1);
    void net.start().catch(() => undefined);
    await untilRunning(net);
    await net.suspend();
    await expect(recover({ functions: {} })).rejects.toMatchObject({
      code: 'RECOVERY_FUNCTION_MISSING',
      message: expect.stringContaining('A') as string,
    });
    const recovered = await recover({ functions: { A: same } });
    expect((await recovered.start()).outputs).toEqual({ 'A.out': [1] });
  });

  it('with another net, and with none where the history has no definition', async () => {
    const { net, historyFile, recover } = begun(chain(['A']), { A: same });
    await net.inject('A.in', 1);
    await net.suspend();
    await expect(recover({ graph: chain(['A', 'B']) })).rejects.toMatchObject({
      code: 'HISTORY_OTHER_DEFINITION',
    });
    const [header = '', ...rest] = readFileSync(historyFile, 'utf8').split('\n');
    const { definition: _, ...bare } = JSON.parse(header) as Record<string, unknown>;
    writeFileSync(historyFile, [JSON.stringify(bare), ...rest].join('\n'));
    await expect(Net.recover(historyFile)).rejects.toMatchObject({ code: 'HISTORY_INCOMPLETE' });
    expect((await (await recover()).start()).outputs).toEqual({ 'A.out': [1] });
  });

  it('where the history is not what this kernel gives, and nothing is changed', async () => {
    const { net, historyFile, recover } = begun(chain(['A']), { A: same });
    await net.inject('A.in', 1);
    await net.start();
    await net.suspend();
    const changed = readFileSync(historyFile, 'utf8').replace(
      '"event":"EpochStarted"',
      '"event":"EpochFinished"',
    );
    writeFileSync(historyFile, changed);
    await expect(recover()).rejects.toMatchObject({ code: 'NON_DETERMINISM' });
    expect(readFileSync(historyFile, 'utf8')).toBe(changed);
  });

  it('where the run failed by a bug', async () => {
    const { net, historyFile, recover } = begun(chain(['A']), { A: same });
    await net.inject('A.in', 1);
    await net.suspend();
    const at = '1970-01-01T00:00:01.000Z';
    const failure = {
      seq: 3,
      type: 'event',
      id: 'v2',
      action_id: 'a1',
      at,
      event: 'NetFailed',
      error: { name: 'Error', message: 'bug' },
    };
    const lines = readFileSync(historyFile, 'utf8').split('\n').slice(0, 3);
    writeFileSync(historyFile, `${[...lines, JSON.stringify(failure)].join('\n')}\n`);
    await expect(recover()).rejects.toMatchObject({ code: 'RECOVERY_REFUSED' });
  });
});

describe('an attempt that is run again without deferral', () => {
  it('goes on after what it had done, and sees the time and the draws that it saw', async () => {
    let release = (): void => undefined;
    const seen: unknown[][] = [];
    const acting =
      (waits: boolean): ExecFunction =>
      async (ctx, packets) => {
        const [packet] = packets['in'] ?? [];
        if (packet === undefined) throw new Error('no packet');
        const record = [ctx.now(), ctx.random(), await ctx.consumePacket(packet)];
        seen.push(record);
        ctx.loadOutputPort('out', ctx.createPacket('first'));
        ctx.sendOutputSalvo('send');
        if (waits)
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        ctx.loadOutputPort('out', ctx.createPacket('second'));
        ctx.sendOutputSalvo('send');
      };
    const { net, recover } = begun(chain(['A']), { A: acting(true) });
    await net.inject('A.in', 'value');
    void net.start().catch(() => undefined);
    while (seen.length === 0) await nextRound();
    await net.suspend();
    release();
    const recovered = await recover({
      clock: new HeldClock(99_000),
      functions: { A: acting(false) },
    });
    const { outputs } = await recovered.start();
    expect(outputs).toEqual({ 'A.out': ['first', 'second'] });
    expect(seen[1]).toEqual(seen[0]);
    expect(eventsOf(recovered).filter((event) => event === 'PacketCreated')).toHaveLength(3);
  });

  it('fails where its function acts otherwise than before', async () => {
    const { net, recover } = begun(chain(['A']), {
      A: async (ctx) => {
        ctx.createPacket('made');
        await new Promise(() => undefined);
      },
    });
    await net.inject('A.in', 1);
    void net.start().catch(() => undefined);
    await untilRunning(net);
    await net.suspend();
    const recovered = await recover({ functions: { A: same } });
    const { state, error } = await recovered.start();
    expect(state).toBe('paused');
    expect(error?.cause).toMatchObject({ code: 'NON_DETERMINISM', nodeName: 'A', epochId: 'e1' });
    expect(recovered.deadLetters.all()[0]?.packets[0]?.value).toBe(1);
  });
});

describe('a net that was suspended', () => {
  it('tells its functions to end, calls the stop functions, and takes nothing any more', async () => {
    const told: string[] = [];
    const { net, recover } = begun(chain(['A']), { A: same });
    net.setNodeExec('A', {
      exec: (ctx) =>
        new Promise((_, reject) => {
          ctx.signal.addEventListener('abort', () => {
            told.push('aborted');
            reject(new Error('ended'));
          });
        }),
      stop: () => {
        told.push('stopped');
      },
    });
    await net.inject('A.in', 1);
    const running = net.start();
    await untilRunning(net);
    const last = net.history.lastSeq;
    await net.suspend();
    await net.suspend();
    await nextRound();
    expect((await running).state).toBe('suspended');
    expect([told, net.history.lastSeq]).toEqual([['aborted', 'stopped'], last]);
    await expect(net.inject('A.in', 2)).rejects.toMatchObject({ code: 'NET_STATE' });
    await expect(net.start()).rejects.toMatchObject({ code: 'NET_STATE' });
    await expect(net.pause()).rejects.toMatchObject({ code: 'NET_STATE' });
    await net.stop();
    expect((await (await recover()).start()).outputs).toEqual({ 'A.out': [1] });
  });
});
