/** What the scenarios of the coverage share: a node with two conditions, what feeds it, and packets on its edges. */
import type { GraphInput, NodeInput } from '../../src/dsl/definition.ts';
import type { NodeOptions } from '../../src/dsl/schema.ts';
import type { PacketId } from '../../src/machines/action.ts';
import type { Kernel } from '../../src/runtime/kernel/kernel.ts';
import { act, create, edge, outside } from '../kernel/driving.ts';
import { worker } from '../kernel/graphs.ts';
import type { StatechartBook } from './statechart-book.ts';

export type Scenario = (book: StatechartBook) => void;

/** A node with two conditions of two ports each: pairs, and two of the first with one of the second, if any. */
export const twoConditions = (options: NodeOptions = {}): NodeInput => ({
  name: 'A',
  inPorts: ['x', 'y'],
  outPorts: ['out'],
  inConditions: [
    { name: 'pair', when: 'nonempty(x) and nonempty(y)', ports: { x: 1, y: 1 } },
    { name: 'twice', when: 'count(x) >= 2', ports: { x: 2, y: 1 } },
  ],
  outConditions: [{ name: 'send', when: 'nonempty(out)' }],
  options,
});

/** A source before each of the node's ports, so that packets come to it by edges. */
export const fed = (node: NodeInput, net: GraphInput['net'] = {}): GraphInput => ({
  nodes: [worker('X', ['in'], ['out']), worker('Y', ['in'], ['out']), node],
  edges: [
    { from: 'X.out', to: `${node.name}.x` },
    { from: 'Y.out', to: `${node.name}.y` },
  ],
  outputs: [`${node.name}.out`],
  net,
});

export const onEdge = (from: 'X' | 'Y') => edge(`${from}.out`, `A.${from.toLowerCase()}`);

/** Packets from the outside onto an edge. */
export function putOnEdge(kernel: Kernel, from: 'X' | 'Y', count = 1): void {
  for (let made = 0; made < count; made++) {
    const packet = create(kernel);
    act(kernel, { type: 'TransportPacketToLocation', packet, to: onEdge(from) });
  }
}

export function oldest(kernel: Kernel) {
  const [epoch] = kernel.startableEpochs();
  if (epoch === undefined) throw new Error('an epoch waits');
  return epoch;
}

export function takeAway(kernel: Kernel, type: 'leave' | 'destroy', packet: PacketId): void {
  if (type === 'destroy') act(kernel, { type: 'DestroyPacket', packet });
  else act(kernel, { type: 'TransportPacketToLocation', packet, to: outside });
}
