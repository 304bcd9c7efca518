/**
 * Rules, each followed through a run: what it has seen, and what it still waits for.
 *
 * Pure: what a rule says of a fact depends on the facts before it alone.
 */
import { isDeepStrictEqual } from 'node:util';
import type { EventPattern, Rule, RuleViolation, ValuePattern } from './rule.ts';
import type { Fact } from './facts.ts';
import { fieldOf, fits } from './value-pattern.ts';

/** `unknown`: it depends on a value that nobody knows. */
type Match = 'yes' | 'no' | 'unknown';

function matches(fact: Fact, pattern: EventPattern): Match {
  if (pattern.any !== undefined) {
    const found = pattern.any.map((one) => matches(fact, one));
    return found.find((one) => one === 'yes') ?? found.find((one) => one === 'unknown') ?? 'no';
  }
  if (pattern.node !== undefined && fact.node !== pattern.node) return 'no';
  if (pattern.port === undefined)
    return fact.port === null && (pattern.event === undefined || fact.type === pattern.event)
      ? 'yes'
      : 'no';
  if (fact.port !== pattern.port) return 'no';
  if (pattern.value === undefined) return 'yes';
  if (fact.value === null) return 'unknown';
  return fits(fact.value.value, pattern.value) ? 'yes' : 'no';
}

const mostShown = 200;

function shownValue(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    text = undefined;
  }
  const told = text ?? String(value);
  return told.length > mostShown ? `${told.slice(0, mostShown)}…` : told;
}

/** `packet p7 of {"id":1} at Load.order`, `EpochFailed of Lookup`. */
function factText({ type, node, epoch, port, packet, value }: Fact): string {
  if (port !== null && packet !== null)
    return `packet ${packet}${value === null ? '' : ` with ${shownValue(value.value)}`} at ${port}`;
  const who = [node, epoch].filter((one) => one !== null).join(' ');
  return who === '' ? type : `${type} of ${who}`;
}

function patternText(pattern: EventPattern): string {
  if (pattern.any !== undefined) return pattern.any.map(patternText).join(' or ');
  const { port, event, node, value } = pattern;
  const shown = value === undefined ? '' : ` with ${describe(value)}`;
  if (port !== undefined) return `a packet${shown} at ${port}`;
  if (event === undefined) return `anything of ${node}`;
  return node === undefined ? event : `${event} of ${node}`;
}

function describe(pattern: unknown): string {
  return typeof pattern === 'function' ? 'a value that its function takes' : shownValue(pattern);
}

export interface RuleCheck {
  readonly rule: Rule;
  /** Facts that could not be judged for want of a value. */
  readonly unchecked: number;
  /** When, in milliseconds, something has to have come at the latest; null: at no time that is known. */
  readonly deadline: number | null;
  see(fact: Fact): readonly RuleViolation[];
  /** The run has come to `at`, in milliseconds. */
  wait(at: number): readonly RuleViolation[];
  /** The run is over. */
  end(): readonly RuleViolation[];
}

function broken({ name }: Rule, fact: Fact, message: string): RuleViolation {
  return { rule: name, message, seq: fact.seq, packet: fact.packet, node: fact.node };
}

const none: readonly RuleViolation[] = [];

abstract class InstantCheck implements RuleCheck {
  readonly rule: Rule;
  readonly deadline: number | null = null;
  unchecked = 0;

  constructor(rule: Rule) {
    this.rule = rule;
  }

  abstract see(fact: Fact): readonly RuleViolation[];

  wait(): readonly RuleViolation[] {
    return none;
  }

  end(): readonly RuleViolation[] {
    return none;
  }
}

class NeverCheck extends InstantCheck {
  readonly #never: EventPattern;

  constructor(rule: Rule, never: EventPattern) {
    super(rule);
    this.#never = never;
  }

  override see(fact: Fact): readonly RuleViolation[] {
    const match = matches(fact, this.#never);
    if (match === 'unknown') this.unchecked += 1;
    if (match !== 'yes') return none;
    return [
      broken(
        this.rule,
        fact,
        `there may never be ${patternText(this.#never)}; there is ${factText(fact)}`,
      ),
    ];
  }
}

class AlwaysCheck extends InstantCheck {
  readonly #when: EventPattern;
  readonly #always: ValuePattern;

