/** Terms and takes, against a naive evaluator. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFull, takenFrom, takenInAll, termHolds } from '../../src/machines/salvo.ts';
import type { Term } from '../../src/machines/spec.ts';
import { holds, taken } from '../kernel/salvo-oracle.ts';

const ports = 3;
const port = fc.nat(ports - 1);
const { term: anyTerm } = fc.letrec<{ term: Term }>((tie) => ({
  term: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ type: fc.constantFrom('empty', 'nonempty', 'full', 'nonfull'), port }),
    fc.record({
      type: fc.constant('count' as const),
      port,
      op: fc.constantFrom('==', '!=', '<', '<=', '>', '>='),
      n: fc.nat(4),
    }),
    tie('term').map((term): Term => ({ type: 'not', term })),
    fc.record({
      type: fc.constantFrom('and', 'or'),
      terms: fc.array(tie('term'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));
const anyPort = fc.record({
  count: fc.nat(4),
  slots: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
});
const anyPorts = fc.array(anyPort, { minLength: ports, maxLength: ports });

describe('a term', () => {
  it('holds as a naive evaluator says', () => {
    const truths = { true: 0, false: 0 };
    fc.assert(
      fc.property(anyTerm, anyPorts, (term, list) => {
        const counts = list.map(({ count }) => count);
        const slots = list.map((one) => one.slots);
        const truth = holds(term, list);
        truths[truth ? 'true' : 'false'] += 1;
        expect(termHolds(term, counts, slots)).toBe(truth);
      }),
      { seed: 8, numRuns: 1500 },
    );
    expect(Math.min(truths.true, truths.false)).toBeGreaterThan(300);
  });

  it('that says full never holds for infinite slots', () => {
    expect(termHolds({ type: 'full', port: 0 }, [1_000_000], [null])).toBe(false);
    expect(termHolds({ type: 'nonfull', port: 0 }, [1_000_000], [null])).toBe(true);
    expect(isFull(2, 2)).toBe(true);
    expect(isFull(1, 2)).toBe(false);
    expect(isFull(0, null)).toBe(false);
  });
});

describe('takes', () => {
  it('are what waits, up to their count', () => {
    const anyTakes = fc.array(
      fc.record({ port, count: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }) }),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(anyTakes, anyPorts, (takes, list) => {
        const counts = list.map(({ count }) => count);
        const queues = list.map(({ count }, at) =>
          Array.from({ length: count }, (_, n) => `${at}.${n}`),
        );
        expect(takenInAll(takes, counts)).toBe(taken(takes, queues).length);
        for (const take of takes) {
          expect(takenFrom(take, counts)).toBe(taken([take], queues).length);
        }
      }),
      { seed: 15, numRuns: 300 },
    );
  });
});
