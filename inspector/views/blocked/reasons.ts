/** Why a net stands, node by node, in words; and what of the canvas belongs to it. */
import type {
  BlockExplanation,
  ConditionExplanation,
  MissingPackets,
  NodeExplanation,
  PortExplanation,
} from '../../../src/runtime/explain/explanation.ts';
import type { NodeLook } from '../../../src/runtime/inspector/instant-view.ts';
import type { GraphView } from '../../../src/runtime/inspector/net-view.ts';
import { several } from '../../words/numbers.ts';

/** How much of it something is: a node that holds the net up, one that waits for others, one with nothing. */
export type Weight = 'holds' | 'waits' | 'silent';

export interface NodeReasons {
  readonly node: NodeExplanation;
  readonly weight: Weight;
  /** Sentences, what weighs most first. */
  readonly reasons: readonly string[];
}

const gates: Readonly<Record<string, string>> = {
  saturated: 'as many epochs of it run as max_parallel_epochs allows',
  throttled: 'its rate limit spaces the starts',
  backpressured: 'an edge that leaves it is full',
  exhausted: 'it has had as many epochs as max_epochs allows',
  closed: 'the net lets nothing start',
  down: 'it has no function, or its service was not started',
  starting: 'its start function has not ended yet',
  failed: 'its start function has failed',
  paused: 'the net is paused',
  pausing: 'the net is pausing',
  created: 'the net was not started',
};

/** The state that holds starts back, without the names before it: `saturated` of `node:B gate.saturated`. */
export function gateWord(gate: string): string {
  return /[^.\s]*$/.exec(gate)?.[0] ?? gate;
}

function gateReason(gate: string): string {
  if (gate === 'open') return 'nothing has started them yet';
  return gates[gateWord(gate)] ?? `held by ${gate}`;
}

