/**
 * Which transitions an event may take in a configuration: the candidates of each active state, asked
 * from the inside out, region by region.
 */
import type { Frame } from './frame.ts';
import { type AnyEvent, evaluateGuard } from './guards.ts';
import type { GuardCode } from './guard-code.ts';
import type { ActionCode } from './action-code.ts';
import type { Configuration } from './configuration.ts';
import type { Move } from './reach.ts';
import type { SourceTransition } from './source.ts';
import { type State, ancestorsOf } from './state.ts';

export interface TransitionCode extends Move {
  readonly id: number;
  readonly definition: SourceTransition;
  readonly guard: GuardCode | null;
  readonly actions: readonly ActionCode[];
}

/** Generated: makes the whole step in the frame; the transitions taken, by their ids, to report them. */
export type StepCode = (frame: Frame, event: AnyEvent) => readonly TransitionCode[];

/** The candidates of a state are asked when nothing within it is taken. */
export interface Choice {
  readonly inner: readonly Choice[];
  readonly candidates: readonly TransitionCode[];
}

export interface Selection {
  /** For an event: one tree. Without: a list of candidates for each atomic state. */
  readonly choices: readonly Choice[];
  readonly eventless: boolean;
  /** How often it was made; from some number on by generated code. */
  uses: number;
  code: StepCode | null;
  /** How often the code found a context of another shape, and how often it was made anew for that. */
  misses: number;
  renewals: number;
}

/** A selection without anything learned about it. */
export function selectionOf(choices: readonly Choice[], eventless: boolean): Selection {
  return { choices, eventless, uses: 0, code: null, misses: 0, renewals: 0 };
}

const nothing: readonly TransitionCode[] = [];

/** What is taken; an error of a guard says which guard, of which state, where an event was asked for. */
export function select(
  selection: Selection,
  configuration: Configuration,
  context: unknown,
  event: { readonly type: string },
): readonly TransitionCode[] {
  if (selection.choices.length === 0) return nothing;
  const taken: TransitionCode[] = [];
  for (const choice of selection.choices) {
    choose(choice, selection.eventless, configuration, context, event, taken);
  }
  return taken;
}

function choose(
  choice: Choice,
  eventless: boolean,
  configuration: Configuration,
  context: unknown,
  event: { readonly type: string },
  taken: TransitionCode[],
): boolean {
  let found = false;
  for (const inner of choice.inner) {
    if (choose(inner, eventless, configuration, context, event, taken)) found = true;
  }
  if (found) return true;
  for (const candidate of choice.candidates) {
    if (candidate.guard !== null) {
      let passes: unknown;
      try {
        passes = evaluateGuard(candidate.guard, context, event, configuration);
      } catch (error) {
        throw eventless ? error : guardFailure(candidate, event.type, error);
      }
      if (!passes) continue;
    }
    if (!taken.includes(candidate)) taken.push(candidate);
    return true;
  }
  return false;
}

export function guardFailure(candidate: TransitionCode, eventType: string, error: unknown): Error {
  const { guard } = candidate.definition;
  const name =
    typeof guard === 'string'
      ? guard
      : typeof guard === 'object' && guard !== null
        ? (guard as { type?: string }).type
        : undefined;
  const which = name ? `'${name}' ` : '';
  return new Error(
    `Unable to evaluate guard ${which}in transition for event '${eventType}' in state node '${candidate.source.source.id}':\n${(error as Error).message}`,
  );
}

/** The tree of choices of an event in a configuration; what has no candidates is left out. */
export function choicesOf(
  configuration: Configuration,
  root: State,
  candidatesOf: (state: State) => readonly TransitionCode[],
): Choice[] {
  const at = (state: State, value: unknown): Choice[] => {
    const inner: Choice[] = [];
    const keys = typeof value === 'string' ? [value] : Object.keys(value as object);
    for (const key of keys) {
      const child = state.children.find(({ source }) => source.key === key);
      if (child === undefined) continue;
      const within = typeof value === 'string' ? {} : (value as Record<string, unknown>)[key];
      inner.push(...at(child, within));
    }
    const candidates = candidatesOf(state);
    return candidates.length === 0 ? inner : [{ inner, candidates }];
  };
  return at(root, configuration.value);
}

/** For eventless transitions: each atomic state with what is around it, the innermost first. */
export function eventlessChoices(
  configuration: Configuration,
  alwaysOf: (state: State) => readonly TransitionCode[],
): Choice[] {
  const choices: Choice[] = [];
  for (const state of configuration.states) {
    if (!state.isAtomic) continue;
    const candidates = [state, ...ancestorsOf(state)].flatMap(alwaysOf);
    if (candidates.length > 0) choices.push({ inner: [], candidates });
  }
  return choices;
}
