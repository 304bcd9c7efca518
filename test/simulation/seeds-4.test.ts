/** Random nets that fail, wait and are held back: seeds 751 to 1000. */
import { it } from 'vitest';
import { expectSeed, seeds } from './seeds.ts';

it('every packet, epoch, dead letter and timer is accounted for, and two runs are one (751–1000)', async () => {
  for (const seed of seeds(751, 250)) await expectSeed(seed);
}, 120_000);
