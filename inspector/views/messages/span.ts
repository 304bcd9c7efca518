/** Which records the messages are of: so many until the instant shown, or from one to another. */
import { type Store, createStore } from '../../store/store.ts';

export interface SpanChoice {
  /** So many records until the instant; null: those of `fixed`. */
  readonly last: number | null;
  readonly fixed: { readonly from: number; readonly to: number } | null;
  /** Ports and epochs stand in the lane of their node. */
  readonly isFolded: boolean;
  /** Only messages of this lane. */
  readonly lane: string | null;
}

export const spanChoice: Store<SpanChoice> = createStore<SpanChoice>({
  last: 60,
  fixed: null,
  isFolded: false,
  lane: null,
});

export const spanLengths = [20, 60, 200, 1000] as const;

/** First and last record of the span, within the history. */
export function spanOf(
  { last, fixed }: Pick<SpanChoice, 'last' | 'fixed'>,
  at: number,
  first: number,
): { readonly from: number; readonly to: number } {
  if (fixed !== null) return fixed;
  return { from: Math.max(first, at - (last ?? 1) + 1), to: Math.max(at, first) };
}
