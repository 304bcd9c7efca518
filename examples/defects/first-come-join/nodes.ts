/** Node functions of the price comparison. */
import { defineNode } from 'netrun';
import { z } from 'zod';

const offer = z.object({ part: z.string(), price: z.number() });

/** Stands for a request to a supplier's shop. */
async function ask(part: string, price: number): Promise<z.output<typeof offer>> {
  await Promise.resolve();
  return { part, price };
}

export const parts = defineNode({
  out: { part: 'string' },
  exec: () => ({ part: 'bolt' }),
});

export const usual = defineNode({
  in: { part: 'string' },
  out: { offer },
  exec: async ({ part }) => ({ offer: await ask(part, 12) }),
});

export const other = defineNode({
  in: { part: 'string' },
  out: { offer },
  exec: async ({ part }) => ({ offer: await ask(part, 10) }),
});

/** The defect: takes the offer that came first for that of the usual supplier. */
export const compare = defineNode({
  in: { offers: offer },
  ports: { offers: 'all' },
  out: { saving: z.object({ part: z.string(), cents: z.number() }) },
  exec: ({ offers: [first, second] }) => {
    if (first === undefined || second === undefined) throw new Error('two offers were expected');
    const saving = { part: first.part, cents: Math.round((first.price - second.price) * 100) };
    console.log(`${saving.part}: ${saving.cents} cents saved`);
    return { saving };
  },
});
