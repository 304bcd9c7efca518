/**
 * Messages between actors as a sequence diagram: a lane for each actor, in the order of the graph, a row
 * for each message, and a row before the messages of each action.
 *
 * Q1 actors of one node stand side by side: the node, its ports, its epochs. Q2 rows are in the order in
 * which the messages were sent.
 */
import type { MessageView } from '../../../src/runtime/inspector/history-view.ts';

export interface Lane {
  /** An actor's address, or that of the node it is folded into. */
  readonly address: string;
  /** The node it belongs to; null for the outside and the net. */
  readonly node: string | null;
  /** What it is in the node, or by itself. */
  readonly title: string;
}

export interface ActionRow {
  readonly kind: 'action';
  readonly seq: number;
  readonly at: number;
}

export interface MessageRow {
  readonly kind: 'message';
  readonly message: MessageView;
  /** Indexes of lanes. */
  readonly from: number;
  readonly to: number;
}

export interface Sequence {
  readonly lanes: readonly Lane[];
  readonly rows: readonly (ActionRow | MessageRow)[];
}

interface Address {
  readonly kind: 'kernel' | 'net' | 'node' | 'in' | 'out' | 'epoch';
  readonly node: string | null;
  readonly name: string;
}

function read(address: string): Address {
  const port = /^node:(.*)\/(in|out):([^/]*)$/s.exec(address);
  if (port !== null) {
    const [, node = '', kind = 'in', name = ''] = port;
    return { kind: kind === 'out' ? 'out' : 'in', node, name };
  }
  if (address.startsWith('node:')) return { kind: 'node', node: address.slice(5), name: '' };
  if (address.startsWith('epoch:')) return { kind: 'epoch', node: null, name: address.slice(6) };
  return { kind: address === 'net' ? 'net' : 'kernel', node: null, name: address };
}

function titleOf({ kind, node, name }: Address): string {
  if (kind === 'node') return node ?? '';
  if (kind === 'epoch') return name;
  if (kind === 'in') return `→ ${name}`;
  if (kind === 'out') return `${name} →`;
  return kind === 'net' ? 'net' : 'outside';
}

/** The node of each epoch, by whom it speaks with. */
function epochNodes(messages: readonly MessageView[]): ReadonlyMap<string, string> {
  const nodes = new Map<string, string>();
  for (const { from, to } of messages) {
    for (const [epoch, other] of [
      [from, to],
      [to, from],
    ] as const) {
      const { kind, node } = read(other);
      if (epoch.startsWith('epoch:') && kind === 'node' && node !== null) nodes.set(epoch, node);
    }
  }
  return nodes;
}

const kinds: readonly Address['kind'][] = ['kernel', 'net', 'node', 'in', 'epoch', 'out'];

/** `nodes`: in the order of the graph. `isFolded`: ports and epochs stand in the lane of their node. */
export function sequenceOf(
  messages: readonly MessageView[],
  nodes: readonly string[],
  isFolded: boolean,
): Sequence {
  const owners = epochNodes(messages);
  const order = new Map(nodes.map((node, index) => [node, index]));
  const nodeOf = (address: string): string | null =>
    read(address).node ?? owners.get(address) ?? null;
  const laneOf = (address: string): string => {
    const node = nodeOf(address);
    return isFolded && node !== null ? `node:${node}` : address;
  };
  const addresses = new Set(messages.flatMap(({ from, to }) => [laneOf(from), laneOf(to)]));
  const place = (address: string): readonly [number, number, number] => {
    const { kind, name } = read(address);
    const node = nodeOf(address);
    const group = node === null ? (kind === 'epoch' ? nodes.length : -1) : (order.get(node) ?? 0);
    return [group, kinds.indexOf(kind), kind === 'epoch' ? Number(name.slice(1)) : 0];
  };
  const sorted = [...addresses]
    .map((address) => ({ address, key: place(address) }))
    .toSorted(({ key: a }, { key: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  const lanes = sorted.map(({ address }): Lane => ({
    address,
    node: nodeOf(address),
    title: titleOf(read(address)),
  }));
  const indexes = new Map(lanes.map(({ address }, index) => [address, index]));
  const rows: (ActionRow | MessageRow)[] = [];
  let seq = -1;
  for (const message of messages) {
    const from = indexes.get(laneOf(message.from)) ?? 0;
    const to = indexes.get(laneOf(message.to)) ?? 0;
    if (isFolded && from === to && message.from !== message.to) continue;
    if (message.seq !== seq) rows.push({ kind: 'action', seq: message.seq, at: message.at });
    seq = message.seq;
    rows.push({ kind: 'message', message, from, to });
  }
  return { lanes, rows };
}

export interface LaneGroup {
  readonly title: string;
  readonly first: number;
  readonly lanes: number;
}

/** Lanes side by side that belong to one node. */
export function groupsOf(lanes: readonly Lane[]): readonly LaneGroup[] {
  const groups: LaneGroup[] = [];
  for (const [index, { node }] of lanes.entries()) {
    const last = groups.at(-1);
    const title = node ?? '';
    if (last !== undefined && last.title === title && title !== '') {
      groups[groups.length - 1] = { ...last, lanes: last.lanes + 1 };
    } else groups.push({ title, first: index, lanes: 1 });
  }
  return groups;
}

/** The addresses that a lane stands for: with its ports, where they are folded into it. */
export function actorsOf(
  lane: string,
  ports: readonly { readonly side: 'in' | 'out'; readonly name: string }[],
  isFolded: boolean,
): readonly string[] {
  if (!isFolded || !lane.startsWith('node:')) return [lane];
  return [lane, ...ports.map(({ side, name }) => `${lane}/${side}:${name}`)];
}

/** A lane has room for the name of most messages to the one beside it; the narrow one for most nodes' names. */
const usualLane = 84;
const narrowLane = 60;
const widestLane = 190;
/** Of the bar by which one scrolls. */
const barWidth = 24;

/** Room for a lane: few lanes fill the width, more are as narrow as it takes to see all; those of more scroll. */
export function laneWidth(lanes: number, room: number): number {
  const share = Math.floor((room - barWidth) / Math.max(1, lanes));
  return share < narrowLane ? usualLane : Math.min(widestLane, share);
}
