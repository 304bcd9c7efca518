/** What the page makes of the looks of nodes and edges: overviews brought on, words, rates, places on the bar. */
import { describe, expect, it } from 'vitest';
import { boxLook } from '../../inspector/net/box-look.ts';
import { middleOf, roundedPath } from '../../inspector/layout/rounded-path.ts';
import { netStatus, nodeStatus } from '../../inspector/store/net-status.ts';
import { applyChange, edgesByIndex, wholeOf } from '../../inspector/store/overview.ts';
import { ratePerSecond, withTickTime } from '../../inspector/store/rates.ts';
import { leavesOf } from '../../inspector/store/tones.ts';
import { areaPath, barWidth, placeOf, recordAt } from '../../inspector/time/scale.ts';
import type { NetLook, Overview } from '../../src/runtime/inspector/instant-view.ts';
import { lookOf } from './graphs.ts';

const net: NetLook = {
  lifecycle: 'running',
  activity: 'working',
  blocked: null,
  mode: 'cyclic',
  reason: '',
  running: 0,
  startable: 0,
  timers: 0,
  packets: 0,
  packetsMade: 0,
  epochsOpened: 0,
  outside: 0,
};

const overview: Overview = wholeOf({
  at: 3,
  now: 10,
  net,
  nodes: [lookOf(1), lookOf(0)],
  edges: [
    { edge: 4, count: 2, isFull: false },
    { edge: 5, count: 0, isFull: false },
  ],
});

describe('an overview', () => {
  it('is ordered by node, and has only edges with packets', () => {
    expect(overview.nodes.map(({ node }) => node)).toEqual([0, 1]);
    expect(overview.edges.map(({ edge }) => edge)).toEqual([4]);
  });

  it('keeps the rows that did not change, and loses an edge that became empty', () => {
    const after = applyChange(overview, {
      at: 5,
      now: 20,
      net,
      nodes: [lookOf(1, { word: 'running', running: 1 })],
      edges: [
        { edge: 4, count: 0, isFull: false },
        { edge: 6, count: 9, isFull: true },
      ],
    });
    expect(after.nodes[0]).toBe(overview.nodes[0]);
    expect(after.nodes[1]?.running).toBe(1);
    expect([...edgesByIndex(after.edges).keys()]).toEqual([6]);
    expect(applyChange(after, { at: 6, now: 21, net, nodes: [], edges: [] }).nodes).toBe(
      after.nodes,
    );
  });
});

describe('words', () => {
  it('say how the net stands in its life, or what it does while it runs', () => {
    const words = [
      netStatus({ ...net, lifecycle: 'paused', blocked: 'stuck' }),
      netStatus(net),
      netStatus({ ...net, activity: 'blocked', blocked: 'stuck' }),
      netStatus({ ...net, activity: 'blocked', blocked: 'drained' }),
    ];
    expect(words.map(({ tone, word }) => `${tone}: ${word}`)).toEqual([
      'throttled: paused',
      'running: running',
      'blocked: blocked: stuck',
      'done: drained',
    ]);
  });

  it('of a folded subnet are those of its node that needs looking at most', () => {
    const both = boxLook([
      lookOf(0, { word: 'running', running: 2, ports: [1, 2] }),
      lookOf(1, { word: 'failed', failed: 1, ports: [4] }),
    ]);
    expect(both.status).toEqual(nodeStatus('failed'));
    expect(both).toMatchObject({ running: 2, failed: 1, packets: 7 });
  });

  it('of a statechart are its innermost states, with their regions', () => {
    expect(leavesOf('open')).toEqual(['open']);
    expect(leavesOf({ gate: 'open', intake: { gathering: 'x' } })).toEqual([
      'gate.open',
      'intake.gathering.x',
    ]);
  });
});

describe('rates', () => {
  const at = (started: number): Overview => ({ ...overview, nodes: [lookOf(0, { started })] });

  it('are taken over the last five seconds', () => {
    let ticks = withTickTime([], at(0), 0);
    expect(ratePerSecond(ticks, (tick) => tick.started[0]!)).toBeNull();
    ticks = withTickTime(ticks, at(10), 1000);
    expect(ratePerSecond(ticks, (tick) => tick.started[0]!)).toBe(10);
    ticks = withTickTime(ticks, at(10), 5900);
    expect(ratePerSecond(ticks, (tick) => tick.started[0]!)).toBe(0);
  });
});

describe('the bar', () => {
  it('finds the record again from its place', () => {
    const range = { from: 1, to: 1001 };
    for (const seq of [1, 2, 500, 1001]) {
      expect(recordAt(placeOf(seq, range) / barWidth, range)).toBe(seq);
    }
    expect(placeOf(5000, range)).toBe(barWidth);
    expect(recordAt(-1, range)).toBe(1);
    expect(placeOf(3, { from: 3, to: 3 })).toBe(barWidth);
  });

  it('shows even a single start', () => {
    expect(areaPath([], 1)).toBe('');
    expect(areaPath([0, 1, 1_000_000], 1_000_000)).toContain('L333.33 30.50');
  });
});

describe('a line', () => {
  const points = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 30 },
  ];

  it('is rounded at its corners, by no more than half of a side', () => {
    expect(roundedPath(points, 100)).toBe('M0 0L5 0Q10 0 10 15L10 30');
    expect(roundedPath(points.slice(0, 1), 5)).toBe('');
  });

  it('has its middle half of the way along', () => {
    expect(middleOf(points)).toEqual({ x: 10, y: 10 });
    expect(middleOf([])).toEqual({ x: 0, y: 0 });
  });
});
