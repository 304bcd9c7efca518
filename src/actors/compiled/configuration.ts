/**
 * A configuration: the states that are active together, shared by all snapshots that are in it.
 *
 * N1 The order of the states is part of it: XState tells regions that moved from those that did not
 *    by it, and tries eventless transitions in it.
 * N2 What is kept for events and for transitions taken is bounded: it can be found out again.
 */
import type { Configuration, PlanSet, Program, Selection } from './model.ts';
import { type StateValue, matchesState } from 'xstate';
import { compiledLimits } from './limits.ts';
import type { SourceNode } from './source.ts';
import type { State } from './state.ts';

export class SharedConfiguration implements Configuration {
  readonly program: Program;
  readonly states: readonly State[];
  readonly nodes: readonly SourceNode[];
  readonly value: StateValue;
  readonly tags: ReadonlySet<string>;
  readonly #selections = new Map<string, Selection>();
  /** Of the first types that were asked for: comparing is quicker than looking up, and most have few. */
  #firstType: string | null = null;
  #first: Selection | undefined = undefined;
  #secondType: string | null = null;
  #second: Selection | undefined = undefined;
  #thirdType: string | null = null;
  #third: Selection | undefined = undefined;
  /** What was worked out about transitions taken from here, by the one who works it out. */
  readonly plans = new Map<string, PlanSet>();
  /** The eventless transitions; null = there are none. */
  always: Selection | null = null;

  constructor(program: Program, states: readonly State[], value: StateValue) {
    this.program = program;
    this.states = states;
    this.nodes = states.map(({ source }) => source);
    this.value = value;
    this.tags = new Set(this.nodes.flatMap(({ tags }) => tags));
  }

  selection(eventType: string): Selection | undefined {
    if (eventType === this.#firstType) return this.#first;
    if (eventType === this.#secondType) return this.#second;
    if (eventType === this.#thirdType) return this.#third;
    return this.#selections.get(eventType);
  }

  keepSelection(eventType: string, selection: Selection): Selection {
    if (this.#firstType === null) {
      this.#firstType = eventType;
      this.#first = selection;
    } else if (this.#secondType === null) {
      this.#secondType = eventType;
      this.#second = selection;
    } else if (this.#thirdType === null) {
      this.#thirdType = eventType;
      this.#third = selection;
    } else {
      if (this.#selections.size >= compiledLimits.eventTypes) this.#selections.clear();
      this.#selections.set(eventType, selection);
    }
    return selection;
  }

  /** Whether it is in the state with this id (`#…`), or matches this value. */
  isIn(value: unknown): boolean {
    if (typeof value === 'string' && value.startsWith('#')) {
      return this.nodes.includes(this.program.source.getStateNodeById(value));
    }
    return matchesState(value as StateValue, this.value);
  }
}

/** The state value of these states, which are complete. */
export function valueOf(root: State, states: readonly State[]): StateValue {
  const children = new Map<State, State[]>();
  for (const state of states) {
    if (state.parent === undefined) continue;
    const siblings = children.get(state.parent);
    if (siblings === undefined) children.set(state.parent, [state]);
    else siblings.push(state);
  }
  const valueAt = (state: State): StateValue => {
    const active = children.get(state) ?? [];
    const [only] = active;
    if (state.source.type === 'compound' && only === undefined) return {};
    if (state.source.type === 'compound' && only?.isAtomic === true) return only.source.key;
    const value: Record<string, StateValue> = {};
    for (const child of active) value[child.source.key] = valueAt(child);
    return Object.freeze(value);
  };
  return valueAt(root);
}
