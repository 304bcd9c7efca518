/**
 * A walk through a space of states, breadth first: each state once, with the way on which it was found.
 *
 * Owns: the states found so far. Stops at its limit, and says that it did.
 */

export interface Step<S> {
  readonly state: S;
  /** What happens, in words. */
  readonly words: string;
  /** A condition fires. */
  readonly fires?: boolean;
}

interface Found<S> {
  readonly state: S;
  readonly before: number;
  readonly words: string;
}

export class Walk<S> {
  readonly #found: Found<S>[] = [];
  readonly #places = new Map<string, number>();
  readonly #keyOf: (state: S) => string;
  /** Every step, by the places of its states: from, to, whether a condition fires. */
  readonly steps: (readonly [from: number, to: number, fires: boolean])[] = [];
  /** Whether every state that can be reached was found. */
  complete = true;
  /** The state whose successors are looked for. */
  current = 0;

  constructor(keyOf: (state: S) => string) {
    this.#keyOf = keyOf;
  }

  get size(): number {
    return this.#found.length;
  }

  /**
   * Walks from `first` on, until all was found, `limit` states were, or `visit` says that it has seen
   * enough (`false`).
   */
  run(
    first: S,
    next: (state: S) => readonly Step<S>[],
    limit: number,
    visit: (state: S, at: number) => boolean = () => true,
  ): void {
    this.#add(this.#keyOf(first), first, -1, '');
    for (let at = 0; at < this.#found.length; at++) {
      const { state } = this.#found[at] as Found<S>;
      this.current = at;
      if (!visit(state, at)) return;
      for (const step of next(state)) {
        const key = this.#keyOf(step.state);
        if (!this.#places.has(key)) {
          if (this.#found.length >= limit) {
            this.complete = false;
            return;
          }
          this.#add(key, step.state, at, step.words);
        }
        this.steps.push([at, this.#places.get(key) ?? 0, step.fires ?? false]);
      }
    }
  }

  states(): readonly S[] {
    return this.#found.map(({ state }) => state);
  }

  /** What happens on the way to a state, in order. */
  wayTo(at: number): readonly string[] {
    const words: string[] = [];
    for (let found = this.#found[at]; found !== undefined; found = this.#found[found.before]) {
      if (found.words !== '') words.push(found.words);
    }
    return words.reverse();
  }

  #add(key: string, state: S, before: number, words: string): void {
    this.#places.set(key, this.#found.length);
    this.#found.push({ state, before, words });
  }
}
