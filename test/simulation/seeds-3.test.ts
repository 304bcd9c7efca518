/** Random nets that fail, wait and are held back: seeds 501 to 750. */
import { it } from 'vitest';
import { expectSeed, seeds } from './seeds.ts';

it('every packet, epoch, dead letter and timer is accounted for, and two runs are one (501–750)', async () => {
  for (const seed of seeds(501, 250)) await expectSeed(seed);
}, 120_000);
