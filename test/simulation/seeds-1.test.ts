/** Random nets that fail, wait and are held back: seeds 1 to 250. */
import { it } from 'vitest';
import { expectSeed, seeds } from './seeds.ts';

it('every packet, epoch, dead letter and timer is accounted for, and two runs are one (1–250)', async () => {
  for (const seed of seeds(1, 250)) await expectSeed(seed);
}, 120_000);
