/** A clock that knows how many of its alarms are set. */
import type { Clock, HeldClock } from '../../src/runtime/time/clock.ts';

export class WatchedClock implements Clock {
  readonly #clock: HeldClock;
  alarms = 0;

  constructor(clock: HeldClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  at(due: number, ring: () => void): () => void {
    this.alarms += 1;
    let over = false;
    const end = () => {
      if (!over) this.alarms -= 1;
      over = true;
    };
    const take = this.#clock.at(due, () => {
      end();
      ring();
    });
    return () => {
      end();
      take();
    };
  }
}
