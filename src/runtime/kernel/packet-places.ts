/** Where packets are, as the contexts of those who hold them say: ports their slots and edges, epochs what is in them. */
import type { Location } from '../../machines/action.ts';
import type { EpochPackets } from '../../machines/epoch-operations.ts';
import { type Fifo, emptyFifo } from '../../machines/fifo.ts';
import type { InputPortContext } from '../../machines/input-port.machine.ts';
import { epochId } from '../../machines/protocol.ts';
import { itemIn } from '../../machines/rows.ts';
import type { NodeSpec } from '../../machines/spec.ts';

/** Told of every place and of the packets that are there. */
export type PlaceVisitor = (packets: Fifo, place: Location) => void;

export const outside: Location = { type: 'OutsideNet' };

/** The packets on the edge in place `slot` of a port's edges. */
export function queueOn({ queues }: Pick<InputPortContext, 'queues'>, slot: number): Fifo {
  return itemIn(queues, slot) ?? emptyFifo;
}

/** The port, then its edges in their order. */
export function visitInputPort(
  context: Pick<InputPortContext, 'queue' | 'queues' | 'here' | 'edges'>,
  visit: PlaceVisitor,
): void {
  visit(context.queue, context.here);
  for (const [slot, { place }] of context.edges.entries()) visit(queueOn(context, slot), place);
}

/** The epoch, then its node's output ports in their order. */
export function visitEpoch(
  node: NodeSpec | undefined,
  { id, here, inside, buckets }: Pick<EpochPackets, 'id' | 'here' | 'inside' | 'buckets'>,
  visit: PlaceVisitor,
): void {
  visit(inside, here);
  for (const [at, bucket] of buckets.entries()) {
    const port = node?.outPorts[at]?.name ?? '';
    visit(bucket, { type: 'OutputPort', epoch: epochId(id), port });
  }
}
