/**
 * Numbers of packets, abstracted: exact as far as a node's conditions can tell, `many` beyond.
 *
 * P1 the abstraction of a port has the values 0 … most; `most` stands for that many or more, unless the
 *    port has so many slots.
 * P2 a term of the node holds for `most` exactly if it holds for every count that it stands for.
 */
import type { InConditionSpec, Take, Term } from '../../machines/spec.ts';

/** What a port's abstract count can be. */
export interface CountRange {
  readonly most: number;
  /** `most` stands for that many or more. */
  readonly open: boolean;
}

type Atom = Exclude<Term, { readonly type: 'and' | 'or' | 'not' }>;

function atomsOf(term: Term): readonly Atom[] {
  if (term.type === 'not') return atomsOf(term.term);
  if (term.type === 'and' || term.type === 'or') return term.terms.flatMap(atomsOf);
  return [term as Atom];
}

/** For a port with `slots`, from which and about which `conditions` say something. */
export function countRange(
  port: number,
  slots: number | null,
  conditions: readonly InConditionSpec[],
): CountRange {
  let most = 1;
  let asksForFull = false;
  for (const { term, takes } of conditions) {
    for (const atom of atomsOf(term)) {
      if (atom.port !== port) continue;
      if (atom.type === 'count') most = Math.max(most, atom.n + 1);
      if (atom.type === 'full' || atom.type === 'nonfull') asksForFull = true;
    }
    for (const take of takes) if (take.port === port) most = Math.max(most, take.count ?? 1);
  }
  if (slots !== null && (asksForFull || slots <= most)) return { most: slots, open: false };
  return { most, open: true };
}

/** One packet more; null where there is no slot. */
export function oneMore(count: number, { most, open }: CountRange): number | null {
  if (count < most) return count + 1;
  return open ? most : null;
}

/** What may be left of an abstract count after `take`: several where it stood for many. */
export function leftAfter(count: number, { count: taken }: Take, range: CountRange): number[] {
  if (taken === null) return [0];
  const least = Math.max(0, count - taken);
  if (!range.open || count < range.most) return [least];
  return Array.from({ length: range.most - least + 1 }, (_, more) => least + more);
}
