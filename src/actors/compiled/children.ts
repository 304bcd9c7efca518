/**
 * The children of an actor as its snapshots have them: every version stays as it was, and the next
 * one costs the same however many children there are.
 *
 * The last ones to come are in a short list, those that stay in a tree: what comes and goes touches
 * the list alone, and asks of the tree only whether it may know the id (`HashFilter`).
 *
 * C1 A version is never changed: the next one shares with it all but the way to what is new.
 * C2 No version knows of a later one: else a dead one that has grown old would keep alive, and have
 *    copied again and again, all that came after it.
 * C3 An id is in the list or in the tree, and every hash of the tree is in the filter. Versions share a
 *    filter, so that it may know more.
 */
import type { AnyActorRef } from 'xstate';
import {
  Child,
  type ChildTree,
  childrenIn,
  found,
  hashOf,
  withChild,
  withoutChild,
  withoutFrom,
} from './child-tree.ts';
import { HashFilter } from './hash-filter.ts';

export type ChildRecord = Readonly<Record<string, AnyActorRef | undefined>>;

/** Of the last ones to come, of which the older half goes to the tree when there are more. */
const mostRecent = 16;
const smallestFilter = 256;

/** Those that have stayed. */
class Settled {
  readonly tree: ChildTree;
  readonly size: number;
  readonly #filter: HashFilter;

  constructor(tree: ChildTree, size: number, filter: HashFilter) {
    this.tree = tree;
    this.size = size;
    this.#filter = filter;
  }

  get(id: string, hash: number): Child | null {
    return this.#filter.mayHave(hash) ? found(this.tree, id, hash) : null;
  }

  /** `list`: of none that is there. */
  withAll(list: Child | null): Settled {
    let { tree, size } = this;
    for (let at = list; at !== null; at = at.next) {
      tree = withChild(tree, at.before(null), 0);
      size++;
    }
    let filter = this.#filter;
    for (let at = list; at !== null; at = at.next) {
      if (filter.isFull) filter = filterOf(tree, size);
      else filter.add(at.hash);
    }
    return new Settled(tree, size, filter);
  }

  /** In the place of the one with the same id. */
  withAnother(child: Child): Settled {
    return new Settled(withChild(this.tree, child, 0), this.size, this.#filter);
  }

  without(child: Child): Settled {
    const tree = withoutChild(this.tree, child, 0);
    return tree === null ? nobody : new Settled(tree, this.size - 1, this.#filter);
  }
}

/** With room for as many again. */
function filterOf(tree: ChildTree, size: number): HashFilter {
  let capacity = smallestFilter;
  while (capacity < size * 2) capacity *= 2;
  const filter = new HashFilter(capacity);
  for (const { hash } of childrenIn(tree)) filter.add(hash);
  return filter;
}

const nobody = new Settled(null, 0, new HashFilter(0));

export class Children {
  /** The newest first. */
  readonly #recent: Child | null;
  readonly #recentCount: number;
  readonly #settled: Settled;
  /** Of the next one. */
  readonly #order: number;
  #record: ChildRecord | undefined = undefined;
  #shown: ChildRecord | undefined = undefined;

  constructor(recent: Child | null, recentCount: number, settled: Settled, order: number) {
    this.#recent = recent;
    this.#recentCount = recentCount;
    this.#settled = settled;
    this.#order = order;
  }

  static of(record: ChildRecord): Children {
    let children: Children = noChildren;
    for (const id of Object.keys(record)) children = children.with(id, record[id]);
    return children;
  }

  get isEmpty(): boolean {
    return this.#recent === null && this.#settled.size === 0;
  }

  get(id: string): AnyActorRef | undefined {
    return this.isEmpty ? undefined : this.#find(id, hashOf(id))?.ref;
  }

  with(id: string, ref: AnyActorRef | undefined): Children {
    const hash = hashOf(id);
    const recent = found(this.#recent, id, hash);
    const settled = recent === null ? this.#settled.get(id, hash) : null;
    const order = (recent ?? settled)?.order ?? this.#order;
    const child = new Child(id, hash, ref, order, null);
    const count = this.#recentCount;
    if (settled !== null) return this.#next(this.#recent, count, this.#settled.withAnother(child));
    if (recent !== null) {
      return this.#next(child.before(withoutFrom(this.#recent, id)), count, this.#settled);
    }
    const grown = child.before(this.#recent);
    if (count < mostRecent) return this.#next(grown, count + 1, this.#settled);
    const kept = mostRecent / 2;
    return this.#next(firstOf(grown, kept), kept, this.#settled.withAll(after(grown, kept)));
  }

  without(id: string): Children {
    const hash = hashOf(id);
    const count = this.#recentCount;
    if (found(this.#recent, id, hash) !== null) {
      return this.#next(withoutFrom(this.#recent, id), count - 1, this.#settled);
    }
    const settled = this.#settled.get(id, hash);
    return settled === null
      ? this
      : this.#next(this.#recent, count, this.#settled.without(settled));
  }

  /** As snapshots have them: an object that is filled when somebody wants more of it than one child. */
  get shown(): ChildRecord {
    if (this.isEmpty || this.#record !== undefined) return this.record;
    this.#shown ??= new Proxy(Object.create(inspectable) as Loose, new Unlisted(this));
    return this.#shown;
  }

  /** As a plain object, made when it is first asked for. */
  get record(): ChildRecord {
    if (this.#record === undefined) {
      const all = [...childrenIn(this.#recent), ...childrenIn(this.#settled.tree)];
      const sorted = all.sort((a, b) => a.order - b.order);
      this.#record = Object.fromEntries(sorted.map(({ id, ref }) => [id, ref]));
    }
    return this.#record;
  }

  #find(id: string, hash: number): Child | null {
    return found(this.#recent, id, hash) ?? this.#settled.get(id, hash);
  }

  #next(recent: Child | null, recentCount: number, settled: Settled): Children {
    return new Children(recent, recentCount, settled, this.#order + 1);
  }
}

/** A list of the first `count`. */
function firstOf(list: Child | null, count: number): Child | null {
  if (list === null || count === 0) return null;
  return list.before(firstOf(list.next, count - 1));
}

/** What comes after the first `count`. */
function after(list: Child | null, count: number): Child | null {
  let at = list;
  for (let left = count; left > 0 && at !== null; left--) at = at.next;
  return at;
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
export const noChildren: Children = new Children(null, 0, nobody, 0);
