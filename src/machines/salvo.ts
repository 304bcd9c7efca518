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

/** A count that is known better than what `counts` says. */
export interface Known {
  readonly port: number;
  readonly count: number;
}

function countOf(counts: Counts, port: number, known: Known | null): number {
  return known !== null && known.port === port ? known.count : (counts[port] ?? 0);
}

/**
 * Whether `term` holds where port `i` has `counts[i]` packets, but for what is `known`. `full` never
 * holds for infinite slots.
 */
export function termHolds(
  term: Term,
  counts: Counts,
  slots: Slots,
  known: Known | null = null,
): boolean {
  switch (term.type) {
    case 'empty':
      return countOf(counts, term.port, known) === 0;
    case 'nonempty':
      return countOf(counts, term.port, known) > 0;
    case 'full':
      return isFull(countOf(counts, term.port, known), slots[term.port] ?? null);
    case 'nonfull':
      return !isFull(countOf(counts, term.port, known), slots[term.port] ?? null);
    case 'count':
      return compare(countOf(counts, term.port, known), term.op, term.n);
    case 'and':
      return term.terms.every((t) => termHolds(t, counts, slots, known));
    case 'or':
      return term.terms.some((t) => termHolds(t, counts, slots, known));
    case 'not':
      return !termHolds(term.term, counts, slots, known);
  }
}

/** Whether a port with `slots` (null = infinite) and `count` packets has no free slot. */
export function isFull(count: number, slots: number | null): boolean {
  return slots !== null && count >= slots;
}

/** Packets that `takes` would take in all. */
export function takenInAll(
  takes: readonly Take[],
  counts: Counts,
  known: Known | null = null,
): number {
  let sum = 0;
  for (const take of takes) sum += takenFrom(take, counts, known);
  return sum;
}

/** Packets that `take` would take from its port. */
export function takenFrom(take: Take, counts: Counts, known: Known | null = null): number {
  const waiting = countOf(counts, take.port, known);
  return take.count === null ? waiting : Math.min(take.count, waiting);
}
