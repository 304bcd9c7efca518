/** Salvo terms decided: whether a term holds over live counts, and what a condition would take. */
import type { CountOperator, Take, Term } from './spec.ts';

/** Packets waiting per port, by port index. */
export type Counts = readonly number[];
/** Slots per port, by port index; null = infinite. */
export type Slots = readonly (number | null)[];

function compare(left: number, op: CountOperator, right: number): boolean {
  switch (op) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

/** Whether `term` holds where port `i` has `counts[i]` packets. `full` never holds for infinite slots. */
export function termHolds(term: Term, counts: Counts, slots: Slots): boolean {
  switch (term.type) {
    case 'empty':
      return (counts[term.port] ?? 0) === 0;
    case 'nonempty':
      return (counts[term.port] ?? 0) > 0;
    case 'full':
      return isFull(counts[term.port] ?? 0, slots[term.port] ?? null);
    case 'nonfull':
      return !isFull(counts[term.port] ?? 0, slots[term.port] ?? null);
    case 'count':
      return compare(counts[term.port] ?? 0, term.op, term.n);
    case 'and':
      return term.terms.every((t) => termHolds(t, counts, slots));
    case 'or':
      return term.terms.some((t) => termHolds(t, counts, slots));
    case 'not':
      return !termHolds(term.term, counts, slots);
  }
}

/** Whether a port with `slots` (null = infinite) and `count` packets has no free slot. */
export function isFull(count: number, slots: number | null): boolean {
  return slots !== null && count >= slots;
}

/** Packets that `takes` would take in all. */
export function takenInAll(takes: readonly Take[], counts: Counts): number {
  let sum = 0;
  for (const take of takes) sum += takenFrom(take, counts);
  return sum;
}

/** Packets that `take` would take from its port. */
export function takenFrom(take: Take, counts: Counts): number {
  const waiting = counts[take.port] ?? 0;
  return take.count === null ? waiting : Math.min(take.count, waiting);
}
