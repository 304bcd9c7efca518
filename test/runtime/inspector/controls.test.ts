/** What a page does to a live net: all of it is the net's own doing, and in the history. */
import { describe, expect, it } from 'vitest';
import { HeldClock, type Net } from '../../../src/index.ts';
import { Page, inspected } from './page.ts';
import { sampleNet, stuckNet, underClock } from './sample-net.ts';
import { anyText } from './wanted.ts';

async function pageOf(net: Net): Promise<Page> {
  return Page.connect(await inspected(net));
}

function actionsOf(net: Net): string[] {
  return [...net.history.actions()]
    .map(({ action }) => action)
    .filter((action) => action !== 'RunNetUntilBlocked');
}

describe('a net', () => {
  it('is started, paused and gone on with from the page', async () => {
    const net = sampleNet();
    const page = await pageOf(net);
    expect(await page.ask('command', { command: { type: 'resume' } })).toMatchObject({
      text: 'the net was started',
    });
    await net.whenBlocked();
    await page.ask('command', { command: { type: 'pause', reason: 'to look' } });
    expect(net.status().state).toBe('paused');
    expect((await page.ask('overview', {})).net).toMatchObject({
      lifecycle: 'paused',
      reason: 'to look',
    });
    await page.ask('command', { command: { type: 'resume' } });
    await net.whenBlocked();
    expect((await page.ask('overview', {})).net).toMatchObject({
      lifecycle: 'running',
      reason: '',
    });
    expect(actionsOf(net).filter((action) => action.endsWith('Net'))).toEqual([
      'StartNet',
      'PauseNet',
      'ResumeNet',
    ]);
    expect(await page.refusal('command', { command: { type: 'resume' } })).toMatchObject({
      code: 'NET_NOT_PAUSED',
      hint: anyText,
    });
    await page.ask('command', { command: { type: 'stop', reason: 'enough' } });
    expect(net.status().state).toBe('stopped');
    expect([...net.history.events()].at(-1)).toMatchObject({
      event: 'NetStopped',
      reason: 'enough',
    });
  });

  it('makes one step at a time, and is paused after each', async () => {
    const net = sampleNet();
    await net.inject('Split.line', 'two words');
    const page = await pageOf(net);
    const told: string[] = [];
    for (let count = 0; count < 3; count++) {
      told.push((await page.ask('command', { command: { type: 'step' } })).text);
      expect(net.status().state).toBe('paused');
    }
    expect(told).toEqual(['e1 started', 'e2, e3 started', 'nothing was started; stuck']);
    await net.stop();
  });

  it('that runs is not stepped', async () => {
    const net = await stuckNet();
    const page = await pageOf(net);
    expect(await page.refusal('command', { command: { type: 'step' } })).toMatchObject({
      code: 'NET_STATE',
    });
    await net.stop();
  });

  it('that is stuck is freed by a value put in from the page', async () => {
    const net = await stuckNet();
    const page = await pageOf(net);
    const { packet } = await page.ask('command', {
      command: { type: 'inject', port: 'Pair.label', value: 'x' },
    });
    await net.whenBlocked();
    expect(await net.outputs('Pair.labelled')).toEqual(['x4']);
    expect((await page.ask('packet', { packet: packet as 'p1' })).trace.steps).toHaveLength(4);
    expect(
      await page.refusal('command', { command: { type: 'inject', port: 'Pair.length', value: 1 } }),
    ).toMatchObject({ code: 'PORT_NOT_INPUT' });
    await net.stop();
  });

  it('takes a first step of its explanation, unless it stands otherwise by then', async () => {
    const net = await stuckNet();
    const page = await pageOf(net);
    const { explanation } = await page.ask('explain', {});
    const index = explanation.firstSteps.findIndex(({ action }) => action.type === 'InjectPacket');
    const action = JSON.stringify(explanation.firstSteps[index]?.action);
    const command = { type: 'firstStep', index, action, value: 'y' } as const;
    await page.ask('command', { command });
    await net.whenBlocked();
    expect(await net.outputs('Pair.labelled')).toEqual(['y4']);
    await page.ask('command', { command });
    await net.whenBlocked();
    expect(await page.refusal('command', { command })).toMatchObject({ code: 'FIRST_STEP_GONE' });
    await net.stop();
  });

  it('has its dead letters retried and discarded', async () => {
    const net = await stuckNet();
    const page = await pageOf(net);
    const { packet } = await page.ask('command', { command: { type: 'retry', letter: 'd1' } });
    expect(net.packetTrace(packet ?? '').lineage).toHaveLength(1);
    expect(
      await page.refusal('command', { command: { type: 'retry', letter: 'd1' } }),
    ).toMatchObject({
      code: 'DEAD_LETTER_NOT_FOUND',
    });
    expect(actionsOf(net)).toContain('RecordDeadLetter');
    await net.stop();
    const other = await stuckNet();
    const its = await pageOf(other);
    await its.ask('command', { command: { type: 'discard', letter: 'd1' } });
    expect((await its.ask('letters', {})).total).toBe(0);
    await other.stop();
  });
});

