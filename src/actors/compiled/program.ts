/**
 * A machine taken apart: its states, transitions and actions as the steps need them, and everything
 * that has been found out about it on the way, for all of its actors.
 */
import type {
  CodeGenerator,
  Configuration,
  Plan,
  Program,
  Selection,
  StateCode,
  TransitionCode,
} from './model.ts';
import type { AnyActorLogic, AnyStateMachine, StateValue } from 'xstate';
import { getStateNodes } from 'xstate';
import { type ActionCode, ActionCompiler, spawnCode, stopCode } from './action-code.ts';
import { SharedConfiguration, valueOf } from './configuration.ts';
import type { Shape } from './context-shape.ts';
import { Enqueuer } from './enqueuer.ts';
import { type GuardCode, GuardCompiler } from './guard-code.ts';
import { compiledLimits } from './limits.ts';
import { warnOfWildcards } from './mistakes.ts';
import { PlanMaker } from './plan-maker.ts';
import { type HistoryValue, completed } from './reach.ts';
import { choicesOf, eventlessChoices, selectionOf } from './selection.ts';
import { type SourceMachine, type SourceNode, type SourceTransition, sourceOf } from './source.ts';
import { initialOf, mistakesOf } from './state-mistakes.ts';
import { type State, StateTree } from './state.ts';
import { CompileError, type Unsupported } from './unsupported.ts';

export class MachineProgram implements Program {
  readonly machine: AnyStateMachine;
  readonly source: SourceMachine;
  readonly tree: StateTree;
  readonly codes: readonly StateCode[];
  readonly maxSteps: number;
  readonly plans: PlanMaker;
  readonly enqueuer = new Enqueuer(this);
  readonly generator: CodeGenerator | null;
  readonly reusesContexts: boolean;
  /** What runs in the place of some logic where an actor of the machine starts it. */
  readonly childLogic: (logic: AnyActorLogic) => AnyActorLogic;
  readonly #guards: GuardCompiler;
  readonly #actions: ActionCompiler;
  readonly #configurations = new Map<string, Configuration>();
  #transitions = 0;
  #beforeEntry: Configuration | undefined = undefined;
  #initial: Plan | undefined = undefined;
  #first: Shape | null | undefined = undefined;

