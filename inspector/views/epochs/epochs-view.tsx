/** The epochs of the run: as a table or along time, and the one that is chosen beside it. */
import { Button } from '../../parts/button.tsx';
import { Shape } from '../../parts/state-mark.tsx';
import { go, page } from '../../store/page.ts';
import { useStore } from '../../store/store.ts';
import { epochStatus } from '../../store/tones.ts';
import { nodeOf } from '../../words/places.ts';
import { FilterText, NodeChoice, chooseNode } from '../parts.tsx';
import { EpochDetailPane } from './epoch-detail.tsx';
import { EpochTable, isFiltered } from './epoch-table.tsx';
import { epochFilter, epochWords, toggled } from './filter.ts';
import { Timeline } from './timeline.tsx';

function States() {
  const states = useStore(epochFilter, (value) => value.states);
  return (
    <div className="chips" role="group" aria-label="States">
      {epochWords.map((word) => {
        const { tone, word: shown } = epochStatus(word);
        return (
          <button
            key={word}
            type="button"
            className={`filter-chip tone-${tone}`}
            aria-pressed={states.includes(word)}
            onClick={() => epochFilter.set({ states: toggled(states, word) })}
          >
            <Shape tone={tone} size={9} />
            {shown}
          </button>
        );
      })}
    </div>
  );
}

function Bar() {
  const filter = useStore(epochFilter, (value) => value);
  const node = useStore(page, ({ actor }) => nodeOf(actor));
  const graph = useStore(page, (now) => now.graph);
  const isAny = node !== null || isFiltered(filter);
  return (
    <div className="view-bar">
      <div className="switch" role="group" aria-label="Look">
        {(['table', 'timeline'] as const).map((look) => (
          <button
            key={look}
            type="button"
            aria-pressed={filter.look === look}
            onClick={() => epochFilter.set({ look })}
          >
            {look === 'table' ? 'Table' : 'Timeline'}
          </button>
        ))}
      </div>
      <FilterText
        label="Filter epochs"
        value={filter.text}
        onText={(text) => epochFilter.set({ text })}
      />
      <NodeChoice
        nodes={graph?.nodes.map(({ name }) => name) ?? []}
        value={node}
        onChoose={chooseNode}
      />
      <States />
      <span className="spring" />
      {isAny ? (
        <Button
          word="Show all"
          look="plain"
          onPress={() => {
            epochFilter.set({ text: '', states: [] });
            chooseNode(null);
          }}
        />
      ) : null}
    </div>
  );
}

export function EpochsView() {
  const look = useStore(epochFilter, (value) => value.look);
  const epoch = useStore(page, (now) => now.epoch);
  return (
    <div className="listing">
      <Bar />
      <div className="listing-body">
        <div className="listing-main">
          {look === 'table' ? <EpochTable isNarrow={epoch !== null} /> : <Timeline />}
        </div>
        {epoch === null ? null : (
          <EpochDetailPane key={epoch} epoch={epoch} onClose={() => go({ epoch: null })} />
        )}
      </div>
    </div>
  );
}
