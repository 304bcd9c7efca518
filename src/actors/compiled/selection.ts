/**
 * Which transitions an event may take in a configuration: the candidates of each active state, asked
 * from the inside out, region by region.
 */
import type { Choice, Configuration, Selection, TransitionCode } from './model.ts';
import { evaluateGuard } from './guards.ts';
import { type State, ancestorsOf } from './state.ts';

/** A selection without anything learned about it. */
export function selectionOf(choices: readonly Choice[], eventless: boolean): Selection {
  return {
    choices,
    eventless,
    uses: 0,
    asked: 0,
    code: null,
    step: null,
    misses: 0,
    renewals: 0,
    certain: undefined,
  };
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
    if (!passes(candidate, eventless, configuration, context, event)) continue;
    if (!taken.includes(candidate)) taken.push(candidate);
    return true;
  }
  return false;
}

function passes(
  candidate: TransitionCode,
  eventless: boolean,
  configuration: Configuration,
  context: unknown,
  event: { readonly type: string },
): boolean {
  if (candidate.guard === null) return true;
  try {
    return Boolean(evaluateGuard(candidate.guard, context, event, configuration));
  } catch (error) {
    throw eventless ? error : guardFailure(candidate, event.type, error);
  }
}

/** What a choice comes to. */
const Taken = { nothing: 0, idle: 1, acting: 2 } as const;

/** Whether a transition is taken that does something: asks as `select` does, and keeps no list. */
export function isActing(
  selection: Selection,
  configuration: Configuration,
  context: unknown,
  event: { readonly type: string },
): boolean {
  const { choices } = selection;
  if (selection.certain === undefined) selection.certain = mostOf(choices);
  if (selection.certain !== null) return selection.certain === Taken.acting;
  let most: number = Taken.nothing;
  for (let at = 0; at < choices.length; at++) {
    most = Math.max(most, weigh(choices[at] as Choice, configuration, context, event));
  }
  return most === Taken.acting;
}

/** What these come to where no guard is asked; null where one is. */
function mostOf(choices: readonly Choice[]): number | null {
  let most: number = Taken.nothing;
  for (const { inner, candidates } of choices) {
    const [first] = candidates;
    const own = inner.length > 0 ? mostOf(inner) : weightOf(first);
    if (own === null) return null;
    most = Math.max(most, own);
  }
  return most;
}

function weightOf(first: TransitionCode | undefined): number | null {
  if (first === undefined) return Taken.nothing;
  if (first.guard !== null) return null;
  return isActive(first) ? Taken.acting : Taken.idle;
}

const isActive = ({ definition: { target, actions } }: TransitionCode): boolean =>
  target !== undefined || actions.length > 0;

function weigh(
  { inner, candidates }: Choice,
  configuration: Configuration,
  context: unknown,
  event: { readonly type: string },
): number {
  let most: number = Taken.nothing;
  for (let at = 0; at < inner.length; at++) {
    most = Math.max(most, weigh(inner[at] as Choice, configuration, context, event));
  }
  if (most !== Taken.nothing) return most;
  for (let at = 0; at < candidates.length; at++) {
    const candidate = candidates[at] as TransitionCode;
    if (!passes(candidate, false, configuration, context, event)) continue;
    return isActive(candidate) ? Taken.acting : Taken.idle;
  }
  return Taken.nothing;
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
