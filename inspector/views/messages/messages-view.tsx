/** Messages between actors: those of a span of the history as a sequence diagram, and what was in one. */
import { useMemo, useState } from 'react';
import type { RecordView } from '../../../src/runtime/inspector/history-view.ts';
import { Button } from '../../parts/button.tsx';
import { Nothing } from '../../parts/nothing.tsx';
import { useAnswer, usePaced } from '../../store/answers.ts';
import { page } from '../../store/page.ts';
import { useStore } from '../../store/store.ts';
import { count, several } from '../../words/numbers.ts';
import { Pending } from '../parts.tsx';
import { MessagePane } from './message-pane.tsx';
import { SequenceDiagram } from './sequence-diagram.tsx';
import { actorsOf, sequenceOf } from './sequence.ts';
import { spanChoice, spanLengths, spanOf } from './span.ts';

const mostMessages = 2000;
const mostRecords = 1000;
const paceMs = 500;

/** The span by two numbers, for one that does not move with time. */
function Fixed({ from, to }: { readonly from: number; readonly to: number }) {
  const last = useStore(page, ({ position }) => position?.last ?? 0);
  const [texts, setTexts] = useState({ from: String(from), to: String(to) });
  const change = (texts: { readonly from: string; readonly to: string }): void => {
    setTexts(texts);
    const [first, end] = [Number(texts.from), Number(texts.to)];
    if (!Number.isInteger(first) || !Number.isInteger(end) || first < 1 || end < first) return;
    spanChoice.set({ fixed: { from: first, to: Math.min(end, Math.max(last, first)) } });
  };
  const isWrong = Number(texts.from) < 1 || Number(texts.to) < Number(texts.from);
  return (
    <span className="row">
      {(['from', 'to'] as const).map((side) => (
        <label key={side} className="row">
          <span className="muted">{side} #</span>
          <input
            className="field number-field"
            inputMode="numeric"
            value={texts[side]}
            aria-label={`${side === 'from' ? 'First' : 'Last'} record`}
            aria-invalid={isWrong}
            onChange={(event) => change({ ...texts, [side]: event.target.value.trim() })}
          />
        </label>
      ))}
    </span>
  );
}

function Bar({ from, to, total }: { from: number; to: number; total: number | null }) {
  const { last, fixed, isFolded, lane } = useStore(spanChoice, (value) => value);
  return (
    <div className="view-bar">
      <div className="switch" role="group" aria-label="Span of records">
        {spanLengths.map((length) => (
          <button
            key={length}
            type="button"
            aria-pressed={fixed === null && last === length}
            title={`The ${count(length)} records until the instant shown`}
            onClick={() => spanChoice.set({ last: length, fixed: null })}
          >
            {count(length)}
          </button>
        ))}
        <button
          type="button"
          aria-pressed={fixed !== null}
          title="From one record to another, whatever instant is shown"
          onClick={() => spanChoice.set({ fixed: fixed === null ? { from, to } : null })}
        >
          From–to
        </button>
      </div>
      {fixed === null ? (
        <span className="muted">records until the instant</span>
      ) : (
        <Fixed from={fixed.from} to={fixed.to} />
      )}
      <Button
        word="Fold ports and epochs"
        isPressed={isFolded}
        title="One lane for each node"
        onPress={() => spanChoice.set({ isFolded: !isFolded })}
      />
      {lane === null ? null : (
        <Button
          word={`Only ${lane.replace(/^(?:node|epoch):/, '')}`}
          isPressed
          title="Show the messages of all actors again"
          onPress={() => spanChoice.set({ lane: null })}
        />
      )}
      <span className="spring" />
      <span className="muted">
        {total === null ? '' : `${several(total, 'message')} · `}#{count(from)} – #{count(to)}
      </span>
    </div>
  );
}

/** The actions of the span by their numbers. */
function useActions(from: number, to: number): ReadonlyMap<number, RecordView> {
  const { answer } = useAnswer('records', { from, to: Math.max(to, from), limit: mostRecords });
  return useMemo(
    () =>
      new Map(
        (answer?.records ?? [])
          .filter(({ type }) => type === 'action')
          .map((record) => [record.seq, record]),
      ),
    [answer],
  );
}

export function MessagesView() {
  const choice = useStore(spanChoice, (value) => value);
  const graph = useStore(page, (now) => now.graph);
  const isLive = useStore(page, (now) => now.at === null);
  const shown = useStore(page, ({ at, shown, position }) => at ?? shown?.at ?? position?.last ?? 0);
  const at = usePaced(shown, isLive ? paceMs : 0);
  const first = useStore(page, ({ position }) => Math.max(1, position?.first ?? 1));
  const chosen = choice.message;
  const setChosen = (message: string | null): void => spanChoice.set({ message });
  const { from, to } = spanOf(choice, at, first);
  const actors = useMemo(() => {
    if (choice.lane === null) return null;
    const node = graph?.nodes.find(({ name }) => `node:${name}` === choice.lane);
    const ports = [
      ...(node?.inPorts ?? []).map(({ name }) => ({ side: 'in' as const, name })),
      ...(node?.outPorts ?? []).map(({ name }) => ({ side: 'out' as const, name })),
    ];
    return actorsOf(choice.lane, ports, choice.isFolded);
  }, [choice.lane, choice.isFolded, graph]);
  const isBefore = at < first;
  const { answer, refusal } = useAnswer(
    'messages',
    isBefore
      ? null
      : { from, to, limit: mostMessages, ...(actors === null ? {} : { actors: [...actors] }) },
  );
  const actions = useActions(from, to);
  const nodes = useMemo(() => graph?.nodes.map(({ name }) => name) ?? [], [graph]);
  const sequence = useMemo(
    () => sequenceOf(answer?.messages.items ?? [], nodes, choice.isFolded),
    [answer, nodes, choice.isFolded],
  );
  const message = answer?.messages.items.find(({ seq, index }) => `${seq}.${index}` === chosen);
  const total = answer?.messages.total ?? null;
  const left = (total ?? 0) - (answer?.messages.items.length ?? 0);
  return (
    <div className="listing">
      <Bar key={choice.fixed === null ? 'moving' : 'fixed'} from={from} to={to} total={total} />
      {left > 0 || answer?.isWhole === false ? (
        <p className="view-note">
          {left > 0
            ? `The first ${count(mostMessages)} are shown, and ${count(left)} not: choose a shorter span, or one actor by the head of its lane.`
            : 'Messages of the beginning of this span are not known any more.'}
        </p>
      ) : null}
      <div className="listing-body">
        <div className="listing-main">
          {isBefore ? (
            <Nothing title="Before the first action">No actor has sent anything yet.</Nothing>
          ) : answer === null ? (
            <Pending what="the messages; a long history is gone through first" refusal={refusal} />
          ) : sequence.rows.length === 0 ? (
            <Nothing title="No message in this span">
              Its records are events of an action before it, or the lane that is chosen was silent.
            </Nothing>
          ) : (
            <SequenceDiagram
              sequence={sequence}
              actions={actions}
              selected={chosen}
              onSelect={setChosen}
            />
          )}
        </div>
        {message === undefined ? null : (
          <MessagePane message={message} onClose={() => setChosen(null)} />
        )}
      </div>
    </div>
  );
}
