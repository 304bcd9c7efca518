/** A run in files: the same answers as of the run itself, also while it is written. */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Graph, Net } from '../../../src/index.ts';
import { recordedRun } from '../../../src/runtime/inspector/inspector.ts';
import type { Ask, Question } from '../../../src/runtime/inspector/protocol.ts';
import { Page, inspected, inspectorOf } from './page.ts';
import { textLike, textWith } from './wanted.ts';

const folder = mkdtempSync(join(tmpdir(), 'netrun-recorded-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const graph = Graph.fromToml(`
[net]
on_error = "continue"
inputs = ["Check.n", "Add.more"]
outputs = ["Add.sum"]

[nodes.Check]
in_ports = ["n"]
out_ports = ["ok"]

[nodes.Add]
in_ports = ["ok", "more"]
out_ports = ["sum"]

[[edges]]
from = "Check.ok"
to = "Add.ok"
`);

/** A run that is written down, with a failure and a packet that waits. */
async function writtenNet(name: string): Promise<{ readonly net: Net; readonly file: string }> {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  const net = new Net(graph, { historyFile: file, logLevel: 'silent' });
  net.setNodeExec('Check', async (ctx, { n = [] }) => {
    const [packet] = n;
    const value: unknown = packet === undefined ? 0 : await ctx.consumePacket(packet);
    if (value === 2) throw new RangeError('two is too much');
    ctx.loadOutputPort('ok', ctx.createPacket({ value, secret: 'x' }));
    ctx.sendOutputSalvo('send');
  });
  net.setNodeExec('Add', () => undefined);
  for (const value of [1, 2, 3]) await net.inject('Check.n', value);
  await net.start();
  return { net, file };
}

/** The page of a run that is over, once all of it has been read. */
async function pageOf(path: string): Promise<Page> {
  const run = await recordedRun(path);
  while (!run.isOver) await new Promise(setImmediate);
  return Page.connect(await inspectorOf(run));
}

describe('a recorded run', () => {
  it('answers as the run itself did, at any instant', async () => {
    const { net, file } = await writtenNet('same.jsonl');
    const live = await Page.connect(await inspected(net));
    await net.stop();
    const recorded = await pageOf(file);
    const middle = Math.floor(net.history.lastSeq / 2);
    const questions: [Ask, object][] = [
      ['machines', {}],
      ['position', {}],
      ['timebar', { buckets: 9 }],
      ['messages', { from: 1, to: middle }],
      ['lineage', { packet: 'p4' }],
      ...[null, middle, 7].flatMap((at): [Ask, object][] => [
        ['overview', { at }],
        ['epochs', { at }],
        ['actor', { at, address: 'node:Add' }],
        ['transitions', { at, address: 'node:Check' }],
        ['places', { at }],
        ['explain', { at }],
      ]),
    ];
    for (const [ask, fields] of questions) {
      const question = fields as Question<typeof ask>;
      expect([ask, fields, await recorded.ask(ask, question)]).toEqual([
        ask,
        fields,
        await live.ask(ask, question),
      ]);
    }
  });

  it('has the values of packets that are long gone, and the stacks of errors', async () => {
    const { net, file } = await writtenNet('values.jsonl');
    await net.stop();
    const page = await pageOf(file);
    expect(page.pushes[0]).toMatchObject({
      source: 'recorded',
      hasControls: false,
      hasLogs: false,
      notice: null,
      position: { isLive: false },
    });
    expect(await page.ask('value', { packet: 'p1' })).toMatchObject({ preview: { text: '1' } });
    const made = [...net.history.events()].find(
      ({ event, epoch }) => event === 'PacketCreated' && epoch !== undefined,
    );
    expect(await page.ask('packet', { packet: made?.['packet'] as 'p1' })).toMatchObject({
      value: { preview: { text: textWith('"value": ') } },
    });
    const { epochs } = await page.ask('epochs', { states: ['failed'] });
    const { errors } = await page.ask('epoch', { epoch: epochs.items[0]?.epoch ?? 'e0' });
    expect(errors).toMatchObject([{ name: 'RangeError', stack: textWith('recorded-run.test.ts') }]);
  });

  it('has the log that is kept beside its history, as it grows', async () => {
    const { net, file } = await writtenNet('logged/history.jsonl');
    await net.stop();
    const log = join(folder, 'logged/log.jsonl');
    const line = (number: number): string =>
      `${JSON.stringify({ level: 30, time: number, node: 'Add', msg: `said ${number}`, secret: 1 })}\n`;
    writeFileSync(log, line(1));
    const page = await pageOf(file);
    expect(page.pushes[0]).toMatchObject({ hasLogs: true });
    await page.ask('follow', {});
    await page.push('tick', ({ logLines }) => logLines === 1);
    appendFileSync(log, line(2));
    await page.push('tick', ({ logLines }) => logLines === 2);
    const { lines } = await page.ask('logs', {});
    expect(lines).toMatchObject([
      { node: 'Add', text: 'said 1' },
      { node: 'Add', text: 'said 2' },
    ]);
  });

  it('takes no commands', async () => {
    const { net, file } = await writtenNet('commands.jsonl');
    await net.stop();
    const page = await pageOf(file);
    for (const ask of [
      page.refusal('command', { command: { type: 'pause' } }),
      page.refusal('breakSet', { at: { on: 'event', event: 'EpochStarted' } }),
    ])
      expect(await ask).toMatchObject({ code: 'INSPECTOR_READ_ONLY' });
    expect(await page.ask('breaks', {})).toEqual([]);
  });

  it('that is being written is followed, whatever of a line is there already', async () => {
    const { net, file } = await writtenNet('whole.jsonl');
    await net.stop();
    const text = readFileSync(file, 'utf8');
    const written = join(folder, 'growing.jsonl');
    const half = Math.floor(text.length / 2);
    writeFileSync(written, text.slice(0, half));
    const page = await Page.connect(await inspectorOf(await recordedRun(written)));
    expect(page.pushes[0]).toMatchObject({ source: 'following', position: { isLive: true } });
    await page.ask('follow', {});
    const { position } = await page.push('tick');
    expect(position.last).toBeLessThan(net.history.lastSeq);
    appendFileSync(written, text.slice(half));
    const last = await page.push('tick', (tick) => !tick.position.isLive);
    expect(last.position.last).toBe(net.history.lastSeq);
    expect(last.change.net.lifecycle).toBe('stopped');
  });

  it('whose records are not what its actions give is shown with a notice', async () => {
    const { net, file } = await writtenNet('changed.jsonl');
    await net.stop();
    const changed = join(folder, 'tampered.jsonl');
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      changed,
      text.replace('"event":"EpochStarted","epoch":"e1"', '"event":"EpochStarted","epoch":"e2"'),
    );
    const page = await pageOf(changed);
    expect(page.pushes[0]).toMatchObject({
      notice: textLike(/^Record \d+ is not what/),
    });
  });

  it('that is none is refused', async () => {
    await expect(recordedRun(join(folder, 'nothing.jsonl'))).rejects.toMatchObject({
      code: 'HISTORY_UNREADABLE',
    });
    const empty = join(folder, 'empty.jsonl');
    writeFileSync(empty, '{"seq":0}\n');
    await expect(recordedRun(empty)).rejects.toMatchObject({ code: 'HISTORY_INVALID' });
  });
});
