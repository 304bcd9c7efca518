/** What a person sets on the page is in its address, and comes back from there. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { standField } from '../../inspector/layout/stand.ts';
import { netLook } from '../../inspector/net/net-look.ts';
import { chartLook } from '../../inspector/statechart/chart-look.ts';
import { firstPlace, readPlace, writePlace } from '../../inspector/store/address.ts';
import { keptStores } from '../../inspector/store/kept-store.ts';
import { epochFilter, epochWords } from '../../inspector/views/epochs/filter.ts';
import { logFilter } from '../../inspector/views/logs/log-filter.ts';
import { spanChoice, spanLengths } from '../../inspector/views/messages/span.ts';
import { lineageLook } from '../../inspector/views/packets/lineage-depth.ts';

/** The page's address with everything that is set. */
function address(): string {
  return writePlace(
    firstPlace,
    keptStores.flatMap(({ fields }) => fields()),
  );
}

function open(hash: string): void {
  const fields = new URLSearchParams(hash.slice(1));
  for (const kept of keptStores) kept.take(fields);
}

afterEach(() => open(''));

const text = fc.string({ unit: 'grapheme' });
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value);
const range = fc
  .tuple(fc.nat(1e12), fc.integer({ min: 1, max: 1e9 }))
  .map(([from, by]) => ({ from, to: from + by }));
const stand = fc
  .tuple(fc.integer(), fc.integer(), fc.integer({ min: 1, max: 5000 }))
  .map(([x, y, zoom]) => ({ x, y, zoom: zoom / 1000 }));

/** Anything that can be set, by the store that has it. */
const looks = fc.record({
  epochs: fc.record({
    text,
    states: fc.uniqueArray(fc.constantFrom(...epochWords)),
    sort: fc.constantFrom('opened', 'node', 'state', 'duration', 'attempts'),
    down: fc.boolean(),
    look: fc.constantFrom('table', 'timeline'),
    range: orNull(range),
  }),
  logs: fc.record({
    text,
    level: fc.constantFrom(0, 30, 60),
    isOfEpoch: fc.boolean(),
    isFollowing: fc.boolean(),
    line: orNull(fc.nat()),
  }),
  messages: fc.record({
    last: fc.constantFrom(...spanLengths),
    fixed: orNull(range.map(({ from, to }) => ({ from: from + 1, to: to + 1 }))),
    isFolded: fc.boolean(),
    lane: orNull(text),
    message: orNull(text),
  }),
  net: fc.record({
    open: fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 })),
    search: text,
    isNetShown: fc.boolean(),
    isHoldShown: fc.boolean(),
    stand: orNull(stand),
  }),
  chart: fc.record({
    isInner: orNull(fc.boolean()),
    region: orNull(text),
    stand: orNull(stand),
    message: orNull(text),
  }),
  lineage: fc.record({ depth: fc.integer({ min: 1, max: 12 }) }),
});

describe('an address', () => {
  it('brings back everything that was set, whatever the names', () => {
    fc.assert(
      fc.property(looks, (given) => {
        const stores = [epochFilter, logFilter, spanChoice, netLook, chartLook, lineageLook];
        const now = (): unknown[] => stores.map((store) => store.get());
        epochFilter.set(given.epochs);
        logFilter.set(given.logs);
        spanChoice.set(given.messages);
        netLook.set(given.net);
        chartLook.set(given.chart);
        lineageLook.set(given.lineage);
        const set = now();
        const hash = address();
        open('');
        open(hash);
        expect(now()).toEqual(set);
        expect(address()).toBe(hash);
      }),
      { seed: 1 },
    );
  });

  it('says nothing of what is as it is at first', () => {
    expect(address()).toBe('#view=net');
    epochFilter.set({ sort: 'duration' });
    expect(address()).toBe('#view=net&epochs.sort=duration');
    expect(readPlace(address())).toEqual(firstPlace);
  });

  it('that is not understood is as if that part were not there', () => {
    open(
      '#epochs.sort=colour&epochs.states=finished,lost&epochs.range=9,3&epochs.down=yes' +
        '&logs.level=much&logs.line=&messages.last=61&messages.fixed=0,4&messages.isFolded=on' +
        '&net.open=%25E0%25A4&net.stand=1,2&statechart.stand=1,2,0&packets.depth=99&packets.other=1',
    );
    expect(address()).toBe('#view=net&epochs.down=yes');
  });

  it('leaves what has not changed the same object', () => {
    netLook.set({ open: ['A', 'A->B'] });
    const before = netLook.get().open;
    open(`${address()}&net.search=x`);
    expect(netLook.get().open).toBe(before);
    expect(netLook.get().search).toBe('x');
  });

  it('of another run keeps what is no matter of one run', () => {
    epochFilter.set({ text: 'Clean', range: { from: 1, to: 2 } });
    logFilter.set({ level: 40, line: 7 });
    spanChoice.set({ isFolded: true, fixed: { from: 3, to: 9 }, message: '3.1' });
    for (const { forgetRun } of keptStores) forgetRun();
    expect(address()).toBe('#view=net&epochs.text=Clean&logs.level=40&messages.isFolded=yes');
  });
});

it('where a canvas stands is written to the pixel', () => {
  expect(standField.write({ x: 1.4, y: -7.8, zoom: 0.123_45 })).toBe('1,-8,0.123');
});
