/** Node functions of the order flow: read, validate, look up, load, report. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineNode } from 'netrun';
import type { NodeLife } from 'netrun';
import { z } from 'zod';

const row = z.record(z.string(), z.string());
const order = z.object({
  id: z.int().positive(),
  customer: z.string().min(1),
  amount: z.number().positive(),
  currency: z.enum(['EUR', 'USD']),
});
/** An order as the text of a row. */
const orderRow = order.extend({
  id: z.coerce.number().int().positive(),
  amount: z.coerce.number().positive(),
});
const known = order.extend({ country: z.string() });

type Known = z.output<typeof known>;

/** The rows of a CSV file beside this one, by the names in its first line. */
function readCsv(name: string): Record<string, string>[] {
  const text = readFileSync(new URL(name, import.meta.url), 'utf8');
  const [titles = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return rows.map((cells) =>
    Object.fromEntries(titles.map((title, at) => [title, cells[at] ?? ''])),
  );
}

/** One packet per row. */
export const read = defineNode({
  out: { row },
  *exec() {
    for (const one of readCsv('orders.csv')) yield { row: one };
  },
});

/** Sends what is an order one way, and what is none the other. */
export const validate = defineNode({
  in: { row },
  out: { order, rejected: row },
  exec: ({ row: one }) => {
    const result = orderRow.safeParse(one);
    return result.success ? { order: result.data } : { rejected: one };
  },
});

/** Stands for a service: every third order fails at first, every fifth twice. */
function country({ id, customer }: z.output<typeof order>, attempt: number): string {
  const failures = id % 5 === 0 ? 2 : id % 3 === 0 ? 1 : 0;
  if (attempt < failures) throw new Error(`the customer service did not answer for order ${id}`);
  const found = readCsv('customers.csv').find((one) => one['id'] === customer);
  if (found === undefined) throw new Error(`customer ${customer} of order ${id} is unknown`);
  return found['country'] ?? '';
}

export const lookup = defineNode({
  in: { order },
  out: { order: known },
  exec: ({ order: one }, { ctx }) => ({ order: { ...one, country: country(one, ctx.retryCount) } }),
});

const config = z.object({ out: z.string() });
type Config = z.output<typeof config>;

function ledgerOf({ out }: Config): string {
  return join(out, 'orders-ledger.jsonl');
}

/** The ledger is there, and goes on where it ended. */
export function openLedger({ config: given }: NodeLife): void {
  const { out } = config.parse(given);
  mkdirSync(out, { recursive: true });
  if (!existsSync(ledgerOf({ out }))) writeFileSync(ledgerOf({ out }), '');
}

export const load = defineNode({
  in: { order: known },
  config,
  exec: ({ order: one }, { config: given }) => {
    appendFileSync(ledgerOf(given), `${JSON.stringify(one)}\n`);
    console.log(`order ${one.id}: ${one.amount.toFixed(2)} ${one.currency}, ${one.country}`);
  },
});

export const reject = defineNode({
  in: { row },
  exec: ({ row: one }) => console.log(`row ${one['id']} is no order: ${JSON.stringify(one)}`),
});

/** Totals of the whole ledger, this run's orders and those of earlier ones, in cents. */
export function report({ config: given, log }: NodeLife): void {
  const { out } = config.parse(given);
  const lines = readFileSync(ledgerOf({ out }), 'utf8').split('\n').slice(0, -1);
  const orders = new Map<number, Known>();
  for (const line of lines) {
    const one = known.parse(JSON.parse(line));
    orders.set(one.id, one);
  }
  const cents: Record<string, number> = {};
  for (const { currency, amount } of orders.values())
    cents[currency] = (cents[currency] ?? 0) + Math.round(amount * 100);
  writeFileSync(
    join(out, 'orders-report.json'),
    `${JSON.stringify({ orders: orders.size, cents })}\n`,
  );
  log.info({ orders: orders.size, cents }, 'report written');
}
