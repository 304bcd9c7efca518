/** What is wrong with the states of a machine themselves, found before anything of it runs. */
import { historyDefaults } from './reach.ts';
import type { SourceNode } from './source.ts';
import type { State, StateTree } from './state.ts';
import type { Unsupported } from './unsupported.ts';

const knownTypes: ReadonlySet<string> = new Set([
  'atomic',
  'compound',
  'parallel',
  'final',
  'history',
]);

/**
 * What cannot be run: here the machine is refused. An initial state that does not exist is no such thing, nor
 * is the default of a history state: as in XState, whoever goes on into it fails.
 */
export function mistakesOf(tree: StateTree, state: State): Unsupported[] {
  const { source } = state;
  const place = `#${source.id}`;
  if (!knownTypes.has(source.type)) return [{ place, what: `a state of type '${source.type}'` }];
  const what = state.isHistory ? historyMistake(tree, state) : null;
  return what === null ? [] : [{ place, what }];
}

/** The initial transition; null where it leads to no child of the state. */
export function initialOf(source: SourceNode): SourceNode['initial'] | null {
  try {
    return source.initial;
  } catch {
    return null;
  }
}

function historyMistake(tree: StateTree, state: State): string | null {
  if (state.parent === undefined) return 'a history state that has no parent';
  return comesTo(tree, defaultsOf(tree, state), state, new Set())
    ? 'a history state whose default leads back to it'
    : null;
}

/** Nothing where it does not exist. */
function defaultsOf(tree: StateTree, state: State): readonly State[] {
  try {
    return historyDefaults(tree, state).targets;
  } catch {
    return [];
  }
}

/** Whether entering these may ask the history, with nothing to recall anywhere. */
function comesTo(
  tree: StateTree,
  entered: readonly State[],
  history: State,
  seen: Set<State>,
): boolean {
  return entered.some((state) => {
    if (state === history) return true;
    if (seen.has(state)) return false;
    seen.add(state);
    return comesTo(tree, withinOf(tree, state), history, seen);
  });
}

function withinOf(tree: StateTree, state: State): readonly State[] {
  if (state.isHistory) return defaultsOf(tree, state);
  if (state.source.type === 'parallel') return state.regions;
  return tree.listOf(initialOf(state.source)?.target ?? []);
}
