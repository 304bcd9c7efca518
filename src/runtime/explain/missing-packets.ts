/** What a salvo term lacks: per port, how many packets more (or fewer) would make it hold. */
import type { Counts, Slots } from '../../machines/salvo.ts';
import { isFull, termHolds } from '../../machines/salvo.ts';
import type { CountOperator, Term } from '../../machines/spec.ts';

/** By port index: packets to come (positive) or to go (negative). */
export type Lack = ReadonlyMap<number, number>;

const nothing: Lack = new Map();

const opposite: Readonly<Record<CountOperator, CountOperator>> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};

function distance(count: number, op: CountOperator, n: number): number {
  switch (op) {
    case '==':
      return n - count;
    case '!=':
      return count === n ? 1 : 0;
    case '<':
      return Math.min(0, n - 1 - count);
    case '<=':
      return Math.min(0, n - count);
    case '>':
      return Math.max(0, n + 1 - count);
    case '>=':
      return Math.max(0, n - count);
  }
}

/** The change of one port's count that makes an atom true, or false where `wanted` is false. */
function atomLack(
  term: Extract<Term, { port: number }>,
  wanted: boolean,
  counts: Counts,
  slots: Slots,
): number {
  const count = counts[term.port] ?? 0;
  const limit = slots[term.port] ?? null;
  switch (term.type) {
    case 'empty':
      return distance(count, wanted ? '==' : '>', 0);
    case 'nonempty':
      return distance(count, wanted ? '>' : '==', 0);
    case 'full':
    case 'nonfull': {
      const wantsFull = (term.type === 'full') === wanted;
      if (isFull(count, limit) === wantsFull || limit === null) return 0;
      return wantsFull ? limit - count : limit - 1 - count;
    }
    case 'count':
      return distance(count, wanted ? term.op : opposite[term.op], term.n);
  }
}

function sizeOf(lack: Lack): number {
  let size = 0;
  for (const by of lack.values()) size += by < 0 ? Number.MAX_SAFE_INTEGER / 2 ** 20 : by;
  return size;
}

/** All of them together: per port the largest change. */
function merged(lacks: readonly Lack[]): Lack {
  const all = new Map<number, number>();
  for (const [port, by] of lacks.flatMap((lack) => [...lack])) {
    const before = all.get(port) ?? 0;
    if (Math.abs(by) > Math.abs(before)) all.set(port, by);
  }
  return all;
}

/**
 * The smallest lack found that makes the term hold (or, with `wanted` false, not hold); of several
 * ways the first that only needs more packets. Empty where it holds already, or nothing would help.
 */
export function lackOf(term: Term, counts: Counts, slots: Slots, wanted = true): Lack {
  if (termHolds(term, counts, slots) === wanted) return nothing;
  if (term.type === 'not') return lackOf(term.term, counts, slots, !wanted);
  if ('terms' in term) {
    const lacks = term.terms.map((part) => lackOf(part, counts, slots, wanted));
    if ((term.type === 'and') === wanted) return merged(lacks);
    const helping = lacks.filter((lack) => lack.size > 0);
    return helping.reduce(
      (best, lack) => (sizeOf(lack) < sizeOf(best) ? lack : best),
      helping[0] ?? nothing,
    );
  }
  const by = atomLack(term, wanted, counts, slots);
  return by === 0 ? nothing : new Map([[term.port, by]]);
}

/** The atoms of a term, in order. */
export function atomsOf(term: Term): readonly Extract<Term, { port: number }>[] {
  if (term.type === 'not') return atomsOf(term.term);
  if ('terms' in term) return term.terms.flatMap(atomsOf);
  return [term];
}
