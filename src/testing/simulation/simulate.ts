/** `simulate`: a flow run many times, in every order and with everything that can go wrong, each run from one seed. */
import { createHash } from 'node:crypto';
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import { type NodeType, isNodeType } from '../../dsl/node-type.ts';
import { NetrunError } from '../../errors.ts';
import type { BlockKind } from '../../machines/action.ts';
import type { ExecFunction } from '../../runtime/setup/node-setup.ts';
import { type RulesInput, type Rule } from '../rules/rule.ts';
import type { TestSource } from '../net/test-source.ts';
import { rulesOf } from '../rules/read-rules.ts';
import { type ChoiceList, parseChoices } from './choices.ts';
import { Draw } from './draw.ts';
import { FaultPlan, type Faults, faultKinds } from './faults.ts';
import { type SimulationFailure, failureOf } from './failure.ts';
import type { Invariant, SimulatedInput, SimulatedRun } from './finding.ts';
import { type RunPlan, simulateRun } from './run-driver.ts';
import { recordedText } from './recorded-run.ts';
import { shrink } from './shrink.ts';
import { SimulatedFlow } from './simulated-flow.ts';
import { type Unsteadiness, unsteadiness } from './steadiness.ts';
import type { FunctionsTime } from '../time/function-call.ts';
import { replaceTime } from '../time/replaced-time.ts';

/** What stands around the flow in one run: made anew for each, so that no run sees what another has done. */
export interface SimulatedWorld {
  /** Functions in place of the nodes' own, such as ones that keep what they send out where an invariant looks. */
  readonly nodes?: Readonly<Record<string, ExecFunction | NodeFunctions | NodeType>>;
  /** Configurations of nodes, in place of those of the definition or merged into them. */
  readonly configs?: Readonly<Record<string, unknown>>;
  readonly inputs?: readonly SimulatedInput[];
  readonly invariants?: Readonly<Record<string, Invariant>>;
}

export interface SimulationOptions extends SimulatedWorld {
  /** How many runs there are. Default: 100. */
  readonly seeds?: number;
  /** The seed of the first run; the next has the next number. Default: 1. */
  readonly seed?: number;
  /** What can go wrong. Default: everything, everywhere. */
  readonly faults?: Faults;
  /** Rules that every history has to keep. */
  readonly rules?: RulesInput | readonly Rule[];
  /** A world for each run, made from its seed; what it has comes before what stands beside it here. */
  readonly world?: (run: { readonly seed: number; readonly draw: Draw }) => SimulatedWorld;
  /** Choices as a simulation has printed them: the one run of `seed` with them. */
  readonly choices?: string;
  /** How a run may come to its end where nothing has failed. Default: `['drained']`. */
  readonly ends?: readonly BlockKind[];
  /** Runs at most that a run that went wrong is made simpler in. Default: 300. */
  readonly shrinking?: number;
  /** Actions of one run at most: one that has more does not come to its end. Default: 20,000. */
  readonly actions?: number;
  /** Milliseconds of real time that a function may take before the simulation goes on without it. Default: 5000. */
  readonly patience?: number;
  /**
   * What node functions see the time of: `simulated`, their timers (`setTimeout`, `node:timers/promises`, …) ring by the
   * simulation's time, which `Date` and `performance` tell; `real`, they wait, and the simulation with them. Default:
   * `simulated`.
   */
  readonly time?: FunctionsTime;
  /** What the paths in a definition are relative to that is given as a text or a graph. */
  readonly file?: string;
  /** Ends the simulation where it aborts, before the next run: it is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told of each run once it is over. */
  readonly onRun?: (run: SimulatedRun) => void;
}

export interface SimulationResult {
  readonly ok: boolean;
  /** Runs that were made, those for a simpler failure left out. */
  readonly runs: number;
  /** The first run that went wrong, made simple; null where none did. */
  readonly failure: SimulationFailure | null;
  /** Actions, epochs that were opened, crashes and choices out of the usual of all runs together. */
  readonly actions: number;
  readonly epochs: number;
  readonly crashes: number;
  readonly choices: number;
  /** `sha256-…` of everything that happened in all runs: the same for the same flow, seeds and version anywhere. */
  readonly digest: string;
  /**
   * Of the failure, or where there is none of the run of the first seed: its history with values, as a file has it, that
   * can be replayed and inspected.
   */
  readonly history: string;
  /** Where that run went another way when it was made once more, with the same choices; null where it did not. */
  readonly unsteady: Unsteadiness | null;
  /** Choices given that did not come up: the run is not the one that they were printed for. */
  readonly unmade: readonly string[];
  /** Nodes whose functions have waited in real time, and how many milliseconds in all; those that hardly have left out. */
  readonly waits: readonly { readonly node: string; readonly ms: number }[];
}

