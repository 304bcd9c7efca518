/** Graphs, and the looks of their nodes, as the server tells of them, made from little. */
import type { NodeLook } from '../../src/runtime/inspector/instant-view.ts';
import type { GraphView, NodeView } from '../../src/runtime/inspector/net-view.ts';

type Ports = readonly [inPorts: readonly string[], outPorts: readonly string[]];

export type GraphSketch = Readonly<
  Record<string, Ports | readonly (readonly [string, string])[]>
> & {
  readonly edges: readonly (readonly [from: string, to: string])[];
};

function node(name: string, [inPorts, outPorts]: Ports): NodeView {
  const port = (each: string) => ({
    name: each,
    slots: null,
    isOutside: false,
    type: null,
    chart: 0,
  });
  return {
    name,
    within: name.split('->').slice(0, -1),
    inPorts: inPorts.map(port),
    outPorts: outPorts.map(port),
    inConditions: [],
    outConditions: [],
    options: {},
    about: {},
    hasFunction: true,
    chart: 0,
    epochChart: 0,
  };
}

export function graphOf({ edges, ...nodes }: GraphSketch): GraphView {
  return {
    nodes: Object.entries(nodes).map(([name, ports]) => node(name, ports as Ports)),
    edges: edges.map(([from, to]) => ({ from, to, capacity: null })),
    inputs: [],
    outputs: [],
    mode: 'cyclic',
    onError: 'pause',
    maxConcurrency: null,
    settings: {},
  };
}

/** A node where nothing happens, but for what is given. */
export function lookOf(index: number, more: Partial<NodeLook> = {}): NodeLook {
  return {
    node: index,
    word: 'idle',
    service: 'up',
    gate: 'open',
    intake: 'collecting',
    ports: [],
    startable: 0,
    running: 0,
    opened: 0,
    started: 0,
    finished: 0,
    failed: 0,
    cancelled: 0,
    retried: 0,
    ...more,
  };
}
