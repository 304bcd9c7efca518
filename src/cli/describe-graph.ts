/** A graph in words: what starts each node, what it takes and sends, and where that goes. */
import type { ConditionDefinition, NodeDefinition } from '../dsl/definition.ts';
import type { Graph } from '../dsl/graph.ts';
import { counted } from '../runtime/counted-noun.ts';

interface ConditionText {
  readonly name: string;
  readonly when: string;
  readonly takes: readonly { readonly port: string; readonly count: number | 'all' }[];
}

interface PortText {
  readonly port: string;
  readonly slots: number | 'infinite';
  /** `Node.port` at the other ends; `outside` for what faces the outside. */
  readonly others: readonly string[];
}

export interface NodeText {
  readonly node: string;
  /** Import path of its function; null: its epochs are never started. */
  readonly exec: string | null;
  /** One epoch of its own accord when the net starts. */
  readonly autostart: boolean;
  readonly fires: readonly ConditionText[];
  readonly sends: readonly (ConditionText & { readonly most: number | 'infinite' })[];
  readonly from: readonly PortText[];
  readonly to: readonly PortText[];
}

export interface GraphText {
  readonly mode: 'cyclic' | 'dag';
  readonly onError: 'pause' | 'continue' | 'raise';
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeText[];
}

function othersOf(graph: Graph): (ref: string, side: 'in' | 'out') => readonly string[] {
  const others = new Map<string, string[]>();
  const add = (key: string, other: string): void => {
    const known = others.get(key);
    if (known === undefined) others.set(key, [other]);
    else known.push(other);
  };
  for (const { from, to } of graph.edges) {
    add(`in ${to}`, from);
    add(`out ${from}`, to);
  }
  for (const ref of graph.inputs) add(`in ${ref}`, 'outside');
  for (const ref of graph.outputs) add(`out ${ref}`, 'outside');
  return (ref, side) => others.get(`${side} ${ref}`) ?? [];
}

function conditionText({ name, when, ports }: ConditionDefinition): ConditionText {
  return { name, when, takes: ports };
}

/** What the graph says, by node and in declaration order. */
export function describeGraph(graph: Graph): GraphText {
  const others = othersOf(graph);
  const nodeText = (node: NodeDefinition): NodeText => ({
    node: node.name,
    exec: node.execNodeFunc ?? node.factory ?? node.net ?? null,
    autostart:
      node.options.autostart ?? graph.settings.defaults?.autostart ?? node.inPorts.length === 0,
    fires: node.inConditions.map(conditionText),
    sends: node.outConditions.map((condition) => ({
      ...conditionText(condition),
      most: condition.maxSalvos,
    })),
    from: node.inPorts.map(({ name, slots }) => ({
      port: name,
      slots,
      others: others(`${node.name}.${name}`, 'in'),
    })),
    to: node.outPorts.map(({ name, slots }) => ({
      port: name,
      slots,
      others: others(`${node.name}.${name}`, 'out'),
    })),
  });
  return {
    mode: graph.settings.mode ?? 'cyclic',
    onError: graph.settings.onError ?? 'pause',
    inputs: graph.inputs,
    outputs: graph.outputs,
    nodes: graph.nodes.map(nodeText),
  };
}

function takesText({ takes }: ConditionText): string {
  const parts = takes.map(({ port, count }) =>
    count === 'all' ? `all of ${port}` : `${counted(count, 'packet')} of ${port}`,
  );
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

function slotsText(slots: number | 'infinite'): string {
  return slots === 'infinite' ? '' : `, ${counted(slots, 'slot')}`;
}

function nodeLines(node: NodeText): string[] {
  const lines = [`${node.node}${node.exec === null ? '' : `  (${node.exec})`}`];
  if (node.exec === null) lines.push('  has no function: its epochs are never started');
  if (node.autostart) lines.push('  starts by itself, once');
  for (const condition of node.fires) {
    lines.push(`  fires ${condition.name}: when ${condition.when}, takes ${takesText(condition)}`);
  }
  if (!node.autostart && node.fires.length === 0)
    lines.push('  has no input condition: only netrun itself can start it');
  for (const { port, slots, others } of node.from) {
    const sources = others.length === 0 ? 'nothing leads there' : `from ${others.join(', ')}`;
    lines.push(`  in ${port}: ${sources}${slotsText(slots)}`);
  }
  for (const condition of node.sends) {
    const most =
      condition.most === 'infinite' ? '' : `, at most ${counted(condition.most, 'time')} an epoch`;
    lines.push(
      `  sends ${condition.name}: when ${condition.when}, takes ${takesText(condition)}${most}`,
    );
  }
  for (const { port, slots, others } of node.to) {
    const targets =
      others.length === 0
        ? 'leads nowhere: what is sent there is an error'
        : `to ${others.join(', ')}`;
    lines.push(`  out ${port}: ${targets}${slotsText(slots)}`);
  }
  return lines;
}

const errorTexts = {
  pause: 'an epoch that fails for good pauses the net',
  continue: 'an epoch that fails for good does not stop the others',
  raise: 'an epoch that fails for good ends the run with its error',
} as const;

/** The same for people. */
export function descriptionLines(text: GraphText, edges: number): string[] {
  const { mode, onError, inputs, outputs, nodes } = text;
  const shape = mode === 'dag' ? ', each node runs at most once' : '';
  return [
    `${counted(nodes.length, 'node')}, ${counted(edges, 'edge')}${shape}; ${errorTexts[onError]}`,
    `values come in at: ${inputs.join(', ') || 'no port'}`,
    `values leave at: ${outputs.join(', ') || 'no port'}`,
    ...nodes.flatMap((node) => ['', ...nodeLines(node)]),
  ];
}
