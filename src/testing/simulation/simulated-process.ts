/**
 * One process of a simulated run: a net with its functions, watched from its first action to its end or its crash.
 *
 * Owns: what is known of the net by its actions, and when the process ends.
 */
import type { Action, EpochId } from '../../machines/action.ts';
import type { ActionWatcher, AppliedAction } from '../../runtime/drive/journal.ts';
import { asError } from '../../runtime/errors.ts';
import type { Net } from '../../runtime/net.ts';
import type { RuleMonitor } from '../rules/rule-monitor.ts';
import { type Remains, ProcessEnded } from './crash.ts';
import { BreachFound } from './finding.ts';
import { FlowStory } from './flow-story.ts';
import { hold } from './guarantee.ts';
import type { Operations } from './operations.ts';

/** Actions that end an attempt. */
const outcomes: ReadonlySet<Action['type']> = new Set([
  'FinishEpoch',
  'CommitEpoch',
  'FailAttempt',
]);

export interface ProcessPlan {
  readonly net: Net;
  readonly operations: Operations;
  readonly monitor: RuleMonitor | null;
  /** The action after which the process ends; null: it does not. */
  readonly endsAfter: number | null;
  /** More than these have no end. */
  readonly mostActions: number;
  takeRemains(): Remains;
}

export class SimulatedProcess {
  readonly net: Net;
  readonly operations: Operations;
  readonly story = new FlowStory();
  readonly monitor: RuleMonitor | null;
  /** What ended it; null while it goes on. */
  remains: Remains | null = null;
  /** Actions of this process. */
  actions = 0;
  /** The first thing that was found to be wrong. */
  trouble: Error | null = null;
  /** The last record that was there when it was found: what comes after it comes of that. */
  troubledAt: number | null = null;
  readonly #plan: ProcessPlan;
  /** Epochs whose outcome is to be told twice, and that outcome where it has been told once. */
  readonly #twice = new Map<EpochId, Action | null>();

  constructor(plan: ProcessPlan) {
    this.#plan = plan;
    this.net = plan.net;
    this.operations = plan.operations;
    this.monitor = plan.monitor;
    this.story.read(this.net.history);
    const watcher: ActionWatcher = (applied) => this.#take(applied);
    this.net.watch(watcher);
  }

  tellTwice(epoch: string): void {
    this.#twice.set(epoch as EpochId, null);
  }

  /** Tells again what was told before, which must be refused and change nothing. Throws GuaranteeBroken. */
  repeatOutcomes(): void {
    for (const [epoch, outcome] of this.#twice) {
      if (outcome === null) continue;
      this.#twice.delete(epoch);
      if (this.story.epochs.get(epoch)?.ends.length !== 1) continue;
      const before = this.net.stateHash();
      const answer = this.net.apply(outcome);
      const isSame = this.net.stateHash() === before;
      hold(!answer.ok && isSame, 'G3', () => `${outcome.type} of ${epoch} counted twice`);
    }
  }

  #take(applied: AppliedAction): void {
    this.operations.activity += 1;
    this.actions += 1;
    if (this.remains !== null) throw new ProcessEnded('the process has ended');
    try {
      this.story.take(applied);
      this.monitor?.take(applied);
      this.assertRules();
      const { mostActions: most } = this.#plan;
      if (this.actions > most)
        throw new BreachFound({
          kind: 'end',
          name: 'endless',
          message: `no end after ${most} actions`,
        });
    } catch (thrown) {
      this.trouble ??= asError(thrown);
      this.troubledAt ??= this.net.history.lastSeq;
      throw thrown;
    }
    const { action, answer } = applied;
    if (answer.ok && 'epoch' in action && outcomes.has(action.type)) {
      const { epoch } = action;
      if (epoch !== undefined && this.#twice.get(epoch) === null)
        this.#twice.set(epoch, withoutTime(action));
    }
    if (this.actions !== this.#plan.endsAfter) return;
    this.remains = this.#plan.takeRemains();
    this.operations.end();
    throw new ProcessEnded(`the process ends after ${action.type}`);
  }

  /** Throws BreachFound with the first rule that is broken. */
  assertRules(): void {
    const [first] = this.monitor?.violations ?? [];
    if (first === undefined) return;
    const { rule, message, seq, packet } = first;
    throw new BreachFound({ kind: 'rule', name: rule, message, seq, packet });
  }
}

function withoutTime(action: Action): Action {
  const { now: _, ...rest } = action;
  return rest;
}
