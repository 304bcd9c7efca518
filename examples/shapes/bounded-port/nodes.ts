/** Node functions of the bounded port. */
import { setImmediate } from 'node:timers/promises';
import { defineNode } from 'netrun';
import { z } from 'zod';

export const orders = defineNode({
  out: { order: 'number' },
  config: { count: z.int() },
  exec: function* (_inputs, { config }) {
    for (let order = 1; order <= config.count; order += 1) yield { order };
  },
});

export const make = defineNode({
  in: { order: 'number' },
  out: { cake: 'number' },
  exec: ({ order }) => {
    console.log(`made ${order}`);
    return { cake: order };
  },
});

/** Takes some turns of the event loop for each. */
export const eat = defineNode({
  in: { cake: 'number' },
  exec: async ({ cake }) => {
    for (let turn = 0; turn < 100; turn += 1) await setImmediate();
    console.log(`  ate ${cake}`);
  },
});
