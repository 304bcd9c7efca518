/** A held clock as seen by one of those who share it: its alarms that are set can be counted, and work takes no time. */
import { type Clock, HeldClock } from '../../src/runtime/time/clock.ts';

export class CountingClock implements Clock {
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
}
