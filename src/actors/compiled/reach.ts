/**
 * Which states a set of transitions leaves and which it enters (SCXML, algorithm for interpretation,
 * with the differences that XState has: no exit set for what stays within its source, `reenter`).
 *
 * R1 Whether history is asked is kept: who asks none of it can keep the answer for ever.
 */
import type { SourceNode } from './source.ts';
import { type State, type StateTree, ancestorsOf, isWithin } from './state.ts';

/** A transition in terms of the tree. The first entry into the machine is one, too. */
export interface Move {
  readonly source: State;
  readonly targets: readonly State[];
  readonly reenter: boolean;
}

export type HistoryValue = Readonly<Record<string, readonly SourceNode[]>>;

export interface Entry {
  readonly states: ReadonlySet<State>;
  /** Those whose initial transition is taken, so that its actions are done. */
  readonly byDefault: ReadonlySet<State>;
}

/** Where a history state leads that has nothing to recall. */
export function historyDefaults(
  tree: StateTree,
  state: State,
): { targets: State[]; initial: boolean } {
  const { parent } = state;
  if (parent === undefined) throw new Error(`history state ${state.source.id} has no parent`);
  const target = state.source.config.target;
  if (target === undefined || target === '') {
    if (parent.source.type === 'parallel') return { targets: [parent], initial: false };
    return { targets: tree.listOf(parent.source.initial.target), initial: true };
  }
  const list: readonly unknown[] = Array.isArray(target) ? target : [target];
  const targets = list.map((one) =>
    typeof one === 'string' ? byPath(tree, parent, one) : tree.of(one as SourceNode),
  );
  return { targets, initial: false };
}

function byPath(tree: StateTree, from: State, path: string): State {
  if (path.startsWith('#')) return tree.of(from.source.machine.getStateNodeById(path));
  let at = from;
  for (const key of splitPath(path)) {
    if (key === '') break;
    const next = at.children.find(({ source }) => source.key === key);
    if (next === undefined) {
      throw new Error(`Child state '${key}' does not exist on '${at.source.id}'`);
    }
    at = next;
  }
  return at;
}

/** The keys of a path; a dot that is part of a key has a backslash before it. */
function splitPath(path: string): string[] {
  return path.split(/(?<!\\)\./).map((part) => part.replaceAll(/\\(.)/g, '$1'));
}

/** One question about leaving and entering, asked of one history. */
export class Reach {
  readonly #tree: StateTree;
  readonly #history: HistoryValue;
  /** Ids of the history states that were asked (R1). */
  readonly asked = new Set<string>();

  constructor(tree: StateTree, history: HistoryValue) {
    this.#tree = tree;
    this.#history = history;
  }

  /** Transitions that want to leave the same states cannot be taken together: the inner, else the first, wins. */
  withoutConflicts<T extends Move>(moves: readonly T[], active: readonly State[]): readonly T[] {
    if (moves.length < 2) return moves;
    const kept = new Map<T, ReadonlySet<State>>();
    for (const move of moves) {
      const leaves = this.exits([move], active);
      const beaten: T[] = [];
      let loses = false;
      for (const [other, left] of kept) {
        if (!intersect(leaves, left)) continue;
        if (isWithin(move.source, other.source)) beaten.push(other);
        else {
          loses = true;
          break;
        }
      }
      if (loses) continue;
      for (const other of beaten) kept.delete(other);
      kept.set(move, leaves);
    }
    return [...kept.keys()];
  }

  exits(moves: readonly Move[], active: readonly State[]): Set<State> {
    const left = new Set<State>();
    for (const move of moves) {
      if (move.targets.length === 0) continue;
      const domain = this.#domain(move);
      if (move.reenter && domain === move.source) left.add(domain);
      for (const state of active) if (isWithin(state, domain)) left.add(state);
    }
    return left;
  }

  entry(moves: readonly Move[]): Entry {
    const states = new Set<State>();
    const byDefault = new Set<State>();
    for (const move of moves) {
      const domain = this.#domain(move);
      for (const target of move.targets) {
        const enters = target !== move.source || domain !== move.source || move.reenter;
        if (!target.isHistory && enters) {
          states.add(target);
          byDefault.add(target);
        }
        this.#addWithin(target, states, byDefault);
      }
      const around = move.source.parent === undefined && move.reenter ? undefined : domain;
      for (const target of this.#effective(move.targets)) {
        const ancestors = ancestorsOf(target, domain);
        if (domain?.source.type === 'parallel') ancestors.push(domain);
        this.#addAround(ancestors, around, states, byDefault);
      }
    }
    return { states, byDefault };
  }

