/** Numbers of things in texts. */
import { expect, it } from 'vitest';
import { counted, grouped } from '../../src/runtime/counted-noun.ts';

it('numbers are written for people, and one thing is one', () => {
  expect([0, 999, 1000, 1234567].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect([0, 1, 2000].map((count) => counted(count, 'edge'))).toEqual([
    '0 edges',
    '1 edge',
    '2,000 edges',
  ]);
});
