/** The log of the run: its lines until the instant shown, following what comes. */
import { useEffect, useRef, useState } from 'react';
import type { LogView } from '../../../src/runtime/inspector/history-view.ts';
import { Button } from '../../parts/button.tsx';
import { Nothing } from '../../parts/nothing.tsx';
import { ask, page } from '../../store/page.ts';
import { useStore } from '../../store/store.ts';
import { clockTime, count, several } from '../../words/numbers.ts';
import { nodeOf } from '../../words/places.ts';
import { type Column, Grid } from '../grid.tsx';
import {
  Detail,
  EpochLink,
  FilterText,
  NodeChoice,
  NodeLink,
  Pending,
  RefusalText,
  chooseNode,
  useSettled,
} from '../parts.tsx';
import { levelOf, levels } from './levels.ts';
import { type FeedState, LogFeed, type LogWish, noFeed } from './log-feed.ts';
import { logFilter } from './log-filter.ts';
import { Level, LogText } from './log-line.tsx';

const columns: readonly Column<LogView>[] = [
  {
    id: 'time',
    title: 'Time',
    width: '98px',
    cell: ({ time }) => <span className="muted">{clockTime(time)}</span>,
  },
  { id: 'level', title: 'Level', width: '58px', cell: ({ level }) => <Level level={level} /> },
  {
    id: 'node',
    title: 'Node',
    width: 'minmax(70px, 120px)',
    cell: ({ node }) => (
      <span className="cut" title={node ?? undefined}>
        {node ?? <span className="muted">net</span>}
      </span>
    ),
  },
  {
    id: 'epoch',
    title: 'Epoch',
    width: '84px',
    cell: ({ epoch }) => (epoch === null ? null : <EpochLink epoch={epoch} />),
  },
  {
    id: 'text',
    title: 'Line',
    width: 'minmax(200px, 1fr)',
    cell: ({ text, fields }) => (
      <span className="cut line-text">
        {text}
        {fields === '' ? null : <span className="log-fields mono"> {fields}</span>}
      </span>
    ),
  },
];

/** What is wanted, by the filters and the instant shown. */
function useWish(): LogWish {
  const { text, level, isOfEpoch } = useStore(logFilter, (value) => value);
  const settled = useSettled(text.trim());
  const node = useStore(page, ({ actor }) => nodeOf(actor));
  const epoch = useStore(page, (now) => now.epoch);
  const until = useStore(page, ({ at, shown }) => (at === null ? null : (shown?.now ?? 0)));
  return {
    ...(level === 0 ? {} : { level }),
    ...(settled === '' ? {} : { text: settled }),
    ...(node === null ? {} : { node }),
    ...(isOfEpoch && epoch !== null ? { epoch: epoch as `e${number}` } : {}),
    ...(until === null ? {} : { until }),
  };
}

function useFeed(wish: LogWish): readonly [state: FeedState, onEarlier: () => void] {
  const [state, setState] = useState<FeedState>(noFeed);
  const feed = useRef<LogFeed | null>(null);
  const session = useStore(page, (now) => now.session);
  const lines = useStore(page, ({ tally }) => tally.logLines);
  const text = JSON.stringify(wish);
  useEffect(() => {
    feed.current ??= new LogFeed((question) => ask('logs', question), setState);
    feed.current.want(session > 0 ? (JSON.parse(text) as LogWish) : null);
    return () => feed.current?.want(null);
  }, [text, session]);
  useEffect(() => feed.current?.grown(lines), [lines, text, session]);
  return [state, () => feed.current?.earlier()];
}

function Bar({ isFollowing, onFollow }: { readonly isFollowing: boolean; onFollow: () => void }) {
  const filter = useStore(logFilter, (value) => value);
  const graph = useStore(page, (now) => now.graph);
  const node = useStore(page, ({ actor }) => nodeOf(actor));
  const epoch = useStore(page, (now) => now.epoch);
  const at = useStore(page, (now) => now.at);
  const total = useStore(page, ({ tally }) => tally.logLines);
  const isGrowing = useStore(page, ({ hello }) => hello?.hasLogs === true && hello.position.isLive);
  return (
    <div className="view-bar">
      <FilterText
        label="Filter lines"
        value={filter.text}
        onText={(text) => logFilter.set({ text })}
      />
      <NodeChoice
        nodes={graph?.nodes.map(({ name }) => name) ?? []}
        value={node}
        onChoose={chooseNode}
      />
      <select
        className="field"
        aria-label="Level"
        value={filter.level}
        onChange={(event) => logFilter.set({ level: Number(event.target.value) })}
      >
        {levels.map(({ word, from }) => (
          <option key={word} value={from}>
            {from === 0 ? 'All levels' : from === 60 ? word : `${word} and above`}
          </option>
        ))}
      </select>
      {epoch === null ? null : (
        <Button
          word={`Only ${epoch}`}
          isPressed={filter.isOfEpoch}
          onPress={() => logFilter.set({ isOfEpoch: !filter.isOfEpoch })}
        />
      )}
      <span className="spring" />
      <span className="muted">{several(total, 'line')} in all</span>
      {at === null && !isGrowing ? null : at === null ? (
        <Button
          word={isFollowing ? 'Following' : 'Follow'}
          isPressed={isFollowing}
          title="Keep the last line in sight"
          onPress={onFollow}
        />
      ) : (
        <span className="badge-line">until the instant shown</span>
      )}
    </div>
  );
}

