/** Dead letters: what finally failed epochs held, and putting it back. */
import { useState } from 'react';
import type { LetterDetail, LetterView } from '../../../src/runtime/inspector/history-view.ts';
import { Button } from '../../parts/button.tsx';
import { Nothing } from '../../parts/nothing.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { perform, useHasControls } from '../../shell/commands.ts';
import { useKeys } from '../../shell/keys.ts';
import { useAnswer } from '../../store/answers.ts';
import { go, page } from '../../store/page.ts';
import { useStore } from '../../store/store.ts';
import type { Status } from '../../store/tones.ts';
import { clockTime, count, several } from '../../words/numbers.ts';
import { nodeOf } from '../../words/places.ts';
import { type Column, Grid } from '../grid.tsx';
import {
  Detail,
  EpochLink,
  NodeChoice,
  NodeLink,
  PacketLink,
  Pending,
  Section,
  Stack,
  Value,
  chooseNode,
} from '../parts.tsx';
import { partFor } from '../windowing.ts';

const partRows = 240;
const valueChars = 4000;

const outcomes: Readonly<Record<LetterView['outcome'], Status>> = {
  failed: { tone: 'failed', word: 'failed' },
  timedOut: { tone: 'failed', word: 'timed out' },
  violation: { tone: 'blocked', word: 'violation' },
};

const columns: readonly Column<LetterView>[] = [
  {
    id: 'id',
    title: 'Letter',
    width: '72px',
    cell: ({ id }) => <span className="mono strong">{id}</span>,
  },
  {
    id: 'node',
    title: 'Node',
    width: 'minmax(80px, 160px)',
    cell: ({ node }) => (
      <span className="cut" title={node}>
        {node}
      </span>
    ),
  },
  {
    id: 'epoch',
    title: 'Epoch',
    width: '84px',
    cell: ({ epoch, run }) => <OwnEpoch epoch={epoch} run={run} />,
  },
  {
    id: 'outcome',
    title: 'Outcome',
    width: '92px',
    cell: ({ outcome }) => <StateMark {...outcomes[outcome]} />,
  },
  {
    id: 'at',
    title: 'At',
    width: '98px',
    cell: ({ at }) => <span className="muted">{clockTime(at)}</span>,
  },
  {
    id: 'attempts',
    title: 'Tries',
    width: '52px',
    isNumber: true,
    cell: ({ attempts }) => attempts,
  },
  {
    id: 'packets',
    title: 'Packets',
    width: '64px',
    isNumber: true,
    cell: ({ packets }) => count(packets),
  },
  {
    id: 'error',
    title: 'Error',
    width: 'minmax(160px, 1fr)',
    cell: ({ error }) => (
      <span className="cut bad" title={error}>
        {error}
      </span>
    ),
  },
];

/** The epoch of a letter: to be gone to where it is of this run. */
function OwnEpoch({ epoch, run }: Pick<LetterView, 'epoch' | 'run'>) {
  const own = useStore(page, ({ hello }) => hello?.run ?? '');
  return own === run ? <EpochLink epoch={epoch} /> : <span className="mono">{epoch}</span>;
}

function useLetters(part: { readonly offset: number; readonly limit: number }) {
  const node = useStore(page, ({ actor }) => nodeOf(actor));
  const open = useStore(page, ({ tally }) => tally.letters);
  // Letters of recorded runs are not told of by ticks.
  const turn = useStore(page, ({ position }) => position?.last ?? 0);
  return useAnswer(
    'letters',
    { ...part, ...(node === null ? {} : { node }) },
    `${open} ${open === 0 ? turn : ''}`,
  );
}

