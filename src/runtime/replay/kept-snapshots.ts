/**
 * States of a replay kept in memory, so that it can go back without beginning anew.
 *
 * Owns: which states are kept.
 * S1 together they take at most `budget` characters, unless one alone takes more.
 * S2 making them costs a bounded share of the replay: the larger a state, the further the next one.
 * S3 what is kept is spread over the whole way: where there are too many, every other one goes.
 */

/** A place between two actions, and what was gone through until there. */
export interface ReplayPlace {
  /** Number of the last record applied; 0 = none. */
  readonly seq: number;
  /** Number of the record of the last action applied. */
  readonly action: number;
  readonly actions: number;
  /** Those that were refused. */
  readonly rejected: number;
  readonly events: number;
}

/** A state and where it was taken. */
export interface KeptSnapshot {
  readonly place: ReplayPlace;
  /** The kernel's snapshot as JSON. */
  readonly text: string;
}

/** Records between two states at least. */
const smallestSpacing = 256;

/** Characters of a state that cost about as much as one record that is replayed. */
const charsPerRecord = 32;

export class KeptSnapshots {
  readonly #budget: number;
  /** By place, earliest first. */
  #kept: KeptSnapshot[] = [];
  #chars = 0;
  #spacing = smallestSpacing;
  #next = smallestSpacing;

  /** `budget` in characters. */
  constructor(budget: number) {
    this.#budget = budget;
  }

  /** How many are kept. */
  get size(): number {
    return this.#kept.length;
  }

  /** Whether a state is to be kept of a replay that stands at `seq`. */
  isDue(seq: number): boolean {
    return seq >= this.#next;
  }

  /** Keeps a state further on than all others. */
  add(snapshot: KeptSnapshot): void {
    this.#kept.push(snapshot);
    this.#chars += snapshot.text.length;
    while (this.#chars > this.#budget && this.#kept.length > 1) this.#thin();
    const byCost = Math.ceil(snapshot.text.length / charsPerRecord);
    this.#next = snapshot.place.seq + Math.max(this.#spacing, byCost);
  }

  /** The last state at or before `seq`. */
  before(seq: number): KeptSnapshot | undefined {
    return this.#kept.findLast((snapshot) => snapshot.place.seq <= seq);
  }

  /** Every other one goes, the latest stays; those to come are twice as far apart. */
  #thin(): void {
    const last = this.#kept.length - 1;
    this.#kept = this.#kept.filter((_, at) => (last - at) % 2 === 0);
    this.#chars = this.#kept.reduce((sum, { text }) => sum + text.length, 0);
    this.#spacing *= 2;
  }
}
