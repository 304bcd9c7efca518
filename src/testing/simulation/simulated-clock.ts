/** The time of a simulation: it stands still until the simulation moves it, and work takes none of it. */
import type { Clock } from '../../runtime/time/clock.ts';
import { FlowClock } from '../time/flow-clock.ts';

export class SimulatedClock extends FlowClock {
  /** A net yields where it has nothing left to do, and nowhere else. */
  override elapsed(): number {
    return 0;
  }

  /** Moves the time on to the next alarm that somebody waits for, and rings what comes due. */
  async ringNext(): Promise<void> {
    const { nextAwaited: next } = this;
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