/** Real time of less than this, in all runs together, is not worth a word. */
const leastWaitMs = 100;

function functionsOf(given: ExecFunction | NodeFunctions | NodeType): NodeFunctions {
  if (isNodeType(given)) return given.functions;
  return typeof given === 'function' ? { exec: given } : given;
}

function unmadeOf(given: ChoiceList | null, run: SimulatedRun | undefined): readonly string[] {
  return [...(given ?? [])]
    .filter(([key, value]) => run?.choices.get(key) !== value)
    .map(([key, value]) => `${key}=${value}`);
}

class Simulation {
  readonly #flow: SimulatedFlow;
  readonly #options: SimulationOptions;
  readonly #rules: readonly Rule[];
  readonly #faults: FaultPlan;
  #asynchronous: ReadonlySet<string>;
  /** Milliseconds of real time that was waited for functions, by node. */
  readonly #waits = new Map<string, number>();
  #usualActions = 1;

  constructor(flow: SimulatedFlow, options: SimulationOptions) {
    this.#flow = flow;
    this.#options = options;
    this.#rules = options.rules === undefined ? [] : rulesOf(options.rules, flow.graph);
    this.#faults = new FaultPlan(flow.graph, options.faults ?? faultKinds);
    this.#asynchronous = flow.asynchronous;
  }

  async run(): Promise<SimulationResult> {
    const { seeds = 100, seed = 1, choices, onRun } = this.#options;
    const given = choices === undefined ? null : parseChoices(choices);
    const digest = createHash('sha256');
    const sums = { runs: 0, actions: 0, epochs: 0, crashes: 0, choices: 0 };
    let failure: SimulationFailure | null = null;
    const made: SimulatedRun[] = [];
    const count = (run: SimulatedRun): void => {
      digest.update(run.digest);
      sums.runs += 1;
      sums.actions += run.actions;
      sums.epochs += run.epochs;
      sums.crashes += run.crashes;
      sums.choices += run.choices.size;
      if (made.length === 0) made.push(run);
      onRun?.(run);
    };
    // The run in which all is as usual: it tells which functions are asynchronous, and how long a run is.
    const calm = await this.#simulate(seed, new Map());
    this.#asynchronous = new Set([...this.#asynchronous, ...calm.asynchronous]);
    this.#usualActions = calm.actions;
    if (given === null && calm.breach !== null) {
      count(calm);
      failure = await this.#failure(calm);
    }
    const last = given === null ? seed + seeds : seed + 1;
    for (let at = seed; at < last && failure === null; at++) {
      const run = await this.#simulate(at, given);
      count(run);
      if (run.breach !== null) failure = await this.#failure(run);
    }
    const [first] = made;
    const chosen = failure === null ? (first?.choices ?? new Map()) : parseChoices(failure.choices);
    return {
      ok: failure === null,
      failure,
      ...sums,
      digest: `sha256-${digest.digest('hex')}`,
      ...(await this.#recorded(failure?.seed ?? seed, chosen)),
      unmade: unmadeOf(given, first),
      waits: this.#waited(),
    };
  }

  /** Makes a run twice more, with its history written down. */
  async #recorded(
    seed: number,
    choices: ChoiceList,
  ): Promise<Pick<SimulationResult, 'history' | 'unsteady'>> {
    const { recorded: one } = await this.#simulate(seed, choices, true);
    const { recorded: other } = await this.#simulate(seed, choices, true);
    if (one === null || other === null) throw new Error('a run was not recorded');
    return { history: recordedText(one), unsteady: unsteadiness(one.lines, other.lines) };
  }

  #waited(): SimulationResult['waits'] {
    return [...this.#waits]
      .map(([node, ms]) => ({ node, ms: Math.round(ms) }))
      .filter(({ ms }) => ms >= leastWaitMs)
      .sort((one, other) => other.ms - one.ms);
  }

