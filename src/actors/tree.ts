/** The actor tree of a net, worked out from its spec: which machine each actor runs, and on what input. */
import { type EpochMachine, createEpochMachine } from '../machines/epoch.machine.ts';
import type { InputPortInput } from '../machines/input-port.machine.ts';
import type { Location } from '../machines/action.ts';
import type { NodeInput } from '../machines/node-context.ts';
import { type NodeMachine, createNodeMachine } from '../machines/node.machine.ts';
import type { Destination, OutputPortInput } from '../machines/output-port.machine.ts';
import { inputAddress, nodeAddress, outputAddress } from '../machines/protocol.ts';
import type { NetSpec, NodeShape, NodeSpec } from '../machines/spec.ts';

export interface NodePlan {
  readonly spec: NodeSpec;
  readonly address: string;
  readonly machine: NodeMachine;
  readonly epochMachine: EpochMachine;
  readonly input: NodeInput;
}

/** Where each edge ends: the node, its input port, and the edge's place among those that end there. */
export interface EdgeEnd {
  readonly node: number;
  readonly port: number;
  readonly slot: number;
  readonly place: Location;
}

function portName(spec: NetSpec, node: number, port: number, side: 'inPorts' | 'outPorts'): string {
  return spec.nodes[node]?.[side][port]?.name ?? '';
}

function edgePlace(spec: NetSpec, edge: number): Location {
  const { from, to } = spec.edges[edge] ?? { from: { node: 0, port: 0 }, to: { node: 0, port: 0 } };
  return {
    type: 'Edge',
    from: `${spec.nodes[from.node]?.name}.${portName(spec, from.node, from.port, 'outPorts')}`,
    to: `${spec.nodes[to.node]?.name}.${portName(spec, to.node, to.port, 'inPorts')}`,
  };
}

/** Where the edges end, in their order. */
export function edgeEnds(spec: NetSpec): readonly EdgeEnd[] {
  const slots = new Map<string, number>();
  return spec.edges.map(({ to }, edge) => {
    const key = `${to.node}.${to.port}`;
    const slot = slots.get(key) ?? 0;
    slots.set(key, slot + 1);
    return { ...to, slot, place: edgePlace(spec, edge) };
  });
}

/** What the actors of the nodes are made from; takes time in proportion to nodes, ports and edges. */
export function nodeInputs(spec: NetSpec): readonly NodeInput[] {
  const edges = edgeEnds(spec);
  const arriving = spec.nodes.map((node) =>
    node.inPorts.map((): InputPortInput['edges'][number][] => []),
  );
  for (const [edge, end] of edges.entries()) {
    const { from, capacity } = spec.edges[edge] ?? { from: { node: 0, port: 0 }, capacity: null };
    const name = spec.nodes[from.node]?.name ?? '';
    const source = outputAddress(name, portName(spec, from.node, from.port, 'outPorts'));
    arriving[end.node]?.[end.port]?.push({ edge, place: end.place, capacity, source });
  }
  return spec.nodes.map((node, index) => ({
    name: node.name,
    index,
    inputs: node.inPorts.map((port, at) => ({
      node: node.name,
      port: port.name,
      index: at,
      slots: port.slots,
      edges: arriving[index]?.[at] ?? [],
    })),
    outputs: node.outPorts.map((port): OutputPortInput => ({
      node: node.name,
      port: port.name,
      fanout: port.fanout,
      destinations: destinations(spec, edges, port),
    })),
  }));
}

/** Works out the tree; takes time in proportion to nodes, ports and edges. */
export function planTree(spec: NetSpec): readonly NodePlan[] {
  const inputs = nodeInputs(spec);
  const machinesOf = machineCache(spec.mode === 'dag');
  return spec.nodes.map((node, index): NodePlan => {
    const input = inputs[index];
    if (input === undefined) throw new Error(`no input for node ${node.name}`);
    return { spec: node, address: nodeAddress(node.name), ...machinesOf(node), input };
  });
}

/** Nodes of one shape share their machines: a machine is costly to make and keeps no state. */
function machineCache(dag: boolean) {
  const made = new Map<string, Pick<NodePlan, 'machine' | 'epochMachine'>>();
  return (node: NodeSpec): Pick<NodePlan, 'machine' | 'epochMachine'> => {
    const shape: NodeShape = {
      inPorts: node.inPorts,
      outPorts: node.outPorts.map((port) => ({ ...port, edges: port.edges.map(() => 0) })),
      inConditions: node.inConditions,
      outConditions: node.outConditions,
      rules: node.rules,
    };
    const key = JSON.stringify(shape);
    const known = made.get(key);
    if (known !== undefined) return known;
    const machines = {
      machine: createNodeMachine(shape, dag),
      epochMachine: createEpochMachine(shape),
    };
    made.set(key, machines);
    return machines;
  };
}

function destinations(
  spec: NetSpec,
  edges: readonly EdgeEnd[],
  port: NodeSpec['outPorts'][number],
): readonly Destination[] {
  const list = port.edges.map((edge): Destination => {
    const end = edges[edge];
    if (end === undefined) throw new Error(`no edge ${edge}`);
    const name = spec.nodes[end.node]?.name ?? '';
    const target = inputAddress(name, portName(spec, end.node, end.port, 'inPorts'));
    return { place: end.place, target, slot: end.slot };
  });
  if (port.outside) list.push({ place: { type: 'OutsideNet' }, target: null, slot: -1 });
  return list;
}
