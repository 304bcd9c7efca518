/** What the lines of the log are narrowed to; it outlives going to another view. */
import { type Store, createStore } from '../../store/store.ts';

export interface LogFilter {
  readonly text: string;
  /** pino's number: this level and above. */
  readonly level: number;
  /** Of the epoch that is chosen alone. */
  readonly isOfEpoch: boolean;
}

export const logFilter: Store<LogFilter> = createStore<LogFilter>({
  text: '',
  level: 0,
  isOfEpoch: false,
});
