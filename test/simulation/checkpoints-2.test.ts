/** Random nets that are saved at a random turn: seeds 501 to 1000. */
import { expect, it } from 'vitest';
import { expectCheckpoints } from './checkpoint-seeds.ts';

it('a net that was saved ends as if it had not been, in another process (501–1000)', async () => {
  await expect(expectCheckpoints(501, 500)).resolves.toBeUndefined();
}, 1_800_000);
