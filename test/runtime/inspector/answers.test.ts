/** What the inspector answers, held against a replay of the same run and against the run itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Net, Replay, type RunState } from '../../../src/index.ts';
import type { Overview } from '../../../src/runtime/inspector/instant-view.ts';
import type { Chart, ChartState, GraphView } from '../../../src/runtime/inspector/net-view.ts';
import { Page, inspected } from './page.ts';
import { sampleNet, stuckNet, underClock } from './sample-net.ts';
import { HeldClock } from '../../../src/index.ts';
import { anyText, textLike, textWith } from './wanted.ts';

let net: Net;
let page: Page;
let graph: GraphView;

beforeAll(async () => {
  net = await stuckNet({ inspectorRedact: ['Password'] });
  page = await Page.connect(await inspected(net));
  graph = await page.ask('graph', {});
});

afterAll(() => net.stop());

/** Numbers of the last records of all actions, 0 first. */
function instants(): number[] {
  const seqs = [...net.history.actions()].map(({ seq }) => seq - 1);
  return [...seqs, net.history.lastSeq];
}

function stateAt(replay: Replay, seq: number): RunState {
  return replay.seek(seq).state();
}

/** Packets on an edge, or at a port, as a replay has them. */
function countIn(state: RunState, accepts: (place: { type: string }) => boolean): number {
  return state.packets
    .filter(({ place }) => accepts(place))
    .reduce((sum, { count }) => sum + count, 0);
}

describe('the net', () => {
  it('is told with its ports, its edges, and its conditions as trees of atoms', () => {
    expect(graph.nodes.map(({ name }) => name)).toEqual(['Split', 'Measure', 'Pair']);
    expect(graph.edges).toEqual([
      { from: 'Split.word', to: 'Measure.word', capacity: null },
      { from: 'Measure.length', to: 'Pair.length', capacity: null },
    ]);
    expect(graph.nodes[2]?.inConditions[0]).toMatchObject({
      when: 'nonempty(length) and nonempty(label)',
      term: {
        type: 'and',
        terms: [
          { type: 'atom', atom: 0 },
          { type: 'atom', atom: 1 },
        ],
      },
      atoms: [
        { text: 'nonempty(length)', port: 0 },
        { text: 'nonempty(label)', port: 1 },
      ],
    });
    expect(graph.nodes[1]?.options).toMatchObject({ retries: 1, deferNetActions: true });
    expect(graph.nodes[2]?.inPorts.map(({ isOutside }) => isOutside)).toEqual([false, true]);
  });

  it('has a chart for every actor, each machine once, in which every state is found by a value', async () => {
    const { charts, net: own } = await page.ask('machines', {});
    expect(charts[own]?.kind).toBe('net');
    const [split, measure, pair] = graph.nodes;
    expect(charts[measure?.epochChart ?? -1]?.kind).toBe('epoch');
    expect(split?.chart).not.toBe(pair?.chart);
    expect(charts[pair?.chart ?? -1]).toMatchObject({ kind: 'node', root: { type: 'parallel' } });
    expect(new Set(charts.map((chart) => JSON.stringify(chart))).size).toBe(charts.length);
    for (const chart of charts) {
      const known = new Set(idsOf(chart.root));
      for (const { source, targets, id } of chart.transitions) {
        expect(chart.transitions[id]?.id).toBe(id);
        for (const state of [source, ...targets]) expect(known).toContain(state);
      }
    }
    const guarded = charts[pair?.chart ?? -1]?.transitions.filter(
      ({ condition }) => condition === 0,
    );
    expect(guarded?.map(({ guard }) => guard)).toContain('nonempty(length) and nonempty(label)');
  });
});

function idsOf(state: ChartState): string[] {
  return [state.id, ...state.states.flatMap(idsOf)];
}

