/**
 * The children of an actor as its snapshots have them: every version stays as it was, and the next
 * one costs about the same however many children there are.
 *
 * C1 A version is never changed: the next one shares with it all but the way to what is new.
 * C2 No version knows of a later one: else a dead one that has grown old would keep alive, and have
 *    copied again and again, all that came after it.
 */
import type { AnyActorRef } from 'xstate';

export type ChildRecord = Readonly<Record<string, AnyActorRef | undefined>>;

/** With those whose hashes begin alike; what is in the list is older. */
class Child {
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
type Node = Child | Branch | null;
type Branch = readonly Node[];

const bits = 5;
const ways = 1 << bits;
/** Below, all bits are used up: what is there has the same hash. */
const deepest = 30;
const mostInList = 8;
const empty: Branch = Array.from({ length: ways }, () => null);

/** FNV-1a over the code units. */
function hashOf(key: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < key.length; at++) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01_00_01_93);
  }
  return hash ^ (hash >>> 15);
}

const isBranch = (node: Node): node is Branch => Array.isArray(node);
const placeOf = (hash: number, depth: number): number => (hash >>> depth) & (ways - 1);

function found(node: Node, id: string, hash: number): Child | null {
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

function withoutFrom(list: Child | null, id: string): Child | null {
  if (list === null) return null;
  return list.id === id ? list.next : list.before(withoutFrom(list.next, id));
}

function withChild(node: Node, child: Child, depth: number): Node {
  if (isBranch(node)) {
    const nodes = node.slice();
    const place = placeOf(child.hash, depth);
    nodes[place] = withChild(nodes[place] ?? null, child, depth + bits);
    return nodes;
  }
  const others = withoutFrom(node, child.id);
  if (depth > deepest || lengthOf(others) < mostInList) return child.before(others);
  let branch: Node = empty;
  for (let at = others; at !== null; at = at.next) {
    branch = withChild(branch, at.before(null), depth);
  }
  return withChild(branch, child, depth);
}

/** Of one that is there. */
function withoutChild(node: Node, child: Child, depth: number): Node {
  if (!isBranch(node)) return withoutFrom(node, child.id);
  const nodes = node.slice();
  const place = placeOf(child.hash, depth);
  const left = withoutChild(nodes[place] ?? null, child, depth + bits);
  nodes[place] = left;
  return left === null ? lifted(nodes) : nodes;
}

/** One list that is left takes the place of the whole. */
function lifted(nodes: Branch): Node {
  let only: Node = null;
  for (const node of nodes) {
    if (node === null) continue;
    if (only !== null || isBranch(node)) return nodes;
    only = node;
  }
  return only;
}

function* childrenIn(node: Node): Generator<Child> {
  if (isBranch(node)) for (const each of node) yield* childrenIn(each);
  else for (let at = node; at !== null; at = at.next) yield at;
}

export class Children {
  readonly #root: Node;
  readonly #order: number;
  #record: ChildRecord | undefined = undefined;
  #shown: ChildRecord | undefined = undefined;

  constructor(root: Node, order: number) {
    this.#root = root;
    this.#order = order;
  }

  static of(record: ChildRecord): Children {
    let children: Children = noChildren;
    for (const id of Object.keys(record)) children = children.with(id, record[id]);
    return children;
  }

  get isEmpty(): boolean {
    return this.#root === null;
  }

  get(id: string): AnyActorRef | undefined {
    return this.#root === null ? undefined : found(this.#root, id, hashOf(id))?.ref;
  }

  with(id: string, ref: AnyActorRef | undefined): Children {
    const hash = hashOf(id);
    const order = found(this.#root, id, hash)?.order ?? this.#order;
    const child = new Child(id, hash, ref, order, null);
    return new Children(withChild(this.#root, child, 0), this.#order + 1);
  }

  without(id: string): Children {
    const child = found(this.#root, id, hashOf(id));
    if (child === null) return this;
    return new Children(withoutChild(this.#root, child, 0), this.#order);
  }

  /** As snapshots have them: an object that is filled when somebody wants more of it than one child. */
  get shown(): ChildRecord {
    if (this.#root === null || this.#record !== undefined) return this.record;
    this.#shown ??= new Proxy(Object.create(inspectable) as Loose, new Unlisted(this));
    return this.#shown;
  }

  /** As a plain object, made when it is first asked for. */
  get record(): ChildRecord {
    if (this.#record === undefined) {
      const sorted = [...childrenIn(this.#root)].sort((a, b) => a.order - b.order);
      this.#record = Object.fromEntries(sorted.map(({ id, ref }) => [id, ref]));
    }
    return this.#record;
  }
}

type Loose = Record<string, AnyActorRef | undefined>;

/** Node's `console.log` looks past the proxy: there it is told to list what the proxy has. */
const inspectable: object = {
  [Symbol.for('nodejs.util.inspect.custom')](this: ChildRecord): ChildRecord {
    return { ...this };
  },
};

/** Answers for one child by looking it up; whoever wants more has all of them listed. */
class Unlisted implements ProxyHandler<Loose> {
  #children: Children | null;

  constructor(children: Children) {
    this.#children = children;
  }

  get(target: Loose, key: string | symbol): unknown {
    const child = typeof key === 'string' ? this.#children?.get(key) : undefined;
    return child ?? Reflect.get(target, key);
  }

  has(target: Loose, key: string | symbol): boolean {
    return Reflect.has(this.#listed(target), key);
  }

  ownKeys(target: Loose): (string | symbol)[] {
    return Reflect.ownKeys(this.#listed(target));
  }

  getOwnPropertyDescriptor(target: Loose, key: string | symbol): PropertyDescriptor | undefined {
    return Reflect.getOwnPropertyDescriptor(this.#listed(target), key);
  }

  getPrototypeOf(): object {
    return Object.prototype;
  }

  #listed(target: Loose): Loose {
    if (this.#children !== null) Object.assign(target, this.#children.record);
    this.#children = null;
    return target;
  }
}

/** The beginning of every record of children. */
export const noChildren: Children = new Children(null, 0);
