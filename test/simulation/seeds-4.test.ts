/** Random nets that fail, wait and are held back: seeds 751 to 1000. */
import { expect, it } from 'vitest';
import { runProgram } from './program.ts';

it('every packet, epoch, dead letter and timer is accounted for, and two runs are one (751–1000)', async () => {
  await expect(runProgram('seeds-program', ['751', '250'])).resolves.toBeUndefined();
}, 1_800_000);
