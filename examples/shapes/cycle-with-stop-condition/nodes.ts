/** Node functions of the cycle: an even number is halved, an odd one tripled and one added, until it is 1. */
import { defineNode } from 'netrun';
import { z } from 'zod';

const steps = z.array(z.number());

export const start = defineNode({
  out: { n: steps },
  config: { n: z.int().min(1) },
  exec: (_inputs, { config }) => ({ n: [config.n] }),
});

/** Sends to one of two ports: back to itself, or on. */
export const step = defineNode({
  in: { n: steps },
  out: { again: steps, done: steps },
  exec: ({ n: steps }) => {
    const last = steps.at(-1) ?? 1;
    if (last === 1) return { done: steps };
    return { again: [...steps, last % 2 === 0 ? last / 2 : last * 3 + 1] };
  },
});

export const print = defineNode({
  in: { steps },
  exec: ({ steps }) => console.log(`${steps.join(' → ')}: ${steps.length - 1} steps`),
});
