/** The table does what a `Map` does, however entries come and go. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberTable, StringTable } from '../../../src/actors/compiled/probing-table.ts';

const steps = fc.array(fc.tuple(fc.constantFrom('set', 'delete', 'get'), fc.nat(40)), {
  maxLength: 400,
});

describe('a probing table', () => {
  it('by strings has what a map has', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const table = new StringTable<number>();
        const map = new Map<string, number>();
        for (const [at, [step, n]] of list.entries()) {
          const key = `key${n}`;
          if (step === 'set') {
            table.set(key, at);
            map.set(key, at);
          } else if (step === 'delete') expect(table.delete(key)).toBe(map.delete(key));
          expect(table.get(key)).toBe(map.get(key));
          expect(table.size).toBe(map.size);
        }
        expect(new Map(table.entries())).toEqual(map);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('by numbers has what a map has', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(500)), { maxLength: 800 }), (list) => {
        const table = new NumberTable<number>();
        const map = new Map<number, number>();
        for (const [adds, n] of list) {
          if (adds) {
            table.set(n, -n);
            map.set(n, -n);
          } else expect(table.delete(n)).toBe(map.delete(n));
        }
        expect(new Map(table.entries())).toEqual(map);
        for (let n = 0; n <= 500; n++) expect(table.get(n)).toBe(map.get(n));
      }),
      { seed: 6, numRuns: 200 },
    );
  });

  it('that was large and is empty again finds nothing, and can be filled again', () => {
    const table = new StringTable<number>();
    for (let n = 0; n < 5000; n++) table.set(`${n}`, n);
    for (let n = 0; n < 5000; n++) expect(table.delete(`${n}`)).toBe(true);
    expect([table.size, table.get('7'), table.entries()]).toEqual([0, undefined, []]);
    table.set('7', 7);
    expect(table.get('7')).toBe(7);
  });
});
