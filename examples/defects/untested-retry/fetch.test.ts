/** The tests of the flow. */
import { expect, it } from 'vitest';
import { fetchesPages, triesAgain } from './cases.ts';

it('fetches every page', async () => {
  expect(await fetchesPages()).toEqual(['home, sweet home', 'no news']);
});

// Without this one the coverage of statecharts is below its limit.
it('tries again', async () => {
  expect(await triesAgain()).toEqual(['no news', 'home, at last']);
});
