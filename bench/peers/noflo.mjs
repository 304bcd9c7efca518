/** NoFlo: components with the process API, a network, packets as NoFlo's own information packets. */
import noflo from 'noflo';

export async function make(shape) {
  let fired = 0;
  let ended = 0;
  let wanted = 0;
  let tell = () => undefined;
  const component = (inputs, last) => () => {
    const names = Array.from({ length: inputs }, (_, at) => `in${at}`);
    const made = new noflo.Component({
      inPorts: Object.fromEntries(names.map((name) => [name, { datatype: 'all' }])),
      outPorts: { out: { datatype: 'all' } },
    });
    made.process((input, output) => {
      if (!input.hasData(...names)) return;
      const taken = input.getData(...names);
      fired += 1;
      if (!last) {
        output.sendDone({ out: inputs === 1 ? taken : taken[0] });
        return;
      }
      output.done();
      ended += 1;
      if (ended === wanted) tell();
    });
    return made;
  };
  const graph = new noflo.Graph('bench');
  const loader = new noflo.ComponentLoader(process.cwd(), { cache: false });
  await loader.listComponents();
  for (const inputs of [1, 2]) {
    for (const last of [false, true])
      loader.registerComponent('bench', `N${inputs}${last}`, component(inputs, last));
  }
  for (const [at, { inputs, to }] of shape.nodes.entries())
    graph.addNode(`n${at}`, `bench/N${inputs}${to.length === 0}`);
  for (const [at, { to }] of shape.nodes.entries()) {
    for (const [node, input] of to) graph.addEdge(`n${at}`, 'out', `n${node}`, `in${input}`);
  }
  const network = await noflo.createNetwork(graph, {
    subscribeGraph: false,
    delay: true,
    // Without it a chain of a thousand components is one stack, and overflows.
    asyncDelivery: shape.nodes.length > 500,
    componentLoader: loader,
  });
  await network.connect();
  await network.start();
  const entry = noflo.internalSocket.createSocket();
  network.getNode('n0').component.inPorts.in0.attach(entry);
  return {
    put(value) {
      wanted += shape.ends;
      entry.send(value);
    },
    drain: () =>
      new Promise((resolve) => {
        tell = resolve;
        if (ended === wanted) resolve();
      }),
    fired: () => fired,
    close: () => network.stop(),
  };
}
