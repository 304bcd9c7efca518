/**
 * Whether the parts of a snapshot agree with each other, so that a kernel made from it keeps its
 * guarantees.
 *
 *  A1  Every packet is at one place (G1), and no id is free that is in use.
 *  A2  What an actor knows of others (counts of packets, epochs, timers, full edges) is so.
 *  A3  An edge with packets is in the worklist or waits at its full port, once: none is forgotten.
 */
import type { Location } from '../../machines/action.ts';
import { type Fifo, sizeOf, toArray } from '../../machines/fifo.ts';
import { isListed } from '../../machines/input-port.machine.ts';
import { packetId } from '../../machines/protocol.ts';
import type { NetSpec } from '../../machines/spec.ts';
import { invalidSnapshot } from './kernel-snapshot.ts';
import { outside, queueOn, visitEpoch, visitInputPort } from './packet-places.ts';
import type { EpochState, InputPortState, ReadActors } from './snapshot-schemas.ts';
import type { WorklistSnapshot } from './worklist.ts';

function agree(truth: boolean, place: string, what: string): void {
  if (!truth) throw invalidSnapshot(place, what);
}

const sum = (list: readonly number[]): number => list.reduce((total, each) => total + each, 0);
const isRunning = ({ value }: EpochState): boolean => value !== 'startable';

/** Where every packet is. Throws `SNAPSHOT_INVALID` where the parts do not agree. */
export function packetsByPlace(
  spec: NetSpec,
  read: ReadActors,
  worklist: WorklistSnapshot,
): ReadonlyMap<number, Location> {
  const places = placesOf(spec, read);
  for (const { inputs } of read.nodes) inputs.forEach(agreePort);
  agreeNodes(read);
  agreeEpochs(read);
  agreeNet(read, places.size);
  agreeEdges(spec, read, worklist);
  return places;
}

function placesOf(spec: NetSpec, { net, nodes, epochs }: ReadActors): Map<number, Location> {
  const places = new Map<number, Location>();
  const put = (queue: Fifo, location: Location, address: string): void => {
    for (const packet of toArray(queue)) {
      agree(packet < net.context.nextPacket, address, `${packetId(packet)} was never made`);
      agree(!places.has(packet), address, `${packetId(packet)} is at two places`);
      places.set(packet, location);
    }
  };
  put(net.context.outside, outside, net.address);
  for (const { inputs } of nodes)
    for (const { address, context } of inputs)
      visitInputPort(context, (queue, place) => put(queue, place, address));
  for (const { epoch, node } of epochs)
    visitEpoch(spec.nodes[node], epoch.context, (queue, place) => put(queue, place, epoch.address));
  return places;
}

function agreePort({ address, value, context }: InputPortState): void {
  const { slots, queue, waiting } = context;
  const size = sizeOf(queue);
  const full = slots !== null && size >= slots;
  agree(slots === null || size <= slots, address, 'holds more packets than it has slots');
  agree(value === (size === 0 ? 'empty' : full ? 'full' : 'partial'), address, 'is not so full');
  agree(waiting.length === 0 || full, address, 'an edge waits for a slot that is free');
}

function agreeNodes({ nodes, epochs }: ReadActors): void {
  const pending = nodes.map(() => 0);
  const running = nodes.map(() => 0);
  for (const { epoch, node } of epochs) {
    const counted = isRunning(epoch) ? running : pending;
    counted[node] = (counted[node] ?? 0) + 1;
  }
  for (const [at, { node, inputs, outputs }] of nodes.entries()) {
    const { address, value, context } = node;
    const counts = inputs.map((port) => sizeOf(port.context.queue));
    agree(counts.join() === context.counts.join(), address, 'counts other packets than wait');
    agree(context.pending === pending[at], address, 'counts other epochs than wait');
    agree(context.running === running[at], address, 'counts other epochs than run');
    const blocked = outputs.filter((port) => port.value === 'blocked').length;
    agree(
      context.blockedOutputs === blocked,
      address,
      'counts other output ports than are blocked',
    );
    const armed = context.restartAt === null || value.service === 'failed';
    agree(armed, address, 'would be started again, and has not failed');
  }
}

function agreeEpochs({ net, epochs }: ReadActors): void {
  for (const { epoch } of epochs) {
    const { address, value, context } = epoch;
    agree(context.id < net.context.nextEpoch, address, 'was never opened');
    const backingOff = typeof value === 'object' && value.running === 'backingOff';
    agree(backingOff === (context.retryAt !== null), address, 'waits for its timer, or does not');
  }
}

