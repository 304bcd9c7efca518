/** Node functions of the shop. */
import { defineNode } from 'netrun';
import { z } from 'zod';

const order = z.object({ id: z.int(), cents: z.int() });
type Order = z.output<typeof order>;

/** Stands for the service that takes money: it does what it is asked, each time it is asked. */
export type Payments = (order: Order) => Promise<void>;

export const orders = defineNode({
  out: { order },
  *exec() {
    yield { order: { id: 1, cents: 500 } };
    yield { order: { id: 2, cents: 1250 } };
  },
});

/** The defect: another attempt charges again, for nothing tells the service that it is the same charge. */
export const chargeWith = (payments: Payments) =>
  defineNode({
    in: { order },
    out: { charged: order },
    exec: async ({ order: one }) => {
      await payments(one);
      return { charged: one };
    },
  });

export const charge = chargeWith(async ({ id, cents }) => {
  console.log(`order ${id}: ${cents} cents charged`);
});

export const receipt = defineNode({
  in: { charged: order },
  out: { receipt: 'string' },
  exec: ({ charged: { id, cents } }) => ({ receipt: `order ${id}: ${cents} cents` }),
});