describe('an instant', () => {
  it('has the counts that a replay has there, wherever in the history it is', async () => {
    const replay = new Replay(net.history, { graph: net.graph });
    // Back and forth, so that states kept on the way are come back to.
    const order = instants().map((seq, at, all) => (at % 2 === 0 ? seq : (all.at(-at) ?? seq)));
    for (const seq of order) {
      const overview = await page.ask('overview', { at: seq });
      const state = stateAt(replay, seq);
      expect(overview.at).toBe(seq);
      expect(overview.now).toBe(state.now);
      expect(overview.net).toMatchObject({
        lifecycle: state.lifecycle,
        blocked: state.blocked,
        running: state.counts.running,
        startable: state.counts.startable,
        packetsMade: state.counts.packetsMade,
      });
      expectNodes(overview, state);
    }
  });

  function expectNodes({ nodes, edges }: Overview, state: RunState): void {
    for (const { node, ports, ...look } of nodes) {
      const { name, inPorts } = graph.nodes[node] ?? { name: '', inPorts: [] };
      const known = state.nodes.find((each) => each.node === name);
      expect(look).toMatchObject({
        gate: known?.gate,
        service: known?.service,
        running: known?.running,
        startable: known?.startable,
        opened: known?.opened,
      });
      // Every epoch that was opened is somewhere.
      const { opened, startable, running, finished, failed, cancelled } = look;
      expect(startable + running + finished + failed + cancelled).toBe(opened);
      for (const [at, port] of inPorts.entries())
        expect(ports[at]).toBe(
          countIn(
            state,
            (place) =>
              JSON.stringify(place) ===
              JSON.stringify({ type: 'InputPort', node: name, port: port.name }),
          ),
        );
    }
    for (const [at, edge] of graph.edges.entries()) {
      const count = edges.find((each) => each.edge === at)?.count ?? 0;
      const place = { type: 'Edge', from: edge.from, to: edge.to };
      expect(count).toBe(countIn(state, (each) => JSON.stringify(each) === JSON.stringify(place)));
    }
  }

  it('has the statechart of every actor where a replay has it', async () => {
    const replay = new Replay(net.history, { graph: net.graph });
    for (const seq of instants().filter((_, at) => at % 5 === 0)) {
      for (const { address, value } of stateAt(replay, seq).actors) {
        const actor = await page.ask('actor', { at: seq, address });
        expect({ ...actor, context: null }).toMatchObject({
          at: seq,
          address,
          isLive: true,
          value,
        });
      }
    }
  });

  it('has the packets at every place, in pages, and the timers', async () => {
    const replay = new Replay(net.history, { graph: net.graph });
    for (const seq of instants()) {
      const { places } = await page.ask('places', { at: seq });
      const { packets, timers } = stateAt(replay, seq);
      expect(places.items.map(({ place, count }) => ({ place, count }))).toEqual(
        packets.map(({ place, count }) => ({ place, count })),
      );
      expect((await page.ask('timers', { at: seq })).timers.items).toEqual(timers);
    }
    const place = { type: 'InputPort', node: 'Pair', port: 'length' } as const;
    const [second] = (await page.ask('places', { place, packetOffset: 1, packetLimit: 1 })).places
      .items;
    expect(second?.packets).toMatchObject({ offset: 1, total: 2, items: [anyText] });
  });

  it('lights the atoms of a condition by the packets that wait', async () => {
    const { conditions } = await page.ask('actor', { address: 'node:Pair' });
    expect(conditions).toMatchObject([
      {
        name: 'default',
        holds: false,
        atoms: [
          { text: 'nonempty(length)', holds: true, count: 2 },
          { text: 'nonempty(label)', holds: false, count: 0 },
        ],
      },
    ]);
  });

  it('says in one word how each node is', async () => {
    const words = new Set<string>();
    for (const seq of instants())
      for (const { node, word } of (await page.ask('overview', { at: seq })).nodes)
        words.add(`${graph.nodes[node]?.name} ${word}`);
    expect(words).toContain('Measure running');
    expect(words).toContain('Measure retrying');
    expect(words).toContain('Measure failed');
    expect(words).toContain('Pair waiting');
    const now = await page.ask('overview', {});
    expect(now.nodes.map(({ word }) => word)).toEqual(['idle', 'failed', 'blocked']);
  });

  it('of an actor that has ended, or is none, says so', async () => {
    expect(await page.ask('actor', { address: 'epoch:e1' })).toMatchObject({ isLive: false });
    expect(await page.refusal('actor', { address: 'epoch:e99' })).toMatchObject({
      code: 'ACTOR_NOT_FOUND',
    });
  });
});

