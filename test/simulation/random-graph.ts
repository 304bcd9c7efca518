/** Random graphs for the simulation: every shape and every option, small enough to be run by the thousand. */
import type {
  ConditionInput,
  EdgeInput,
  GraphInput,
  NodeInput,
  OutPortInput,
  PortInput,
} from '../../src/dsl/definition.ts';
import type { NodeOptions } from '../../src/dsl/schema.ts';
import type { Draw } from '../../src/testing/simulation/draw.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function slots(draw: Draw): number | 'infinite' {
  return draw.chance(0.6) ? 'infinite' : draw.integer(1, 3);
}

function retryOptions(draw: Draw, options: Writable<NodeOptions>): void {
  options.deferNetActions = true;
  options.retries = draw.integer(1, 3);
  options.retryWait = draw.one([0, 0.01, 0.05]);
  options.retryBackoff = draw.one(['fixed', 'exponential']);
  if (draw.chance(0.4)) options.retryWaitMax = 0.08;
  if (draw.chance(0.5)) options.retryJitter = draw.one([0.2, 1]);
}

function options(draw: Draw): NodeOptions {
  const made: Writable<NodeOptions> = {};
  if (draw.chance(0.4)) retryOptions(draw, made);
  else if (draw.chance(0.3)) made.deferNetActions = true;
  if (draw.chance(0.25)) made.maxParallelEpochs = draw.integer(1, 2);
  if (draw.chance(0.2)) made.maxPendingEpochs = draw.integer(1, 3);
  if (draw.chance(0.08)) made.maxEpochs = draw.integer(1, 6);
  if (draw.chance(0.2)) made.rateLimitPerSecond = draw.one([20, 100, 2000]);
  if (draw.chance(0.3)) made.timeout = draw.one([0.02, 0.1, 0.4]);
  if (draw.chance(0.3)) made.attemptTimeout = draw.one([0.01, 0.05]);
  if (draw.chance(0.3)) made.priority = draw.integer(-2, 2);
  if (draw.chance(0.3)) made.unconsumed = 'destroy';
  if (draw.chance(0.15)) made.deadLetterQueue = false;
  if (draw.chance(0.2)) made.startTimeout = 0.02;
  if (draw.chance(0.5)) made.restart = 'on_failure';
  if (draw.chance(0.1)) made.autostart = true;
  return made;
}

function term(draw: Draw, ports: readonly string[]): string {
  const every = ports.map((port) => `nonempty(${port})`);
  switch (draw.integer(0, 5)) {
    case 0:
      return every.join(' or ');
    case 1:
      return `count(${draw.one(ports)}) >= ${draw.integer(1, 2)}`;
    case 2:
      return `not empty(${draw.one(ports)})`;
    default:
      return every.join(' and ');
  }
}

function inConditions(draw: Draw, ports: readonly string[]): ConditionInput[] {
  if (ports.length === 0) return [];
  return Array.from({ length: draw.chance(0.3) ? 2 : 1 }, (_, at) => ({
    name: `c${at}`,
    when: term(draw, ports),
    ports: ports.map((port) => ({ port, count: draw.one([1, 1, 2, 'all' as const]) })),
  }));
}

function outConditions(draw: Draw, ports: readonly string[]): ConditionInput[] {
  if (ports.length === 0) return [];
  const any: ConditionInput = {
    name: 'send',
    when: draw.chance(0.9)
      ? ports.map((port) => `nonempty(${port})`).join(' or ')
      : 'count(o0) >= 0',
    maxSalvos: draw.one(['infinite' as const, 'infinite' as const, 1, 2]),
  };
  if (!draw.chance(0.2)) return [any];
  return [any, { name: 'single', when: 'nonempty(o0)', ports: { o0: 1 }, maxSalvos: 1 }];
}

