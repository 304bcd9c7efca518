/**
 * The state of a watched run at any instant.
 *
 * Owns: a replay of the run, made once somebody looks back.
 * T1 now is the run's own kernel: looking at it replays nothing. T2 the way to an instant is gone in
 * slices, between which the event loop has its turn. T3 one way at a time, in the order they were asked for;
 * what is seen is seen at once when it is reached. T4 no record is gone past unseen.
 */
import { NetrunError } from '../../errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { Replay } from '../replay/replay.ts';
import { type Pace, yieldLoop } from './pace.ts';
import type { WatchedRun } from './watched-run.ts';

/** A kernel and the last record that was applied to it. */
export interface Instant {
  readonly at: number;
  readonly kernel: Kernel;
  readonly isNow: boolean;
}

/** Records of a slice: some milliseconds. */
const sliceRecords = 100;

export class TimeTravel {
  readonly #run: WatchedRun;
  readonly #pace: Pace;
  #replay: Replay | null = null;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(run: WatchedRun, pace: Pace) {
    this.#run = run;
    this.#pace = pace;
  }

  /** Looks at the run after the action that record `seq` belongs to; null is now. Throws `SEQ_NOT_FOUND`. */
  look<T>(seq: number | null, see: (instant: Instant) => T): T | Promise<T> {
    this.#run.settle();
    const { lastSeq } = this.#run.history;
    if (seq === null || seq === lastSeq)
      return see({ at: lastSeq, kernel: this.#run.kernel, isNow: true });
    if (seq > lastSeq) throw notFound(seq, lastSeq);
    const way = this.#busy.then(() => this.#go(seq, see));
    this.#busy = way.catch(() => undefined);
    return way;
  }

  close(): void {
    this.#replay?.close();
  }

  async #go<T>(seq: number, see: (instant: Instant) => T): Promise<T> {
    const replay = this.#near(seq);
    while (replay.seq < seq) {
      replay.seek(Math.min(seq, replay.seq + sliceRecords));
      if (this.#pace.isUp()) await yieldLoop(this.#pace);
    }
    return see({ at: replay.seq, kernel: replay.kernel, isNow: false });
  }

  /**
   * The replay, as near as it comes at once. Where the history has dropped what lies between, it begins anew from where
   * the run is.
   */
  #near(seq: number): Replay {
    const near = this.#begun().approach(seq);
    if (near.seq + 1 >= this.#run.history.firstSeq) return near;
    near.close();
    this.#replay = null;
    return this.#begun().approach(seq);
  }

  #begun(): Replay {
    if (this.#replay !== null) return this.#replay;
    const from = this.#run.start();
    this.#replay = new Replay(this.#run.history, {
      graph: this.#run.spec,
      onDifference: 'report',
      ...(from === null ? {} : { from }),
    });
    return this.#replay;
  }
}

function notFound(seq: number, last: number): NetrunError {
  return new NetrunError(
    'SEQ_NOT_FOUND',
    `the history has no record ${seq}, and the last is ${last}`,
    { hint: 'Records are numbered from 1; 0 is before the first.' },
  );
}
