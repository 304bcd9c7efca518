/**
 * The one door to the kernel: applies an action, writes it down, then lets its effects follow.
 *
 * J1 nothing reaches the kernel past this door. J2 the history has an action and its events before
 * any effect of them (G5). J3 a rejected action is written down and has no effects (G3).
 */
import type { Acceptance, Action, Answer } from '../../machines/action.ts';
import type { Clock } from '../time/clock.ts';
import { NetStateError, asError, rejected } from '../errors.ts';
import type { History } from '../history/history.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { failureEvents } from '../epochs/recorded-error.ts';
import type { StoredValue } from '../values/values.ts';

/** Does in the world what the kernel has decided. `made` are the values of packets the action makes, in order. */
export type Effects = (action: Action, answer: Acceptance, made: readonly StoredValue[]) => void;

const nothingMade: readonly StoredValue[] = [];

export class Journal {
  readonly #kernel: Kernel;
  readonly #history: History;
  readonly #clock: Clock;
  readonly #effects: Effects;
  readonly #onBug: (bug: Error) => void;
  #closed = false;

  constructor(
    kernel: Kernel,
    history: History,
    clock: Clock,
    effects: Effects,
    onBug: (bug: Error) => void,
  ) {
    this.#onBug = onBug;
    this.#kernel = kernel;
    this.#history = history;
    this.#clock = clock;
    this.#effects = effects;
  }

  /** Nothing is applied any more: `apply` throws `NET_STATE`. */
  close(): void {
    this.#closed = true;
  }

  /** Applies `action` at the clock's time, unless it says its own. */
  apply(action: Action, made: readonly StoredValue[] = nothingMade): Answer {
    if (this.#closed) throw new NetStateError('NET_STATE', `${action.type}: the net was suspended`);
    const timed = action.now === undefined ? { ...action, now: this.#clock.now() } : action;
    const answer = this.#applied(timed);
    this.#history.append(timed, answer, timed.now ?? 0);
    if (answer.ok) this.#effects(timed, answer, made);
    return answer;
  }

  /** A throw of the kernel is a bug in a machine: it is written down as the net's failure. */
  #applied(action: Action): Answer {
    try {
      return this.#kernel.apply(action);
    } catch (thrown) {
      const bug = asError(thrown);
      this.#history.append(action, { ok: true, events: failureEvents(thrown) }, action.now ?? 0);
      this.#onBug(bug);
      throw bug;
    }
  }

  /** As `apply`; throws ActionRejected where the kernel refuses. */
  must(action: Action, made: readonly StoredValue[] = nothingMade, nodeName?: string): Acceptance {
    const answer = this.apply(action, made);
    if (!answer.ok) throw rejected(action, answer, nodeName);
    return answer;
  }
}
