/** Several rules followed through one run, live or from its records. */
import { limits } from '../../limits.ts';
import type { AppliedAction } from '../../runtime/drive/journal.ts';
import type { HistoryRecord, RecordedValue } from '../../runtime/history/record.ts';
import type { ReadValue } from '../../runtime/recovery/unread-value.ts';
import { type Fact, Facts } from './facts.ts';
import { type RuleCheck, checkOf } from './rule-check.ts';
import type { Rule, RuleViolation } from './rule.ts';

export class RuleMonitor {
  readonly #checks: readonly RuleCheck[];
  readonly #facts = new Facts();
  readonly #violations: RuleViolation[] = [];
  #count = 0;

  constructor(rules: readonly Rule[]) {
    this.#checks = rules.map(checkOf);
  }

  /** Those kept, in the order in which they were found. */
  get violations(): readonly RuleViolation[] {
    return this.#violations;
  }

  /** All that were found. */
  get count(): number {
    return this.#count;
  }

  /** Facts that a rule could not judge, for want of a value; by rule, where there were any. */
  unchecked(): ReadonlyMap<string, number> {
    const found = this.#checks.map(({ rule, unchecked }) => [rule.name, unchecked] as const);
    return new Map(found.filter(([, count]) => count > 0));
  }

  /** When, in milliseconds, a rule is broken if nothing more happens; null: at no time. */
  get deadline(): number | null {
    const all = this.#checks.flatMap(({ deadline }) => deadline ?? []);
    return all.length === 0 ? null : Math.min(...all);
  }

  /** An action of a live run, and its events. */
  take(applied: AppliedAction): void {
    for (const fact of this.#facts.ofAction(applied)) this.#see(fact);
  }

  /** A record of a history; `read` reads the values that it has. */
  read(record: HistoryRecord, read: (recorded: RecordedValue) => ReadValue): void {
    for (const fact of this.#facts.ofRecord(record, read)) this.#see(fact);
  }

  /** The time of the run has come to `at`, in milliseconds. */
  wait(at: number): void {
    for (const check of this.#checks) this.#note(check.wait(at));
  }

  /** The run is over: what has not come will not come. */
  end(): void {
    for (const check of this.#checks) this.#note(check.end());
  }

  #see(fact: Fact): void {
    for (const check of this.#checks) this.#note(check.see(fact));
  }

  #note(found: readonly RuleViolation[]): void {
    this.#count += found.length;
    const room = Math.max(0, limits.ruleViolations - this.#violations.length);
    this.#violations.push(...found.slice(0, room));
  }
}
