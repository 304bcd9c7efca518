/** Random nets that fail, wait and are held back: seeds 251 to 500. */
import { it } from 'vitest';
import { expectSeed, seeds } from './seeds.ts';

it('every packet, epoch, dead letter and timer is accounted for, and two runs are one (251–500)', async () => {
  for (const seed of seeds(251, 250)) await expectSeed(seed);
}, 120_000);
