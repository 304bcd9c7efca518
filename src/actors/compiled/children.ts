/**
 * The children of an actor as its snapshots have them: every version stays as it was, and the next
 * one costs the same however many children there are.
 *
 * C1 One version at a time holds the table; each older one knows what the change after it undid, and
 * points to the newer one: versions that nobody holds any more are gone with their snapshots.
 */
import type { AnyActorRef } from 'xstate';
import { StringTable } from './probing-table.ts';

export type ChildRecord = Readonly<Record<string, AnyActorRef | undefined>>;

interface Child {
  readonly ref: AnyActorRef | undefined;
  /** Its place in the order of children. */
  readonly order: number;
}

class Change {
  readonly next: Children;
  readonly id: string;
  readonly before: Child | undefined;

  constructor(next: Children, id: string, before: Child | undefined) {
    this.next = next;
    this.id = id;
    this.before = before;
  }
}

export class Children {
  /** The table while this is the newest version, then what undoes the change that followed. */
  #state: StringTable<Child> | Change;
  #order: number;
  #record: ChildRecord | undefined = undefined;

  constructor(state: StringTable<Child>, order: number) {
    this.#state = state;
    this.#order = order;
  }

  static of(record: ChildRecord): Children {
    let children: Children = noChildren;
    for (const id of Object.keys(record)) children = children.with(id, record[id]);
    return children;
  }

  get isEmpty(): boolean {
    return this === noChildren || this.#table().size === 0;
  }

  get(id: string): AnyActorRef | undefined {
    if (this === noChildren) return undefined;
    return this.#table().get(id)?.ref;
  }

  with(id: string, ref: AnyActorRef | undefined): Children {
    const table = this.#own();
    const before = table.get(id);
    const next = new Children(table, this.#order + 1);
    table.set(id, { ref, order: before?.order ?? this.#order });
    this.#give(new Change(next, id, before));
    return next;
  }

  without(id: string): Children {
    if (this === noChildren) return this;
    const table = this.#own();
    const before = table.get(id);
    if (before === undefined) return this;
    const next = new Children(table, this.#order);
    table.delete(id);
    this.#give(new Change(next, id, before));
    return next;
  }

  /** As a plain object, made when it is first asked for. */
  get record(): ChildRecord {
    if (this.#record === undefined) {
      const sorted = this.#table()
        .entries()
        .toSorted(([, a], [, b]) => a.order - b.order);
      this.#record = Object.fromEntries(sorted.map(([id, { ref }]) => [id, ref]));
    }
    return this.#record;
  }

  #give(change: Change): void {
    if (this !== noChildren) this.#state = change;
  }

  /** The table of this version, to look into. */
  #table(): StringTable<Child> {
    const state = this.#state;
    return state instanceof StringTable ? state : this.#own();
  }

  /** The table of this version, to change: an older version takes a copy with the changes since undone. */
  #own(): StringTable<Child> {
    if (this === noChildren) return new StringTable<Child>();
    const changes: Change[] = [];
    let state = this.#state;
    while (state instanceof Change) {
      changes.push(state);
      state = state.next.#state;
    }
    if (changes.length === 0) return state;
    const table = new StringTable<Child>();
    for (const [id, child] of state.entries()) table.set(id, child);
    for (const { id, before } of changes.toReversed()) {
      if (before === undefined) table.delete(id);
      else table.set(id, before);
    }
    this.#state = table;
    return table;
  }
}

/** The beginning of every record of children. */
export const noChildren: Children = new Children(new StringTable<Child>(), 0);