describe('messages and transitions', () => {
  it('are those that the actors of the run itself have sent, from the first on', async () => {
    const clock = new HeldClock(1_700_000_000_000);
    const own = sampleNet({ clock });
    const told: string[] = [];
    const nameOf = (actor: unknown): string =>
      (actor as { systemId?: string } | undefined)?.systemId ?? 'kernel';
    own.inspect((event) => {
      if (event.type !== '@xstate.event') return;
      told.push(`${nameOf(event.sourceRef)} ${nameOf(event.actorRef)} ${event.event.type}`);
    });
    await own.inject('Split.line', 'a slow bad');
    await underClock(clock, own.start());
    const its = await Page.connect(await inspected(own));
    const to = own.history.lastSeq;
    const { messages } = await its.ask('messages', { from: 1, to, limit: 2000 });
    expect(
      messages.items.map(({ from, to: receiver, type }) => `${from} ${receiver} ${type}`),
    ).toEqual(told);
    await own.stop();
  });

  it('of an actor are counted until any instant, and name the events of its chart', async () => {
    const { charts } = await page.ask('machines', {});
    let before = 0;
    for (const seq of instants()) {
      const { counts, chart, last, isWhole } = await page.ask('transitions', {
        at: seq,
        address: 'node:Measure',
      });
      const total = counts.reduce((sum, [, times]) => sum + times, 0);
      expect(isWhole).toBe(true);
      expect(total).toBeGreaterThanOrEqual(before);
      expect(last.seq).toBeLessThanOrEqual(seq);
      before = total;
      for (const [id] of counts) expect(charts[chart]?.transitions[id]).toBeDefined();
    }
    expect(before).toBeGreaterThan(15);
    const { messages } = await page.ask('actorMessages', { address: 'node:Measure', limit: 500 });
    const received = messages.items.filter(({ to }) => to === 'node:Measure');
    let checked = 0;
    for (const { type, transitions } of received) {
      const [first] = transitions;
      if (first === undefined) continue;
      const { event } = (charts[graph.nodes[1]?.chart ?? -1] as Chart).transitions[first] ?? {
        event: '',
      };
      expect([type, 'done epoch']).toContain(event);
      checked += 1;
    }
    expect(checked).toBeGreaterThan(10);
  });

  it('the counts of opened and finished epochs are those of their transitions', async () => {
    const { counts, chart } = await page.ask('transitions', { address: 'node:Measure' });
    const { charts } = await page.ask('machines', {});
    const times = (event: string): number =>
      counts
        .filter(([id]) => charts[chart]?.transitions[id]?.event === event)
        .reduce((sum, [, each]) => sum + each, 0);
    expect(times('epoch.opened')).toBe(3);
    expect(times('done epoch')).toBe(3);
  });

  it('one message has what was in it', async () => {
    const record = [...net.history.actions()].find(({ action }) => action === 'CommitEpoch');
    const seq = record?.seq ?? 0;
    const message = await page.ask('message', { seq, index: 0 });
    expect(message).toMatchObject({ seq, index: 0, from: 'kernel', type: 'epoch.commit' });
    expect(message.event.text).toContain('ConsumePacket');
    expect(await page.refusal('message', { seq, index: 1000 })).toMatchObject({
      code: 'SEQ_NOT_FOUND',
    });
  });
});

