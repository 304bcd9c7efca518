/**
 * Whether an input condition can ever take a packet: whether some counts of waiting packets make its
 * term true while a port that it takes from is not empty.
 *
 * Only a few counts of each port matter, those around the numbers that the term compares with; they
 * are tried port by port, cutting off where the term is decided. The search has a limit, for one
 * condition and for all of a graph: what is too intricate to decide within it counts as possible.
 */
import { termHolds } from '../machines/salvo.ts';
import type { Slots } from '../machines/salvo.ts';
import type { Take, Term } from '../machines/spec.ts';

/** Atoms looked at for one condition and port, at most. */
const atomsPerSearch = 50_000;

/** What all searches of one graph may cost together. */
export class SearchBudget {
  #atoms = 2_000_000;

  /** Takes a share out of it, as large as one search may be. */
  take(): number {
    return Math.min(this.#atoms, atomsPerSearch);
  }

  spend(atoms: number): void {
    this.#atoms -= atoms;
  }
}

/** Stands for a count that is not chosen yet. */
const undecided = -1;

type Atom = Exclude<Term, { readonly type: 'and' | 'or' | 'not' }>;

class Search {
  readonly #term: Term;
  readonly #slots: Slots;
  readonly #candidates = new Map<number, Set<number>>();
  readonly #counts: number[];
  readonly #budget: SearchBudget;
  #atomsLeft = 0;

  constructor(term: Term, slots: Slots, budget: SearchBudget) {
    this.#budget = budget;
    this.#term = term;
    this.#slots = slots;
    this.#counts = slots.map(() => undecided);
    this.#collect(term);
  }

  /** Whether the term can hold with at least one packet at `port`. */
  possibleWith(port: number): boolean {
    this.#counts.fill(undecided);
    const around = this.#candidates.get(port) ?? new Set([1]);
    const others = [...this.#candidates.keys()].filter((other) => other !== port);
    const share = this.#budget.take();
    this.#atomsLeft = share;
    const possible = [...around]
      .filter((n) => n > 0)
      .some((n) => {
        this.#counts[port] = n;
        return this.#assign(others, 0);
      });
    this.#budget.spend(share - this.#atomsLeft);
    return possible;
  }

  #collect(term: Term): void {
    switch (term.type) {
      case 'and':
      case 'or':
        for (const each of term.terms) this.#collect(each);
        return;
      case 'not':
        this.#collect(term.term);
        return;
      default:
        this.#collectAtom(term);
    }
  }

  #collectAtom(term: Atom): void {
    const slots = this.#slots[term.port] ?? null;
    const set = this.#candidates.get(term.port) ?? new Set([1, 0]);
    const add = (n: number): void => {
      if (n >= 0 && (slots === null || n <= slots)) set.add(n);
    };
    if (slots !== null) [slots, slots - 1].forEach(add);
    if (term.type === 'count') [term.n, term.n + 1, term.n - 1].forEach(add);
    this.#candidates.set(term.port, set);
  }

  #assign(ports: readonly number[], from: number): boolean {
    const holds = this.#holds(this.#term);
    const port = ports[from];
    if (holds !== undefined || port === undefined || this.#atomsLeft <= 0) return holds ?? true;
    for (const n of this.#candidates.get(port) ?? []) {
      this.#counts[port] = n;
      if (this.#assign(ports, from + 1)) return true;
    }
    this.#counts[port] = undecided;
    return false;
  }

  /** Undefined where the ports without a count decide. */
  #holds(term: Term): boolean | undefined {
    switch (term.type) {
      case 'not': {
        const holds = this.#holds(term.term);
        return holds === undefined ? undefined : !holds;
      }
      case 'and':
        return this.#all(term.terms, false);
      case 'or':
        return this.#all(term.terms, true);
      default:
        return this.#atom(term);
    }
  }

  /** `decisive` once one of the terms is, its opposite once all are that. */
  #all(terms: readonly Term[], decisive: boolean): boolean | undefined {
    let open = false;
    for (const term of terms) {
      const holds = this.#holds(term);
      if (holds === decisive) return decisive;
      open ||= holds === undefined;
    }
    return open ? undefined : !decisive;
  }

  #atom(term: Atom): boolean | undefined {
    this.#atomsLeft -= 1;
    const count = this.#counts[term.port];
    return count === undecided ? undefined : termHolds(term, this.#counts, this.#slots);
  }
}

/** Whether a condition with `term` and `takes` can open an epoch with at least one packet. */
export function takesPossible(
  term: Term,
  takes: readonly Take[],
  slots: Slots,
  budget: SearchBudget,
): boolean {
  const search = new Search(term, slots, budget);
  return takes.some((take) => search.possibleWith(take.port));
}
