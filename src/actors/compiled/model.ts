/**
 * What the parts of a compiled machine know of each other: the program, its configurations, what can be
 * taken in them and what that comes to, and the frame of a step.
 */
import type { AnyActorLogic, AnyActorRef, AnyStateMachine, StateValue } from 'xstate';
import type { ActionCode } from './action-code.ts';
import type { Children } from './children.ts';
import type { Shape } from './context-shape.ts';
import type { AnyEvent } from './event.ts';
import type { GuardCode } from './guard-code.ts';
import type { Host } from './host.ts';
import type { HistoryValue, Move } from './reach.ts';
import type { AuthorFunction, SourceMachine, SourceNode, SourceTransition } from './source.ts';
import type { State, StateTree } from './state.ts';
import type { SystemParts } from './xstate-internals.ts';

export type Status = 'active' | 'done' | 'error' | 'stopped';

// What can be taken.

export interface TransitionCode extends Move {
  readonly id: number;
  readonly definition: SourceTransition;
  readonly guard: GuardCode | null;
  readonly actions: readonly ActionCode[];
}

/**
 * Generated: makes the whole macrostep in the frame, and its effects, but for those that are then with the host
 * for later.
 */
export type MacrostepCode = (frame: Frame, event: AnyEvent) => void;

/** Generated: asks the guards, and has the tables take what is taken; gives that back. */
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
  /** How often it was made by the tables; from some number on there is code for it. */
  uses: number;
  /** How often the tables asked its guards. */
  asked: number;
  code: MacrostepCode | null;
  /** For a microstep whose actions the tables do; null where they ask the guards too. */
  step: StepCode | null;
  /** How often the code left it to the tables, and how often it was made anew for that. */
  misses: number;
  renewals: number;
  /** What it comes to where no guard is asked; null where one is, undefined until somebody wants to know. */
  certain: number | null | undefined;
}

// What taking it comes to.

/** What the entry of a final state leads to, in this order. */
export type Ending =
  /** The event that a state with a final state is done; `output` of the final state. */
  | { readonly kind: 'state'; readonly type: string; readonly output: unknown }
  /** The machine is done; by which state. */
  | { readonly kind: 'machine'; readonly type: string; readonly by: SourceNode };

/** Actions that XState does in one go: `invoked` are the actors that they may send to before these are there. */
export interface Block {
  readonly actions: readonly ActionCode[];
  readonly invoked: readonly string[] | null;
  readonly endings: readonly Ending[] | null;
}

/** Worked out once for all actors: the actions in their order, and the next configuration. */
export interface Plan {
  readonly blocks: readonly Block[];
  readonly next: Configuration;
  /** What history states recall from now on; null = as before. */
  readonly recorded: readonly (readonly [id: string, nodes: readonly SourceNode[]])[] | null;
  /** Whether the snapshot is another one even where no action changed it. */
  readonly changes: boolean;
  /** What is thrown when all blocks are done: a state that is entered does not say where to begin. */
  readonly failure: Failure | null;
  /** How often it was run by the tables. */
  uses: number;
}

export interface Failure {
  readonly error: unknown;
}

/** The plans for one set of transitions: one, or one for each past that history states may recall. */
export interface PlanSet {
  /** Ids of the history states that are asked. */
  readonly asked: Set<string>;
  readonly byPast: Map<string, Plan>;
}

/** The states that are active together, shared by all snapshots that are in them. */
export interface Configuration {
  readonly program: Program;
  readonly states: readonly State[];
  readonly nodes: readonly SourceNode[];
  readonly value: StateValue;
  readonly tags: ReadonlySet<string>;
  /** What was worked out about transitions taken from here, by the one who works it out. */
  readonly plans: Map<string, PlanSet>;
  /** The eventless transitions; null = there are none. */
  readonly always: Selection | null;
  selection(eventType: string): Selection | undefined;
  keepSelection(eventType: string, selection: Selection): Selection;
  /** Whether it is in the state with this id (`#…`), or matches this value. */
  isIn(value: unknown): boolean;
}

// The machine.

