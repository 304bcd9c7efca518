/** Of a list of any length the rows that are seen are drawn, and asked for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  listHeight,
  mostPixels,
  partFor,
  rowTop,
  rowsSeen,
  scrollTo,
} from '../../../inspector/views/windowing.ts';

const rowHeight = 30;
const lists = fc
  .record({
    total: fc.integer({ min: 1, max: 5_000_000 }),
    height: fc.integer({ min: 40, max: 2000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ total, height, share }) => {
    const most = Math.max(0, listHeight(total, rowHeight) - height);
    return { total, height, top: Math.floor(share * most) };
  });

describe('the rows seen', () => {
  it('fill what is seen, and are within the list', () => {
    fc.assert(
      fc.property(lists, ({ total, ...scrolled }) => {
        const { first, count } = rowsSeen(scrolled, rowHeight, total);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(first + count).toBeLessThanOrEqual(total);
        const top = rowTop(first, scrolled, rowHeight, total);
        expect(top).toBeLessThanOrEqual(scrolled.top);
        const end = rowTop(first + count, scrolled, rowHeight, total);
        const bottom = Math.min(scrolled.top + scrolled.height, listHeight(total, rowHeight));
        expect(end).toBeGreaterThanOrEqual(bottom - 1);
      }),
      { seed: 1 },
    );
  });

  it('are few, however many there are', () => {
    const { count } = rowsSeen({ top: 0, height: 600 }, rowHeight, 1_000_000);
    expect(count).toBe(26);
  });

  it('reach the last row of a list that is too high to be drawn as it is', () => {
    const total = 10_000_000;
    expect(listHeight(total, rowHeight)).toBe(mostPixels);
    const { first, count } = rowsSeen({ top: mostPixels - 600, height: 600 }, rowHeight, total);
    expect(first + count).toBe(total);
  });
});

it('a row that is scrolled to is seen whole', () => {
  fc.assert(
    fc.property(lists, fc.nat(), ({ total, ...scrolled }, number) => {
      const row = number % total;
      const top = scrollTo(row, scrolled, rowHeight, total);
      const after = { ...scrolled, top };
      const at = rowTop(row, after, rowHeight, total);
      expect(at).toBeGreaterThanOrEqual(top - 1);
      expect(at + rowHeight).toBeLessThanOrEqual(top + Math.max(scrolled.height, rowHeight) + 1);
    }),
    { seed: 1 },
  );
});

it('what is seen is always in the part that is asked for', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 90 }), (first, count) => {
      const { offset, limit } = partFor({ first, count }, 240);
      expect(offset).toBeLessThanOrEqual(first);
      expect(offset + limit).toBeGreaterThanOrEqual(first + count);
      expect(limit).toBeLessThanOrEqual(240);
    }),
    { seed: 1 },
  );
});
