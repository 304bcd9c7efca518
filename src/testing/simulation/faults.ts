/** What a simulation lets go wrong, and where. */
import type { Graph } from '../../dsl/graph.ts';
import { nearest } from '../../dsl/nearest-name.ts';
import type { NodeOptions } from '../../dsl/schema.ts';
import { NetrunError } from '../../errors.ts';
import type { Choices } from './choices.ts';
import type { Draw } from './draw.ts';

/**
 * What can go wrong with an attempt, or with the process:
 * `failure` its function throws, before it has done its work or after; `delay` it takes its time; `timeout` it does not
 * come back within its time; `late` it comes back after its time; `duplicate` its outcome is told twice;
 * `crash` the process ends, and another one goes on from the history.
 */
export type FaultKind = 'failure' | 'delay' | 'timeout' | 'late' | 'duplicate' | 'crash';

export const faultKinds: readonly FaultKind[] = [
  'failure',
  'delay',
  'timeout',
  'late',
  'duplicate',
  'crash',
];

/** Kinds of faults, at every node; or by kind: at every node, at none, or at those named. */
export type Faults =
  | readonly FaultKind[]
  | Readonly<Partial<Record<FaultKind, boolean | readonly string[]>>>;

/** What is wrong with one attempt. */
export type Fault = 'none' | 'fails' | 'fails_after' | 'hangs' | 'late' | 'twice' | `slow${number}`;

/** Simulated milliseconds that a slow attempt takes. */
const delaysMs = [1, 10, 100, 1000, 10_000] as const;

/** How many crashes a run has at most. */
const mostCrashes = 3;

/** A failure that the simulation makes up. */
export class SimulatedFailure extends Error {
  override readonly name: string = 'SimulatedFailure';
}

/** What may happen to a node's attempts. */
interface NodeFaults {
  /** By kind, each as likely as the others. */
  readonly sync: readonly (readonly Fault[])[];
  readonly async: readonly (readonly Fault[])[];
}

function isOn(faults: Faults, kind: FaultKind, node: string): boolean {
  if (Array.isArray(faults)) return (faults as readonly FaultKind[]).includes(kind);
  const setting = (faults as Exclude<Faults, readonly FaultKind[]>)[kind];
  return Array.isArray(setting) ? (setting as readonly string[]).includes(node) : setting === true;
}

function of(faults: Faults, node: string, options: NodeOptions): NodeFaults {
  const on = (kind: FaultKind, ...made: Fault[]): Fault[][] =>
    isOn(faults, kind, node) ? [made] : [];
  const ends = options.timeout !== undefined || options.attemptTimeout !== undefined;
  const sync = [...on('failure', 'fails', 'fails_after'), ...on('duplicate', 'twice')];
  const slow = delaysMs.map((ms): Fault => `slow${ms}`);
  const async = [
    ...sync,
    ...on('delay', ...slow),
    ...(ends ? [...on('timeout', 'hangs'), ...on('late', 'late')] : []),
  ];
  return { sync, async };
}

/** Which kinds of faults there are where, for one graph. */
export class FaultPlan {
  readonly #nodes: ReadonlyMap<string, NodeFaults>;
  readonly crashes: boolean;
  /** Functions may take their time. */
  readonly delays: boolean;

  /** Throws `NODE_UNKNOWN`, `OPTION_INVALID`. */
  constructor(graph: Graph, faults: Faults) {
    assertFaults(graph, faults);
    const { defaults } = graph.settings;
    this.#nodes = new Map(
      graph.nodes.map(({ name, options }) => [name, of(faults, name, { ...defaults, ...options })]),
    );
    this.crashes = isOn(faults, 'crash', '');
    this.delays = graph.nodes.some(({ name }) => isOn(faults, 'delay', name));
  }

  /** What may happen to an attempt. */
  at(node: string, isAsync: boolean): NodeFaults['sync'] {
    return this.#nodes.get(node)?.[isAsync ? 'async' : 'sync'] ?? [];
  }
}

function assertFaults(graph: Graph, faults: Faults): void {
  const kinds = Array.isArray(faults) ? (faults as readonly string[]) : Object.keys(faults);
  for (const kind of kinds) {
    if ((faultKinds as readonly string[]).includes(kind)) continue;
    throw new NetrunError('OPTION_INVALID', `there is no kind of fault ${JSON.stringify(kind)}`, {
      hint: `There are: ${faultKinds.join(', ')}.`,
    });
  }
  const named = Object.values(faults).flatMap((setting: unknown) =>
    Array.isArray(setting) ? (setting as string[]) : [],
  );
  for (const name of named) {
    if (graph.node(name) !== undefined) continue;
    const close = nearest(
      name,
      graph.nodes.map((node) => node.name),
    );
    throw new NetrunError('NODE_UNKNOWN', `the graph has no node ${name}`, {
      hint: close === undefined ? 'Check the spelling.' : `Did you mean ${close}?`,
    });
  }
}

/** Draws the faults of one run, each from a stream of its own: one more or less changes no other. */
export class FaultDraws {
  readonly #plan: FaultPlan;
  readonly #choices: Choices;
  readonly #share: number;
  readonly #draw: (...purpose: (string | number)[]) => Draw;
  readonly #attempts = new Map<string, number>();

  constructor(plan: FaultPlan, choices: Choices, draw: (...purpose: (string | number)[]) => Draw) {
    this.#plan = plan;
    this.#choices = choices;
    this.#draw = draw;
    // A quarter of the runs has no faults at all: what they find is a matter of order alone.
    const own = draw('share of faults');
    this.#share = own.chance(0.25) ? 0 : own.one([0.05, 0.15, 0.4]);
  }

  /** Whether time may go on while functions could come back, and whether it is to be drawn that it does. */
  get delays(): { readonly mayBe: boolean; readonly areDrawn: boolean } {
    return { mayBe: this.#plan.delays, areDrawn: this.#plan.delays && this.#share > 0 };
  }

  /** What happens to the attempt of a node that is about to be made. */
  next(node: string, isAsync: boolean): Fault {
    const number = (this.#attempts.get(node) ?? 0) + 1;
    this.#attempts.set(node, number);
    const possible = this.#plan.at(node, isAsync);
    const draw = (): Fault => {
      const own = this.#draw('fault', node, number);
      return possible.length > 0 && own.chance(this.#share) ? own.one(own.one(possible)) : 'none';
    };
    const isPossible = (fault: string): boolean =>
      possible.some((kind) => (kind as readonly string[]).includes(fault));
    return this.#choices.choose(`${node}.${number}`, 'none', isPossible, draw) as Fault;
  }

  /**
   * The action, counted from the last crash, after which the process ends, and whether its record is only half
   * written; null: it does not. `within` actions are likely to come.
   */
  crash(
    number: number,
    within: number,
  ): { readonly after: number; readonly isTorn: boolean } | null {
    if (!this.#plan.crashes || number > mostCrashes) return null;
    const own = this.#draw('crash', number);
    const after = this.#choices.number(`crash.${number}`, 1_000_000, () =>
      this.#share > 0 && own.chance(0.35) ? own.integer(1, Math.max(1, within)) : 0,
    );
    if (after === 0) return null;
    const torn = this.#choices.number(`torn.${number}`, 1, () => (own.chance(0.2) ? 1 : 0));
    return { after, isTorn: torn === 1 };
  }
}
