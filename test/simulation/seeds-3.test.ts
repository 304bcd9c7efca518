/** Random nets that fail, wait and are held back: seeds 501 to 750. */
import { expect, it } from 'vitest';
import { runProgram } from './program.ts';

it('every packet, epoch, dead letter and timer is accounted for, and two runs are one (501–750)', async () => {
  await expect(runProgram('seeds-program', ['501', '250'])).resolves.toBeUndefined();
}, 1_800_000);
