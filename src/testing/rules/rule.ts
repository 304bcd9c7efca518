/** What a rule over a history says, and how it is given. */

/** A value that a packet may have: compared with this; or every comparison holds of it; or all these fields fit. */
export type ValuePattern =
  | string
  | number
  | boolean
  | null
  | ValueComparisons
  | { readonly [field: string]: ValuePattern }
  | ((value: never) => boolean);

/** Comparisons with a value; with a list: with any of it. `~` is a regular expression that a text has to have. */
export interface ValueComparisons {
  readonly '=='?: unknown;
  readonly '!='?: unknown;
  readonly '<'?: number | string;
  readonly '<='?: number | string;
  readonly '>'?: number | string;
  readonly '>='?: number | string;
  readonly '~'?: string;
}

export const comparisons = ['==', '!=', '<', '<=', '>', '>=', '~'] as const;

export type Comparison = (typeof comparisons)[number];

/** What a rule looks for; everything that is given has to fit. */
export interface EventPattern {
  /** A packet that comes to this input port, or leaves by this output port: `Node.port`. */
  readonly port?: string;
  /** An event of this type, or an action that was applied. */
  readonly event?: string;
  /** What concerns this node. */
  readonly node?: string;
  /** The value of the packet; goes with `port`. */
  readonly value?: ValuePattern;
  /** One of these. Goes with nothing else. */
  readonly any?: readonly EventPattern[];
}

/** One of three: `never`; `when` and `always`; `when` and `leadsTo`. */
export interface RuleInput {
  /** Nothing of the kind may be in a history. */
  readonly never?: EventPattern;
  /** What the rule is about. */
  readonly when?: EventPattern;
  /** What holds of the value of every packet that `when` finds. */
  readonly always?: ValuePattern;
  /** What comes after everything that `when` finds, before the run has ended. */
  readonly leadsTo?: EventPattern;
  /** It comes with the same: the field of both values, `id` or `order.id`, or `epoch`. Default: once is enough for all before it. */
  readonly same?: string;
  /** Records until then at most. */
  readonly withinEvents?: number;
  /** Seconds until then at most, in the time of the run. */
  readonly withinSeconds?: number;
}

/** Rules by name. */
export type RulesInput = Readonly<Record<string, RuleInput>>;

export interface Rule extends RuleInput {
  readonly name: string;
}

/** A rule that does not hold. */
export interface RuleViolation {
  readonly rule: string;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** The record that breaks it; where something never came, the one that it should have followed. */
  readonly seq: number;
  readonly packet: string | null;
  readonly node: string | null;
}