function Body({ letter }: { readonly letter: LetterDetail }) {
  const own = useStore(page, ({ hello }) => hello?.run ?? '');
  const isOwn = own === letter.run;
  return (
    <>
      <dl className="facts">
        <dt>epoch</dt>
        <dd>
          <OwnEpoch epoch={letter.epoch} run={letter.run} />
          {isOwn ? null : <span className="muted"> of run {letter.run}</span>}
        </dd>
        <dt>condition</dt>
        <dd className="mono">{letter.condition}</dd>
        <dt>at</dt>
        <dd>{clockTime(letter.at)}</dd>
        {letter.retryOf.length === 0 ? null : (
          <>
            <dt>retry of</dt>
            <dd className="mono">{letter.retryOf.join(', ')}</dd>
          </>
        )}
      </dl>
      <Section title="Attempts" count={letter.errors.length}>
        <ul className="throwns">
          {letter.errors.map((error, index) => (
            <li key={index} className="thrown">
              <div className="row">
                <span className="muted">try {index + 1}</span>
                <span className="spring" />
                <span className="muted">{clockTime(error.at)}</span>
              </div>
              <p className="thrown-text">
                <strong>{error.name}</strong> {error.message}
              </p>
              <Stack text={error.stack} said={`${error.name}: ${error.message}`} />
            </li>
          ))}
        </ul>
      </Section>
      <Section title="What it held" count={letter.values.length}>
        {letter.values.length === 0 ? <p className="muted">It held no packet.</p> : null}
        <ul className="packet-rows">
          {letter.values.map(({ port, packet, value }) => (
            <li key={packet}>
              <div className="row">
                <span className="mono">{port}</span>
                <span className="spring" />
                {isOwn ? <PacketLink packet={packet} /> : <span className="mono">{packet}</span>}
              </div>
              <Value value={value} />
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}

function LetterPane({ letter }: { readonly letter: string }) {
  const turn = useStore(page, ({ tally }) => tally.letters);
  const { answer, refusal } = useAnswer('letter', { letter, chars: valueChars }, turn);
  const hasControls = useHasControls();
  const [isBusy, setBusy] = useState(false);
  const close = (): void => go({ letter: null });
  const run = (type: 'retry' | 'discard') => async (): Promise<void> => {
    setBusy(true);
    if (await perform({ type, letter })) close();
    setBusy(false);
  };
  const isOff = isBusy || answer === null || !answer.canRetry;
  useKeys(hasControls && !isOff ? { r: () => void run('retry')() } : {});
  return (
    <Detail
      label={`Dead letter ${letter}`}
      onClose={close}
      head={
        <>
          <h2 className="mono">{letter}</h2>
          {answer === null ? null : (
            <>
              <NodeLink node={answer.node} />
              <StateMark {...outcomes[answer.outcome]} badge />
            </>
          )}
        </>
      }
    >
      {hasControls ? (
        <div className="row">
          <Button
            word="Retry"
            icon="retry"
            isWordShown
            look="primary"
            isOff={isOff}
            title="Put its packets back at the node's input ports, as new packets (r)"
            onPress={() => void run('retry')()}
          />
          <Button
            word="Discard"
            isOff={isOff}
            look="danger"
            title="Give up what it held"
            onPress={() => void run('discard')()}
          />
        </div>
      ) : (
        <p className="muted">
          This run cannot be changed from here: netrun dlq retries the letters of a run that is
          over.
        </p>
      )}
      {answer === null ? (
        <Pending what={`letter ${letter}`} refusal={refusal} />
      ) : (
        <Body letter={answer} />
      )}
    </Detail>
  );
}

export function LettersView() {
  const [part, setPart] = useState({ offset: 0, limit: partRows / 2 });
  const { answer, refusal } = useLetters(part);
  const letter = useStore(page, (now) => now.letter);
  const node = useStore(page, ({ actor }) => nodeOf(actor));
  const graph = useStore(page, (now) => now.graph);
  const until = useStore(page, ({ at, shown }) => (at === null ? null : (shown?.now ?? 0)));
  return (
    <div className="listing">
      <div className="view-bar">
        <NodeChoice
          nodes={graph?.nodes.map(({ name }) => name) ?? []}
          value={node}
          onChoose={chooseNode}
        />
        <span className="spring" />
        {until === null ? null : (
          <span className="badge-line">dim: written after the instant shown</span>
        )}
        <span className="muted">{answer === null ? '' : several(answer.total, 'open letter')}</span>
      </div>
      <div className="listing-body">
        <div className="listing-main">
          {answer === null ? (
            <Pending what="the dead letters" refusal={refusal} />
          ) : answer.total === 0 ? (
            <Nothing title="No dead letter">
              {node === null
                ? 'No epoch has failed finally, or what failed was retried or discarded.'
                : `None is of ${node}.`}
            </Nothing>
          ) : (
            <Grid
              label="Dead letters"
              columns={columns.filter(({ id }) => letter === null || !narrowLess.has(id))}
              total={answer.total}
              rowAt={(index) => answer.items[index - answer.offset]}
              keyOf={({ id }) => id}
              selected={letter}
              onSelect={({ id }) => go({ letter: id })}
              onSeen={(seen) => {
                const next = partFor(seen, partRows);
                if (next.offset !== part.offset || next.limit !== part.limit) setPart(next);
              }}
              classOf={({ at }) => (until !== null && at > until ? 'later' : '')}
            />
          )}
        </div>
        {letter === null ? null : <LetterPane key={letter} letter={letter} />}
      </div>
    </div>
  );
}

/** Columns that give way to the detail. */
const narrowLess: ReadonlySet<string> = new Set(['packets', 'attempts', 'outcome']);
