/** An overview brought on by what has changed: rows that did not change stay the same objects. */
import type {
  EdgeLook,
  NodeLook,
  Overview,
  OverviewChange,
} from '../../src/runtime/inspector/instant-view.ts';

export function applyChange(before: Overview, change: OverviewChange): Overview {
  return {
    at: change.at,
    now: change.now,
    net: change.net,
    nodes: change.nodes.length === 0 ? before.nodes : withNodes(before.nodes, change.nodes),
    edges: change.edges.length === 0 ? before.edges : withEdges(before.edges, change.edges),
  };
}

/** The first tick of a connection has everything. */
export function wholeOf(change: OverviewChange): Overview {
  return {
    ...change,
    nodes: change.nodes.toSorted((a, b) => a.node - b.node),
    edges: change.edges.filter(({ count }) => count > 0),
  };
}

const indexes = new WeakMap<readonly EdgeLook[], ReadonlyMap<number, EdgeLook>>();

/** Edges with packets, by their index in the graph. */
export function edgesByIndex(edges: readonly EdgeLook[]): ReadonlyMap<number, EdgeLook> {
  const known = indexes.get(edges);
  if (known !== undefined) return known;
  const made = new Map(edges.map((look) => [look.edge, look]));
  indexes.set(edges, made);
  return made;
}

function withNodes(nodes: readonly NodeLook[], changed: readonly NodeLook[]): readonly NodeLook[] {
  const next = [...nodes];
  for (const look of changed) next[look.node] = look;
  return next;
}

function withEdges(edges: readonly EdgeLook[], changed: readonly EdgeLook[]): readonly EdgeLook[] {
  const next = new Map(edgesByIndex(edges));
  for (const look of changed) {
    if (look.count === 0) next.delete(look.edge);
    else next.set(look.edge, look);
  }
  return [...next.values()];
}