  async #failure(first: SimulatedRun): Promise<SimulationFailure> {
    const { shrinking = 300, onRun: _ } = this.#options;
    const plan = this.#plan(first.seed, null, false);
    const simpler = await shrink(first, plan.inputs.length, shrinking, (choices) =>
      this.#simulate(first.seed, choices),
    );
    const { run, attempts } = simpler;
    if (run.breach === null) throw new Error('a failure was shrunk to none');
    const found = { choices: first.choices.size, attempts };
    return failureOf(run, run.breach, found, plan.inputs.length > 0);
  }

  async #simulate(
    seed: number,
    choices: ChoiceList | null,
    isRecorded = false,
  ): Promise<SimulatedRun> {
    this.#options.signal?.throwIfAborted();
    const run = await simulateRun(this.#plan(seed, choices, isRecorded));
    for (const [node, ms] of run.waits) this.#waits.set(node, (this.#waits.get(node) ?? 0) + ms);
    return run;
  }

  #plan(seed: number, choices: ChoiceList | null, isRecorded: boolean): RunPlan {
    const { world, ends = ['drained'], patience = 5000, actions = 20_000 } = this.#options;
    const { time = 'simulated' } = this.#options;
    const own = world?.({ seed, draw: new Draw(seed, 'world') }) ?? {};
    const base = this.#options;
    const functions = new Map(this.#flow.functions);
    for (const [node, given] of Object.entries({ ...base.nodes, ...own.nodes })) {
      this.#assertNode(node);
      functions.set(node, { ...functions.get(node), ...functionsOf(given) });
    }
    const configs = Object.entries({ ...base.configs, ...own.configs });
    for (const [node] of configs) this.#assertNode(node);
    const inputs = [...(base.inputs ?? []), ...(own.inputs ?? [])];
    for (const { port } of inputs) this.#assertInput(port);
    return {
      flow: this.#flow,
      seed,
      isRecorded,
      time,
      choices,
      functions,
      configs: new Map(configs),
      inputs,
      invariants: new Map(Object.entries({ ...base.invariants, ...own.invariants })),
      rules: this.#rules,
      faults: this.#faults,
      ends,
      asynchronous: this.#asynchronous,
      usualActions: this.#usualActions,
      mostActions: actions,
      patienceMs: patience,
    };
  }

  #assertNode(node: string): void {
    if (this.#flow.graph.node(node) !== undefined) return;
    throw new NetrunError('NODE_UNKNOWN', `the graph has no node ${node}`, {
      nodeName: node,
      hint: 'Check the spelling.',
    });
  }

  #assertInput(port: string): void {
    const { inputs } = this.#flow.graph;
    if (inputs.includes(port)) return;
    throw new NetrunError('PORT_NOT_INPUT', `${port} does not face the outside`, {
      hint: `The inputs of the net are: ${inputs.join(', ') || 'none'}.`,
    });
  }
}

function assertNumbers(options: SimulationOptions): void {
  const { seeds, seed, shrinking, patience, actions } = options;
  if (seeds === 0)
    throw new NetrunError('OPTION_INVALID', 'seeds is 0', {
      hint: 'Without a run nothing is found.',
    });
  for (const [name, value] of Object.entries({ seeds, seed, shrinking, patience, actions })) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) continue;
    throw new NetrunError('OPTION_INVALID', `${name} is ${String(value)}`, {
      hint: 'Give a whole number, not below zero.',
    });
  }
}

/**
 * Runs a flow under simulated time, once for each seed. What an asynchronous function does happens at a moment that the
 * seed chooses; attempts fail, take their time or do not come back, and the process crashes and is recovered, as `faults`
 * has it. After every action and at the end of every run G1–G8 are checked, and the rules and invariants given. The
 * first run that goes wrong is made as simple as can be. The same flow, options and seed give the same run anywhere, as
 * long as its functions depend on nothing but what they are given.
 *
 * The functions of the flow are really called: what they do to the world is done. `nodes` and `world` give others in
 * their place.
 *
 * Throws what `signal` aborts with, `DEFINITION_UNREADABLE`, `OPTION_INVALID`, `CHOICES_INVALID`, `NODE_UNKNOWN`,
 * `PORT_NOT_INPUT`, RulesError, GraphValidationError, and as `Net.load`.
 */
export async function simulate(
  definition: TestSource,
  options: SimulationOptions = {},
): Promise<SimulationResult> {
  assertNumbers(options);
  const putBack = options.time === 'real' ? null : replaceTime();
  try {
    const flow = await SimulatedFlow.open(definition, options.file);
    try {
      return await new Simulation(flow, options).run();
    } finally {
      flow.close();
    }
  } finally {
    putBack?.();
  }
}
