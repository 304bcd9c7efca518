/**
 * The flows that every peer builds in its own way.
 *
 * A shape is `{ name, nodes, hopsPerPacket, ends }`: `nodes[i]` has `inputs` (a node with two waits for
 * one packet of each) and `to`, where its one output leads: `[node, input]` pairs. Packets go in at
 * node 0; `ends` is how many packets leave the flow for each that went in.
 */

/** `length` nodes in a row. */
function chain(length, name = `chain of ${length}`) {
  const nodes = Array.from({ length }, (_, at) => ({
    inputs: 1,
    to: at + 1 < length ? [[at + 1, 0]] : [],
  }));
  return { name, nodes, hopsPerPacket: length, ends: 1 };
}

/** One node to two, and these to a join. */
function diamond() {
  return {
    name: 'diamond',
    nodes: [
      {
        inputs: 1,
        to: [
          [1, 0],
          [2, 0],
        ],
      },
      { inputs: 1, to: [[3, 0]] },
      { inputs: 1, to: [[3, 1]] },
      { inputs: 2, to: [] },
    ],
    hopsPerPacket: 4,
    ends: 1,
  };
}

/** One node to `width` others. */
function fanOut(width) {
  const others = Array.from({ length: width }, (_, at) => at + 1);
  return {
    name: `fan-out of ${width}`,
    nodes: [
      { inputs: 1, to: others.map((node) => [node, 0]) },
      ...others.map(() => ({ inputs: 1, to: [] })),
    ],
    hopsPerPacket: width + 1,
    ends: width,
  };
}

/** By the name that a child process is given; `chain-N` is a chain of N. */
export function shapeOf(name) {
  switch (name) {
    case 'linear':
      return chain(3, 'linear');
    case 'diamond':
      return diamond();
    case 'fanout':
      return fanOut(100);
    default:
      return chain(Number(name.slice('chain-'.length)));
  }
}
