/** Which records the messages are of: so many until the instant shown, or from one to another; and which is opened. */
import {
  type Codec,
  createKeptStore,
  flagField,
  numberField,
  numbersField,
  orNull,
  textField,
} from '../../store/kept-store.ts';
import type { Store } from '../../store/store.ts';

export interface SpanChoice {
  /** So many records until the instant; null: those of `fixed`. */
  readonly last: number | null;
  readonly fixed: { readonly from: number; readonly to: number } | null;
  /** Ports and epochs stand in the lane of their node. */
  readonly isFolded: boolean;
  /** Only messages of this lane. */
  readonly lane: string | null;
  /** The message that is opened: the record of its action, and its place there, as `340.2`. */
  readonly message: string | null;
}

export const spanLengths = [20, 60, 200, 1000] as const;

const pair = numbersField<readonly [number, number]>(2);

const fixedField: Codec<{ readonly from: number; readonly to: number }> = {
  write: ({ from, to }) => pair.write([from, to]),
  read: (text) => {
    const [from, to] = pair.read(text) ?? [0, 0];
    const isSpan = Number.isInteger(from) && Number.isInteger(to) && from >= 1 && from <= to;
    return isSpan ? { from, to } : undefined;
  },
};

const lengthField: Codec<number> = {
  ...numberField,
  read: (text) => spanLengths.find((length) => String(length) === text),
};

export const spanChoice: Store<SpanChoice> = createKeptStore<SpanChoice>({
  name: 'messages',
  first: { last: 60, fixed: null, isFolded: false, lane: null, message: null },
  codecs: {
    last: orNull(lengthField),
    fixed: orNull(fixedField),
    isFolded: flagField,
    lane: orNull(textField),
    message: orNull(textField),
  },
  ofRun: ['fixed', 'message'],
});

/** First and last record of the span, within the history. */
export function spanOf(
  { last, fixed }: Pick<SpanChoice, 'last' | 'fixed'>,
  at: number,
  first: number,
): { readonly from: number; readonly to: number } {
  if (fixed !== null) return fixed;
  return { from: Math.max(first, at - (last ?? 1) + 1), to: Math.max(at, first) };
}
