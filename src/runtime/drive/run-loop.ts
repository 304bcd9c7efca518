/**
 * The loop of a run: moves packets, starts epochs, runs attempts, and yields to the event loop.
 *
 * Owns: when what the kernel allows is done, and who waits for the net to come to a state.
 * L1 a turn lasts no longer than its slice, but for the few steps it is in, of which the last alone may run a
 * function. L2 the next turn comes as a microtask only while the event loop has been round within a slice.
 * L3 packets are moved until none can move before an epoch is started, so that priorities hold; but a net that runs freely
 * moves no more while enough epochs wait that may start, and where no node has priority it starts some in a row. L4 who waits is told at the end of a turn,
 * when nothing is left to do. L5 how long anything takes does not change what is done: whoever shares
 * the loop's thread for long holds it meanwhile. L6 a loop that is asleep runs
 * no attempt and moves and starts nothing; who waits is told all the same.
 */
import type { EpochId } from '../../machines/action.ts';
import { limits } from '../../limits.ts';
import type { Effects } from './effects.ts';
import { outsideCapture } from '../logs/console-capture.ts';
import { asError } from '../errors.ts';
import type { EpochStory } from '../epochs/epoch-story.ts';
import type { Journal } from './journal.ts';
import type { Scheduler } from './scheduler.ts';

/** Milliseconds that a turn may take before the event loop gets its own turn. */
const sliceMs = 3;

/** Steps without a function of a user after which the time is looked at; each takes microseconds. */
const stepsAtOnce = 4;

/**
 * What the loop may do of its own accord: `held` nothing but run attempts that have begun. `moving`
 * and `starting` are one pass each, after which the loop is held again.
 */
export type LoopMode = 'held' | 'moving' | 'starting' | 'free';

export interface LoopWorld {
  readonly journal: Journal;
  readonly effects: Effects;
  readonly scheduler: Scheduler;
  readonly gate: (node: string) => string;
  /** All nodes have the same priority. */
  readonly isLevel: boolean;
  runAttempt(story: EpochStory): void;
  /** Places inputs that waited for a slot which has come free; says whether there were any. */
  placeInputs(): boolean;
  /** Inputs that wait for a slot: while there are any the net is not blocked. */
  waitingInputs(): number;
  /** Milliseconds, for when the loop yields. */
  elapsed(): number;
}

