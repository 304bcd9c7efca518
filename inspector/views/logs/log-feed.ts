/**
 * Keeps the lines of a log that the filters let through: the end of it first, then what comes, and on
 * request what was before.
 *
 * F1 one question is under way at a time. F2 what answers a wish that is not wanted any more is dropped.
 * F3 a line is there once, and lines are in order.
 */
import type { LogsView } from '../../../src/runtime/inspector/history-view.ts';
import type { Question } from '../../../src/runtime/inspector/protocol.ts';
import { type LogLines, noLines, theLatest, withEarlier, withLater } from './log-lines.ts';

/** What lines are wanted. */
export type LogWish = Pick<Question<'logs'>, 'node' | 'epoch' | 'level' | 'text' | 'until'>;

export interface FeedState extends LogLines {
  /** Nothing was answered yet. */
  readonly isFirst: boolean;
  readonly refusal: unknown;
  /** Lines that were put before the first one since the wish. */
  readonly shift: number;
}

export const noFeed: FeedState = { ...noLines, isFirst: true, refusal: null, shift: 0 };

const portion = 500;

export class LogFeed {
  readonly #ask: (question: Question<'logs'>) => Promise<LogsView>;
  readonly #show: (state: FeedState) => void;
  #state = noFeed;
  #wish: LogWish | null = null;
  #generation = 0;
  #isBusy = false;
  /** The end of the log was answered; only more of it is asked for. */
  #isBegun = false;
  #isEarlierWanted = false;
  /** Lines that the run has. */
  #count = 0;

  constructor(
    ask: (question: Question<'logs'>) => Promise<LogsView>,
    show: (state: FeedState) => void,
  ) {
    this.#ask = ask;
    this.#show = show;
  }

  /** Begins anew, with the last lines; null asks nothing more. */
  want(wish: LogWish | null): void {
    this.#generation += 1;
    this.#wish = wish;
    this.#isEarlierWanted = false;
    this.#isBusy = false;
    this.#isBegun = false;
    void this.#run();
  }

  /** The run has so many lines by now. */
  grown(count: number): void {
    this.#count = count;
    void this.#run();
  }

  /** What was before the first line is wanted. */
  earlier(): void {
    if (!this.#state.hasEarlier || this.#state.isFirst) return;
    this.#isEarlierWanted = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#isBusy) return;
    const generation = this.#generation;
    this.#isBusy = true;
    for (let next = this.#next(); next !== null; next = this.#next()) {
      const state = await next().catch((refusal: unknown) => ({ ...this.#state, refusal }));
      if (generation !== this.#generation) return;
      this.#state = state;
      this.#show(state);
      if (state.refusal !== null) break;
    }
    this.#isBusy = false;
  }

  #next(): (() => Promise<FeedState>) | null {
    const wish = this.#wish;
    if (wish === null) return null;
    if (!this.#isBegun) return () => this.#begin(wish);
    if (this.#isEarlierWanted) return () => this.#before(wish);
    const isOpen = wish.until === undefined && this.#state.last < this.#count - 1;
    return isOpen ? () => this.#after(wish) : null;
  }

  async #begin(wish: LogWish): Promise<FeedState> {
    const answer = await this.#ask({ ...wish, tail: true, limit: portion });
    this.#isBegun = true;
    const lines = theLatest(answer, portion);
    return { ...lines, isFirst: false, refusal: null, shift: 0 };
  }

  async #after(wish: LogWish): Promise<FeedState> {
    const { last } = this.#state;
    const answer = await this.#ask({ ...wish, after: last, limit: portion });
    return { ...this.#state, ...withLater(this.#state, answer) };
  }

  async #before(wish: LogWish): Promise<FeedState> {
    this.#isEarlierWanted = false;
    const [first] = this.#state.lines;
    if (first === undefined) return { ...this.#state, hasEarlier: false };
    const question = { ...wish, tail: true, before: first.line, limit: portion };
    const lines = withEarlier(this.#state, await this.#ask(question), portion);
    const added = lines.lines.length - this.#state.lines.length;
    return { ...this.#state, ...lines, shift: this.#state.shift + added };
  }
}
