/** Node functions of the fan. */
import { defineNode } from 'netrun';
import { z } from 'zod';

const result = z.object({ task: z.number(), by: z.string() });

export const tasks = defineNode({
  out: { task: 'number' },
  config: { count: z.int() },
  exec: function* (_inputs, { config }) {
    for (let task = 1; task <= config.count; task += 1) yield { task };
  },
});

/** One function, three nodes: `ctx` says which of them it works for. */
export const work = defineNode({
  in: { task: 'number' },
  out: { result },
  exec: ({ task }, { ctx }) => ({ result: { task, by: ctx.nodeName } }),
});

export const collect = defineNode({
  in: { result },
  ports: { result: 'all' },
  exec: ({ result }) => {
    const byWorker = new Map<string, number[]>();
    for (const { task, by } of result) byWorker.set(by, [...(byWorker.get(by) ?? []), task]);
    for (const [name, done] of byWorker) console.log(`${name} did ${done.join(', ')}`);
  },
});
