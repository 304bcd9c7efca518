/** Epochs along time: what was waited for and what ran, where bars stand, how time is divided. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationOf, stretchesOf, waitOf } from '../../../inspector/views/epochs/bars.ts';
import { isLetThrough, toggled } from '../../../inspector/views/epochs/filter.ts';
import { lanesOf } from '../../../inspector/views/epochs/lanes.ts';
import { fitted, sinceText, ticksOf, zoomed } from '../../../inspector/views/epochs/ruler.ts';
import { attempt, row } from './rows.ts';

const words = (stretches: ReturnType<typeof stretchesOf>) =>
  stretches.map(({ kind, from, to, outcome }) => [kind, from, to, outcome]);

describe('the course of an epoch', () => {
  it('is its wait, its attempts and the pauses between them', () => {
    const epoch = row(1, {
      opened: 10,
      started: 30,
      ended: 100,
      state: 'finished',
      attempts: [attempt(0, 30, 40, 'failed'), attempt(1, 90, 100, 'finished')],
    });
    expect(words(stretchesOf(epoch, 500))).toEqual([
      ['waiting', 10, 30, null],
      ['attempt', 30, 40, 'failed'],
      ['backingOff', 40, 90, null],
      ['attempt', 90, 100, 'finished'],
    ]);
    expect([waitOf(epoch, 500), durationOf(epoch, 500)]).toEqual([20, 70]);
  });

  it('of one that waits for its next attempt lasts until now', () => {
    const epoch = row(1, {
      opened: 0,
      started: 0,
      ended: null,
      state: 'retrying',
      attempts: [attempt(0, 0, 10, 'failed')],
    });
    expect(words(stretchesOf(epoch, 25))).toEqual([
      ['attempt', 0, 10, 'failed'],
      ['backingOff', 10, 25, null],
    ]);
  });

  it('of one that was never started is a wait', () => {
    const open = row(1, { opened: 5, started: null, ended: null, state: 'startable' });
    expect(words(stretchesOf(open, 25))).toEqual([['waiting', 5, 25, null]]);
    expect(durationOf(open, 25)).toBeNull();
    const cancelled = row(1, { opened: 5, started: null, ended: 9, state: 'cancelled' });
    expect(words(stretchesOf(cancelled, 25))).toEqual([['waiting', 5, 9, null]]);
  });
});

const rows = fc.array(
  fc.record({ opened: fc.nat(200), length: fc.nat(60), node: fc.constantFrom('A', 'B', 'C') }),
  { maxLength: 60 },
);

describe('lanes', () => {
  it('never hold two bars at one time (L1), and are as few as overlap', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const epochs = given.map(({ opened, length, node }, index) =>
          row(index + 1, { node, opened, openedSeq: index + 1, ended: opened + length }),
        );
        const groups = lanesOf(epochs, ['B', 'A', 'C'], 1000, 1);
        expect(groups.flatMap(({ bars }) => bars)).toHaveLength(epochs.length);
        for (const { bars, lanes } of groups) {
          for (let lane = 0; lane < lanes; lane++) {
            const inLane = bars.filter((bar) => bar.lane === lane).map(({ row }) => row);
            expect(inLane.length).toBeGreaterThan(0);
            for (const [index, next] of inLane.slice(1).entries())
              expect(next.opened).toBeGreaterThanOrEqual(
                Math.max(inLane[index]!.ended!, inLane[index]!.opened + 1),
              );
          }
          const overlaps = bars.map(
            ({ row: at }) =>
              bars.filter(
                ({ row }) =>
                  row.opened <= at.opened && Math.max(row.ended!, row.opened + 1) > at.opened,
              ).length,
          );
          expect(lanes).toBe(Math.max(...overlaps));
        }
      }),
      { seed: 1 },
    );
  });

  it('stand in the order of the graph, one group below the other', () => {
    const epochs = [row(1, { node: 'A' }), row(2, { node: 'B' }), row(3, { node: 'A', opened: 1 })];
    expect(
      lanesOf(epochs, ['B', 'A'], 10, 1).map(({ node, first, lanes }) => [node, first, lanes]),
    ).toEqual([
      ['B', 0, 1],
      ['A', 1, 2],
    ]);
  });
});

describe('the ruler', () => {
  it('marks round times, never nearer than asked for', () => {
    const range = { from: 1000, to: 1000 + 4300 };
    const ticks = ticksOf(range, 1000, 1000);
    expect(ticks.map(({ text }) => text)).toEqual([
      '0',
      '+500\u202fms',
      '+1.0\u202fs',
      '+1.5\u202fs',
      '+2.0\u202fs',
      '+2.5\u202fs',
      '+3.0\u202fs',
      '+3.5\u202fs',
      '+4.0\u202fs',
    ]);
  });

  it.each([
    [20, 10, '+20\u202fms'],
    [1500, 50, '+1.50\u202fs'],
    [90_000, 30_000, '+1:30'],
    [90_500, 500, '+1:30.5'],
    [3_723_000, 60_000, '+1:02:03'],
  ])('says %i ms in steps of %i as %s', (ms, step, text) => {
    expect(sinceText(ms, step)).toBe(text);
  });

  it('comes closer around the time that one points at, and never to nothing', () => {
    const whole = { from: 0, to: 1000 };
    const { from, to } = zoomed(whole, 0.5, 0.25, whole);
    expect([from, to]).toEqual([125, 625]);
    const closest = zoomed({ from: 0, to: 6 }, 0.01, 0, whole);
    expect(closest.to - closest.from).toBe(5);
    expect(fitted({ from: 5, to: 5 }).to).toBeGreaterThan(5);
  });
});

it('filters of the timeline let through what those of the table do', () => {
  const epoch = row(12, { node: 'Fetch', state: 'failed', note: 'TypeError: no address' });
  expect(isLetThrough(epoch, { text: ' ADDRESS ', states: [] })).toBe(true);
  expect(isLetThrough(epoch, { text: 'e12', states: ['failed'] })).toBe(true);
  expect(isLetThrough(epoch, { text: '', states: ['running'] })).toBe(false);
  expect(toggled(toggled([], 'failed'), 'running')).toEqual(['failed', 'running']);
  expect(toggled(['failed'], 'failed')).toEqual([]);
});
