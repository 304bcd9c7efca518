/** Random nets that are saved at a random turn: seeds 1 to 150. */
import { expect, it } from 'vitest';
import { expectCheckpoints } from './checkpoint-seeds.ts';

it('a net that was saved ends as if it had not been, here and in another process (1–150)', async () => {
  await expect(expectCheckpoints(1, 150)).resolves.toBeUndefined();
}, 240_000);
