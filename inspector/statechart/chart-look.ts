/** How statecharts are looked at: what of them is drawn, where the canvas stands, and which message is opened. */
import { type Stand, standField } from '../layout/stand.ts';
import { createKeptStore, flagField, orNull, textField } from '../store/kept-store.ts';
import type { Store } from '../store/store.ts';

export interface ChartLook {
  /** Transitions that stay within a state are drawn; null: where there are not many. */
  readonly isInner: boolean | null;
  /** The region of a parallel chart that is drawn large; `all`: each of them; null: the main one. */
  readonly region: string | null;
  /** Null: all of it is seen. */
  readonly stand: Stand | null;
  /** The message that is opened beside it: the record of its action, and its place there, as `340.2`. */
  readonly message: string | null;
}

export const chartLook: Store<ChartLook> = createKeptStore<ChartLook>({
  name: 'statechart',
  first: { isInner: null, region: null, stand: null, message: null },
  codecs: {
    isInner: orNull(flagField),
    region: orNull(textField),
    stand: orNull(standField),
    message: orNull(textField),
  },
  ofRun: ['message'],
});
