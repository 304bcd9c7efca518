/** Long work in slices: what the inspector does beside a run takes its turns, and the run its own. */
import { setImmediate } from 'node:timers/promises';

/** Milliseconds of a slice: as long as a turn of a run's loop. */
const sliceMs = 3;

export class Pace {
  #begun = performance.now();

  /** The slice is over: the event loop is due. */
  isUp(): boolean {
    return performance.now() - this.#begun >= sliceMs;
  }

  begin(): void {
    this.#begun = performance.now();
  }
}

/** Lets everything else have its turn, and begins another slice. */
export async function yieldLoop(pace: Pace): Promise<void> {
  await setImmediate();
  pace.begin();
}
