/** What the table and the timeline of epochs are narrowed to; it outlives going to another view. */
import type { EpochRow, EpochWord } from '../../../src/runtime/inspector/history-view.ts';
import { type Store, createStore } from '../../store/store.ts';
import type { Range } from './ruler.ts';

export interface EpochFilter {
  readonly text: string;
  /** Empty: all. */
  readonly states: readonly EpochWord[];
  readonly sort: 'opened' | 'node' | 'state' | 'duration' | 'attempts';
  readonly down: boolean;
  readonly look: 'table' | 'timeline';
  /** Null: all of the run's time, as it grows. */
  readonly range: Range | null;
}

export const epochFilter: Store<EpochFilter> = createStore<EpochFilter>({
  text: '',
  states: [],
  sort: 'opened',
  down: false,
  look: 'table',
  range: null,
});

/** States of epochs in the order of their life. */
export const epochWords: readonly EpochWord[] = [
  'startable',
  'running',
  'retrying',
  'finished',
  'failed',
  'timedOut',
  'cancelled',
];

export function toggled(states: readonly EpochWord[], word: EpochWord): readonly EpochWord[] {
  return states.includes(word) ? states.filter((each) => each !== word) : [...states, word];
}

/** Whether a row is let through by text and states, as the server does it for the table. */
export function isLetThrough(
  row: Pick<EpochRow, 'epoch' | 'node' | 'condition' | 'note' | 'state'>,
  { text, states }: Pick<EpochFilter, 'text' | 'states'>,
): boolean {
  if (states.length > 0 && !states.includes(row.state)) return false;
  const part = text.trim().toLowerCase();
  return `${row.epoch} ${row.node} ${row.condition} ${row.note ?? ''}`.toLowerCase().includes(part);
}
