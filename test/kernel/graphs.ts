/** Small graphs that the tests of the kernel run. */
import type { GraphInput, NodeInput, OutPortInput, PortInput } from '../../src/dsl/definition.ts';
import { Graph } from '../../src/dsl/graph.ts';
import type { NodeOptions } from '../../src/dsl/schema.ts';
import type { NetSpec } from '../../src/machines/spec.ts';

type InPort = string | PortInput;
type OutPort = string | OutPortInput;

const nameOf = (port: InPort | OutPort): string => (typeof port === 'string' ? port : port.name);
const holds = (ports: readonly (InPort | OutPort)[], word: 'and' | 'or'): string =>
  ports.map((port) => `nonempty(${nameOf(port)})`).join(` ${word} `);

/** A node that takes one packet of each input port, and sends whatever it has loaded. */
export function worker(
  name: string,
  inPorts: readonly InPort[],
  outPorts: readonly OutPort[] = [],
  options: NodeOptions = {},
): NodeInput {
  const one = Object.fromEntries(inPorts.map((port) => [nameOf(port), 1]));
  return {
    name,
    inPorts,
    outPorts,
    inConditions:
      inPorts.length === 0 ? [] : [{ name: 'default', when: holds(inPorts, 'and'), ports: one }],
    outConditions: outPorts.length === 0 ? [] : [{ name: 'send', when: holds(outPorts, 'or') }],
    options,
  };
}

/** `A` alone, with one input port and one output port that faces the outside. */
export function single(options: NodeOptions = {}, net: GraphInput['net'] = {}): GraphInput {
  return { nodes: [worker('A', ['in'], ['out'], options)], outputs: ['A.out'], net };
}

/** `length` nodes `N0`, `N1`, … in a row; the last one's packets leave. */
export function chain(length: number): GraphInput {
  const names = Array.from({ length }, (_, at) => `N${at}`);
  return {
    nodes: names.map((name) => worker(name, ['in'], ['out'])),
    edges: names.slice(1).map((name, at) => ({ from: `N${at}.out`, to: `${name}.in` })),
    outputs: [`N${length - 1}.out`],
  };
}

/** `A` copies what it gets to `B` and `C`; `D` joins what they send. */
export function diamond(): GraphInput {
  return {
    nodes: [
      worker('A', ['in'], ['out']),
      worker('B', ['in'], ['out']),
      worker('C', ['in'], ['out']),
      worker('D', ['left', 'right'], ['out']),
    ],
    edges: [
      { from: 'A.out', to: 'B.in' },
      { from: 'A.out', to: 'C.in' },
      { from: 'B.out', to: 'D.left' },
      { from: 'C.out', to: 'D.right' },
    ],
    outputs: ['D.out'],
  };
}

/** Two sources whose edges end in one port of `slots` slots, which nothing empties but what `when` says. */
export function funnel(slots: number | 'infinite', when?: string): GraphInput {
  return {
    nodes: [
      worker('L', ['in'], ['out']),
      worker('R', ['in'], ['out']),
      {
        name: 'S',
        inPorts: [{ name: 'in', slots }],
        inConditions: when === undefined ? [] : [{ name: 'take', when, ports: { in: 1 } }],
      },
    ],
    edges: [
      { from: 'L.out', to: 'S.in' },
      { from: 'R.out', to: 'S.in' },
    ],
  };
}

/** The specification of a graph whose form `Graph` would refuse to build in this way: as it stands, or changed. */
export function specOf(
  graph: GraphInput,
  change: (spec: NetSpec) => NetSpec = (spec) => spec,
): NetSpec {
  return change(new Graph(graph).toSpec());
}
