/** Graphs as diagrams: Mermaid flowcharts and DOT. Equal graphs give equal text. */
import { mermaidText } from '../machines/mermaid-text.ts';
import type { ConditionDefinition, InPortDefinition, NodeDefinition } from './definition.ts';
import type { Graph } from './graph.ts';
import { splitPortRef } from './graph-index.ts';
import type { PortName } from './graph-index.ts';

/** `x`, `x (5 slots)`. */
function portText({ name, slots }: InPortDefinition): string {
  if (slots === 'infinite') return name;
  return `${name} (${slots} ${slots === 1 ? 'slot' : 'slots'})`;
}

/** `in default when nonempty(x)`, `out send when nonempty(y), at most 3 salvos`. */
function conditionText(
  direction: 'in' | 'out',
  { name, when, maxSalvos }: ConditionDefinition,
): string {
  const limited = direction === 'out' && maxSalvos !== 'infinite';
  const most = limited ? `, at most ${maxSalvos} ${maxSalvos === 1 ? 'salvo' : 'salvos'}` : '';
  return `${direction} ${name} when ${when}${most}`;
}

function conditionTexts(node: NodeDefinition): readonly string[] {
  return [
    ...node.inConditions.map((condition) => conditionText('in', condition)),
    ...node.outConditions.map((condition) => conditionText('out', condition)),
  ];
}

/** A line of a diagram between two ports; an end that is missing is the outside. */
interface Link {
  readonly from: (PortName & { readonly id: string }) | undefined;
  readonly to: (PortName & { readonly id: string }) | undefined;
  readonly capacity: number | 'infinite';
}

/** Everything that is drawn as a line: what comes in, the edges, what leaves; ends that do not exist are left out. */
function linksOf(graph: Graph, ids: ReadonlyMap<string, string>): readonly Link[] {
  const end = (ref: string): Link['from'] => {
    const name = splitPortRef(ref);
    const id = ids.get(name?.node ?? '');
    return name === undefined || id === undefined ? undefined : { ...name, id };
  };
  const edges = graph.edges.map(({ from, to, capacity }) => ({
    from: end(from),
    to: end(to),
    capacity,
  }));
  const inputs = graph.inputs.map((ref) => ({
    from: undefined,
    to: end(ref),
    capacity: 'infinite' as const,
  }));
  const outputs = graph.outputs.map((ref) => ({
    from: end(ref),
    to: undefined,
    capacity: 'infinite' as const,
  }));
  return [
    ...inputs.filter(({ to }) => to !== undefined),
    ...edges.filter(({ from, to }) => from !== undefined && to !== undefined),
    ...outputs.filter(({ from }) => from !== undefined),
  ];
}

/** Ids by node name; of several nodes with one name the first is meant. */
function idsOf(graph: Graph): ReadonlyMap<string, string> {
  return new Map(graph.nodes.map(({ name }, index) => [name, `n${index}`] as const).toReversed());
}

function portOf(graph: Graph, direction: 'inPorts' | 'outPorts', { node, port }: PortName): string {
  const found = graph.node(node)?.[direction].find(({ name }) => name === port);
  return found === undefined ? port : portText(found);
}

function linkText(graph: Graph, { from, to, capacity }: Link): string {
  const ends = [
    ...(from === undefined ? [] : [portOf(graph, 'outPorts', from)]),
    ...(to === undefined ? [] : [portOf(graph, 'inPorts', to)]),
  ];
  return `${ends.join(' → ')}${capacity === 'infinite' ? '' : `, capacity ${capacity}`}`;
}

/**
 * The graph as a Mermaid flowchart: nodes with their salvo conditions, edges labelled by their ports with
 * slots and capacities; the outside is drawn round. Draws what there is of a graph that is not valid.
 */
export function graphToMermaid(graph: Graph): string {
  const ids = idsOf(graph);
  const lines = ['flowchart LR'];
  for (const [index, node] of graph.nodes.entries()) {
    const label = [node.name, ...conditionTexts(node)].map(mermaidText).join('<br/>');
    lines.push(`  n${index}["${label}"]`);
  }
  let outsides = 0;
  for (const link of linksOf(graph, ids)) {
    const outside = `o${outsides}`;
    if (link.from === undefined || link.to === undefined) {
      lines.push(`  ${outside}(("${link.from === undefined ? 'in' : 'out'}"))`);
      outsides += 1;
    }
    const label = mermaidText(linkText(graph, link));
    lines.push(`  ${link.from?.id ?? outside} -->|"${label}"| ${link.to?.id ?? outside}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A DOT string; what is to be shown as it is must be escaped before, in `recordText`. */
function quoted(text: string): string {
  return `"${text.replace(/"/g, '\\"').replace(/\r?\n|\r/g, '\\n')}"`;
}

/** Text within a field of a DOT record, before the record is quoted. */
function recordText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/[\\{}|<>]/g, '\\$&');
}

function recordPorts(prefix: string, ports: readonly InPortDefinition[]): string {
  return `{${ports.map((port, index) => `<${prefix}${index}> ${recordText(portText(port))}`).join('|')}}`;
}

function recordOf(node: NodeDefinition): string {
  const middle = [node.name, ...conditionTexts(node)].map(recordText).join('|');
  const parts = [
    ...(node.inPorts.length === 0 ? [] : [recordPorts('i', node.inPorts)]),
    `{${middle}}`,
    ...(node.outPorts.length === 0 ? [] : [recordPorts('o', node.outPorts)]),
  ];
  // Within a flow from left to right, braces turn the fields of a record from a column to a row.
  return quoted(`{${parts.join('|')}}`);
}

/** `n2:o0`, or the node alone where it has no such port. */
function dotEnd(
  graph: Graph,
  direction: 'inPorts' | 'outPorts',
  end: PortName & { readonly id: string },
): string {
  const index = graph.node(end.node)?.[direction].findIndex(({ name }) => name === end.port) ?? -1;
  return index < 0 ? end.id : `${end.id}:${direction === 'inPorts' ? 'i' : 'o'}${index}`;
}

/**
 * The graph in DOT: nodes as records with a field for each port, edges from port to port. Draws what there
 * is of a graph that is not valid.
 */
export function graphToDot(graph: Graph): string {
  const ids = idsOf(graph);
  const lines = ['digraph net {', '  rankdir=LR;', '  node [shape=record];'];
  for (const [index, node] of graph.nodes.entries())
    lines.push(`  n${index} [label=${recordOf(node)}];`);
  let outsides = 0;
  for (const { from, to, capacity } of linksOf(graph, ids)) {
    const outside = `o${outsides}`;
    if (from === undefined || to === undefined) {
      lines.push(
        `  ${outside} [shape=circle, label=${quoted(from === undefined ? 'in' : 'out')}];`,
      );
      outsides += 1;
    }
    const tail = from === undefined ? outside : dotEnd(graph, 'outPorts', from);
    const head = to === undefined ? outside : dotEnd(graph, 'inPorts', to);
    const label = capacity === 'infinite' ? '' : ` [label=${quoted(`capacity ${capacity}`)}]`;
    lines.push(`  ${tail} -> ${head}${label};`);
  }
  lines.push('}');
  return `${lines.join('\n')}\n`;
}
