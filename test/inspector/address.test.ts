/** A link reopens the same view. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstPlace, readPlace, writePlace } from '../../inspector/store/address.ts';
import { viewIds } from '../../inspector/store/view-id.ts';

it('what was written is read again, whatever the names', () => {
  const text = fc.option(fc.string({ unit: 'grapheme', minLength: 1 }), { nil: null });
  const place = fc.record({
    view: fc.constantFrom(...viewIds),
    at: fc.option(fc.nat(), { nil: null }),
    actor: text,
    epoch: text,
    packet: text,
    letter: text,
  });
  fc.assert(
    fc.property(place, (given) => {
      expect(readPlace(writePlace(given))).toEqual(given);
    }),
    { seed: 1 },
  );
});

it('what is not understood is as if it were not there', () => {
  expect(readPlace('')).toEqual(firstPlace);
  expect(readPlace('#view=nowhere&at=-3&other=1')).toEqual(firstPlace);
  expect(readPlace('#at=1e9')).toEqual(firstPlace);
});