function list(words: readonly string[], and = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${and} ${words.at(-1)}`;
}

/** How many a list has that the server may have cut: it then ends in `… and 313 more`. */
export function countOf(list: readonly string[]): number {
  const more = /^… and (\d+) more$/.exec(list.at(-1) ?? '')?.[1];
  return more === undefined ? list.length : list.length - 1 + Number(more);
}

function packetsOf({ packets, waitingInputs }: PortExplanation): number {
  return countOf(packets) + waitingInputs;
}

function behindOf({ behind }: PortExplanation): number {
  return behind.reduce((sum, { packets }) => sum + countOf(packets), 0);
}

/** `1 more packet at Ship.go, which only the outside can give`. */
export function missingWords({ port, packets, from }: MissingPackets): string {
  if (packets < 0) return `${several(-packets, 'packet')} fewer at ${port}`;
  const who = from.length === 0 ? 'only the outside can give' : `${list(from, 'or')} would give`;
  return `${several(packets, 'more packet')} at ${port}, which ${who}`;
}

function conditionReason({ name, holds, takes, missing }: ConditionExplanation): string | null {
  if (holds) return takes === 0 ? `${name} holds, but there is no packet for it to take` : null;
  if (missing.length === 0) return `${name} does not hold`;
  return `${name} lacks ${list(missing.map(missingWords))}`;
}

function reasonsOf(node: NodeExplanation): readonly string[] {
  const reasons: string[] = [];
  if (node.startable.length > 0) {
    reasons.push(
      `${several(countOf(node.startable), 'epoch')} could start: ${gateReason(node.gate)}`,
    );
  }
  if (node.held)
    reasons.push('As many epochs wait as max_pending_epochs allows: it gathers no more');
  for (const port of node.ports) {
    const behind = behindOf(port);
    const packets = several(behind, 'packet');
    if (behind > 0 && port.full)
      reasons.push(
        `${port.name} is full, and ${packets} ${behind === 1 ? 'waits' : 'wait'} behind it`,
      );
    else if (behind > 0)
      reasons.push(
        `${packets} on the way to ${port.name} ${behind === 1 ? 'waits' : 'wait'} to be moved`,
      );
    if (port.waitingInputs > 0)
      reasons.push(
        `${several(port.waitingInputs, 'injected value')} ${port.waitingInputs === 1 ? 'waits' : 'wait'} outside for a slot of ${port.name}`,
      );
  }
  const waiting = node.ports.filter(({ packets }) => packets.length > 0);
  const packets = waiting.reduce((sum, port) => sum + countOf(port.packets), 0);
  if (waiting.length > 0 && node.startable.length === 0) {
    const there = waiting.map((port) => `${several(packetsOf(port), 'packet')} at ${port.name}`);
    const lacks = node.conditions.flatMap((condition) => conditionReason(condition) ?? []);
    const first = `${list(there)} ${packets === 1 ? 'waits' : 'wait'}`;
    reasons.push(lacks.length === 0 ? first : `${first}: ${list(lacks)}`);
  } else if (reasons.length === 0 && node.startable.length === 0) {
    reasons.push(...node.conditions.flatMap((condition) => conditionReason(condition) ?? []));
  }
  return reasons;
}

function weightOf(node: NodeExplanation): Weight {
  const isHolding =
    node.startable.length > 0 ||
    node.held ||
    node.ports.some((port) => packetsOf(port) > 0 || port.behind.length > 0);
  if (isHolding) return 'holds';
  return node.conditions.length > 0 ? 'waits' : 'silent';
}

const weights: readonly Weight[] = ['holds', 'waits', 'silent'];

/** Nodes that hold the net up first, otherwise in the order of the graph. */
export function nodeReasons({ nodes }: BlockExplanation): readonly NodeReasons[] {
  return nodes
    .map((node) => ({ node, weight: weightOf(node), reasons: reasonsOf(node) }))
    .toSorted((a, b) => weights.indexOf(a.weight) - weights.indexOf(b.weight));
}

/** A node of which epochs have failed: what they would have sent never came. */
export interface Loss {
  readonly node: string;
  readonly text: string;
}

/** Names of the nodes that something comes to from a node, at once or by others; the node itself where it does. */
function nodesAfter(name: string, { edges }: GraphView): ReadonlySet<string> {
  const nodeOf = (port: string): string => port.slice(0, port.lastIndexOf('.'));
  const after = new Set<string>();
  const next = [name];
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    for (const { from, to } of edges) {
      const target = nodeOf(to);
      if (nodeOf(from) !== at || after.has(target)) continue;
      after.add(target);
      next.push(target);
    }
  }
  return after;
}

/** Nodes of which epochs have failed, with those of the `holding` ones that lack what they would have sent. */
export function lossesOf(
  graph: GraphView,
  looks: readonly NodeLook[],
  holding: readonly string[],
): readonly Loss[] {
  return looks.flatMap(({ node: index, failed }) => {
    const node = graph.nodes[index]?.name;
    if (node === undefined || failed === 0) return [];
    const after = nodesAfter(node, graph);
    const lacking = holding.filter((each) => after.has(each));
    const whose = failed === 1 ? 'it' : 'they';
    const text = `${several(failed, 'epoch')} failed`;
    return [
      {
        node,
        text:
          lacking.length === 0
            ? text
            : `${text}: what ${whose} would have sent has not come to ${list(lacking)}`,
      },
    ];
  });
}

/** A part of the net that is shown before the rest of it. */
export interface Highlight {
  /** Why, in a few words, by the name of the node. */
  readonly nodes: ReadonlyMap<string, string>;
  /** Indexes of edges. */
  readonly edges: ReadonlySet<number>;
}

/** Of the canvas: nodes that hold the net up; edges with packets that cannot go on, or that would bring what lacks. */
export function highlightOf(explanation: BlockExplanation, graph: GraphView): Highlight {
  const holding = nodeReasons(explanation).filter(({ weight }) => weight === 'holds');
  const nodes = new Map(holding.map(({ node, reasons }) => [node.node, captionOf(node, reasons)]));
  const wanted = new Set<string>();
  for (const { node } of holding) {
    for (const port of node.ports)
      for (const { from } of port.behind) wanted.add(`${from} ${node.node}.${port.name}`);
    for (const { missing } of node.conditions)
      for (const { port, from } of missing) for (const each of from) wanted.add(`${each} ${port}`);
  }
  const edges = graph.edges.flatMap(({ from, to }, index) =>
    wanted.has(`${from} ${to}`) ? [index] : [],
  );
  return { nodes, edges: new Set(edges) };
}

/** A few words for the canvas: what lacks, or what holds it. */
function captionOf(node: NodeExplanation, reasons: readonly string[]): string {
  if (node.startable.length > 0)
    return `${several(countOf(node.startable), 'epoch')}: ${gateWord(node.gate)}`;
  const [missing] = node.conditions.flatMap(({ holds, missing }) => (holds ? [] : missing));
  if (missing === undefined) return reasons[0] ?? '';
  const port = missing.port.slice(missing.port.lastIndexOf('.') + 1);
  const most = Math.abs(missing.packets);
  return missing.packets > 0 ? `lacks ${most} at ${port}` : `${most} too many at ${port}`;
}

const kinds: Readonly<Record<string, string>> = {
  drained: 'Everything has been worked through.',
  stuck: 'Packets wait, and nothing can move.',
  starved: 'Epochs could start, and their nodes have no function.',
};

/** What there is to say of the whole in one sentence. */
export function headline({ blocked, state }: BlockExplanation): {
  readonly title: string;
  readonly text: string;
  /** What the nodes are told of as. */
  readonly nodes: string;
} {
  if (blocked !== null) {
    return {
      title: `Blocked: ${blocked}`,
      text: kinds[blocked] ?? '',
      nodes: 'What holds it up',
    };
  }
  return {
    title: `Not blocked: ${state}`,
    text: 'It may go on by itself.',
    nodes: 'What waits, and what for',
  };
}