  /** Throws a CompileError (COMPILE_UNSUPPORTED) that lists everything in the machine that is not taken. */
  constructor(
    machine: AnyStateMachine,
    generatorFor: (program: Program) => CodeGenerator | null,
    childLogic: (logic: AnyActorLogic) => AnyActorLogic,
    reusesContexts: boolean,
  ) {
    this.machine = machine;
    this.reusesContexts = reusesContexts;
    this.childLogic = childLogic;
    this.source = sourceOf(machine);
    this.tree = new StateTree(this.source.root);
    const unsupported: Unsupported[] = [];
    this.#guards = new GuardCompiler(this.source, unsupported);
    this.#actions = new ActionCompiler(this.source, unsupported);
    this.codes = this.tree.states.map((state) => this.#stateCode(state, unsupported));
    if (unsupported.length > 0) throw new CompileError(machine.id, unsupported);
    this.maxSteps = this.source.options?.maxIterations ?? Infinity;
    this.plans = new PlanMaker(this);
    this.generator = generatorFor(this);
  }

  /** Throws as XState does where an initial state does not exist. */
  get beforeEntry(): Configuration {
    return (this.#beforeEntry ??= this.configuration([this.tree.root]));
  }

  get initialPlan(): Plan {
    return (this.#initial ??= this.plans.initial());
  }

  codeOf(state: State): StateCode {
    const code = this.codes[state.index];
    if (code === undefined) throw new Error(`${state.source.id} is no state of this machine`);
    return code;
  }

  /** The one with these states in this order. */
  configuration(states: readonly State[]): Configuration {
    const key = states.map(({ index }) => index).join(',');
    let found = this.#configurations.get(key);
    if (found === undefined) {
      if (this.#configurations.size >= compiledLimits.configurations) this.#configurations.clear();
      const value = valueOf(this.tree.root, completed(this.tree, states));
      const made = new SharedConfiguration(this, states, value);
      made.always = this.#eventless(made);
      this.#configurations.set(key, made);
      found = made;
    }
    return found;
  }

  /** The one that a state value stands for. Throws as XState does where a state does not exist. */
  configurationOf(value: StateValue): Configuration {
    const nodes = getStateNodes(this.machine.root, value) as unknown as readonly SourceNode[];
    return this.configuration(completed(this.tree, this.tree.listOf(nodes)));
  }

  shapeOfFirst(context: unknown): Shape | null {
    if (this.#first === undefined) this.#first = this.generator?.shapeOf(context) ?? null;
    return this.#first;
  }

  /** For contexts made by literals; null where no literal can be made, or no code. */
  shapeWith(keys: readonly string[]): Shape | null {
    return this.generator?.shapeWith(keys) ?? null;
  }

  selectionFor(configuration: Configuration, eventType: string): Selection {
    return (
      configuration.selection(eventType) ??
      configuration.keepSelection(eventType, this.#selection(configuration, eventType))
    );
  }

  planFor(
    configuration: Configuration,
    taken: readonly TransitionCode[],
    history: HistoryValue,
  ): Plan {
    return this.plans.planFor(configuration, taken, history);
  }

  planAfterEnd(
    configuration: Configuration,
    taken: readonly TransitionCode[],
    history: HistoryValue,
  ): Plan {
    return this.plans.planAfterEnd(configuration, taken, history);
  }

  withoutConflicts(
    configuration: Configuration,
    selected: readonly TransitionCode[],
    history: HistoryValue,
  ): readonly TransitionCode[] {
    return this.plans.withoutConflicts(configuration, selected, history);
  }

  hasFixedPlan(configuration: Configuration, taken: readonly TransitionCode[]): boolean {
    return this.plans.isFixed(configuration, taken);
  }

  /** Actions and guards that turn up while the machine runs: queued by one of its actions. */
  dynamicAction(action: unknown): ActionCode {
    const unsupported: Unsupported[] = [];
    const code = new ActionCompiler(this.source, unsupported).compile(action, 'enqueueActions');
    if (unsupported.length > 0) throw new CompileError(this.machine.id, unsupported);
    return code;
  }

  dynamicGuard(guard: unknown): GuardCode {
    const unsupported: Unsupported[] = [];
    const code = new GuardCompiler(this.source, unsupported).compile(guard, 'enqueueActions');
    if (unsupported.length > 0) throw new CompileError(this.machine.id, unsupported);
    return code;
  }

  /** The logic that a name stands for: one of the machine's actors, or what a state invokes itself. */
  logicOf(src: string): unknown {
    const inline = /^xstate\.invoke\.(\d+)\.(.*)$/s.exec(src);
    if (inline === null) return this.source.implementations.actors[src];
    const [, at = '0', id = ''] = inline;
    const { invoke } = this.source.getStateNodeById(id).config;
    const config: unknown = Array.isArray(invoke) ? invoke[Number(at)] : invoke;
    return (config as { src?: unknown } | undefined)?.src;
  }

  #stateCode(state: State, unsupported: Unsupported[]): StateCode {
    const { source } = state;
    const actions = (list: readonly unknown[]) =>
      list.map((action) => this.#actions.compile(action, `#${source.id}`));
    const transitions = new Map<string, readonly TransitionCode[]>();
    for (const [type, list] of source.transitions) {
      transitions.set(
        type,
        list.map((one) => this.#transition(state, one)),
      );
    }
    unsupported.push(...mistakesOf(this.tree, state));
    return {
      entry: actions(source.entry),
      exit: actions(source.exit),
      initial: actions(initialOf(source)?.actions ?? []),
      invokes: source.invoke.map(({ src, id, systemId, input, onSnapshot }) =>
        spawnCode({ src, id, systemId, input, syncSnapshot: Boolean(onSnapshot) }),
      ),
      stops: source.invoke.map(({ id }) => stopCode(id)),
      invoked: source.invoke.map(({ id }) => id),
      transitions,
      always: (source.always ?? []).map((one) => this.#transition(state, one)),
    };
  }

  #transition(state: State, definition: SourceTransition): TransitionCode {
    const place = `#${state.source.id}`;
    const { guard, target, reenter, actions } = definition;
    return {
      id: this.#transitions++,
      definition,
      guard: guard === undefined || guard === null ? null : this.#guards.compile(guard, place),
      actions: actions.map((action) => this.#actions.compile(action, place)),
      source: state,
      targets: this.tree.listOf(target ?? []),
      reenter,
    };
  }

  #selection(configuration: Configuration, eventType: string): Selection {
    const choices = choicesOf(configuration, this.tree.root, (state) =>
      candidatesOf(this.codeOf(state).transitions, eventType),
    );
    return selectionOf(choices, false);
  }

  #eventless(configuration: Configuration): Selection | null {
    const choices = eventlessChoices(configuration, (state) => this.codeOf(state).always);
    return choices.length === 0 ? null : selectionOf(choices, true);
  }
}

/** Those for exactly this type first, then those for wildcards, the longest of them first. */
function candidatesOf(
  transitions: ReadonlyMap<string, readonly TransitionCode[]>,
  eventType: string,
): readonly TransitionCode[] {
  warnOfWildcards(transitions, eventType);
  const exact = transitions.get(eventType) ?? [];
  const wild = [...transitions.keys()]
    .filter((descriptor) => descriptor !== eventType && covers(descriptor, eventType))
    .toSorted((a, b) => b.length - a.length);
  return [...exact, ...wild.flatMap((descriptor) => transitions.get(descriptor) ?? [])];
}

/** `*` covers every type, `a.b.*` covers `a.b` and everything that goes on from there. */
function covers(descriptor: string, eventType: string): boolean {
  if (descriptor === '*') return true;
  if (!descriptor.endsWith('.*')) return false;
  const prefix = descriptor.slice(0, -2);
  if (prefix.split('.').includes('*')) return false;
  return eventType === prefix || eventType.startsWith(`${prefix}.`);
}
