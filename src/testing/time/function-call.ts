/**
 * One call of a node's function, and the timers that were set in it.
 *
 * Owns: whether the call is under way, and what it waits for. T1 a timer of the call rings by the clock of the flow. T2 once
 * the function has come back nobody waits for the timers that are left: they ring where time comes by. T3 when the call is
 * gone none rings any more.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import type { FlowAlarm, FlowClock } from './flow-clock.ts';

const calls = new AsyncLocalStorage<FunctionCall>();

/** The call that is being carried out; null outside of all. */
export function callUnderWay(): FunctionCall | null {
  return calls.getStore() ?? null;
}

/** What functions see the time of: a clock that a test or a simulation moves, or the machine's. */
export type FunctionsTime = 'simulated' | 'real';

/** Longest delay of a timer. */
const longestDelayMs = 2 ** 31 - 1;

export interface FunctionCallWorld {
  readonly clock: FlowClock;
  readonly time: FunctionsTime;
  /** A timer was set, or rang. */
  onTimer(call: FunctionCall): void;
  /** What a timer's callback has thrown. */
  onUncaught(thrown: unknown, call: FunctionCall): void;
}

/** How a timer is set. */
export interface TimerPlan {
  readonly delayMs: number;
  /** It rings again and again. */
  readonly repeats: boolean;
  /** The function does not wait for it: it limits how long something else may take. */
  readonly isGuard: boolean;
  readonly ring: () => void;
}

/** What `setTimeout` and `setInterval` give, in simulated time. */
export class SimulatedTimer {
  readonly #call: FunctionCall;
  readonly #plan: TimerPlan;
  readonly #resource = new AsyncResource('SimulatedTimer');
  #alarm: FlowAlarm | null = null;
  #immediate: NodeJS.Immediate | null = null;
  #hasRef = true;

  constructor(call: FunctionCall, plan: TimerPlan) {
    this.#call = call;
    this.#plan = plan;
    this.refresh();
  }

  /** When it rings; null where it does at once, or not any more. */
  get due(): number | null {
    return this.#alarm?.due ?? null;
  }

  get isGuard(): boolean {
    return this.#plan.isGuard;
  }

  /** The call has come back. */
  leave(): void {
    this.#alarm?.leave();
  }

  close(): this {
    this.#alarm?.cancel();
    this.#alarm = null;
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#immediate = null;
    this.#call.forget(this);
    return this;
  }

  refresh(): this {
    this.close();
    const { clock, isGone, isUnderWay } = this.#call;
    const { delayMs, repeats } = this.#plan;
    if (isGone) return this;
    const isWhole = delayMs >= 1 && delayMs <= longestDelayMs;
    // What is to happen as soon as it can needs no time.
    if (!isWhole && !repeats) {
      this.#immediate = setImmediate(() => this.#ring());
      return this;
    }
    this.#alarm = clock.alarm(clock.now() + (isWhole ? Math.floor(delayMs) : 1), () =>
      this.#ring(),
    );
    if (!isUnderWay) this.#alarm.leave();
    this.#call.keep(this);
    return this;
  }

  ref(): this {
    this.#hasRef = true;
    return this;
  }

  unref(): this {
    this.#hasRef = false;
    return this;
  }

  hasRef(): boolean {
    return this.#hasRef;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #ring(): void {
    this.close();
    if (this.#call.isGone) return;
    if (this.#plan.repeats) this.refresh();
    this.#call.rang();
    try {
      this.#resource.runInAsyncScope(this.#plan.ring);
    } catch (thrown) {
      this.#call.uncaught(thrown);
    }
  }
}

export class FunctionCall {
  readonly node: string;
  /** `e5` of an epoch's attempt, `start`, `stop`, `failed`. */
  readonly what: string;
  readonly #world: FunctionCallWorld;
  readonly #timers = new Set<SimulatedTimer>();
  #state: 'underWay' | 'over' | 'gone' = 'underWay';

  constructor(node: string, what: string, world: FunctionCallWorld) {
    this.node = node;
    this.what = what;
    this.#world = world;
  }

  get clock(): FlowClock {
    return this.#world.clock;
  }

  get isUnderWay(): boolean {
    return this.#state === 'underWay';
  }

  get isGone(): boolean {
    return this.#state === 'gone';
  }

  /** It is under way, and waits for a timer of its own. */
  get isAsleep(): boolean {
    return this.isUnderWay && this.wakesAt !== null;
  }

  /** Timers of it are still to ring. */
  get hasTimers(): boolean {
    return this.#timers.size > 0;
  }

  /** It limits how long what it waits for may take. */
  get isGuarded(): boolean {
    return [...this.#timers].some(({ isGuard }) => isGuard);
  }

  /** When the first timer rings that it waits for; null where it waits for none. */
  get wakesAt(): number | null {
    let first: number | null = null;
    for (const { due, isGuard } of this.#timers)
      if (due !== null && !isGuard && (first === null || due < first)) first = due;
    return first;
  }

  /** Calls a function: what it calls, now and later, is of this call. */
  run<T>(called: () => T): T {
    return this.#world.time === 'real' ? calls.exit(called) : calls.run(this, called);
  }

  timer(plan: TimerPlan): SimulatedTimer {
    const timer = new SimulatedTimer(this, plan);
    this.#world.onTimer(this);
    return timer;
  }

  /** The function has come back. */
  end(): void {
    if (this.#state !== 'underWay') return;
    this.#state = 'over';
    for (const timer of this.#timers) timer.leave();
  }

  /** Nothing of it happens any more. */
  drop(): void {
    this.#state = 'gone';
    for (const timer of this.#timers) timer.close();
  }

  keep(timer: SimulatedTimer): void {
    this.#timers.add(timer);
  }

  forget(timer: SimulatedTimer): void {
    this.#timers.delete(timer);
  }

  rang(): void {
    this.#world.onTimer(this);
  }

  uncaught(thrown: unknown): void {
    this.#world.onUncaught(thrown, this);
  }
}
