/** What the table and the timeline of epochs are narrowed to. */
import type { EpochRow, EpochWord } from '../../../src/runtime/inspector/history-view.ts';
import {
  type Codec,
  createKeptStore,
  flagField,
  listField,
  numbersField,
  orNull,
  textField,
  wordField,
} from '../../store/kept-store.ts';
import type { Store } from '../../store/store.ts';
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

const isEpochWord = (word: string): word is EpochWord =>
  (epochWords as readonly string[]).includes(word);

const pair = numbersField<readonly [number, number]>(2);

const rangeField: Codec<Range> = {
  write: ({ from, to }) => pair.write([from, to]),
  read: (text) => {
    const [from, to] = pair.read(text) ?? [0, 0];
    return from < to ? { from, to } : undefined;
  },
};

export const epochFilter: Store<EpochFilter> = createKeptStore<EpochFilter>({
  name: 'epochs',
  first: { text: '', states: [], sort: 'opened', down: false, look: 'table', range: null },
  codecs: {
    text: textField,
    states: listField(isEpochWord),
    sort: wordField(['opened', 'node', 'state', 'duration', 'attempts'] as const),
    down: flagField,
    look: wordField(['table', 'timeline'] as const),
    range: orNull(rangeField),
  },
  ofRun: ['range'],
});

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
