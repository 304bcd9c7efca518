/** Every state and every transition of the five machines is reached in runs of kernels; none is exempt. */
import { describe, expect, it } from 'vitest';
import { scenarios } from './scenarios.ts';
import { StatechartBook } from './statechart-book.ts';

describe('coverage of the statecharts', () => {
  const book = new StatechartBook();
  const written = new Set<string>();

  /** Each scenario is run once, whichever test comes first. */
  function write(name: string): void {
    if (written.has(name)) return;
    written.add(name);
    scenarios[name]?.(book);
  }

  /** What all scenarios together reach. */
  function whole(): StatechartBook {
    for (const name of Object.keys(scenarios)) write(name);
    return book;
  }

  it.each(Object.keys(scenarios))('%s', (name) => {
    expect(() => write(name)).not.toThrow();
  });

  it('nothing is unreached', () => {
    expect(whole().unreached()).toEqual([]);
  });

  it('test/statecharts/listing.txt lists all of it', async () => {
    await expect(whole().listing()).toMatchFileSnapshot('./listing.txt');
  });
});
