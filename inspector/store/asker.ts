/**
 * One question asked over and over as it changes: one is under way at a time, with a rest after each
 * answer, and of those that come meanwhile only the last is asked.
 */

export interface Asked<T> {
  /** The latest; that of the question before while the next is on its way. Null: none yet. */
  readonly answer: T | null;
  /** What the last question was refused with. */
  readonly refusal: unknown;
  readonly isLoading: boolean;
}

export const notAsked: Asked<never> = { answer: null, refusal: null, isLoading: false };

export class Asker<Q, T> {
  readonly #send: (question: Q) => Promise<T>;
  readonly #show: (state: Asked<T>) => void;
  readonly #rest: () => Promise<void>;
  #state: Asked<T> = notAsked;
  #next: Q | null = null;
  #isBusy = false;
  /** Goes up where what is under way is not wanted any more. */
  #generation = 0;

  constructor(
    send: (question: Q) => Promise<T>,
    show: (state: Asked<T>) => void,
    rest: () => Promise<void>,
  ) {
    this.#rest = rest;
    this.#send = send;
    this.#show = show;
  }

  /** Null: nothing is asked, nothing is shown, and what is under way is dropped. */
  want(question: Q | null): void {
    this.#next = question;
    if (question === null) {
      this.#generation += 1;
      this.#set(notAsked);
      return;
    }
    if (!this.#isBusy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#next !== null) {
      const question = this.#next;
      const generation = this.#generation;
      this.#next = null;
      this.#set({ ...this.#state, isLoading: true });
      const result = await this.#send(question).then(
        (answer) => ({ answer, refusal: null }),
        (refusal: unknown) => ({ answer: null, refusal }),
      );
      if (generation === this.#generation) this.#set({ ...result, isLoading: this.#next !== null });
      await this.#rest();
    }
    this.#isBusy = false;
  }

  #set(state: Asked<T>): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#show(state);
  }
}
