/** Random nets that are saved at a random turn: seeds 151 to 300. */
import { expect, it } from 'vitest';
import { expectCheckpoints } from './checkpoint-seeds.ts';

it('a net that was saved ends as if it had not been, here and in another process (151–300)', async () => {
  await expect(expectCheckpoints(151, 150)).resolves.toBeUndefined();
}, 240_000);
