/** What a simulated run comes to, and what may be wrong with it. */
import type { BlockKind } from '../../machines/action.ts';
import type { DeadLetter } from '../../runtime/failure/dead-letter.ts';
import type { NetState } from '../../runtime/drive/lifecycle.ts';
import type { RunCounts } from '../../runtime/drive/tally.ts';
import type { HistoryReader } from '../../runtime/history/history.ts';
import type { ChoiceList } from './choices.ts';
import type { RecordedRun } from './recorded-run.ts';

/**
 * `guarantee` netrun does not keep one of G1–G8; `rule` and `invariant` one of the user's own does not hold; `end` the
 * run does not come to an end that it may come to; `recovery` it could not be gone on with after a crash; `error`
 * netrun threw; `uncaught` a timer of a function threw, which ends a process.
 */
export type BreachKind =
  | 'guarantee'
  | 'rule'
  | 'invariant'
  | 'end'
  | 'recovery'
  | 'error'
  | 'uncaught';

export interface Breach {
  readonly kind: BreachKind;
  /** `G6`, or the name of the rule, of the invariant or of the node; for an end the state of the net. */
  readonly name: string;
  readonly message: string;
  /** The record that shows it; null where it is the run as a whole. */
  readonly seq: number | null;
  readonly packet: string | null;
}

/** A packet for an input port of the net. */
export interface SimulatedInput {
  /** `Node.port`. */
  readonly port: string;
  readonly value: unknown;
}

/** What an invariant looks at: a run that has come to its end, but for its stop functions. */
export interface SimulatedEnd {
  readonly seed: number;
  readonly state: NetState;
  readonly blocked: BlockKind | null;
  /** Values that left the net, by output port, in order. */
  readonly outputs: Readonly<Record<string, readonly unknown[]>>;
  /** Inputs of the run. */
  readonly inputs: readonly SimulatedInput[];
  readonly history: HistoryReader;
  readonly deadLetters: readonly DeadLetter[];
  readonly counts: RunCounts;
  /** How often the process ended and another went on. */
  readonly crashes: number;
}

/**
 * Something that holds at the end of every run. Throws, or gives false or a text that says what is wrong, where it does
 * not.
 */
export type Invariant = (
  end: SimulatedEnd,
) => boolean | string | void | Promise<boolean | string | void>;

/** One run that was simulated. */
export interface SimulatedRun {
  readonly seed: number;
  readonly breach: Breach | null;
  readonly choices: ChoiceList;
  /** Each choice in words, by its key. */
  readonly words: ReadonlyMap<string, string>;
  readonly inputs: readonly SimulatedInput[];
  readonly actions: number;
  /** Opened, ever. */
  readonly epochs: number;
  readonly crashes: number;
  readonly blocked: BlockKind | null;
  /** `sha256-…` of everything that happened. */
  readonly digest: string;
  /** The last history of the run, as lines; the header is left out. */
  readonly lines: readonly string[];
  /** Functions that turned out to be asynchronous, `Node.exec`. */
  readonly asynchronous: ReadonlySet<string>;
  /** Milliseconds of real time that the run has waited for functions, by node. */
  readonly waits: ReadonlyMap<string, number>;
  /** Its history with values; null where it was not recorded. */
  readonly recorded: RecordedRun | null;
}

/** A breach, thrown to end a run at once. */
export class BreachFound extends Error {
  override readonly name: string = 'BreachFound';
  readonly breach: Breach;

  constructor(breach: Pick<Breach, 'kind' | 'name' | 'message'> & Partial<Breach>) {
    super(breach.message);
    this.breach = { seq: null, packet: null, ...breach };
  }
}