function agreeNet({ net, nodes, epochs }: ReadActors, packets: number): void {
  const { address, value, context } = net;
  const contexts = nodes.map(({ node }) => node.context);
  const armed = [
    ...epochs.flatMap(({ epoch: { context: of } }) => [of.retryAt, of.timeoutAt, of.attemptAt]),
    ...contexts.flatMap(({ rateAt, restartAt }) => [rateAt, restartAt]),
  ];
  const ready = nodes.map(({ node }) => (node.value.gate === 'open' ? node.context.pending : 0));
  const inside = packets - sizeOf(context.outside);
  const expected = {
    startable: sum(contexts.map(({ pending }) => pending)),
    running: sum(contexts.map(({ running }) => running)),
    ready: sum(ready),
    starved: sum(contexts.map(({ functionless, pending }) => (functionless ? pending : 0))),
    timers: armed.filter((at) => at !== null).length,
    inside: inside + sum(epochs.map(({ epoch }) => epoch.context.ended)),
    open: value.lifecycle === 'running',
  };
  for (const key of Object.keys(expected) as (keyof typeof expected)[]) {
    const [told, counted] = [context[key], expected[key]];
    agree(told === counted, `${address}.context.${key}`, `is ${told}, and there are ${counted}`);
  }
}

function agreeEdges(
  spec: NetSpec,
  { nodes }: ReadActors,
  { again, nodes: marked, edges: listed }: WorklistSnapshot,
): void {
  for (const node of [...again, ...marked]) {
    agree(node < spec.nodes.length, 'worklist', `there is no node ${node}`);
  }
  agree(new Set(marked).size === marked.length, 'worklist', 'a node is marked twice');
  const turns = spec.edges.map(() => 0);
  const turn = (edge: number | undefined, place: string): void => {
    const count = turns[edge ?? -1];
    agree(count === 0, place, `edge ${edge} has two turns, or is none`);
    if (edge !== undefined) turns[edge] = 1;
  };
  for (const edge of listed) turn(edge, 'worklist');
  for (const { inputs } of nodes) {
    for (const { address, context } of inputs) {
      for (const slot of context.waiting) turn(context.edges[slot]?.edge, address);
    }
  }
  for (const { inputs } of nodes) {
    for (const { address, context } of inputs) {
      const distinct = new Set(context.idle).size === context.idle.length;
      agree(distinct, address, 'an edge is idle twice');
      for (const slot of context.idle) {
        const idles = slot < context.edges.length && sizeOf(queueOn(context, slot)) === 0;
        agree(idles, address, 'an edge is idle that has packets, or is none');
      }
      for (const [slot, { edge }] of context.edges.entries()) {
        const has = turns[edge] === 1;
        const carries = sizeOf(queueOn(context, slot)) > 0;
        agree(has || !carries, address, `edge ${edge} has packets and no turn`);
        agree(has === isListed(context, slot), address, `edge ${edge} has a turn, or has none`);
      }
    }
  }
  agreeCapacities(spec, nodes);
}

/** Output ports know which of their edges are full. */
function agreeCapacities(spec: NetSpec, nodes: ReadActors['nodes']): void {
  const sizes = spec.edges.map(() => 0);
  for (const { inputs } of nodes) {
    for (const { context } of inputs) {
      for (const [slot, { edge }] of context.edges.entries()) {
        sizes[edge] = sizeOf(queueOn(context, slot));
      }
    }
  }
  for (const [at, { outputs }] of nodes.entries()) {
    for (const [port, { address, value, context }] of outputs.entries()) {
      const edges = spec.nodes[at]?.outPorts[port]?.edges ?? [];
      const full = edges.filter((edge) => (sizes[edge] ?? 0) >= capacityOf(spec, edge)).length;
      agree(context.filled === full, address, 'counts other edges than are full');
      const leads = context.destinations.length > 0;
      const state = leads ? (full > 0 ? 'blocked' : 'open') : 'unconnected';
      agree(value === state, address, `is ${state}`);
      const turn = context.turn === 0 || context.turn < context.destinations.length;
      agree(turn, address, 'it is the turn of no destination');
    }
  }
}

function capacityOf(spec: NetSpec, edge: number): number {
  return spec.edges[edge]?.capacity ?? Number.POSITIVE_INFINITY;
}
