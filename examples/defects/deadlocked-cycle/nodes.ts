/** Node functions of the print shop. */
import { setImmediate } from 'node:timers/promises';
import { defineNode } from 'netrun';
import { z } from 'zod';

const page = z.object({ number: z.int(), prints: z.int() });

/** Pages that come out smeared at first. */
const smeared = new Set([2, 5]);

export const pages = defineNode({
  out: { page },
  *exec() {
    for (let number = 1; number <= 8; number++) yield { page: { number, prints: 0 } };
  },
});

/** Takes longer than a look at the sheet, as a rule. */
export const print = defineNode({
  in: { page },
  out: { sheet: page },
  exec: async ({ page: { number, prints } }) => {
    for (let turn = 0; turn < 5; turn += 1) await setImmediate();
    return { sheet: { number, prints: prints + 1 } };
  },
});

export const inspect = defineNode({
  in: { sheet: page },
  out: { good: page, again: page },
  exec: async ({ sheet }) => {
    await Promise.resolve();
    if (sheet.prints === 1 && smeared.has(sheet.number)) return { again: sheet };
    console.log(`page ${sheet.number}: printed ${sheet.prints} times`);
    return { good: sheet };
  },
});
