/**
 * Many children by the hashes of their ids: a tree that is never changed, of which the next one shares
 * all but the way to what is new.
 */
import type { AnyActorRef } from 'xstate';

/** With those that come after it in the same list. */
export class Child {
  readonly id: string;
  readonly hash: number;
  readonly ref: AnyActorRef | undefined;
  /** Its place in the order of children. */
  readonly order: number;
  readonly next: Child | null;

  constructor(
    id: string,
    hash: number,
    ref: AnyActorRef | undefined,
    order: number,
    next: Child | null,
  ) {
    this.id = id;
    this.hash = hash;
    this.ref = ref;
    this.order = order;
    this.next = next;
  }

  before(next: Child | null): Child {
    return next === this.next ? this : new Child(this.id, this.hash, this.ref, this.order, next);
  }
}

/** A few children in a list, or by five bits of their hashes the nodes that they are in. */
export type ChildTree = Child | Branch | null;
type Branch = readonly ChildTree[];

const bits = 5;
const ways = 1 << bits;
/** Below, all bits are used up: what is there has the same hash. */
const deepest = 30;
const mostInList = 8;
const empty: Branch = Array.from({ length: ways }, () => null);

/** FNV-1a over the code units. */
export function hashOf(key: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < key.length; at++) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01_00_01_93);
  }
  return hash ^ (hash >>> 15);
}

const isBranch = (node: ChildTree): node is Branch => Array.isArray(node);
const placeOf = (hash: number, depth: number): number => (hash >>> depth) & (ways - 1);

/** Null where there is none with this id. */
export function found(node: ChildTree, id: string, hash: number): Child | null {
  let at = node;
  for (let depth = 0; isBranch(at); depth += bits) at = at[placeOf(hash, depth)] ?? null;
  while (at !== null && (at.hash !== hash || at.id !== id)) at = at.next;
  return at;
}

function lengthOf(list: Child | null): number {
  let length = 0;
  for (let at = list; at !== null; at = at.next) length++;
  return length;
}

export function withoutFrom(list: Child | null, id: string): Child | null {
  if (list === null) return null;
  return list.id === id ? list.next : list.before(withoutFrom(list.next, id));
}

export function withChild(node: ChildTree, child: Child, depth: number): ChildTree {
  if (isBranch(node)) {
    const nodes = node.slice();
    const place = placeOf(child.hash, depth);
    nodes[place] = withChild(nodes[place] ?? null, child, depth + bits);
    return nodes;
  }
  const others = withoutFrom(node, child.id);
  if (depth > deepest || lengthOf(others) < mostInList) return child.before(others);
  let branch: ChildTree = empty;
  for (let at = others; at !== null; at = at.next) {
    branch = withChild(branch, at.before(null), depth);
  }
  return withChild(branch, child, depth);
}

/** Of one that is there. */
export function withoutChild(node: ChildTree, child: Child, depth: number): ChildTree {
  if (!isBranch(node)) return withoutFrom(node, child.id);
  const nodes = node.slice();
  const place = placeOf(child.hash, depth);
  const left = withoutChild(nodes[place] ?? null, child, depth + bits);
  nodes[place] = left;
  return left === null ? lifted(nodes) : nodes;
}

/** One list that is left takes the place of the whole. */
function lifted(nodes: Branch): ChildTree {
  let only: ChildTree = null;
  for (const node of nodes) {
    if (node === null) continue;
    if (only !== null || isBranch(node)) return nodes;
    only = node;
  }
  return only;
}

export function* childrenIn(node: ChildTree): Generator<Child> {
  if (isBranch(node)) for (const each of node) yield* childrenIn(each);
  else for (let at = node; at !== null; at = at.next) yield at;
}