/** A state with what it does. */
export interface StateCode {
  readonly entry: readonly ActionCode[];
  readonly exit: readonly ActionCode[];
  /** Of its initial transition. */
  readonly initial: readonly ActionCode[];
  readonly invokes: readonly ActionCode[];
  readonly stops: readonly ActionCode[];
  readonly invoked: readonly string[];
  readonly transitions: ReadonlyMap<string, readonly TransitionCode[]>;
  readonly always: readonly TransitionCode[];
}

export interface CodeGenerator {
  /** How often something happens before there is code for it. */
  readonly patience: number;
  /** Null where the tables are to be used. */
  codeFor(frame: Frame, selection: Selection, eventType: string): MacrostepCode | null;
  /** Null where the tables are to be used. */
  stepFor(configuration: Configuration, selection: Selection): StepCode | null;
  /** Null where no literal can be made of the context. */
  shapeOf(context: unknown): Shape | null;
  /** Null where no literal can be made of these keys. */
  shapeWith(keys: readonly string[]): Shape | null;
}

/** What `enqueueActions` collects. */
export interface Collector {
  collect(
    frame: Frame,
    event: AnyEvent,
    collect: AuthorFunction,
    params: unknown,
  ): readonly ActionCode[];
}

export interface Program {
  readonly machine: AnyStateMachine;
  readonly source: SourceMachine;
  readonly tree: StateTree;
  readonly maxSteps: number;
  /** The root alone: before anything was entered. */
  readonly beforeEntry: Configuration;
  readonly initialPlan: Plan;
  readonly generator: CodeGenerator | null;
  /** Whether contexts may be changed in place while nobody holds a snapshot. */
  readonly reusesContexts: boolean;
  readonly enqueuer: Collector;
  /** What runs in the place of some logic where an actor of the machine starts it. */
  readonly childLogic: (logic: AnyActorLogic) => AnyActorLogic;
  codeOf(state: State): StateCode;
  /** The one with these states in this order. */
  configuration(states: readonly State[]): Configuration;
  /** The one that a state value stands for. Throws as XState does where a state does not exist. */
  configurationOf(value: StateValue): Configuration;
  selectionFor(configuration: Configuration, eventType: string): Selection;
  planFor(
    configuration: Configuration,
    taken: readonly TransitionCode[],
    history: HistoryValue,
  ): Plan;
  /** The plan where the machine is done already; not kept. */
  planAfterEnd(
    configuration: Configuration,
    taken: readonly TransitionCode[],
    history: HistoryValue,
  ): Plan;
  /** Those of them that can be taken together. */
  withoutConflicts(
    configuration: Configuration,
    selected: readonly TransitionCode[],
    history: HistoryValue,
  ): readonly TransitionCode[];
  /** Whether the plan for these is the same whatever came before. */
  hasFixedPlan(configuration: Configuration, taken: readonly TransitionCode[]): boolean;
  /** The shape of what the context's function gave, which has the same keys every time; null as below. */
  shapeOfFirst(context: unknown): Shape | null;
  /** For contexts made by literals; null where no literal can be made, or no code. */
  shapeWith(keys: readonly string[]): Shape | null;
  /** Actions and guards that turn up while the machine runs: queued by one of its actions. */
  dynamicAction(action: unknown): ActionCode;
  dynamicGuard(guard: unknown): GuardCode;
  /** The logic that a name stands for: one of the machine's actors, or what a state invokes itself. */
  logicOf(src: string): unknown;
}

// A step.

/** The state of a step while it is made: what will be the next snapshot. */
export interface Frame {
  readonly program: Program;
  readonly host: Host;
  readonly self: AnyActorRef;
  readonly system: SystemParts;
  /** Whether actions may be called straight away; asked anew for each microstep. */
  direct: boolean;
  /** A macrostep is being made: its effects are not yet. */
  stepping: boolean;
  configuration: Configuration;
  status: Status;
  context: unknown;
  shape: Shape | null;
  /** Whether somebody may keep the context: it is not changed in place. */
  shared: boolean;
  family: Children;
  history: HistoryValue;
  output: unknown;
  error: unknown;
  changes: number;
  raise(event: AnyEvent): void;
  /** What functions are called with where they keep nothing: the same object every time. */
  argumentsFor(event: AnyEvent): { context: unknown };
}
