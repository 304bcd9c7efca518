/** Node functions of the takings. */
import { defineNode } from 'netrun';
import { z } from 'zod';

const sale = z.object({ item: z.string(), cents: z.number() });

const lines = ['pen 1,20', 'book 1.204,00', 'bag 38,50'];

/** The defect: a point is taken for a decimal point, and what comes after it for cents. */
function centsOf(price: string): number {
  return Math.round(Number.parseFloat(price.replace(',', '.')) * 100);
}

export const read = defineNode({
  out: { sale },
  *exec() {
    for (const line of lines) {
      const [item = '', price = ''] = line.split(' ');
      yield { sale: { item, cents: centsOf(price) } };
    }
  },
});

export const tax = defineNode({
  in: { sale },
  out: { sale },
  exec: ({ sale: { item, cents } }) => ({ sale: { item, cents: Math.round(cents * 1.19) } }),
});

export const total = defineNode({
  in: { sale },
  out: { total: sale },
  exec: ({ sale: { item, cents } }, { ctx }) => {
    const sum = Number(ctx.memory.get('cents') ?? 0) + cents;
    ctx.memory.set('cents', sum);
    console.log(`${item}: ${sum} cents in all`);
    return { total: { item, cents: sum } };
  },
});