function node(draw: Draw, at: number): NodeInput {
  const ins = at > 0 || draw.chance(0.9) ? draw.integer(1, 2) : 0;
  const inPorts = Array.from({ length: ins }, (_, port): PortInput => {
    return { name: `i${port}`, slots: slots(draw) };
  });
  const outPorts = Array.from({ length: draw.integer(1, 2) }, (_, port): OutPortInput => {
    return {
      name: `o${port}`,
      slots: draw.chance(0.85) ? 'infinite' : draw.integer(1, 2),
      fanout: draw.one(['copy', 'copy', 'round_robin']),
    };
  });
  return {
    name: `N${at}`,
    inPorts,
    outPorts,
    inConditions: inConditions(
      draw,
      inPorts.map(({ name }) => name),
    ),
    outConditions: outConditions(
      draw,
      outPorts.map(({ name }) => name),
    ),
    options: options(draw),
  };
}

const portNames = (ports: readonly (string | PortInput)[] | undefined): string[] =>
  (ports ?? []).map((port) => (typeof port === 'string' ? port : port.name));

function edges(draw: Draw, nodes: readonly NodeInput[]): EdgeInput[] {
  const made: EdgeInput[] = [];
  for (const [at, source] of nodes.entries()) {
    const later = nodes
      .slice(at + 1)
      .flatMap((target) => portNames(target.inPorts).map((port) => `${target.name}.${port}`));
    for (const port of portNames(source.outPorts)) {
      const targets = new Set<string>();
      const most = later.length === 0 ? 0 : draw.one([0, 1, 1, 1, 2, 2, 3]);
      for (let edge = 0; edge < most; edge++) targets.add(draw.one(later));
      for (const to of targets) {
        const capacity = draw.chance(0.25) ? draw.integer(1, 3) : ('infinite' as const);
        made.push({ from: `${source.name}.${port}`, to, capacity });
      }
    }
  }
  return made;
}

/** An edge back to a node before, which opens few epochs: the cycle comes to an end. */
function backEdge(draw: Draw, nodes: NodeInput[]): EdgeInput[] {
  const source = draw.integer(1, nodes.length - 1);
  const target = draw.integer(0, source);
  const [from, to] = [nodes[source], nodes[target]];
  const port = portNames(to?.inPorts)[0];
  if (from === undefined || to === undefined || port === undefined) return [];
  nodes[target] = { ...to, options: { ...to.options, maxEpochs: draw.integer(4, 8) } };
  return [{ from: `${from.name}.o0`, to: `${to.name}.${port}` }];
}

/** A graph of three nodes to so many. */
export function randomGraph(draw: Draw, mostNodes: number): GraphInput {
  const nodes = Array.from({ length: draw.integer(3, mostNodes) }, (_, at) => node(draw, at));
  const dag = draw.chance(0.1);
  const forward = edges(draw, nodes);
  const back = !dag && draw.chance(0.15) ? backEdge(draw, nodes) : [];
  const known = new Set(forward.map(({ from, to }) => `${from} ${to}`));
  const all = [...forward, ...back.filter(({ from, to }) => !known.has(`${from} ${to}`))];
  const outputs = nodes
    .flatMap(({ name, outPorts }) => portNames(outPorts).map((port) => `${name}.${port}`))
    .filter((port) => draw.chance(all.some(({ from }) => from === port) ? 0.15 : 0.9));
  const reached = new Set(all.map(({ to }) => to));
  const inputs = nodes
    .flatMap(({ name, inPorts }) => portNames(inPorts).map((port) => `${name}.${port}`))
    .filter((port) => !reached.has(port) || draw.chance(0.2));
  return {
    nodes,
    edges: all,
    inputs,
    outputs,
    net: {
      onError: draw.weighted({ continue: 6, pause: 3, raise: 1 }),
      mode: dag ? 'dag' : 'cyclic',
      maxConcurrency: draw.one([2, 4, 256]),
      seed: draw.integer(0, 1_000_000),
    },
  };
}
