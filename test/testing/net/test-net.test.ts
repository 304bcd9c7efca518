/** The test net: epochs end when the test says, time passes when the test says. */
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { flow } from '../../../src/dsl/builder.ts';
import { defineNode } from '../../../src/dsl/define-node.ts';
import { Graph } from '../../../src/dsl/graph.ts';
import { Replay } from '../../../src/runtime/replay/replay.ts';
import { limits } from '../../../src/limits.ts';
import { testNet, unawaited } from '../../../src/testing/index.ts';
import { mapping, nextRound, node } from '../../runtime/nets.ts';

/** A fetches, B adds. */
const chain = (options = {}, settings = {}) =>
  new Graph({
    nodes: [node('A', ['in'], ['out'], options), node('B', ['in'], ['out'])],
    edges: [{ from: 'A.out', to: 'B.in' }],
    outputs: ['B.out'],
    net: settings,
  });

const add = { B: mapping((value: number) => value + 1) };

const text = `
[net]
outputs = ["B.out"]
[nodes.A]
in_ports = ["in"]
out_ports = ["out"]
[nodes.B]
in_ports = ["in"]
out_ports = ["out"]
[[edges]]
from = "A.out"
to = "B.in"
`;

describe('a test net', () => {
  it('ends its held epochs in whatever order the test likes', async () => {
    const t = testNet(chain(), { nodes: { A: 'held', ...add } });
    for (const value of [1, 2, 3]) await t.inject('A.in', value);
    await t.epoch('A', { nth: 3 }).succeed(30);
    await t.epoch('A', { nth: 1 }).succeed(10);
    await t.epoch('A').succeed(20);
    expect(await t.untilBlocked()).toBe('drained');
    expect(await t.outputs('B.out')).toEqual([31, 11, 21]);
    expect(t.sent('A.out')).toEqual([30, 10, 20]);
    await t.stop();
  });

  it.each([
    ['text', (_folder: string) => text],
    [
      'a file',
      (folder: string) => {
        writeFileSync(join(folder, 'flow.toml'), text);
        return join(folder, 'flow.toml');
      },
    ],
    [
      'a URL',
      (folder: string) => {
        writeFileSync(join(folder, 'flow.toml'), text);
        return pathToFileURL(join(folder, 'flow.toml'));
      },
    ],
    ['a graph', () => Graph.fromToml(text)],
  ])('is made from %s', async (_what, source) => {
    const folder = mkdtempSync(join(tmpdir(), 'netrun-testing-'));
    const t = testNet(source(folder), { nodes: 'held' });
    await t.inject('A.in', 1);
    await t.epoch('A').succeed('a');
    await t.epoch('B').succeed('b');
    expect(await t.outputs('B.out')).toEqual(['b']);
  });

  it('runs the functions of a flow of the builder, but for the nodes that are held', async () => {
    const type = defineNode({
      in: { x: z.number() },
      out: { y: z.number() },
      exec: ({ x }) => ({ y: x * 2 }),
    });
    const built = flow().node('A', type).node('B', type).edge('A.y', 'B.x').outputs('B.y').build();
    const t = testNet(built, { nodes: { A: 'held' } });
    await t.inject('A.x', 1);
    await t.epoch('A').succeedWith({ y: 5 });
    expect(await t.outputs('B.y')).toEqual([10]);
    await t.inject('A.x', 7);
    await t.epoch('A').run();
    expect(await t.outputs('B.y')).toEqual([10, 28]);
  });

  it('shows the values an epoch was given, and which epochs wait', async () => {
    const t = testNet(chain(), { nodes: { A: 'held' } });
    await t.inject('A.in', { url: 'x' });
    await t.settle();
    expect(t.waiting()).toEqual([{ node: 'A', id: 'e1', attempt: 0 }]);
    expect(await t.epoch('A').inputs()).toEqual({ in: [{ url: 'x' }] });
    expect(await t.epoch({ id: 'e1' }).id()).toBe('e1');
  });

  it('retries when its clock is moved to the next attempt, and not before', async () => {
    const t = testNet(chain({ deferNetActions: true, retries: 1, retryWait: 2 }), {
      nodes: { A: 'held', ...add },
    });
    await t.inject('A.in', 1);
    const epoch = t.epoch('A');
    await epoch.fail(new Error('first'));
    expect(t.timers()).toEqual([{ key: 'retry:e1', inMs: 2000 }]);
    await t.advance(1999);
    expect(t.waiting()).toEqual([]);
    await t.advance(1);
    expect(t.waiting()).toEqual([{ node: 'A', id: 'e1', attempt: 1 }]);
    await epoch.succeed(4);
    expect(await t.outputs('B.out')).toEqual([5]);
    expect(t.now).toBe(2000);
    expect(t.visited('epoch:e1')).toEqual(
      expect.arrayContaining(['running.attempting', 'running.backingOff', 'finished']),
    );
  });

  it('moves to the next timer, and says how far that was', async () => {
    const t = testNet(chain({ timeout: 3 }), { nodes: 'held' });
    await t.inject('A.in', 1);
    await t.epoch('A').hang();
    expect(await t.advanceToNext()).toBe(3000);
    expect(t.error).toMatchObject({ code: 'EPOCH_TIMEOUT' });
    await expect(t.advanceToNext()).rejects.toMatchObject({ code: 'TEST_NO_TIMER' });
  });

  it('lets the result of an epoch that timed out come late', async () => {
    const t = testNet(chain({ timeout: 3 }, { onError: 'continue' }), { nodes: 'held' });
    await t.inject('A.in', 1);
    const epoch = t.epoch('A');
    await epoch.hang();
    await t.advance(3000);
    await epoch.succeed(1);
    const events = [...t.history.events()].map(({ event }) => event);
    expect(events).toContain('EpochTimedOut');
    expect(events.at(-1)).toBe('LateResult');
    expect(t.sent('A.out')).toEqual([]);
  });

  it('leaves an epoch hanging, and picks the next', async () => {
    const t = testNet(chain(), { nodes: { A: 'held', ...add } });
    await t.inject('A.in', 1);
    await t.inject('A.in', 2);
    await t.epoch('A').hang();
    await t.epoch('A').succeed(20);
    expect(t.sent('A.out')).toEqual([20]);
    await t.epoch('A', { nth: 1 }).succeed(10);
    expect(t.sent('A.out')).toEqual([20, 10]);
  });

  it('sends salvos while the epoch goes on', async () => {
    const t = testNet(chain(), { nodes: { A: 'held', ...add } });
    await t.inject('A.in', 1);
    await t.epoch('A').send({ out: 1 });
    await t.epoch('A').send({ out: 2 });
    expect(await t.outputs('B.out')).toEqual([2, 3]);
    await t.epoch('A').succeed();
    expect(await t.untilBlocked()).toBe('drained');
  });

  it('moves and starts nothing by itself while it is stepped', async () => {
    const t = testNet(chain(), { nodes: { A: 'held', ...add } });
    await t.inject('A.in', 1);
    expect(await t.step()).toEqual({ started: ['e1'], blocked: null });
    await t.epoch('A').succeed(1);
    expect(t.net.startableEpochs()).toEqual([]);
    expect(await t.step()).toEqual({ started: ['e2'], blocked: null });
    expect(await t.step()).toEqual({ started: [], blocked: 'drained' });
    await t.inject('A.in', 2);
    expect(t.net.startableEpochs()).toEqual([]);
    await expect(t.untilBlocked()).rejects.toThrow(/e3 of A waits for the test/);
    await t.epoch('A').succeed(2);
    expect(await t.untilBlocked()).toBe('drained');
  });

  it('pauses at a failure, and goes on when it is told', async () => {
    const t = testNet(chain(), { nodes: { A: 'held', ...add } });
    await t.inject('A.in', 1);
    await t.inject('A.in', 2);
    await t.epoch('A').fail('no luck');
    expect(t.net.status().state).toBe('pausing');
    await t.epoch('A').succeed(1);
    expect(t.net.status().state).toBe('paused');
    expect(t.error?.message).toMatch(/no luck/);
    await expect(t.untilBlocked()).rejects.toThrow(/net paused/);
    await t.resume();
    expect(await t.untilBlocked()).toBe('drained');
    await expect(t.resume()).rejects.toMatchObject({ code: 'NET_NOT_PAUSED' });
    expect(await t.untilBlocked()).toBe('drained');
  });

  it('keeps the failure that a net raises', async () => {
    const t = testNet(chain({}, { onError: 'raise' }), { nodes: 'held' });
    await t.inject('A.in', 1);
    await t.epoch('A').fail('no luck');
    expect(t.error?.message).toMatch(/no luck/);
  });

  it('waits for functions that take their time, and not for those that are said to wait for the test', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((done) => {
      release = done;
    });
    const slow = async (...given: Parameters<ReturnType<typeof mapping>>): Promise<void> => {
      for (let round = 0; round < 20; round++)
        await new Promise<void>((done) => {
          setImmediate(done);
        });
      mapping((value: number) => value)(...given);
    };
    const waiting = unawaited(async (ctx, packets) => {
      await gate;
      mapping((value: number) => value)(ctx, packets);
    });
    const t = testNet(chain(), { nodes: { A: slow, B: waiting } });
    await t.inject('A.in', 1);
    await t.settle();
    expect(t.sent('A.out')).toEqual([1]);
    expect(t.sent('B.out')).toEqual([]);
    release();
    expect(await t.untilBlocked()).toBe('drained');
    expect(t.sent('B.out')).toEqual([1]);
  });

  it('waits for what follows a failure, but not where that waits for the test', async () => {
    const told: string[] = [];
    let release: () => void = () => undefined;
    const failed = async (): Promise<void> => {
      await new Promise<void>((done) => {
        release = done;
      });
      told.push('failed');
    };
    const t = testNet(chain(), {
      nodes: { A: { held: unawaited({ failed }) } },
      errorCallback: async () => {
        await nextRound();
        told.push('callback');
      },
    });
    await t.inject('A.in', 1);
    await t.epoch('A').fail();
    expect(told).toEqual([]);
    release();
    await t.settle();
    expect(told).toEqual(['failed', 'callback']);
  });

  it('runs functions of pools here', async () => {
    const pooled = chain({ pool: 'io' }, { threadPools: { io: { size: 2 } } });
    const t = testNet(pooled, { nodes: { A: mapping((value: number) => value * 2), ...add } });
    await t.inject('A.in', 1);
    await t.untilBlocked();
    expect(t.sent('B.out')).toEqual([3]);
  });

  it('writes no files, whatever the definition says', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netrun-testing-'));
    const settings = [
      '[net]',
      'history_file = "history.jsonl"',
      'checkpoint_dir = "kept"',
      'dead_letter_queue = "file"',
      'dead_letter_path = "letters.jsonl"',
    ].join('\n');
    writeFileSync(join(folder, 'flow.toml'), text.replace('[net]', settings));
    const t = testNet(join(folder, 'flow.toml'), { nodes: 'held' });
    await t.inject('A.in', 1);
    await t.epoch('A').fail();
    await t.stop();
    expect(readdirSync(folder)).toEqual(['flow.toml']);
  });

  it('tells the same history every time, with its values and without the machine', async () => {
    const run = async (): Promise<string> => {
      const t = testNet(chain({ deferNetActions: true, retries: 1, retryWait: 1 }), {
        nodes: { A: 'held', ...add },
      });
      await t.inject('A.in', { when: new Date(0), error: new TypeError('inside') });
      await t.epoch('A').fail(new RangeError('once'));
      await t.advanceToNext();
      await t.epoch('A').succeed(1);
      await t.untilBlocked();
      return t.historyText();
    };
    const told = await run();
    expect(await run()).toBe(told);
    expect(told).not.toMatch(/test-net|node_modules|file:/);
    expect(told).toMatch(/"message":"once","stack":""/);
    expect(told).toMatch(/"values":\[\{"value":1\}\]|"value":1\b/);
  });
});

