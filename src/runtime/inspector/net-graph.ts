/** What the inspector's page draws a net from: its graph, and the statechart of every kind of actor. */
import type { AnyStateMachine } from 'xstate';
import { itemAt } from '../../actors/item-at.ts';
import { planTree } from '../../actors/tree.ts';
import type { NodeDefinition, PortType } from '../../dsl/definition.ts';
import { portMachine } from '../../machines/input-port.machine.ts';
import { createNetMachine } from '../../machines/net.machine.ts';
import { outputPortMachine } from '../../machines/output-port.machine.ts';
import type {
  InConditionSpec,
  InPortSpec,
  NodeSpec,
  OutConditionSpec,
  Term,
} from '../../machines/spec.ts';
import { atomsOf } from '../explain/missing-packets.ts';
import { chartOf } from './chart.ts';
import type {
  Chart,
  ConditionView,
  GraphView,
  MachinesView,
  NodeView,
  PortView,
  TermView,
} from './net-view.ts';
import type { WatchedRun } from './watched-run.ts';

type Atom = Extract<Term, { readonly port: number }>;

export function atomText(atom: Atom, ports: readonly InPortSpec[]): string {
  const port = ports[atom.port]?.name ?? '';
  return atom.type === 'count' ? `count(${port}) ${atom.op} ${atom.n}` : `${atom.type}(${port})`;
}

/** The term with its atoms numbered as they come in the text. */
function termView(term: Term, next: { atom: number }): TermView {
  switch (term.type) {
    case 'and':
    case 'or':
      return { type: term.type, terms: term.terms.map((each) => termView(each, next)) };
    case 'not':
      return { type: 'not', term: termView(term.term, next) };
    default:
      return { type: 'atom', atom: next.atom++ };
  }
}

function conditionView(
  condition: InConditionSpec & Partial<Pick<OutConditionSpec, 'maxSalvos'>>,
  ports: readonly InPortSpec[],
): ConditionView {
  const { name, when, term, takes, maxSalvos = 1 } = condition;
  return {
    name,
    when,
    term: termView(term, { atom: 0 }),
    atoms: atomsOf(term).map((atom) => ({ text: atomText(atom, ports), port: atom.port })),
    takes,
    maxSalvos,
  };
}

function typeText(type: PortType | undefined): string | null {
  if (type === undefined) return null;
  if (typeof type === 'string') return type;
  if (typeof type === 'function') return type.name;
  if ('class' in type) return typeof type.class === 'string' ? type.class : type.class.name;
  return 'zod schema';
}

function portViews(
  ports: readonly InPortSpec[],
  node: NodeDefinition | undefined,
  side: 'inPorts' | 'outPorts',
  outside: ReadonlySet<string>,
  chart: (port: number) => number,
): readonly PortView[] {
  return ports.map(({ name, slots }, at) => ({
    name,
    slots,
    isOutside: outside.has(`${node?.name}.${name}`),
    type: typeText(node?.[side][at]?.type),
    chart: chart(at),
  }));
}

const functionKeys = [
  'execNodeFunc',
  'startNodeFunc',
  'stopNodeFunc',
  'execFailedNodeFunc',
  'factory',
  'net',
  'meta',
] as const;

function aboutOf(node: NodeDefinition | undefined): Readonly<Record<string, unknown>> {
  const told = functionKeys.map((key) => [key, node?.[key]] as const);
  return plain(Object.fromEntries(told.filter(([, value]) => value !== undefined)));
}

/** As JSON has it: what only code can give is left out. */
function plain(record: object): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(record)) as Readonly<Record<string, unknown>>;
}

/** Charts of a net's machines, each distinct one once. */
class Charts {
  readonly charts: Chart[] = [];
  readonly #numbers = new Map<AnyStateMachine, number>();
  /** Machines that differ in what they count by are drawn alike. */
  readonly #byText = new Map<string, number>();

  number(kind: Chart['kind'], machine: AnyStateMachine): number {
    const known = this.#numbers.get(machine);
    if (known !== undefined) return known;
    const chart = chartOf(kind, machine);
    const text = JSON.stringify(chart);
    const number = this.#byText.get(text) ?? this.charts.push(chart) - 1;
    this.#byText.set(text, number);
    this.#numbers.set(machine, number);
    return number;
  }
}

/** The part of a net that stays the same while it runs. */
export interface NetGraph {
  readonly graph: GraphView;
  readonly machines: MachinesView;
}

export function netGraph(run: WatchedRun): NetGraph {
  const { spec, graph } = run;
  const charts = new Charts();
  const net = charts.number('net', createNetMachine(spec) as AnyStateMachine);
  const outputPort = charts.number('output', outputPortMachine as AnyStateMachine);
  const inputs = new Set(graph.inputs);
  const outputs = new Set(graph.outputs);
  const nodes = planTree(spec).map(({ spec: node, machine, epochMachine, input }): NodeView => {
    const definition = graph.node(node.name);
    const inputPort = (at: number): number =>
      charts.number('input', portMachine(itemAt(input.inputs, at)) as AnyStateMachine);
    return {
      name: node.name,
      within: node.name.split('->').slice(0, -1),
      inPorts: portViews(node.inPorts, definition, 'inPorts', inputs, inputPort),
      outPorts: portViews(node.outPorts, definition, 'outPorts', outputs, () => outputPort),
      inConditions: node.inConditions.map((each) => conditionView(each, node.inPorts)),
      outConditions: node.outConditions.map((each) => conditionView(each, node.outPorts)),
      options: plain(definition?.options ?? {}),
      about: aboutOf(definition),
      hasFunction: run.hasFunction(node.name),
      chart: charts.number('node', machine as AnyStateMachine),
      epochChart: charts.number('epoch', epochMachine as AnyStateMachine),
    };
  });
  const view: GraphView = {
    nodes,
    edges: spec.edges.map(({ from, to, capacity }) => ({
      from: portRef(spec.nodes[from.node], 'outPorts', from.port),
      to: portRef(spec.nodes[to.node], 'inPorts', to.port),
      capacity,
    })),
    inputs: graph.inputs,
    outputs: graph.outputs,
    mode: spec.mode,
    onError: spec.onError,
    maxConcurrency: spec.maxConcurrency,
    settings: plain(graph.settings),
  };
  return { graph: view, machines: { charts: charts.charts, net } };
}

function portRef(node: NodeSpec | undefined, side: 'inPorts' | 'outPorts', port: number): string {
  return `${node?.name}.${node?.[side][port]?.name}`;
}

/** The chart of each kind of actor, by its address; null for an address that no actor of the net can have. */
export function chartAt({ graph, machines }: NetGraph, address: string): number | null {
  if (address === 'net') return machines.net;
  const [owner = '', port] = address.split('/');
  const node = graph.nodes.find(({ name }) => `node:${name}` === owner);
  if (node === undefined) return null;
  if (port === undefined) return node.chart;
  const [side, name] = port.split(':');
  const ports = side === 'in' ? node.inPorts : node.outPorts;
  return ports.find((each) => each.name === name)?.chart ?? null;
}