  constructor(rule: Rule, when: EventPattern, always: ValuePattern) {
    super(rule);
    this.#when = when;
    this.#always = always;
  }

  override see(fact: Fact): readonly RuleViolation[] {
    const match = matches(fact, this.#when);
    if (match === 'no') return none;
    if (match === 'unknown' || fact.value === null) {
      this.unchecked += 1;
      return none;
    }
    if (fits(fact.value.value, this.#always)) return none;
    return [broken(this.rule, fact, `${factText(fact)} is not ${describe(this.#always)}`)];
  }
}

/** Something that still has to come. */
interface Obligation {
  readonly fact: Fact;
  readonly key: unknown;
}

class LeadsToCheck implements RuleCheck {
  readonly rule: Rule;
  unchecked = 0;
  readonly #when: EventPattern;
  readonly #leadsTo: EventPattern;
  /** In the order in which they came up. */
  #open: Obligation[] = [];

  constructor(rule: Rule, when: EventPattern, leadsTo: EventPattern) {
    this.rule = rule;
    this.#when = when;
    this.#leadsTo = leadsTo;
  }

  get deadline(): number | null {
    const { withinSeconds } = this.rule;
    const [first] = this.#open;
    if (first === undefined || withinSeconds === undefined) return null;
    return first.fact.at + withinSeconds * 1000;
  }

  see(fact: Fact): readonly RuleViolation[] {
    const late = this.#expired(
      ({ fact: { seq } }) =>
        this.rule.withinEvents !== undefined && fact.seq - seq > this.rule.withinEvents,
    );
    const overdue = this.wait(fact.at);
    const comes = matches(fact, this.#leadsTo);
    const begins = matches(fact, this.#when);
    if (comes === 'unknown' || begins === 'unknown') this.unchecked += 1;
    const key = comes === 'yes' || begins === 'yes' ? this.#key(fact) : null;
    if (comes === 'yes' && key !== null)
      this.#open = this.#open.filter((one) => !isDeepStrictEqual(one.key, key.of));
    if (begins === 'yes' && key !== null) this.#open.push({ fact, key: key.of });
    return [...late, ...overdue];
  }

  wait(at: number): readonly RuleViolation[] {
    const { withinSeconds } = this.rule;
    if (withinSeconds === undefined) return none;
    return this.#expired(({ fact }) => at - fact.at > withinSeconds * 1000);
  }

  end(): readonly RuleViolation[] {
    return this.#expired(() => true);
  }

  /** What has to be the same; null where nobody knows it. */
  #key(fact: Fact): { readonly of: unknown } | null {
    const { same } = this.rule;
    if (same === undefined) return { of: null };
    if (same === 'epoch') return { of: fact.epoch };
    if (fact.value !== null) return { of: fieldOf(fact.value.value, same) };
    this.unchecked += 1;
    return null;
  }

  #expired(isOver: (one: Obligation) => boolean): readonly RuleViolation[] {
    const over: Obligation[] = [];
    while (this.#open[0] !== undefined && isOver(this.#open[0]))
      over.push(...this.#open.splice(0, 1));
    if (over.length === 0) return none;
    const { withinEvents, withinSeconds } = this.rule;
    const bounds = [
      ...(withinEvents === undefined ? [] : [`within ${withinEvents} records`]),
      ...(withinSeconds === undefined ? [] : [`within ${withinSeconds} s`]),
    ].join(' and ');
    const wanted = `${patternText(this.#leadsTo)}${bounds === '' ? '' : ` ${bounds}`}`;
    return over.map(({ fact }) =>
      broken(this.rule, fact, `${factText(fact)} was not followed by ${wanted}`),
    );
  }
}

/** A rule that is right in form; `read-rules.ts` sees to that. */
export function checkOf(rule: Rule): RuleCheck {
  const { never, when, always, leadsTo } = rule;
  if (never !== undefined) return new NeverCheck(rule, never);
  if (when !== undefined && leadsTo !== undefined) return new LeadsToCheck(rule, when, leadsTo);
  if (when !== undefined && always !== undefined) return new AlwaysCheck(rule, when, always);
  throw new Error(`rule ${rule.name} says nothing`);
}
