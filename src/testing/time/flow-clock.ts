/** A held clock that knows which of its alarms somebody waits for, and which ring only where time comes by. */
import { HeldClock } from '../../runtime/time/clock.ts';

/** An alarm that is set. */
export interface FlowAlarm {
  readonly due: number;
  cancel(): void;
  /** Nobody waits for it any more: it rings where time comes by, and time does not go on for it alone. */
  leave(): void;
}

export class FlowClock extends HeldClock {
  /** What it showed at first. */
  readonly startMs: number;
  readonly #awaited = new Set<FlowAlarm>();

  constructor(startMs: number) {
    super(startMs);
    this.startMs = startMs;
  }

  override at(due: number, ring: () => void): () => void {
    const alarm = this.alarm(due, ring);
    return () => alarm.cancel();
  }

  /** As `at`, with an alarm that can be left. */
  alarm(due: number, ring: () => void): FlowAlarm {
    const leave = (): void => {
      this.#awaited.delete(alarm);
    };
    const take = super.at(due, () => {
      leave();
      ring();
    });
    const cancel = (): void => {
      leave();
      take();
    };
    const alarm: FlowAlarm = { due, cancel, leave };
    this.#awaited.add(alarm);
    return alarm;
  }

  /** When the first alarm is due that somebody waits for; null if there is none. */
  get nextAwaited(): number | null {
    let next: number | null = null;
    for (const { due } of this.#awaited) if (next === null || due < next) next = due;
    return next;
  }
}