interface Waiter {
  readonly until: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class RunLoop {
  readonly #world: LoopWorld;
  #mode: LoopMode = 'held';
  /** Packets may be able to move. */
  #dirty = true;
  #inTurn = false;
  /** The step ran a function of a user, which may have taken its time. */
  #hasRun = false;
  /** Something was applied in these steps: the time was read for it. */
  #hasTime = false;
  #scheduled = false;
  /** Who keeps the loop from going on. */
  #holds = 0;
  #isAsleep = false;
  /** Epochs that may be started before packets move again; none after a pause, as in a net that is loaded. */
  #startsLeft = 0;
  #lastRound = 0;
  #waiters: Waiter[] = [];
  #bug: Error | null = null;
  #started: EpochId[] = [];

  constructor(world: LoopWorld) {
    this.#world = world;
  }

  get mode(): LoopMode {
    return this.#mode;
  }

  /** Everything that can move has moved. */
  get still(): boolean {
    return !this.#dirty;
  }

  /** Epochs started in the last `starting` pass, in order. */
  get started(): readonly EpochId[] {
    return this.#started;
  }

  setMode(mode: LoopMode): void {
    this.#mode = mode;
    if (mode === 'starting') this.#started = [];
    this.wake();
  }

  /** Nothing is run from now on, until `awaken`. */
  fallAsleep(): void {
    this.#isAsleep = true;
  }

  awaken(): void {
    this.#isAsleep = false;
    this.wake();
  }

  /** Something changed: packets may be able to move. */
  touch(): void {
    this.#dirty = true;
    this.wake();
  }

  /** There may be something to do. */
  wake(): void {
    if (this.#inTurn || this.#scheduled) return;
    this.#scheduled = true;
    if (this.#world.elapsed() - this.#lastRound < sliceMs)
      queueMicrotask(() => outsideCapture(() => this.#turn()));
    else this.#wakeNextRound();
  }

  /** Nothing is done before the function that comes back is called. */
  hold(): () => void {
    this.#holds += 1;
    return () => {
      this.#holds -= 1;
      this.wake();
    };
  }

  /** Resolves at the end of the first turn after which `until` holds; rejects where the net has failed. */
  when(until: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ until, resolve, reject });
      this.wake();
    });
  }

  /** A bug: nothing goes on, whoever waits is told. */
  fail(bug: Error): void {
    this.#bug ??= bug;
    this.#mode = 'held';
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(this.#bug);
  }

  #wakeNextRound(): void {
    setImmediate(() => {
      this.#lastRound = this.#world.elapsed();
      outsideCapture(() => this.#turn());
    });
  }

  #turn(): void {
    this.#scheduled = false;
    if (this.#holds > 0) return;
    if (this.#bug !== null) {
      this.fail(this.#bug);
      return;
    }
    this.#inTurn = true;
    let left = true;
    try {
      const end = this.#world.elapsed() + sliceMs;
      do left = this.#steps();
      while (left && this.#world.elapsed() < end);
    } catch (bug) {
      this.fail(asError(bug));
      return;
    } finally {
      this.#inTurn = false;
    }
    if (!left) {
      if (this.#mode !== 'free') this.#mode = 'held';
      this.#tell();
      return;
    }
    this.#scheduled = true;
    this.#wakeNextRound();
  }

  /** Does what may be done before the time is looked at: up to a function of a user, and few things of its own. */
  #steps(): boolean {
    this.#hasTime = false;
    for (let step = 0; step < stepsAtOnce; step++) {
      this.#hasRun = false;
      if (!this.#step()) return false;
      if (this.#hasRun) return true;
    }
    return true;
  }

  /** Does one thing; false where there is nothing to do. */
  #step(): boolean {
    if (this.#isAsleep) return false;
    const { effects } = this.#world;
    const due = effects.takeDue();
    if (due !== undefined) {
      this.#hasRun = true;
      this.#world.runAttempt(due);
      return true;
    }
    if (!effects.flowing) {
      this.#startsLeft = 0;
      return false;
    }
    if (this.#world.placeInputs()) return true;
    return this.#startsFirst() ? this.#start() || this.#move() : this.#move() || this.#start();
  }

  /**
   * Whether an epoch is started before packets move. However many packets wait, few epochs do: their actors are
   * what takes memory. And where the oldest epoch is the next in any case it does not have to wait for moves.
   */
  #startsFirst(): boolean {
    if (this.#mode !== 'free') return false;
    const { scheduler, isLevel } = this.#world;
    if (isLevel && this.#startsLeft > 0) return true;
    return scheduler.size >= limits.epochsBeforeMoving;
  }

  /** Moves packets for a counted while; false where none can move, or none should. */
  #move(): boolean {
    if (!this.#dirty || (this.#mode !== 'moving' && this.#mode !== 'free')) return false;
    this.#dirty = false;
    this.#startsLeft = limits.startsBeforeMoving;
    const max = limits.movesPerTurn;
    const queued = this.#world.waitingInputs();
    const { journal } = this.#world;
    const now = this.#now(journal);
    const answer = journal.must(
      queued === 0
        ? { type: 'RunNetUntilBlocked', max, now }
        : { type: 'RunNetUntilBlocked', max, queued, now },
    );
    if (answer.more === true) this.#dirty = true;
    return true;
  }

  /** Starts the next epoch; false where none may start, or none should. */
  #start(): boolean {
    if (this.#mode !== 'starting' && this.#mode !== 'free') return false;
    const { journal, scheduler, gate } = this.#world;
    const epoch: EpochId | null = scheduler.next(gate);
    if (epoch === null) return false;
    journal.must({ type: 'StartEpoch', epoch, now: this.#now(journal) });
    this.#startsLeft -= 1;
    if (this.#mode === 'starting') this.#started.push(epoch);
    return true;
  }

  /** One time for the few steps that come together before a function is run. */
  #now(journal: Journal): number {
    if (this.#hasTime) return journal.lately;
    this.#hasTime = true;
    return journal.now();
  }

  #tell(): void {
    const waiters = this.#waiters;
    if (waiters.length === 0) return;
    const told = waiters.filter(({ until }) => until());
    if (told.length === 0) return;
    this.#waiters = waiters.filter((waiter) => !told.includes(waiter));
    for (const { resolve } of told) resolve();
  }
}