  #recalled(state: State): readonly State[] | undefined {
    this.asked.add(state.source.id);
    const sources = this.#history[state.source.id];
    return sources === undefined ? undefined : this.#tree.listOf(sources);
  }

  /** The targets, with what they recall in the place of history states. */
  #effective(targets: readonly State[]): Set<State> {
    const found = new Set<State>();
    for (const target of targets) {
      if (!target.isHistory) {
        found.add(target);
        continue;
      }
      const recalled =
        this.#recalled(target) ?? this.#effective(historyDefaults(this.#tree, target).targets);
      for (const state of recalled) found.add(state);
    }
    return found;
  }

  /** The state that stays active around everything the transition leaves and enters; undefined = none does. */
  #domain(move: Move): State | undefined {
    const targets = [...this.#effective(move.targets)];
    const { source } = move;
    if (!move.reenter && targets.every((at) => at === source || isWithin(at, source)))
      return source;
    const [head, ...others] = [...targets, source];
    const around = ancestorsOf(head ?? source).find((at) =>
      others.every((other) => isWithin(other, at)),
    );
    return around ?? (move.reenter ? undefined : this.#tree.root);
  }

  #addWithin(state: State, states: Set<State>, byDefault: Set<State>): void {
    if (state.isHistory) {
      this.#addRecalled(state, states, byDefault);
    } else if (state.source.type === 'compound') {
      const [first] = this.#tree.listOf(state.source.initial.target);
      if (first === undefined) return;
      if (!first.isHistory) {
        states.add(first);
        byDefault.add(first);
      }
      this.#addWithin(first, states, byDefault);
      this.#addAround(ancestorsOf(first, state), undefined, states, byDefault);
    } else if (state.source.type === 'parallel') {
      for (const region of state.regions) {
        if (entersWithin(states, region)) continue;
        states.add(region);
        byDefault.add(region);
        this.#addWithin(region, states, byDefault);
      }
    }
  }

  #addRecalled(state: State, states: Set<State>, byDefault: Set<State>): void {
    const recalled = this.#recalled(state);
    const defaults = recalled === undefined ? historyDefaults(this.#tree, state) : undefined;
    const { parent } = state;
    for (const one of recalled ?? defaults?.targets ?? []) {
      states.add(one);
      if (defaults?.initial === true && parent !== undefined) byDefault.add(parent);
      this.#addWithin(one, states, byDefault);
    }
    for (const one of recalled ?? defaults?.targets ?? []) {
      this.#addAround(ancestorsOf(one, parent), undefined, states, byDefault);
    }
  }

  #addAround(
    ancestors: readonly State[],
    limit: State | undefined,
    states: Set<State>,
    byDefault: Set<State>,
  ): void {
    for (const ancestor of ancestors) {
      if (isWithin(ancestor, limit)) states.add(ancestor);
      if (ancestor.source.type !== 'parallel') continue;
      for (const region of ancestor.regions) {
        if (entersWithin(states, region)) continue;
        states.add(region);
        this.#addWithin(region, states, byDefault);
      }
    }
  }
}

function entersWithin(states: ReadonlySet<State>, region: State): boolean {
  for (const state of states) if (isWithin(state, region)) return true;
  return false;
}

function intersect(one: ReadonlySet<State>, other: ReadonlySet<State>): boolean {
  for (const state of one) if (other.has(state)) return true;
  return false;
}

/** What is active when nothing but `states` is known: with their ancestors, and initial states where nothing is known. */
export function completed(tree: StateTree, states: readonly State[]): State[] {
  const all = new Set(states);
  const hasChild = new Set<State>();
  for (const { parent } of states) if (parent !== undefined) hasChild.add(parent);
  for (const state of all) {
    if (state.source.type === 'compound' && !hasChild.has(state)) {
      for (const one of initialWithin(tree, state)) all.add(one);
    } else if (state.source.type === 'parallel') {
      for (const region of state.regions) {
        if (!all.has(region)) for (const one of initialWithin(tree, region)) all.add(one);
      }
    }
  }
  for (const state of all) {
    for (let at = state.parent; at !== undefined; at = at.parent) all.add(at);
  }
  return [...all];
}

/** The state and its initial states all the way down. */
export function initialStates(tree: StateTree, state: State): State[] {
  const found = new Set<State>();
  const add = (at: State): void => {
    if (found.has(at)) return;
    found.add(at);
    if (at.source.type === 'compound') {
      const [first] = tree.listOf(at.source.initial.target);
      if (first !== undefined) add(first);
    } else if (at.source.type === 'parallel') {
      for (const region of at.regions) add(region);
    }
  };
  add(state);
  return [...found];
}

function initialWithin(tree: StateTree, state: State): Set<State> {
  const found = new Set(initialStates(tree, state));
  for (const one of found) for (const ancestor of ancestorsOf(one, state)) found.add(ancestor);
  return found;
}
