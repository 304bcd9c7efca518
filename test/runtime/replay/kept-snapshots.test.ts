/** Which states a replay keeps: spread over the whole way, within a budget, and the rarer the larger they are. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeptSnapshots, type ReplayPlace } from '../../../src/runtime/replay/kept-snapshots.ts';

const placeAt = (seq: number): ReplayPlace => ({
  seq,
  action: seq,
  actions: seq,
  rejected: 0,
  events: 0,
});

/** Goes over records one by one, keeping states of `chars` characters where one is due; says where. */
function keep(kept: KeptSnapshots, last: number, chars: number): number[] {
  const places: number[] = [];
  for (let seq = 1; seq <= last; seq++) {
    if (!kept.isDue(seq)) continue;
    kept.add({ place: placeAt(seq), text: 'x'.repeat(chars) });
    places.push(seq);
  }
  return places;
}

describe('the states a replay keeps', () => {
  it('are within their budget and spread over the whole way, whatever their size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 20_000, max: 200_000 }),
        (chars, last) => {
          const kept = new KeptSnapshots(100_000);
          keep(kept, last, chars);
          expect(kept.size * chars).toBeLessThanOrEqual(100_000);
          const steps = Array.from({ length: 20 }, (_, at) => Math.round((last / 20) * (at + 1)));
          const nearest = steps.map((seq) => seq - (kept.before(seq)?.place.seq ?? 0));
          const spread = Math.max(256, chars / 32, (4 * last) / Math.max(1, kept.size));
          expect(Math.max(...nearest)).toBeLessThanOrEqual(spread);
        },
      ),
      { numRuns: 50, seed: 7 },
    );
  });

  it('are further apart where they are larger', () => {
    const small = keep(new KeptSnapshots(10_000_000), 20_000, 100);
    const large = keep(new KeptSnapshots(10_000_000), 20_000, 64_000);
    expect(small.slice(0, 3)).toEqual([256, 512, 768]);
    expect(large.slice(0, 3)).toEqual([256, 2256, 4256]);
  });

  it('are one at least, however large', () => {
    const kept = new KeptSnapshots(10);
    keep(kept, 1000, 1000);
    expect(kept.size).toBe(1);
    // What is too large doubles the distance to the next.
    expect(kept.before(1000)?.place.seq).toBe(512);
    expect(kept.before(100)).toBeUndefined();
  });
});
