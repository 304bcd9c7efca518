/** What stands around the shop in a simulation: payments that are counted, and what has to hold of them. */
import type { SimulatedWorld } from 'netrun/testing';
import { chargeWith } from './nodes.ts';

export function world(): SimulatedWorld {
  const charged: number[] = [];
  const payments = async ({ id }: { readonly id: number }): Promise<void> => {
    charged.push(id);
  };
  return {
    nodes: { Charge: chargeWith(payments) },
    invariants: {
      'no order is charged twice': () => {
        const twice = charged.find((id, at) => charged.indexOf(id) !== at);
        return twice === undefined || `order ${twice} was charged more than once`;
      },
    },
  };
}
