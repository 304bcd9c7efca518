/** What stands around the orders in a simulation: a ledger that is kept in memory, and what has to hold of it. */
import type { SimulatedWorld } from 'netrun/testing';
import { load } from './nodes.ts';

export function world(): SimulatedWorld {
  const ledger: string[] = [];
  return {
    nodes: {
      Load: {
        ...load.functions,
        start: () => undefined,
        stop: () => undefined,
        exec: (ctx, packets) => {
          for (const packet of packets['order'] ?? [])
            ledger.push(JSON.stringify(ctx.consumePacketSync(packet)));
        },
      },
    },
    invariants: {
      // A line may stand twice, where the process ended before it was known to be written: readers take the last.
      'no more orders are in the ledger than there are': () =>
        new Set(ledger).size <= 9 || `${new Set(ledger).size} orders`,
      'every order is in the ledger, or failed for good': ({ counts, deadLetters }) =>
        counts.nodes.get('Read')?.finished !== 1 ||
        new Set(ledger).size + deadLetters.length >= 9 ||
        `${new Set(ledger).size} orders, ${deadLetters.length} dead letters`,
    },
  };
}
