/** Node functions of the linear flow. */
import { defineNode } from 'netrun';
import { z } from 'zod';

/** A node without input ports runs once, when the net starts. Each `yield` sends a packet. */
export const words = defineNode({
  out: { word: 'string' },
  config: { text: z.string() },
  exec: function* (_inputs, { config }) {
    for (const word of config.text.split(' ')) yield { word };
  },
});

export const shout = defineNode({
  in: { word: 'string' },
  out: { word: 'string' },
  exec: ({ word }) => ({ word: word.toUpperCase() }),
});

export const print = defineNode({
  in: { word: 'string' },
  exec: ({ word }) => console.log(word),
});
