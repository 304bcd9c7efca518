/** Random nets that are saved at a random turn: seeds 1 to 500. */
import { expect, it } from 'vitest';
import { expectCheckpoints } from './checkpoint-seeds.ts';

it('a net that was saved ends as if it had not been, in another process (1–500)', async () => {
  await expect(expectCheckpoints(1, 500)).resolves.toBeUndefined();
}, 1_800_000);
