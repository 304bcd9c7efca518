/**
 * Long work in slices: what the inspector does beside a run takes its turns, and the run its own.
 *
 * P1 while others are at work, all readers together take less than half of the time, however many there are. P2 where
 * nobody else has anything to do, nothing is waited for.
 */
import { setImmediate } from 'node:timers/promises';

/** Milliseconds of a slice: as long as a turn of a run's loop. */
const sliceMs = 3;

/** Others have so much time for each millisecond of a reader. */
const othersShare = 1.6;

/** A turn of the event loop that is shorter has had nothing to do. */
const idleTurnMs = 0.25;

export class Pace {
  #begun = performance.now();
  /** Readers that are between two slices. */
  #resting = 0;

  /** The slice is over: the event loop is due. */
  isUp(): boolean {
    return performance.now() - this.#begun >= sliceMs;
  }

  begin(): void {
    this.#begun = performance.now();
  }

  /** Lets everything else have its turn, and begins another slice. */
  async rest(): Promise<void> {
    const endMs = performance.now();
    const usedMs = endMs - this.#begun;
    this.#resting += 1;
    for (let turnMs = endMs; ;) {
      await setImmediate();
      const nowMs = performance.now();
      // Of the time that goes by, the slices of the other readers are a part.
      const dueMs = usedMs * (othersShare * this.#resting + this.#resting - 1);
      if (nowMs - turnMs < idleTurnMs || nowMs - endMs >= dueMs) break;
      turnMs = nowMs;
    }
    this.#resting -= 1;
    this.begin();
  }
}

/** Lets everything else have its turn, and begins another slice. */
export function yieldLoop(pace: Pace): Promise<void> {
  return pace.rest();
}
