/** The time of a simulation: it stands still until the simulation moves it, and work takes none of it. */
import { type Clock, HeldClock } from '../../runtime/time/clock.ts';

export class SimulatedClock implements Clock {
  readonly #clock: HeldClock;
  /** Alarms that were set here, and are. */
  alarms = 0;

  /** When it begins, in milliseconds; or a clock whose time it tells, and whose other alarms are not its own. */
  constructor(start: number | HeldClock) {
    this.#clock = typeof start === 'number' ? new HeldClock(start) : start;
  }

  now(): number {
    return this.#clock.now();
  }

  at(due: number, ring: () => void): () => void {
    this.alarms += 1;
    let isOver = false;
    const end = (): void => {
      if (!isOver) this.alarms -= 1;
      isOver = true;
    };
    const cancel = this.#clock.at(due, () => {
      end();
      ring();
    });
    return () => {
      end();
      cancel();
    };
  }

  /** A net yields where it has nothing left to do, and nowhere else. */
  elapsed(): number {
    return 0;
  }

  /** When the next alarm is due; null if none is set. */
  get next(): number | null {
    return this.#clock.next;
  }

  /** Moves the time on by `ms`, ringing what comes due. */
  advance(ms: number): Promise<void> {
    return this.#clock.advance(ms);
  }

  /** Moves the time on to the next alarm, and rings it. */
  async ringNext(): Promise<void> {
    const { next } = this;
    if (next !== null) await this.advance(Math.max(0, next - this.now()));
  }
}

/** Resolves after `ms` of simulated time, or when the signal aborts. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const wake = (): void => {
      cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.at(clock.now() + ms, wake);
    signal.addEventListener('abort', wake);
  });
}
