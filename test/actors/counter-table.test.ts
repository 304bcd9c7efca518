/** The table by counter, against a map. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CounterTable } from '../../src/actors/counter-table.ts';

describe('a table by counter', () => {
  it('holds what a map would hold, in order, whatever comes and goes', () => {
    const counter = fc.oneof(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 2 ** 49 }),
    );
    const change = fc.tuple(counter, fc.option(fc.nat(), { nil: undefined }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 600 }), (changes) => {
        const table = new CounterTable<number>();
        const map = new Map<number, number>();
        for (const [key, value] of changes) {
          if (value === undefined) {
            table.delete(key);
            map.delete(key);
          } else {
            table.set(key, value);
            map.set(key, value);
          }
          expect(table.get(key)).toBe(map.get(key));
        }
        expect(table.size).toBe(map.size);
        expect(table.counters()).toEqual([...map.keys()].sort((a, b) => a - b));
        for (const [key, value] of map) expect(table.get(key)).toBe(value);
      }),
      { seed: 1 },
    );
  });

  it('goes on while a hundred thousand entries come and go, oldest first', () => {
    const table = new CounterTable<string>();
    const count = 100_000;
    for (let key = 1; key <= count; key++) table.set(key, `p${key}`);
    for (let key = 1; key <= count; key++) {
      expect(table.get(key)).toBe(`p${key}`);
      table.delete(key);
      table.set(count + key, 'new');
    }
    expect(table.size).toBe(count);
    expect(table.get(count)).toBeUndefined();
    for (let key = count + 1; key <= 2 * count; key++) table.delete(key);
    expect(table.counters()).toEqual([]);
  });

  it('has nothing of what no counter can be', () => {
    const table = new CounterTable<string>();
    table.set(1, 'one');
    expect(table.get(0)).toBeUndefined();
    expect(table.get(2)).toBeUndefined();
  });
});