describe('time', () => {
  it('is divided into buckets that hold every record once, by number and by time', async () => {
    for (const axis of ['seq', 'time'] as const) {
      const bar = await page.ask('timebar', { axis, buckets: 7 });
      const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0);
      expect(sum(bar.records)).toBe(net.history.lastSeq);
      expect(sum(bar.starts)).toBe(net.status().counts.epochs.started);
      expect(sum(bar.errors)).toBe(3);
      expect(bar.marks.filter(({ kind }) => kind === 'failed')).toMatchObject([
        { node: 'Measure', text: textWith('TypeError: no length of bad') },
      ]);
    }
    const thin = await page.ask('timebar', { marks: 1 });
    expect(thin).toMatchObject({ marks: [{ kind: 'failed' }] });
    expect(thin.marksTotal).toBeGreaterThan(3);
  });

  it('is gone through action by action and event by event, there and back', async () => {
    for (const by of ['action', 'event'] as const) {
      const there: number[] = [];
      for (let from = 0; ;) {
        const { seq, at, isEnd } = await page.ask('step', { from, by });
        if (isEnd) break;
        expect(at).toBeGreaterThanOrEqual(seq);
        there.push(seq);
        from = seq;
      }
      const back: number[] = [];
      for (let from = net.history.lastSeq + 1; ;) {
        const { seq, isEnd } = await page.ask('step', { from, by, back: true });
        if (isEnd) break;
        back.push(seq);
        from = seq;
      }
      expect(back.toReversed()).toEqual(there);
      const types = there.map((seq) => net.history.get(seq)?.type);
      expect(new Set(types)).toEqual(new Set([by]));
    }
  });

  it('is gone through by errors and by epochs', async () => {
    const first = await page.ask('step', { from: 0, by: 'mark', kinds: ['failed', 'retry'] });
    expect(first.record).toMatchObject({ event: 'EpochFailed', final: false });
    const failed = await page.ask('step', { from: first.seq, by: 'mark', kinds: ['failed'] });
    expect(failed.record).toMatchObject({ event: 'EpochFailed', final: true });
    const of = await page.ask('step', { from: 0, by: 'epoch', node: 'Measure' });
    expect(of.record).toMatchObject({ event: 'EpochCreated', node: 'Measure' });
    expect(
      await page.ask('step', { from: failed.seq, by: 'mark', kinds: ['violation'] }),
    ).toMatchObject({ isEnd: true });
  });

  it('has records by type, node, epoch, packet and text', async () => {
    const all = [...net.history.range(1)];
    const seqsOf = async (wish: object): Promise<number[]> =>
      (await page.ask('records', { from: 1, limit: 1000, ...wish })).records.map(({ seq }) => seq);
    const naive = (keep: (text: string) => boolean): number[] =>
      all.filter((record) => keep(JSON.stringify(record))).map(({ seq }) => seq);
    expect(await seqsOf({})).toEqual(all.map(({ seq }) => seq));
    expect(await seqsOf({ types: ['EpochStarted'] })).toEqual(
      naive((text) => text.includes('"event":"EpochStarted"')),
    );
    expect(await seqsOf({ epoch: 'e2' })).toEqual(naive((text) => /"e2"|:e2"/.test(text)));
    expect(await seqsOf({ packet: 'p3' })).toEqual(naive((text) => text.includes('"p3"')));
    expect(await seqsOf({ text: 'NO LENGTH' })).toEqual(
      naive((text) => text.includes('no length')),
    );
    const ofNode = await page.ask('records', { from: 1, limit: 1000, node: 'Pair' });
    expect(ofNode.records.length).toBeGreaterThan(2);
    expect(ofNode.records.map(({ aboutNode }) => aboutNode)).toContain('Pair');
    expect(ofNode.records.length).toBeLessThan(all.length / 2);
    const back = await page.ask('records', { from: net.history.lastSeq, back: true, limit: 5 });
    expect(back.records.map(({ seq }) => seq)).toEqual(
      all
        .slice(-5)
        .map(({ seq }) => seq)
        .toReversed(),
    );
    expect(back.next).toBe(net.history.lastSeq - 5);
  });
});

describe('epochs', () => {
  it('are listed as they stood at an instant, filtered and in order', async () => {
    const { epochs } = await page.ask('epochs', { limit: 500 });
    expect(epochs.items.map(({ node, state }) => `${node} ${state}`)).toEqual([
      'Split finished',
      'Measure finished',
      'Measure finished',
      'Measure failed',
    ]);
    const failed = await page.ask('epochs', { states: ['failed'] });
    expect(failed.epochs.items).toMatchObject([
      { epoch: 'e4', note: 'TypeError: no length of bad' },
    ]);
    expect((await page.ask('epochs', { text: 'OF BAD' })).epochs.total).toBe(1);
    const down = await page.ask('epochs', { node: 'Measure', sort: 'attempts', down: true });
    expect(down.epochs.items.map(({ attempts }) => attempts.length)).toEqual([2, 2, 1]);
    const second = await page.ask('epochs', { offset: 1, limit: 1, down: true });
    expect(second.epochs).toMatchObject({ total: 4, items: [{ epoch: 'e3' }] });
  });

  it('stand at every instant as a replay has them', async () => {
    const replay = new Replay(net.history, { graph: net.graph });
    for (const seq of instants()) {
      const { epochs } = await page.ask('epochs', {
        at: seq,
        states: ['startable', 'running', 'retrying'],
      });
      const live = epochs.items.map(({ epoch, state }) => [epoch, state === 'startable']);
      expect(live).toEqual(
        stateAt(replay, seq).epochs.map(({ epoch, state }) => [epoch, state === 'startable']),
      );
    }
  });

  it('have bars with an attempt each, and the wait between', async () => {
    const { bars } = await page.ask('timeline', { from: 0, to: 1e14, nodes: ['Measure'] });
    expect(bars.total).toBe(3);
    const [, slow] = bars.items;
    expect(slow?.attempts).toMatchObject([{ outcome: 'failed' }, { outcome: 'finished' }]);
    const [first, second] = slow?.attempts ?? [];
    expect((second?.start ?? 0) - (first?.end ?? 0)).toBe(2000);
    expect((await page.ask('timeline', { from: 0, to: 1 })).bars.total).toBe(0);
  });

  it('one of them has its salvo, its errors with their stacks, and its log', async () => {
    const { epochs } = await page.ask('epochs', { states: ['failed'] });
    const epoch = epochs.items[0]?.epoch ?? 'e0';
    const detail = await page.ask('epoch', { epoch });
    expect(detail).toMatchObject({
      salvo: [['word', textLike(/^p/)]],
      letter: 'd1',
      errors: [{ attempt: 0 }, { attempt: 1, name: 'TypeError', message: 'no length of bad' }],
    });
    for (const { stack } of detail.errors) expect(stack).toContain('sample-net.ts');
    expect(detail.log.items.map(({ text }) => text)).toContain('measures bad');
    const { seq } = detail.errors[0] ?? { seq: 0 };
    expect(await page.ask('epoch', { epoch, at: seq })).toMatchObject({
      state: 'retrying',
      errors: [{ attempt: 0 }],
    });
    expect(await page.refusal('epoch', { epoch, at: 3 })).toMatchObject({
      code: 'EPOCH_NOT_FOUND',
    });
  });
});

describe('packets, logs and letters', () => {
  it('a packet has its value, its way and what it was made from', async () => {
    const place = { type: 'InputPort', node: 'Pair', port: 'length' } as const;
    const { places } = await page.ask('places', { place });
    const packet = places.items[0]?.packets.items[0] ?? 'p0';
    const detail = await page.ask('packet', { packet });
    expect(detail).toMatchObject({
      location: place,
      value: { state: 'shown', preview: { kind: 'number', text: '4' } },
      trace: { maker: { node: 'Measure' } },
    });
    const { seq } = detail.trace.steps[0] ?? { seq: 0 };
    expect((await page.ask('packet', { packet, at: seq })).location).toMatchObject({
      type: 'Node',
    });
    expect((await page.ask('packet', { packet, at: 1 })).location).toBeNull();
    expect((await page.ask('lineage', { packet })).root.next).toMatchObject([{ packet: 'p2' }]);
    expect(await page.ask('value', { packet: 'p1' })).toMatchObject({ state: 'gone' });
  });

  it('the log is read on from any line, and hides what is to be hidden', async () => {
    const { lines, last } = await page.ask('logs', { limit: 2 });
    const rest = await page.ask('logs', { after: last });
    expect([...lines, ...rest.lines].map(({ line }) => line)).toEqual(
      net.log().map((_, line) => line),
    );
    const [first] = (await page.ask('logs', { text: 'measures bad' })).lines;
    expect(first).toMatchObject({ node: 'Measure', fields: '{"password": "[redacted]"}' });
    const all = [...lines, ...rest.lines];
    const earlier = await page.ask('logs', { tail: true, before: all.at(-1)!.line, limit: 1 });
    expect(earlier.lines).toEqual(all.slice(-2, -1));
    const until = all[0]!.time;
    const then = await page.ask('logs', { until });
    expect(then.lines).toEqual(all.filter(({ time }) => time <= until));
    expect((await page.ask('logs', { until: until - 1 })).lines).toEqual([]);
    const tail = await page.ask('logs', { tail: true, limit: 1, level: 50 });
    expect(tail.lines).toMatchObject([{ level: 50, stack: textWith('TypeError') }]);
  });

  it('why it stands still is told as the net itself tells it', async () => {
    const { explanation } = await page.ask('explain', {});
    expect(explanation).toEqual(JSON.parse(JSON.stringify(net.explainBlocked())));
  });

  it('dead letters have their errors and values', async () => {
    const { items, total } = await page.ask('letters', {});
    expect(total).toBe(1);
    expect(items).toMatchObject([{ id: 'd1', node: 'Measure', attempts: 2, canRetry: true }]);
    expect(await page.ask('letter', { letter: 'd1' })).toMatchObject({
      values: [{ port: 'word', value: { state: 'shown', preview: { text: '"bad"' } } }],
    });
  });
});

describe('a history whose beginning is gone', () => {
  it('is shown from where it was first looked at', async () => {
    const clock = new HeldClock(1_700_000_000_000);
    const own = sampleNet({ clock, historyMaxSize: 40 });
    await own.inject('Split.line', 'a b c d');
    await underClock(clock, own.start());
    const its = await Page.connect(await inspected(own));
    const { first, last } = await its.ask('position', {});
    expect(first).toBeGreaterThan(1);
    expect((await its.ask('overview', {})).nodes[2]).toMatchObject({
      word: 'blocked',
      ports: [4, 0],
    });
    expect(await its.refusal('overview', { at: first + 1 })).toMatchObject({
      code: 'SEQ_NOT_FOUND',
    });
    await own.inject('Pair.label', 'x');
    await own.whenBlocked();
    expect((await its.ask('overview', { at: last + 3 })).nodes[2]).toMatchObject({ ports: [4, 1] });
    expect(await its.ask('transitions', { address: 'node:Pair' })).toMatchObject({
      isWhole: false,
    });
    // What is dropped while one looks is not made up for.
    const looked = own.history.lastSeq;
    await its.ask('overview', { at: looked - 1 });
    for (let count = 0; count < 3; count++) await own.inject('Pair.label', 'y');
    await own.whenBlocked();
    await own.inject('Split.line', 'e f g');
    await underClock(clock, own.whenBlocked());
    expect(own.history.firstSeq).toBeGreaterThan(looked);
    expect(await its.refusal('overview', { at: own.history.lastSeq - 1 })).toMatchObject({
      code: 'SEQ_NOT_FOUND',
    });
    await own.inject('Pair.label', 'z');
    await own.whenBlocked();
    expect(await its.ask('overview', { at: own.history.lastSeq - 1 })).toMatchObject({
      net: { lifecycle: 'running' },
    });
    expect(await its.ask('transitions', { address: 'node:Pair' })).toMatchObject({
      isWhole: false,
    });
    await own.stop();
  });
});
