/** Node functions of the diamond. */
import { setImmediate } from 'node:timers/promises';
import { defineNode } from 'netrun';
import { z } from 'zod';

const words = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

export const numbers = defineNode({
  out: { n: 'number' },
  config: { upto: z.int().max(9) },
  exec: function* (_inputs, { config }) {
    for (let n = 1; n <= config.upto; n += 1) yield { n };
  },
});

export const square = defineNode({
  in: { n: 'number' },
  out: { square: 'number' },
  exec: ({ n }) => ({ square: n * n }),
});

/** Waits a little, and longer for small numbers: without its cap later numbers would overtake. */
export const spell = defineNode({
  in: { n: 'number' },
  out: { word: 'string' },
  exec: async ({ n }) => {
    for (let turn = n * 10; turn < 100; turn += 1) await setImmediate();
    return { word: words[n] ?? String(n) };
  },
});

export const join = defineNode({
  in: { square: 'number', word: 'string' },
  exec: ({ square, word }) => console.log(`${word} squared is ${square}`),
});
