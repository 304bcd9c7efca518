/** The page proves that it has the token as the server checks it. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { proofOf } from '../../inspector/link/proof.ts';

it('the proof is what the server works out, whatever the token and the text', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 });
  fc.assert(
    fc.property(text, text, (token, said) => {
      const expected = createHmac('sha256', token).update(said).digest('hex');
      expect(proofOf(token, said)).toBe(expected);
    }),
    { seed: 1 },
  );
});