describe('a break-point', () => {
  it.each([
    [{ on: 'port', port: 'Measure.word' }, 'a packet at Measure.word', 'PacketMoved'],
    [{ on: 'port', port: 'Split.word' }, 'a packet at Split.word', 'PacketMoved'],
    [
      { on: 'event', event: 'EpochFinished', node: 'Split' },
      'EpochFinished of Split',
      'EpochFinished',
    ],
    [
      { on: 'state', node: 'Measure', state: 'epoch.running' },
      'Measure is in epoch.running',
      'EpochStarted',
    ],
    [
      { on: 'state', node: 'Measure', state: 'service.up' },
      'Measure is in service.up',
      'NodeStarted',
    ],
  ] as const)(
    'at %j pauses the net where it is hit, and the history says why',
    async (at, text, event) => {
      const net = sampleNet();
      await net.inject('Split.line', 'one two');
      const page = await pageOf(net);
      const { id } = await page.ask('breakSet', { at });
      await net.start();
      expect(net.status().state).toBe('paused');
      const hit = await page.push('break');
      expect(hit.break).toMatchObject({ id, text, lastSeq: hit.seq });
      const action = [...net.history.actions()].find(({ action: type }) => type === 'PauseNet');
      expect(action).toMatchObject({ reason: `break-point: ${text}` });
      const before = [...net.history.range(1, hit.seq)].filter((record) => record.type === 'event');
      expect(before.map((record) => record.event)).toContain(event);
      expect((await page.ask('timebar', {})).marks.map(({ kind }) => kind)).toContain('break');
      await page.ask('breakClear', { break: id });
      expect(await page.ask('breaks', {})).toEqual([]);
      await net.resume();
      expect(net.status().blocked).toBe('stuck');
      await net.stop();
    },
  );

  it('where an attempt fails for good is hit once', async () => {
    const clock = new HeldClock(1_700_000_000_000);
    const net = sampleNet({ clock });
    await net.inject('Split.line', 'good bad good');
    const page = await pageOf(net);
    await page.ask('breakSet', { at: { on: 'state', node: 'Measure', state: 'epoch.failed' } });
    await underClock(clock, net.start());
    expect(net.status().state).toBe('paused');
    const [point] = await page.ask('breaks', {});
    expect(point).toMatchObject({ hits: 1 });
    expect(net.deadLetters.all()).toHaveLength(1);
    await net.stop();
  });

  it('is not set where nothing can be', async () => {
    const net = sampleNet();
    const page = await pageOf(net);
    for (const at of [
      { on: 'port', port: 'Nobody.in' },
      { on: 'port', port: 'Pair.nothing' },
      { on: 'port', port: 'Pair' },
      { on: 'state', node: 'Pair', state: 'gate.nothing' },
      { on: 'state', node: 'Pair', state: 'gate' },
      { on: 'state', node: 'Pair', state: 'epoch.nothing' },
      { on: 'event', event: 'Nothing' },
      { on: 'event', event: 'EpochStarted', node: 'Nobody' },
    ] as const)
      expect(await page.refusal('breakSet', { at })).toMatchObject({ code: 'BREAK_POINT_INVALID' });
    await net.start();
    await net.stop();
  });

  it('is gone with its inspector', async () => {
    const net = sampleNet();
    await net.inject('Split.line', 'one');
    const inspector = await inspected(net);
    const page = await Page.connect(inspector);
    await page.ask('breakSet', { at: { on: 'event', event: 'EpochStarted' } });
    await inspector.close();
    await net.start();
    expect(net.status().state).toBe('blocked');
    await net.stop();
  });
});
