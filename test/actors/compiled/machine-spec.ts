/** A machine and what is done to it, as plain data: what the differential tests generate, shrink and print. */

/** `note` is the only part of a trace that a spec names; all others are recorded by kind. */
export type ParamsForm = 'none' | 'string' | 'static' | 'dynamic' | 'inline';
export type ValueForm = 'static' | 'dynamic';
export type DelaySpec = number | 'short' | 'computed' | 'inline';

export type GuardSpec =
  | { kind: 'below'; limit: number; params: 'static' | 'dynamic' | 'inline' }
  | { kind: 'even' }
  | { kind: 'and' | 'or'; parts: GuardSpec[] }
  | { kind: 'not'; part: GuardSpec }
  | { kind: 'in'; state: string; form: 'id' | 'value' }
  | { kind: 'throws' };

/** Whom a `sendTo` reaches: itself, a child by id, the actor in the context, its parent, one by its system's id. */
export type Recipient = 'self' | 'ref' | 'parent' | 'system' | 'missing' | `#${string}`;

export type ActionSpec =
  | { kind: 'note'; label: string; params: ParamsForm }
  | { kind: 'assign'; form: 'object' | 'function'; add: number; params?: boolean }
  | {
      kind: 'spawn';
      src: ActorSource;
      id: string | null;
      form: 'object' | 'function';
      sync?: boolean;
      system?: boolean;
    }
  | { kind: 'raise'; event: string; form: ValueForm; delay?: DelaySpec; id?: string }
  | { kind: 'cancel'; id: string; form: ValueForm }
  | {
      kind: 'sendTo';
      to: Recipient;
      event: string;
      form: ValueForm;
      delay?: DelaySpec;
      id?: string;
    }
  | { kind: 'sendParent'; event: string; form: ValueForm; delay?: DelaySpec; id?: string }
  | { kind: 'forwardTo'; to: string }
  | { kind: 'emit'; event: string; form: ValueForm }
  | { kind: 'log'; label: string | null; form: ValueForm }
  | { kind: 'enqueue'; items: EnqueuedSpec[]; params?: boolean }
  | {
      kind: 'spawnChild';
      src: ActorSource;
      id: string | null;
      form: ValueForm;
      sync?: boolean;
      system?: boolean;
    }
  | { kind: 'stopChild'; id: string; form: 'id' | 'ref' | 'inline' | 'self' | 'system' }
  | { kind: 'unknown' }
  | { kind: 'throws' };

export interface EnqueuedSpec {
  check: GuardSpec | null;
  /** By `enqueue(action)`, or by the method of `enqueue` that has the action's name. */
  method: boolean;
  actions: ActionSpec[];
}

export interface TransitionSpec {
  /** Keys of states; none: it stays where it is. */
  targets: string[];
  /** As siblings and children are named, where the target is one; by id otherwise. */
  relative: boolean;
  guard: GuardSpec | null;
  actions: ActionSpec[];
  reenter: boolean;
}

/** No transitions: the event is forbidden. */
export interface HandlerSpec {
  event: string;
  transitions: TransitionSpec[];
}

export interface DelayedSpec {
  delay: DelaySpec;
  transitions: TransitionSpec[];
}

export type ActorSource =
  | 'resolving'
  | 'rejecting'
  | 'callback'
  | 'observable'
  | 'eventObservable'
  | 'failingObservable'
  | 'reducer'
  | 'machine'
  | 'absent';

export interface InvokeSpec {
  src: ActorSource;
  id: string | null;
  inline: boolean;
  system?: boolean;
  /** Not worked out by a function. */
  fixed?: boolean;
  onDone: TransitionSpec[];
  onError: TransitionSpec[];
  onSnapshot: TransitionSpec[];
}

export type StateKind = 'atomic' | 'compound' | 'parallel' | 'final' | 'shallow' | 'deep';

export interface StateSpec {
  /** Its id too. */
  key: string;
  kind: StateKind;
  /** The initial child of a compound state; the default target of a history state: an earlier child. */
  initial: string | null;
  initialActions: ActionSpec[];
  children: StateSpec[];
  on: HandlerSpec[];
  always: TransitionSpec[];
  after: DelayedSpec[];
  onDone: TransitionSpec[];
  entry: ActionSpec[];
  exit: ActionSpec[];
  invoke: InvokeSpec[];
  tags: string[];
  meta: boolean;
  output: ValueForm | null;
  /** It can be gone to by a `xstate.route` event. */
  route: 'open' | 'guarded' | null;
}

export type StepSpec =
  | { kind: 'send'; event: string }
  | { kind: 'burst'; events: string[] }
  | { kind: 'sendChild'; id: string; event: string }
  | { kind: 'advance'; ms: number }
  | { kind: 'route'; to: string }
  | { kind: 'pure'; event: string }
  | { kind: 'settle' }
  | { kind: 'persist' }
  | { kind: 'stop' };

export interface CaseSpec {
  root: StateSpec;
  /** The machine behind the source `machine`. */
  child: StateSpec | null;
  context: 'static' | 'lazy';
  /** Invoked by a plain XState machine that records what it hears. */
  hosted: boolean;
  inspected: boolean;
  observed: boolean;
  provided: boolean;
  childEngine: 'same' | 'plain';
  /** Microsteps that it may take for an event. */
  most: number | null;
  steps: StepSpec[];
}

export function statesOf(root: StateSpec): StateSpec[] {
  return [root, ...root.children.flatMap(statesOf)];
}

export interface Family {
  readonly states: ReadonlyMap<string, StateSpec>;
  readonly parents: ReadonlyMap<string, StateSpec>;
}

export function familyOf(root: StateSpec): Family {
  const states = new Map<string, StateSpec>();
  const parents = new Map<string, StateSpec>();
  for (const state of statesOf(root)) {
    states.set(state.key, state);
    for (const child of state.children) parents.set(child.key, state);
  }
  return { states, parents };
}

/** From the root down to the state, itself included. */
export function pathOf(family: Family, key: string): string[] {
  const parent = family.parents.get(key);
  return parent === undefined ? [key] : [...pathOf(family, parent.key), key];
}

export function isHistory(state: StateSpec): boolean {
  return state.kind === 'shallow' || state.kind === 'deep';
}

/** The state that a history state with nothing to recall leads to; null where that is its parent's initial one. */
export function defaultOf(children: readonly StateSpec[], state: StateSpec): StateSpec | null {
  if (!isHistory(state)) return state;
  const next = children.find(({ key }) => key === state.initial);
  return next === undefined ? null : defaultOf(children, next);
}

/** Two states that can be entered together: they part in a parallel state, and neither is a history. */
export function canMeet(family: Family, a: string, b: string): boolean {
  const one = pathOf(family, a);
  const other = pathOf(family, b);
  const fork = one.findIndex((key, at) => key !== other[at]);
  if (fork <= 0 || fork >= other.length) return false;
  const histories = [a, b].some((key) => {
    const state = family.states.get(key);
    return state === undefined || isHistory(state);
  });
  return !histories && family.states.get(one[fork - 1] ?? '')?.kind === 'parallel';
}
