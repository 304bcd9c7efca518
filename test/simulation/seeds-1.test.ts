/** Random nets that fail, wait and are held back: seeds 1 to 250. */
import { expect, it } from 'vitest';
import { runProgram } from './program.ts';

it('every packet, epoch, dead letter and timer is accounted for, and two runs are one (1–250)', async () => {
  await expect(runProgram('seeds-program', ['1', '250'])).resolves.toBeUndefined();
}, 1_800_000);
