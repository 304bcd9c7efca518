/** The whole product: a Net with values, node functions and the full history. Variant: the engine. */
import { Graph, Net } from '../../dist/index.js';

function passOn(inputs, last) {
  return (ctx, packets) => {
    let value;
    for (const input of inputs) value = ctx.consumePacketSync(packets[input][0]);
    if (last) return;
    ctx.loadOutputPort('out', ctx.createPacket(value));
    ctx.sendOutputSalvo('send');
  };
}

export function inputNames({ inputs }) {
  return Array.from({ length: inputs }, (_, at) => `in${at}`);
}

/** The shape as a graph: each node waits for one packet of every input, and sends what it has made. */
export function graphOf(shape) {
  return new Graph({
    nodes: shape.nodes.map((node, at) => {
      const inputs = inputNames(node);
      const last = node.to.length === 0;
      return {
        name: `N${at}`,
        inPorts: inputs,
        outPorts: last ? [] : ['out'],
        inConditions: [
          {
            name: 'default',
            when: inputs.map((name) => `nonempty(${name})`).join(' and '),
            ports: Object.fromEntries(inputs.map((name) => [name, 1])),
          },
        ],
        outConditions: last ? [] : [{ name: 'send', when: 'nonempty(out)' }],
      };
    }),
    edges: shape.nodes.flatMap(({ to }, at) =>
      to.map(([node, input]) => ({ from: `N${at}.out`, to: `N${node}.in${input}` })),
    ),
  });
}

export function make(shape, engine, settings = {}) {
  const net = new Net(graphOf(shape), { engine, logLevel: 'error', ...settings });
  for (const [at, node] of shape.nodes.entries())
    net.setNodeExec(`N${at}`, passOn(inputNames(node), node.to.length === 0));
  return {
    put(value) {
      void net.inject('N0.in0', value);
    },
    async drain() {
      const { blocked } = await net.start();
      if (blocked !== 'drained') throw new Error(`the net is ${blocked}`);
    },
    fired: () => net.status().counts.epochs.finished,
    close: () => net.stop(),
  };
}
