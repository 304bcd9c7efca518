/** What the lines of the log are narrowed to, which one is opened, and whether the end is followed. */
import {
  createKeptStore,
  flagField,
  numberField,
  orNull,
  textField,
} from '../../store/kept-store.ts';
import type { Store } from '../../store/store.ts';

export interface LogFilter {
  readonly text: string;
  /** pino's number: this level and above. */
  readonly level: number;
  /** Of the epoch that is chosen alone. */
  readonly isOfEpoch: boolean;
  /** The last line stays in sight. */
  readonly isFollowing: boolean;
  /** The line that is opened, by its number. */
  readonly line: number | null;
}

export const logFilter: Store<LogFilter> = createKeptStore<LogFilter>({
  name: 'logs',
  first: { text: '', level: 0, isOfEpoch: false, isFollowing: true, line: null },
  codecs: {
    text: textField,
    level: numberField,
    isOfEpoch: flagField,
    isFollowing: flagField,
    line: orNull(numberField),
  },
  ofRun: ['isOfEpoch', 'line'],
});
