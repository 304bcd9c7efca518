/** What a term lacks: following the lack makes the term hold. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { termHolds } from '../../src/machines/salvo.ts';
import type { Term } from '../../src/machines/spec.ts';
import { lackOf } from '../../src/runtime/explain/missing-packets.ts';

const port = fc.nat(2);
const atom: fc.Arbitrary<Term> = fc.oneof(
  fc.record({
    type: fc.constantFrom(
      'empty' as const,
      'nonempty' as const,
      'full' as const,
      'nonfull' as const,
    ),
    port,
  }),
  fc.record({
    type: fc.constant('count' as const),
    port,
    op: fc.constantFrom(
      '==' as const,
      '!=' as const,
      '<' as const,
      '<=' as const,
      '>' as const,
      '>=' as const,
    ),
    n: fc.nat(4),
  }),
);
const signed = fc.oneof(
  atom,
  atom.map((term): Term => ({ type: 'not', term })),
);
const slots = fc.constant([3, null, 1]);
const counts = fc.tuple(fc.nat(3), fc.nat(5), fc.nat(1));

it('an atom, or its opposite, holds once its lack has come or gone', () => {
  fc.assert(
    fc.property(signed, counts, slots, (term, before, limits) => {
      const lack = lackOf(term, before, limits);
      if (termHolds(term, before, limits)) {
        expect(lack.size).toBe(0);
        return;
      }
      const after = before.map((count, at) => count + (lack.get(at) ?? 0));
      if (lack.size > 0 && after.every((count) => count >= 0))
        expect(termHolds(term, after, limits)).toBe(true);
    }),
    { numRuns: 1000, seed: 1 },
  );
});

it('of alternatives the one that lacks least is told, and of a conjunction all', () => {
  const many: Term = { type: 'count', port: 0, op: '>=', n: 3 };
  const one: Term = { type: 'nonempty', port: 1 };
  expect([...lackOf({ type: 'or', terms: [many, one] }, [0, 0], [null, null])]).toEqual([[1, 1]]);
  expect([...lackOf({ type: 'and', terms: [many, one] }, [0, 0], [null, null])]).toEqual([
    [0, 3],
    [1, 1],
  ]);
  expect([...lackOf({ type: 'full', port: 0 }, [1], [null])]).toEqual([]);
});
