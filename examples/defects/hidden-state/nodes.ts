/** Node functions that give invoices their numbers. */
import { defineNode } from 'netrun';
import type { ExecContext } from 'netrun';

export const orders = defineNode({
  out: { order: 'string' },
  exec: function* () {
    for (const order of ['lamp', 'rope', 'saw']) yield { order };
  },
});

function invoiceOf(order: string, count: number): { invoice: string } {
  const invoice = `invoice ${count} for a ${order}`;
  console.log(invoice);
  return { invoice };
}

/** Invoices, as long as this process lives. */
let count = 0;

/** The defect: counts where nobody sees it. */
export const number = defineNode({
  in: { order: 'string' },
  out: { invoice: 'string' },
  exec: ({ order }) => invoiceOf(order, (count += 1)),
});

function counted({ memory }: ExecContext): number {
  const next = ((memory.get('count') as number | undefined) ?? 0) + 1;
  memory.set('count', next);
  return next;
}

/** Mended: what is counted in the node's memory is in the history, and comes back with it. */
export const numberMended = defineNode({
  in: { order: 'string' },
  out: { invoice: 'string' },
  exec: ({ order }, { ctx }) => invoiceOf(order, counted(ctx)),
});
