/** One packet: its value, where it has been, and its lineage. */
import { useState } from 'react';
import type { PacketDetail } from '../../../src/runtime/inspector/history-view.ts';
import { Button } from '../../parts/button.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { useKeys } from '../../shell/keys.ts';
import { useAnswer, useAnswerAt } from '../../store/answers.ts';
import { go, page } from '../../store/page.ts';
import { useStore } from '../../store/store.ts';
import type { Status } from '../../store/tones.ts';
import { clockTime, count } from '../../words/numbers.ts';
import { placeWords } from '../../words/places.ts';
import { EpochLink, Pending, RecordLink, RefusalText, Section, Value } from '../parts.tsx';
import { LineagePicture } from './lineage.tsx';
import { stepsOf } from './trace.ts';

/** Characters of the value: at first, and as many as one may ask for. */
const firstChars = 4000;
const mostChars = 100_000;
/** The whole history is read for where it has been. */
const paceMs = 2000;
/** Steps of the trace that are shown before one asks for all. */
const stepsShown = 40;

/** How a packet stands at the instant shown. */
function standing({ trace, location, at }: PacketDetail): Status {
  if (location !== null) {
    return location.type === 'OutsideNet'
      ? { tone: 'done', word: 'outside' }
      : { tone: 'waiting', word: 'in the net' };
  }
  const first = trace.steps[0]?.seq ?? 0;
  if (at < first) return { tone: 'idle', word: 'not made yet' };
  const end = trace.steps.findLast(({ seq }) => seq <= at)?.event;
  return end === 'PacketDestroyed'
    ? { tone: 'failed', word: 'destroyed' }
    : { tone: 'done', word: 'consumed' };
}

function Trace({ detail }: { readonly detail: PacketDetail }) {
  const at = useStore(page, (now) => now.at);
  const [isWhole, setWhole] = useState(false);
  const steps = stepsOf(detail.trace, at === null ? null : detail.at);
  const shown = isWhole ? steps : steps.slice(0, stepsShown);
  return (
    <Section title="Where it has been" count={steps.length}>
      {detail.trace.complete ? null : (
        <p className="muted">The history begins after the packet did.</p>
      )}
      <ol className="trace">
        {shown.map((step) => (
          <li key={step.seq} className={`tone-${step.tone}${step.isLater ? ' later' : ''}`}>
            <span className="trace-dot" aria-hidden="true" />
            <span className="trace-place cut" title={step.text}>
              {step.text}
            </span>
            <span className="muted trace-time">{clockTime(step.time)}</span>
            <RecordLink seq={step.seq} />
          </li>
        ))}
      </ol>
      {shown.length === steps.length ? null : (
        <Button
          word={`${count(steps.length - shown.length)} more`}
          look="plain"
          onPress={() => setWhole(true)}
        />
      )}
    </Section>
  );
}

function PacketValue({ packet, detail }: { packet: `p${number}`; detail: PacketDetail }) {
  const [isWhole, setWhole] = useState(false);
  const { answer, refusal, isLoading } = useAnswer(
    'value',
    isWhole ? { packet, chars: mostChars } : null,
  );
  const value = answer ?? detail.value;
  const isCut = detail.value.state === 'shown' && detail.value.preview.isCut;
  return (
    <Section title="Value">
      <Value value={value} />
      {refusal === null ? null : <RefusalText refusal={refusal} />}
      {isCut && !isWhole ? (
        <Button
          word="Show more of it"
          title={`Up to ${count(mostChars)} characters`}
          onPress={() => setWhole(true)}
        />
      ) : null}
      {isWhole && isLoading ? <p className="muted">Asking for more</p> : null}
    </Section>
  );
}

export function PacketPage({ packet }: { readonly packet: `p${number}` }) {
  const { answer, refusal } = useAnswerAt('packet', { packet, chars: firstChars }, paceMs);
  useKeys({ Escape: () => go({ packet: null }) });
  if (answer === null) return <Pending what={packet} refusal={refusal} />;
  const { trace, location } = answer;
  return (
    <article className="packet-page" aria-label={`Packet ${packet}`}>
      <header className="packet-head">
        <h2 className="mono">{packet}</h2>
        <StateMark {...standing(answer)} badge />
        {location === null ? null : <span className="muted cut">{placeWords(location)}</span>}
        <span className="spring" />
        {trace.maker === null ? (
          <span className="muted">from outside</span>
        ) : (
          <span className="row">
            <span className="muted">made in</span>
            <EpochLink epoch={trace.maker.epoch} node={trace.maker.node} />
          </span>
        )}
        <Button
          word="Close"
          icon="close"
          look="plain"
          title="Close (Esc)"
          onPress={() => go({ packet: null })}
        />
      </header>
      <div className="packet-columns">
        <PacketValue packet={packet} detail={answer} />
        <Trace detail={answer} />
      </div>
      <LineagePicture packet={packet} />
    </article>
  );
}
