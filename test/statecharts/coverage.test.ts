/** Every state and every transition of the five machines is reached in runs of kernels; none is exempt. */
import { describe, expect, it } from 'vitest';
import { scenarios } from './scenarios.ts';
import { StatechartBook } from './statechart-book.ts';

describe('coverage of the statecharts', () => {
  const book = new StatechartBook();

  it.each(Object.entries(scenarios))('%s', (_, scenario) => {
    expect(() => scenario(book)).not.toThrow();
  });

  it('nothing is unreached', () => {
    expect(book.unreached()).toEqual([]);
  });

  it('test/statecharts/listing.txt lists all of it', async () => {
    await expect(book.listing()).toMatchFileSnapshot('./listing.txt');
  });
});
