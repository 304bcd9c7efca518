/** Graphs as the server tells of them, made from little. */
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
