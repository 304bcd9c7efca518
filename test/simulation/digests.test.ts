/**
 * Histories of a few seeds, by their digests as they were once recorded: on another machine, with another engine and in
 * later versions they are the same. One that changes changes what users have written down (`--seed 4711 --choices …`):
 * that goes into the changelog, and `--update` writes the digests anew.
 */
import { expect, test } from 'vitest';
import { digests } from './digests.ts';

test('the histories of these seeds are those that were recorded', async () => {
  const text = `${JSON.stringify(await digests(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('recorded/digests.json');
});
