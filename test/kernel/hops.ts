/** Hops, one like the other, in nets of any length and with any number of packets waiting. */
import { Graph } from '../../src/dsl/graph.ts';
import { type Kernel, createKernel } from '../../src/runtime/kernel/kernel.ts';
import { act, inject, pass, run } from './driving.ts';
import { chain, worker } from './graphs.ts';

/** A packet goes through a chain of `nodes` nodes, one node a hop, after `before` others; then `again` another. */
export function walk(
  nodes: number,
  before = 0,
): { readonly kernel: Kernel; readonly hop: () => void; readonly again: () => void } {
  const kernel = createKernel(new Graph(chain(nodes)));
  const again = (): void => {
    inject(kernel, 'N0.in');
  };
  const hop = (): void => {
    run(kernel);
    const [epoch] = kernel.startableEpochs();
    if (epoch === undefined) throw new Error('the packet is through');
    pass(kernel, epoch);
  };
  for (let packet = 0; packet < before; packet++) {
    again();
    for (let node = 0; node < nodes; node++) hop();
  }
  again();
  return { kernel, hop, again };
}

/** `waiting` packets before a node that takes one at a time; a hop takes one, and another one comes. */
export function queue(waiting: number): { readonly kernel: Kernel; readonly hop: () => void } {
  const kernel = createKernel(
    new Graph({
      nodes: [
        worker('A', [], ['out']),
        worker('B', [{ name: 'in', slots: 2 }], ['out'], { maxPendingEpochs: 1 }),
      ],
      edges: [{ from: 'A.out', to: 'B.in' }],
      outputs: ['B.out'],
    }),
  );
  const to = { type: 'Edge', from: 'A.out', to: 'B.in' } as const;
  const add = (): void => {
    const { packet } = act(kernel, { type: 'CreatePacket' });
    if (packet === undefined) throw new Error('no packet was made');
    act(kernel, { type: 'TransportPacketToLocation', packet, to });
  };
  for (let n = 0; n < waiting; n++) add();
  run(kernel);
  const hop = (): void => {
    const [epoch] = kernel.startableEpochs();
    if (epoch === undefined) throw new Error('no epoch is there to run');
    pass(kernel, epoch);
    const [left] = kernel.packetsAt({ type: 'OutsideNet' });
    if (left !== undefined) act(kernel, { type: 'ConsumePacket', packet: left });
    add();
    run(kernel);
  };
  return { kernel, hop };
}
