/**
 * What of a graph is drawn as its subnets are folded or open: boxes, frames around them, lines between them.
 *
 * F1 every node is in exactly one box: its own, or that of the outermost folded subnet that it stands in.
 * F2 every edge is in at most one line; one within a folded subnet is in none.
 */
import type { GraphView, NodeView } from '../../src/runtime/inspector/net-view.ts';

export interface ScenePort {
  /** `in:x`, `out:y`; of a folded subnet `in:Inner.x`. */
  readonly id: string;
  readonly name: string;
  /** Node and port as the graph counts them. */
  readonly node: number;
  readonly port: number;
}

export interface SceneBox {
  /** The node's name, or that of the subnet. */
  readonly id: string;
  readonly kind: 'node' | 'subnet';
  /** The last part of the name. */
  readonly title: string;
  /** Nodes that it stands for, as the graph counts them. */
  readonly nodes: readonly number[];
  readonly inPorts: readonly ScenePort[];
  readonly outPorts: readonly ScenePort[];
  /** The frame that it stands in; null at the top. */
  readonly frame: string | null;
}

/** An open subnet. */
export interface SceneFrame {
  readonly id: string;
  readonly title: string;
  readonly frame: string | null;
}

export interface SceneLine {
  /** The first edge's index. */
  readonly id: string;
  readonly from: { readonly box: string; readonly port: string };
  readonly to: { readonly box: string; readonly port: string };
  readonly edges: readonly number[];
  /** An edge of it takes so many packets only, or leads to a port that does. */
  readonly canBeFull: boolean;
}

export interface Scene {
  readonly boxes: readonly SceneBox[];
  readonly frames: readonly SceneFrame[];
  readonly lines: readonly SceneLine[];
}

const arrow = '->';

/** Names of all subnets of a graph, outer ones first. */
export function subnetsOf(graph: GraphView): readonly string[] {
  const names = new Set<string>();
  for (const { within } of graph.nodes) {
    for (const depth of within.keys()) names.add(within.slice(0, depth + 1).join(arrow));
  }
  return [...names];
}

interface End {
  readonly node: number;
  readonly port: number;
  readonly name: string;
}

/** Finds the ends of edges by their text, `Node.port`. */
function endsOf(graph: GraphView): (text: string, side: 'in' | 'out') => End | undefined {
  const indexes = new Map(graph.nodes.map(({ name }, index) => [name, index]));
  return (text, side) => {
    const dot = text.lastIndexOf('.');
    const node = indexes.get(text.slice(0, dot));
    if (node === undefined) return undefined;
    const ports = graph.nodes[node]?.[side === 'in' ? 'inPorts' : 'outPorts'] ?? [];
    const name = text.slice(dot + 1);
    return { node, port: ports.findIndex((port) => port.name === name), name };
  };
}

class Folding {
  readonly #graph: GraphView;
  readonly #isOpen: (subnet: string) => boolean;
  readonly #boxOf: string[] = [];
  readonly #boxes = new Map<string, SceneBox>();
  readonly #frames = new Map<string, SceneFrame>();
  readonly #ports = new Map<string, { in: Map<string, ScenePort>; out: Map<string, ScenePort> }>();

  constructor(graph: GraphView, isOpen: (subnet: string) => boolean) {
    this.#graph = graph;
    this.#isOpen = isOpen;
    for (const [index, node] of graph.nodes.entries()) this.#place(index, node);
  }

  scene(): Scene {
    const lines = this.#lines();
    const boxes = [...this.#boxes.values()].map((box) => {
      const ports = this.#ports.get(box.id);
      if (ports === undefined) return box;
      return { ...box, inPorts: [...ports.in.values()], outPorts: [...ports.out.values()] };
    });
    return { boxes, frames: [...this.#frames.values()], lines };
  }

  #place(index: number, node: NodeView): void {
    let frame: string | null = null;
    for (const [depth, title] of node.within.entries()) {
      const id = node.within.slice(0, depth + 1).join(arrow);
      if (!this.#isOpen(id)) {
        this.#intoSubnet(id, title, frame, index);
        return;
      }
      if (!this.#frames.has(id)) this.#frames.set(id, { id, title, frame });
      frame = id;
    }
    const side = (ports: NodeView['inPorts'], direction: 'in' | 'out'): ScenePort[] =>
      ports.map(({ name }, port) => ({ id: `${direction}:${name}`, name, node: index, port }));
    this.#boxOf[index] = node.name;
    this.#boxes.set(node.name, {
      id: node.name,
      kind: 'node',
      title: node.name.split(arrow).at(-1) ?? node.name,
      nodes: [index],
      inPorts: side(node.inPorts, 'in'),
      outPorts: side(node.outPorts, 'out'),
      frame,
    });
  }

  #intoSubnet(id: string, title: string, frame: string | null, index: number): void {
    this.#boxOf[index] = id;
    const box = this.#boxes.get(id);
    const nodes = [...(box?.nodes ?? []), index];
    this.#boxes.set(id, { id, kind: 'subnet', title, nodes, inPorts: [], outPorts: [], frame });
    if (box === undefined) this.#ports.set(id, { in: new Map(), out: new Map() });
  }

  #lines(): SceneLine[] {
    const find = endsOf(this.#graph);
    const lines = new Map<string, SceneLine & { readonly edges: number[]; canBeFull: boolean }>();
    for (const [index, edge] of this.#graph.edges.entries()) {
      const from = find(edge.from, 'out');
      const to = find(edge.to, 'in');
      if (from === undefined || to === undefined) continue;
      const source = this.#boxOf[from.node] ?? '';
      const target = this.#boxOf[to.node] ?? '';
      const isHidden = source === target && this.#ports.has(source);
      if (isHidden) continue;
      const line = {
        from: { box: source, port: this.#port(source, 'out', from) },
        to: { box: target, port: this.#port(target, 'in', to) },
      };
      const key = JSON.stringify(line);
      const slots = this.#graph.nodes[to.node]?.inPorts[to.port]?.slots ?? null;
      const canBeFull = edge.capacity !== null || slots !== null;
      const known = lines.get(key);
      if (known === undefined) {
        lines.set(key, { id: String(index), ...line, edges: [index], canBeFull });
        continue;
      }
      known.edges.push(index);
      known.canBeFull ||= canBeFull;
    }
    return [...lines.values()];
  }

  /** The port's id in its box; a folded subnet has those that lines end at. */
  #port(box: string, side: 'in' | 'out', { node, port, name }: End): string {
    const ports = this.#ports.get(box);
    if (ports === undefined) return `${side}:${name}`;
    const inner = this.#graph.nodes[node]?.name.slice(box.length + arrow.length) ?? '';
    const id = `${side}:${inner}.${name}`;
    ports[side].set(id, { id, name: `${inner}.${name}`, node, port });
    return id;
  }
}

/** The scene of a graph, with the subnets open that `isOpen` says. */
export function foldGraph(graph: GraphView, isOpen: (subnet: string) => boolean): Scene {
  return new Folding(graph, isOpen).scene();
}
