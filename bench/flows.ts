/** The flows that are measured: trivial functions, so that what is measured is the net. */
import { type Flow, Graph, defineNode, flow } from 'netrun';

const pass = defineNode({
  in: { x: 'number' },
  out: { y: 'number' },
  exec: ({ x }) => ({ y: x }),
});
const join = defineNode({
  in: { left: 'number', right: 'number' },
  out: { same: 'boolean' },
  exec: ({ left, right }) => ({ same: left === right }),
});

export interface Shape {
  readonly name: string;
  /** Where packets go in. */
  readonly input: string;
  /** Epochs that one packet leads to. */
  readonly hopsPerPacket: number;
  readonly flow: Flow;
}

/** `length` nodes in a row. */
export function chain(length: number): Shape {
  const names = Array.from({ length }, (_, at) => `N${at}`);
  const graph = new Graph({
    nodes: names.map((name) => ({ ...pass.definition, name })),
    edges: names.slice(1).map((name, at) => ({ from: `N${at}.y`, to: `${name}.x` })),
    outputs: [`N${length - 1}.y`],
  });
  return {
    name: `chain of ${length}`,
    input: 'N0.x',
    hopsPerPacket: length,
    flow: { graph, functions: new Map(names.map((name) => [name, pass.functions])) },
  };
}

/** One node to two, and these to a join. */
export function diamond(): Shape {
  return {
    name: 'diamond',
    input: 'Start.x',
    hopsPerPacket: 4,
    flow: flow()
      .node('Start', pass)
      .node('Left', pass)
      .node('Right', pass)
      .node('Join', join)
      .edge('Start.y', 'Left.x')
      .edge('Start.y', 'Right.x')
      .edge('Left.y', 'Join.left')
      .edge('Right.y', 'Join.right')
      .outputs('Join.same')
      .build(),
  };
}
