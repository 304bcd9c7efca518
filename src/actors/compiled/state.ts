/** The states of a machine as a tree that answers at once who is whose descendant. */
import type { SourceNode } from './source.ts';

export class State {
  readonly source: SourceNode;
  readonly parent: State | undefined;
  /** Place in document order, and that of the last state within. */
  readonly index: number;
  last: number;
  readonly children: State[] = [];

  constructor(source: SourceNode, parent: State | undefined, index: number) {
    this.source = source;
    this.parent = parent;
    this.index = index;
    this.last = index;
  }

  get isAtomic(): boolean {
    return this.source.type === 'atomic' || this.source.type === 'final';
  }

  get isHistory(): boolean {
    return this.source.type === 'history';
  }

  /** The children that can be active. */
  get regions(): readonly State[] {
    return this.children.filter((child) => !child.isHistory);
  }
}

/** Everything lies within `undefined`: it stands for what is around the root. */
export function isWithin(state: State, ancestor: State | undefined): boolean {
  return ancestor === undefined || (state.index > ancestor.index && state.index <= ancestor.last);
}

/** From the parent up to the root, or to what lies just within `end`. */
export function ancestorsOf(state: State, end?: State): State[] {
  const found: State[] = [];
  if (state === end) return found;
  for (let at = state.parent; at !== undefined && at !== end; at = at.parent) found.push(at);
  return found;
}

/** The states of a machine, in document order. */
export class StateTree {
  readonly states: readonly State[];
  readonly root: State;
  readonly #bySource = new Map<SourceNode, State>();

  constructor(source: SourceNode) {
    const states: State[] = [];
    const add = (node: SourceNode, parent: State | undefined): State => {
      const state = new State(node, parent, states.length);
      states.push(state);
      this.#bySource.set(node, state);
      for (const child of Object.values(node.states)) state.children.push(add(child, state));
      state.last = states.length - 1;
      return state;
    };
    this.root = add(source, undefined);
    this.states = states;
  }

  of(source: SourceNode): State {
    const found = this.#bySource.get(source);
    if (found === undefined) throw new Error(`${source.id} is no state of this machine`);
    return found;
  }

  listOf(sources: readonly SourceNode[]): State[] {
    return sources.map((source) => this.of(source));
  }
}
