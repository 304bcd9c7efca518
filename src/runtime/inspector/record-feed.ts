/**
 * Hands the records of a run on to what gathers something of them.
 *
 * F1 each record is handed on once, in order. F2 that is done in slices, between which the run has its turns.
 */
import type { HistoryRecord } from '../history/record.ts';
import { type Pace, yieldLoop } from './pace.ts';
import type { WatchedRun } from './watched-run.ts';

/** Records handed on before the time is looked at. */
const recordsPerLook = 64;

export class RecordFeed {
  readonly #run: WatchedRun;
  readonly #pace: Pace;
  readonly #take: (record: HistoryRecord) => void;
  #seq = 0;
  #reading: Promise<void> | null = null;

  constructor(run: WatchedRun, pace: Pace, take: (record: HistoryRecord) => void) {
    this.#run = run;
    this.#pace = pace;
    this.#take = take;
  }

  /** Hands on all that the history has by now. */
  async reach(): Promise<void> {
    this.#run.settle();
    const goal = this.#run.history.lastSeq;
    while (this.#seq < goal) {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = null;
      });
      await this.#reading;
    }
  }

  async #read(): Promise<void> {
    const { history } = this.#run;
    const goal = history.lastSeq;
    this.#pace.begin();
    let count = 0;
    for (const record of history.range(Math.max(this.#seq + 1, history.firstSeq), goal)) {
      this.#take(record);
      this.#seq = record.seq;
      count += 1;
      if (count % recordsPerLook === 0 && this.#pace.isUp()) await yieldLoop(this.#pace);
    }
    // What was dropped meanwhile is gone.
    this.#seq = Math.max(this.#seq, goal);
  }
}
