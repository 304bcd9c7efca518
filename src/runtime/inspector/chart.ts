/** A machine of XState as plain data to be drawn, and the numbers of its transitions. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import {
  actionText,
  servesDelay,
  transitionEvent,
  transitionGuard,
} from '../../machines/transition-text.ts';
import type { Chart, ChartState, ChartTransition } from './net-view.ts';

function childrenOf(state: AnyStateNode): readonly AnyStateNode[] {
  return Object.values(state.states);
}

/** The alternatives for each event of a state, eventless ones first. */
function alternativesOf(state: AnyStateNode): readonly (readonly AnyTransitionDefinition[])[] {
  const always: readonly AnyTransitionDefinition[] = state.always ?? [];
  return [
    ...(always.length === 0 ? [] : [always]),
    ...(state.transitions.values() as Iterable<AnyTransitionDefinition[]>),
  ];
}

function* statesOf(state: AnyStateNode): IterableIterator<AnyStateNode> {
  yield state;
  for (const child of childrenOf(state)) yield* statesOf(child);
}

interface Numbered {
  readonly id: number;
  readonly transition: AnyTransitionDefinition;
  /** Comes after guarded ones for the same event. */
  readonly isLater: boolean;
}

/** Every transition in one order: that of the states, of their events, of the alternatives. */
function* numbered(machine: AnyStateMachine): IterableIterator<Numbered> {
  let id = 0;
  for (const state of statesOf(machine.root)) {
    for (const alternatives of alternativesOf(state)) {
      const guarded = alternatives.findIndex(({ guard }) => guard !== undefined);
      for (const [at, transition] of alternatives.entries()) {
        yield { id, transition, isLater: guarded >= 0 && at > guarded };
        id += 1;
      }
    }
  }
}

const known = new WeakMap<AnyStateMachine, ReadonlyMap<unknown, number>>();

/** The numbers of a machine's transitions, as `chartOf` gives them; machines of one shape have the same. */
export function transitionNumbers(machine: AnyStateMachine): ReadonlyMap<unknown, number> {
  const found = known.get(machine);
  if (found !== undefined) return found;
  const numbers = new Map<unknown, number>();
  for (const { id, transition } of numbered(machine)) numbers.set(transition, id);
  known.set(machine, numbers);
  return numbers;
}

function namesOf(state: AnyStateNode, actions: readonly unknown[]): readonly string[] {
  return actions.filter((action) => !servesDelay(state, action)).map(actionText);
}

function chartState(state: AnyStateNode): ChartState {
  const first = state.initial?.target?.[0];
  const child = childrenOf(state).find((each) => first !== undefined && isWithin(first, each));
  return {
    id: state.id,
    key: state.parent === undefined ? state.machine.id : state.key,
    type: state.type,
    initial: state.type === 'compound' ? (child?.key ?? null) : null,
    entry: namesOf(state, state.entry),
    exit: namesOf(state, state.exit),
    states: childrenOf(state).map(chartState),
  };
}

function isWithin(state: AnyStateNode, ancestor: AnyStateNode): boolean {
  for (let at: AnyStateNode | undefined = state; at !== undefined; at = at.parent)
    if (at === ancestor) return true;
  return false;
}

/** The salvo condition that a guard is of: its place among the node's. */
function conditionOf({ guard }: AnyTransitionDefinition): number | null {
  const { params } = (guard ?? {}) as { readonly params?: { readonly condition?: unknown } };
  return typeof params?.condition === 'number' ? params.condition : null;
}

export function chartOf(kind: Chart['kind'], machine: AnyStateMachine): Chart {
  const transitions: ChartTransition[] = [];
  for (const { id, transition, isLater } of numbered(machine)) {
    const guard = transitionGuard(transition);
    transitions.push({
      id,
      source: transition.source.id,
      targets: (transition.target ?? []).map((target) => target.id),
      event: transitionEvent(transition),
      guard,
      otherwise: guard === null && isLater,
      condition: conditionOf(transition),
      actions: transition.actions.map(actionText),
    });
  }
  return { kind, root: chartState(machine.root), transitions };
}