/** Rows from the top within which what was before is asked for. */
const nearTop = 12;

export function LogsView() {
  const wish = useWish();
  const [state, onEarlier] = useFeed(wish);
  const isFollowing = useStore(logFilter, (value) => value.isFollowing);
  const chosen = useStore(logFilter, (value) => value.line);
  const setFollowing = (is: boolean): void => logFilter.set({ isFollowing: is });
  const setChosen = (line: number | null): void => logFilter.set({ line });
  const hasLogs = useStore(page, ({ hello }) => hello?.hasLogs === true);
  const at = useStore(page, (now) => now.at);
  const { lines } = state;
  const line = lines.find((each) => each.line === chosen);
  const isFiltered = Object.keys(wish).some((key) => key !== 'until');
  return (
    <div className="listing">
      <Bar isFollowing={isFollowing} onFollow={() => setFollowing(!isFollowing)} />
      <div className="listing-body">
        <div className="listing-main">
          {state.refusal === null ? null : <RefusalText refusal={state.refusal} />}
          {hasLogs ? (
            <Lines
              state={state}
              isFiltered={isFiltered}
              isPast={at !== null}
              selected={chosen}
              onSelect={setChosen}
              onEarlier={onEarlier}
              follow={{ is: isFollowing, onChange: setFollowing }}
            />
          ) : (
            <Nothing title="This run has no log">
              <code className="code">netrun run --run-dir</code> keeps the log of a run in its
              folder, in <code className="code">log.jsonl</code> beside the history. Beside this
              history there is none: a program's log is where its{' '}
              <code className="code">logDestination</code> writes it.
            </Nothing>
          )}
        </div>
        {line === undefined ? null : (
          <Detail
            label={`Line ${line.line}`}
            head={<h2>Line {count(line.line + 1)}</h2>}
            onClose={() => setChosen(null)}
          >
            <div className="row wrap">
              {line.node === null ? null : <NodeLink node={line.node} />}
              {line.epoch === null ? null : <EpochLink epoch={line.epoch} />}
            </div>
            <LogText line={line} />
          </Detail>
        )}
      </div>
    </div>
  );
}

interface LinesProps {
  readonly state: FeedState;
  readonly isFiltered: boolean;
  readonly isPast: boolean;
  readonly selected: number | null;
  readonly onSelect: (line: number) => void;
  readonly onEarlier: () => void;
  readonly follow: { readonly is: boolean; readonly onChange: (is: boolean) => void };
}

function Lines({ state, isFiltered, isPast, selected, onSelect, onEarlier, follow }: LinesProps) {
  const { lines, isFirst, shift } = state;
  if (isFirst) return state.refusal === null ? <Pending what="the log" refusal={null} /> : null;
  if (lines.length === 0) {
    return (
      <Nothing title={isFiltered ? 'No line is like that' : 'No line yet'}>
        {isFiltered
          ? 'Nothing that was written is let through by all filters.'
          : `Nothing was written${isPast ? ' until the instant shown' : ' so far'}: ctx.log and console of node functions come here.`}
      </Nothing>
    );
  }
  return (
    <Grid
      label="Lines of the log"
      columns={columns}
      rowHeight={26}
      total={lines.length}
      rowAt={(index) => lines[index]}
      keyOf={({ line }) => String(line)}
      selected={selected === null ? null : String(selected)}
      onSelect={({ line }) => onSelect(line)}
      onSeen={({ first }) => {
        if (first < nearTop) onEarlier();
      }}
      shift={shift}
      classOf={({ level }) => `log tone-${levelOf(level).tone}`}
      follow={follow}
    />
  );
}