it('what a net under test has recorded can be replayed, and run again', async () => {
  const t = testNet(chain(), { nodes: { A: mapping((value: number) => value * 2), ...add } });
  await t.inject('A.in', 1);
  await t.untilBlocked();
  expect(new Replay(t.recorded()).verify().stateHash).toBe(t.net.stateHash());
  expect(await t.reexecute()).toBe(2);
});

it('a function that depends on what no history has is found by running it again', async () => {
  let count = 0;
  const counting = mapping((value: number) => value + (count += 1));
  const t = testNet(chain(), { nodes: { A: counting, B: 'held' } });
  await t.inject('A.in', 1);
  await t.epoch('B').succeed(5);
  await expect(t.reexecute()).rejects.toMatchObject({ code: 'NON_DETERMINISM', nodeName: 'A' });
});

describe('what a test cannot mean', () => {
  it('is told with how the net stands: an epoch that there is not', async () => {
    const t = testNet(chain(), { nodes: { A: 'held' } });
    const asked = t.epoch('A').succeed(1);
    await expect(asked).rejects.toMatchObject({ code: 'TEST_EPOCH_NOT_FOUND', nodeName: 'A' });
    await expect(asked).rejects.toThrow(/epochs of A: none waits for the test\nnet blocked/);
    await t.inject('A.in', 1);
    await expect(t.epoch('A', { nth: 2 }).succeed()).rejects.toThrow(
      /number 2 was asked for, and 1 was opened/,
    );
    await expect(t.epoch({ id: 'e9' }).fail()).rejects.toThrow(/there has been no epoch e9/);
    const epoch = t.epoch('A');
    await epoch.succeed();
    await expect(epoch.succeed()).rejects.toThrow(/function of epoch e1 has already ended/);
  });

  it('is told with its hint: a node that was not taken over', async () => {
    const t = testNet(chain(), { nodes: add });
    await t.inject('A.in', 1);
    const hint = "The test has not taken B over: testNet(…, { nodes: { B: 'held' } }).";
    await expect(t.epoch('B').succeed(1)).rejects.toMatchObject({
      code: 'TEST_EPOCH_NOT_FOUND',
      message: expect.stringContaining(`\nhint: ${hint}`) as string,
      hint,
    });
    // Also what the net itself refuses: a test runner shows the message, and nothing else.
    await expect(t.inject('A.im', 1)).rejects.toMatchObject({
      code: 'PORT_NOT_INPUT',
      message: expect.stringContaining('\nhint: ') as string,
    });
    await expect(t.outputs('C.ou')).rejects.toThrow(/\nhint: /);
    expect(() => t.sent('A.ou')).toThrow(
      'A.ou is not an output port of a node\nhint: Did you mean A.out?',
    );
    expect(() => t.epoch('C')).toThrow(/the graph has no node C/);
    expect(() => testNet(chain(), { nodes: { C: 'held' } })).toThrow(/the graph has no node C/);
  });

  it('is told: a value that no port is named for', async () => {
    const graph = new Graph({
      nodes: [node('A', ['in'], ['yes', 'no'])],
      outputs: ['A.yes', 'A.no'],
    });
    const t = testNet(graph, { nodes: 'held' });
    await t.inject('A.in', 1);
    await expect(t.epoch('A').succeed(1)).rejects.toMatchObject({ code: 'TEST_OUTPUT_AMBIGUOUS' });
    await expect(t.epoch('A').succeedWith({ maybe: 1 })).rejects.toThrow(/no output port maybe/);
    await t.epoch('A').succeedWith({ no: 1 });
    expect(t.sent('A.no')).toEqual([1]);
    expect(() => t.sent('A.maybe')).toThrow(/is not an output port/);
  });

  it('is told: a success that the net refuses', async () => {
    const graph = new Graph({
      nodes: [node('A', ['in'], [{ name: 'out', type: 'string' }])],
      outputs: ['A.out'],
    });
    const t = testNet(graph, { nodes: 'held' });
    await t.inject('A.in', 1);
    await expect(t.epoch('A').succeed(5)).rejects.toMatchObject({
      code: 'TEST_EPOCH_NOT_SUCCEEDED',
      cause: { code: 'PACKET_TYPE_MISMATCH' },
    });
  });

  it('is told: a file setting, and a file that is not there', () => {
    const options = { historyFile: 'x.jsonl' } as object;
    expect(() => testNet(chain(), options)).toThrow(/a net under test has no historyFile/);
    expect(() => testNet('nowhere.toml')).toThrow(/cannot be read/);
  });

  it('is told: what a node cannot be given', () => {
    const nodes = { A: 'hold' } as unknown as { A: 'held' };
    expect(() => testNet(chain(), { nodes })).toThrow(/nodes\.A is 'hold'/);
  });

  it('is told: a net that feeds itself, and never comes to rest', async () => {
    const cycle = new Graph({
      nodes: [node('A', ['in'], ['out'])],
      edges: [{ from: 'A.out', to: 'A.in' }],
      inputs: ['A.in'],
    });
    const settled = vi.spyOn(limits as { testRecords: number }, 'testRecords', 'get');
    settled.mockReturnValue(2000);
    onTestFinished(() => settled.mockRestore());
    const t = testNet(cycle, { nodes: { A: mapping((value: number) => value + 1) } });
    await t.inject('A.in', 1);
    await expect(t.untilBlocked()).rejects.toMatchObject({ code: 'TEST_NOT_SETTLED' });
    await t.stop();
  });

  it('is told: functions that cannot be imported', async () => {
    const t = testNet(text.replace('[nodes.A]', '[nodes.A]\nexec_node_func = "./none.ts#a"'));
    await expect(t.settle()).rejects.toMatchObject({ code: 'FUNCTION_FILE_NOT_FOUND' });
  });
});
