/** Time as the runtime knows it: a clock that tells milliseconds and rings once at a given time. */
import { performance } from 'node:perf_hooks';

/** Where a net takes its time from. Milliseconds since 1970, integers, never falling. */
export interface Clock {
  now(): number;
  /** Calls `ring` once when `now()` has reached `due`; the function returned takes it back. */
  at(due: number, ring: () => void): () => void;
  /**
   * Milliseconds that work takes, which a net yields to the event loop by. Default: the machine's own. Where it stands
   * still, what a net does is the same on every machine.
   */
  elapsed?(): number;
}

/** Longest wait that setTimeout can be asked for. */
const longestTimeoutMs = 2 ** 31 - 1;

/** The machine's time, which does not fall when somebody sets the wall clock back. */
export class SystemClock implements Clock {
  readonly #start = Date.now() - performance.now();

  now(): number {
    return Math.floor(this.#start + performance.now());
  }

  at(due: number, ring: () => void): () => void {
    let handle: NodeJS.Timeout;
    const wait = () => {
      const left = due - this.now();
      handle = setTimeout(left > 0 ? wait : ring, Math.min(Math.max(left, 0), longestTimeoutMs));
    };
    wait();
    return () => clearTimeout(handle);
  }
}

/** A clock whose time goes on from a given one: that of the machine may have been set back meanwhile. */
export class ResumedClock implements Clock {
  readonly #clock: Clock;
  #shift = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** It is no earlier than `ms` from now on. No alarm is set yet. */
  goOnFrom(ms: number): void {
    this.#shift = Math.max(0, ms - this.#clock.now());
  }

  now(): number {
    return this.#clock.now() + this.#shift;
  }

  at(due: number, ring: () => void): () => void {
    return this.#clock.at(due - this.#shift, ring);
  }

  elapsed(): number {
    return elapsedOf(this.#clock);
  }
}

/** What a net yields by under this clock. */
export function elapsedOf(clock: Clock): number {
  return clock.elapsed?.() ?? performance.now();
}

interface Alarm {
  readonly due: number;
  readonly order: number;
  readonly ring: () => void;
}

/** How much of the time that a net yields by each look at a held clock takes, in milliseconds. */
const lookMs = 0.01;

/**
 * A clock that stands still until it is moved by hand: for tests and simulations. Work is counted by it, not measured:
 * when a net yields to the event loop is the same on every machine.
 */
export class HeldClock implements Clock {
  #now: number;
  #order = 0;
  #looks = 0;
  readonly #alarms = new Set<Alarm>();

  constructor(startMs = 0) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  at(due: number, ring: () => void): () => void {
    const alarm: Alarm = { due, order: this.#order++, ring };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  elapsed(): number {
    this.#looks += 1;
    return this.#looks * lookMs;
  }

  /** When the next alarm is due; null if none is set. */
  get next(): number | null {
    return this.#earliest()?.due ?? null;
  }

  /**
   * Moves the time on by `ms`, ringing what comes due at its own time and in order. After each
   * alarm the event loop goes round, so that what it set off can run before the next.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await roundOfTheLoop();
    for (;;) {
      const alarm = this.#earliest();
      if (alarm === undefined || alarm.due > end) break;
      this.#alarms.delete(alarm);
      this.#now = Math.max(this.#now, alarm.due);
      alarm.ring();
      await roundOfTheLoop();
    }
    this.#now = end;
  }

  #earliest(): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (
        first === undefined ||
        alarm.due < first.due ||
        (alarm.due === first.due && alarm.order < first.order)
      ) {
        first = alarm;
      }
    }
    return first;
  }
}

/** Rounds a woken net may need before it has done everything that can be done without waiting. */
const roundsPerAlarm = 3;

async function roundOfTheLoop(): Promise<void> {
  for (let round = 0; round < roundsPerAlarm; round++) {
    await new Promise<void>((done) => {
      setImmediate(done);
    });
  }
}
