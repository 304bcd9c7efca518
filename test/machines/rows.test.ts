/** Lists in rows, against plain arrays. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemIn, rowsOf, withItem } from '../../src/machines/rows.ts';

describe('a list in rows', () => {
  it('has the items that were put last in each place, and leaves the lists before as they were', () => {
    const length = fc.integer({ min: 1, max: 200 });
    fc.assert(
      fc.property(
        length,
        fc.array(fc.tuple(fc.nat(199), fc.nat()), { maxLength: 40 }),
        (n, puts) => {
          let list = rowsOf(n, -1);
          let plain = Array.from({ length: n }, () => -1);
          for (const [place, item] of puts) {
            const [before, plainBefore] = [list, plain];
            list = withItem(list, place % n, item);
            plain = plain.with(place % n, item);
            expect(before.flat()).toEqual(plainBefore);
          }
          expect(list.flat()).toEqual(plain);
          expect(plain.map((_, at) => itemIn(list, at))).toEqual(plain);
          expect(itemIn(list, n)).toBeUndefined();
          expect(itemIn(list, -1)).toBeUndefined();
        },
      ),
      { seed: 1 },
    );
  });

  it('shares all rows but one with the list before', () => {
    const before = rowsOf(1000, 0);
    const after = withItem(before, 500, 1);
    expect(after.filter((row, at) => row !== before[at])).toHaveLength(1);
  });

  it('of no items has none', () => {
    expect(rowsOf(0, 1)).toEqual([]);
  });
});
