/**
 * What can happen at all in a net: which nodes can ever send, to which ports packets can come, which
 * conditions can fire. The least set that is closed under what nodes may do.
 *
 * H1 an epoch may send any salvo of its node, any number of times, or none: what is found impossible
 *    here is impossible whatever the functions do.
 * H2 where a walk came to its limit, every condition of that node counts as possible.
 */
import type { NetSpec } from '../../machines/spec.ts';
import { type Arrival, type NodeWalk, walkNode } from './node-walk.ts';

export interface ReachOptions {
  /** Ports that packets come to from outside, `Node.port`. */
  readonly inputs: ReadonlySet<string>;
  /** Only these output ports of one node send. */
  readonly only?: { readonly node: number; readonly ports: ReadonlySet<number> };
  readonly limit: number;
}

export interface Reach {
  /** By node. */
  readonly walks: readonly NodeWalk[];
  /** By node and input port. */
  readonly arrivals: readonly (readonly Arrival[])[];
  /** Nodes that can have an epoch, in the order in which they are found to. */
  readonly active: readonly number[];
}

/** Output ports that a condition of the node takes from: the others send nothing. */
function sendingPorts(spec: NetSpec, node: number): ReadonlySet<number> {
  const conditions = spec.nodes[node]?.outConditions ?? [];
  return new Set(conditions.flatMap(({ takes }) => takes.map(({ port }) => port)));
}

/** Without input ports, or of its own accord: it may begin. */
function begins(spec: NetSpec, node: number): boolean {
  const found = spec.nodes[node];
  return found !== undefined && (found.rules.autostart || found.inPorts.length === 0);
}

export function reach(spec: NetSpec, { inputs, only, limit }: ReachOptions): Reach {
  const active: number[] = spec.nodes.flatMap((_, node) => (begins(spec, node) ? [node] : []));
  const arrivals = spec.nodes.map(({ name, inPorts }) =>
    inPorts.map((port): Arrival => ({
      byEdge: null,
      fromOutside: inputs.has(`${name}.${port.name}`),
    })),
  );
  const walks: NodeWalk[] = [];
  const due = new Set(spec.nodes.keys());
  const spread = (node: number): void => {
    const ports = sendingPorts(spec, node);
    for (const { from, to } of spec.edges) {
      if (from.node !== node || !ports.has(from.port)) continue;
      if (only?.node === node && !only.ports.has(from.port)) continue;
      const target = arrivals[to.node];
      const before = target?.[to.port];
      if (target === undefined || before === undefined || before.byEdge !== null) continue;
      const source = spec.nodes[node];
      const byEdge = `${source?.name}.${source?.outPorts[from.port]?.name}`;
      target[to.port] = { ...before, byEdge };
      due.add(to.node);
    }
  };
  active.forEach(spread);
  for (const node of due) {
    due.delete(node);
    const found = spec.nodes[node];
    if (found === undefined) continue;
    const walk = walkNode(found, arrivals[node] ?? [], limit);
    walks[node] = walk;
    if (active.includes(node) || (walk.complete && walk.fires.size === 0)) continue;
    active.push(node);
    spread(node);
  }
  return { walks, arrivals, active };
}

/** The nodes that packets of `node` can come from, itself left out. */
function ancestorsOf(spec: NetSpec, node: number): ReadonlySet<number> {
  const found = new Set<number>();
  const due = [node];
  for (let at = due.pop(); at !== undefined; at = due.pop()) {
    for (const { from, to } of spec.edges) {
      if (to.node !== at || found.has(from.node)) continue;
      found.add(from.node);
      due.push(from.node);
    }
  }
  found.delete(node);
  return found;
}

/** What happens before packets can come to the node: the first salvos of those that they come through. */
export function storyBefore(
  spec: NetSpec,
  { walks, active }: Reach,
  node: number,
): readonly string[] {
  const ancestors = ancestorsOf(spec, node);
  return active.flatMap((at) => {
    if (!ancestors.has(at)) return [];
    const walk = walks[at];
    const [first] = walk?.fires.entries() ?? [];
    if (first === undefined) return [`an epoch of ${spec.nodes[at]?.name} opens`];
    const [condition, way] = first;
    const name = spec.nodes[at]?.inConditions[condition]?.name;
    return [...way, `${spec.nodes[at]?.name} fires ${name}`];
  });
}
