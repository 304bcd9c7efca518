/** Works out what taking transitions comes to, and keeps it with the configuration they are taken in. */
import type {
  Block,
  Configuration,
  Ending,
  Failure,
  Plan,
  PlanSet,
  Program,
  TransitionCode,
} from './model.ts';
import type { ActionCode } from './action-code.ts';
import { compiledLimits } from './limits.ts';
import { type HistoryValue, type Move, Reach, initialStates } from './reach.ts';
import { type State, isWithin } from './state.ts';
import { type SourceNode, isFunction } from './source.ts';

type Recorded = [id: string, nodes: readonly SourceNode[]][];

export class PlanMaker {
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  planFor(
    configuration: Configuration,
    taken: readonly TransitionCode[],
    history: HistoryValue,
  ): Plan {
    const key = keyOf(taken);
    let set = configuration.plans.get(key);
    if (set === undefined) {
      if (configuration.plans.size >= compiledLimits.plans) configuration.plans.clear();
      set = { asked: new Set(), byPast: new Map() };
      configuration.plans.set(key, set);
    }
    const found = set.byPast.get(pastOf(set, history));
    return found ?? this.#make(set, configuration, taken, history);
  }

  /** Where the machine is done already its states are left after every transition. */
  planAfterEnd(
    configuration: Configuration,
    taken: readonly TransitionCode[],
    history: HistoryValue,
  ): Plan {
    const reach = new Reach(this.#program.tree, history);
    const moves = reach.withoutConflicts(taken, configuration.states);
    const actions = moves.flatMap((move) => move.actions);
    return this.#play(configuration, reach, moves, actions, history, 'ended').plan;
  }

  /** Those that are taken of the transitions that were selected. */
  withoutConflicts(
    configuration: Configuration,
    selected: readonly TransitionCode[],
    history: HistoryValue,
  ): readonly TransitionCode[] {
    return new Reach(this.#program.tree, history).withoutConflicts(selected, configuration.states);
  }

  /** Whether the plan for these is the same whatever came before, and comes to an end. */
  isFixed(configuration: Configuration, taken: readonly TransitionCode[]): boolean {
    try {
      if (this.planFor(configuration, taken, {}).failure !== null) return false;
    } catch {
      return false;
    }
    return configuration.plans.get(keyOf(taken))?.asked.size === 0;
  }

  /** The first entry. */
  initial(): Plan {
    const { root } = this.#program.tree;
    const move = { source: root, targets: initialStates(this.#program.tree, root), reenter: true };
    const reach = new Reach(this.#program.tree, {});
    return this.#play(this.#program.beforeEntry, reach, [move], [], {}, 'initial').plan;
  }

  #make(
    set: PlanSet,
    configuration: Configuration,
    taken: readonly TransitionCode[],
    history: HistoryValue,
  ): Plan {
    const reach = new Reach(this.#program.tree, history);
    const moves = reach.withoutConflicts(taken, configuration.states);
    const actions = moves.flatMap((move) => move.actions);
    const { plan, asked } = this.#play(configuration, reach, moves, actions, history, 'going');
    const before = set.asked.size;
    for (const id of asked) set.asked.add(id);
    if (set.asked.size !== before || set.byPast.size >= compiledLimits.plans) set.byPast.clear();
    set.byPast.set(pastOf(set, history), plan);
    return plan;
  }

  #play(
    configuration: Configuration,
    reach: Reach,
    moves: readonly Move[],
    actions: readonly ActionCode[],
    history: HistoryValue,
    stage: 'initial' | 'going' | 'ended',
  ): { plan: Plan; asked: ReadonlySet<string> } {
    const active = new Set(configuration.states);
    const leaving: ActionCode[] = [];
    const recorded: Recorded = [];
    if (stage !== 'initial') {
      const left = [...reach.exits(moves, configuration.states)].toSorted(
        (a, b) => b.index - a.index,
      );
      for (const state of left) recorded.push(...recordedBy(state, configuration.states));
      for (const state of left) {
        const code = this.#program.codeOf(state);
        leaving.push(...code.exit, ...code.stops);
        active.delete(state);
      }
    }
    const past = recorded.length === 0 ? history : { ...history, ...Object.fromEntries(recorded) };
    const entering = new Reach(this.#program.tree, past);
    const { blocks, done, failure } = this.#enter(entering, moves, active, stage === 'initial');
    const asked = new Set([...reach.asked, ...entering.asked]);
    const before = block([...leaving, ...actions]);
    if (failure !== null) {
      const none = { next: configuration, recorded: null, changes: false, uses: 0 };
      return { plan: { blocks: joined([before, ...blocks]), ...none, failure }, asked };
    }
    const order = [...active];
    if (done || stage === 'ended') {
      order.sort((a, b) => b.index - a.index);
      blocks.push(block(order.flatMap((state) => this.#program.codeOf(state).exit)));
    }
    const same =
      active.size === configuration.states.length &&
      configuration.states.every((state) => active.has(state));
    const changes = !same || recorded.length > 0;
    const plan: Plan = {
      uses: 0,
      blocks: joined([before, ...blocks]),
      next: changes ? this.#program.configuration(order) : configuration,
      recorded: recorded.length === 0 ? null : recorded,
      changes,
      failure: null,
    };
    return { plan, asked };
  }

  #enter(
    reach: Reach,
    moves: readonly Move[],
    active: Set<State>,
    isInitial: boolean,
  ): { blocks: Block[]; done: boolean; failure: Failure | null } {
    const entry = attempted(() => reach.entry(moves));
    if ('error' in entry) return { blocks: [], done: false, failure: entry };
    const { states, byDefault } = entry;
    const completed = new Set<State>();
    const blocks: Block[] = [];
    let done = false;
    for (const state of [...states].toSorted((a, b) => a.index - b.index)) {
      active.add(state);
      const code = this.#program.codeOf(state);
      const first = byDefault.has(state) || (isInitial && state === this.#program.tree.root);
      const initial = first ? attempted(() => state.source.initial) : null;
      if (initial !== null && 'error' in initial) return { blocks, done, failure: initial };
      const endings = state.source.type === 'final' ? endingsOf(state, active, completed) : [];
      if (endings.some(({ kind }) => kind === 'machine')) done = true;
      blocks.push({
        actions: [...code.entry, ...code.invokes, ...(first ? code.initial : [])],
        invoked: code.invoked.length === 0 ? null : code.invoked,
        endings: endings.length === 0 ? null : endings,
      });
    }
    if (!done) return { blocks, done, failure: null };
    const heard = blocks.map((one) => ({
      ...one,
      endings: one.endings?.filter((ending) => !isUnheard(ending)) ?? null,
    }));
    return { blocks: heard, done, failure: null };
  }
}

/** XState throws where it looks for an initial state that does not exist. */
function attempted<T>(ask: () => T): T | Failure {
  try {
    return ask();
  } catch (error) {
    return { error };
  }
}

const block = (actions: readonly ActionCode[]): Block => ({
  actions,
  invoked: null,
  endings: null,
});

/** Blocks without anything of their own after their actions go on in the next. */
function joined(blocks: readonly Block[]): Block[] {
  const result: Block[] = [];
  for (const next of blocks) {
    const last = result.at(-1);
    if (
      last !== undefined &&
      last.invoked === null &&
      last.endings === null &&
      next.invoked === null
    ) {
      result[result.length - 1] = { ...next, actions: [...last.actions, ...next.actions] };
    } else result.push(next);
  }
  return result.filter(({ actions, endings }) => actions.length > 0 || endings !== null);
}

/** What the history states of a state that is left will recall. */
function recordedBy(state: State, active: readonly State[]): Recorded {
  return state.children
    .filter(({ isHistory }) => isHistory)
    .map(({ source }) => {
      const deep = source.history === 'deep';
      const nodes = active.filter((one) =>
        deep ? one.isAtomic && isWithin(one, state) : one.parent === state,
      );
      return [source.id, nodes.map((one) => one.source)];
    });
}

function keyOf(taken: readonly TransitionCode[]): string {
  return taken.length === 1 ? String(taken[0]?.id) : taken.map(({ id }) => id).join(',');
}

function pastOf(set: PlanSet, history: HistoryValue): string {
  if (set.asked.size === 0) return '';
  return [...set.asked]
    .map((id) => `${id}=${history[id]?.map((node) => node.id).join(',') ?? '?'}`)
    .join(';');
}

const doneType = ({ source }: State): string => `xstate.done.state.${source.id}`;
const doneWith = (state: State, output: unknown): Ending => ({
  kind: 'state',
  type: doneType(state),
  output,
});

/** Nobody takes the events of a machine that is done: those are left out whose making nobody sees. */
function isUnheard(ending: Ending): boolean {
  return ending.kind === 'state' && typeof ending.output !== 'object' && !isFunction(ending.output);
}

/** What is done when the final state is entered, while `active` are active. */
function endingsOf(state: State, active: ReadonlySet<State>, completed: Set<State>): Ending[] {
  const endings: Ending[] = [];
  const { parent } = state;
  let around = parent?.source.type === 'parallel' ? parent : parent?.parent;
  let by = around ?? state;
  if (parent?.source.type === 'compound') {
    endings.push(doneWith(parent, state.source.output));
  }
  while (around?.source.type === 'parallel' && !completed.has(around) && isFinal(around, active)) {
    completed.add(around);
    endings.push(doneWith(around, undefined));
    by = around;
    around = around.parent;
  }
  if (around === undefined) endings.push({ kind: 'machine', type: doneType(by), by: by.source });
  return endings;
}

function isFinal(state: State, active: ReadonlySet<State>): boolean {
  if (state.source.type === 'compound') {
    return state.regions.some((child) => child.source.type === 'final' && active.has(child));
  }
  if (state.source.type === 'parallel') return state.regions.every((one) => isFinal(one, active));
  return state.source.type === 'final';
}
