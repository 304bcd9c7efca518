/**
 * Time, over the whole history: where the page stands, what lies before and after, and the ways to go there.
 */
import { type PointerEvent, useState } from 'react';
import type { TimeMark, TimebarView } from '../../src/runtime/inspector/history-view.ts';
import { Button } from '../parts/button.tsx';
import { useKeys } from '../shell/keys.ts';
import { useAnswer } from '../store/answers.ts';
import { goTo, page } from '../store/page.ts';
import { useStore } from '../store/store.ts';
import { clockTime, count } from '../words/numbers.ts';
import { recordText } from '../words/records.ts';
import { jumpTo, stepBy, stepToError, togglePause } from './moves.ts';
import { areaPath, barHeight, barWidth, placeOf, recordAt } from './scale.ts';

const buckets = 250;
/** While a run goes on the bar is drawn anew each time that its history has grown by this share. */
const growth = 0.02;

/** Changes when the bar has to be asked for again. */
function useGrowth(): number {
  return useStore(page, ({ position, newest }) => {
    const last = position?.last ?? 0;
    if (newest?.net.activity === 'blocked' || last < 100) return last;
    return -Math.floor(Math.log(last) / Math.log(1 + growth));
  });
}

const markTones: Readonly<Record<TimeMark['kind'], string>> = {
  failed: 'failed',
  timedOut: 'failed',
  violation: 'failed',
  rejected: 'blocked',
  retry: 'throttled',
  blocked: 'blocked',
  net: 'idle',
  break: 'saturated',
};

function Mark({ mark, bar }: { readonly mark: TimeMark; readonly bar: TimebarView }) {
  return (
    <button
      type="button"
      className={`mark tone-${markTones[mark.kind]}`}
      data-kind={mark.kind}
      style={{ left: `${(placeOf(mark.seq, bar) / barWidth) * 100}%` }}
      title={`#${mark.seq} ${mark.text}`}
      aria-label={`Go to record ${mark.seq}: ${mark.text}`}
      tabIndex={-1}
      onPointerDown={(event) => event.stopPropagation()}
      onClick={() => goTo(mark.seq)}
    />
  );
}

function Bar({ bar }: { readonly bar: TimebarView }) {
  const seq = useStore(page, ({ at, shown }) => at ?? shown?.at ?? 0);
  const isLive = useStore(page, (now) => now.at === null);
  const last = useStore(page, (now) => now.position?.last ?? 0);
  const [hovered, setHovered] = useState<number | null>(null);
  const range = { from: bar.from, to: Math.max(bar.to, last) };
  const shareOf = (event: PointerEvent<HTMLElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return (event.clientX - left) / width;
  };
  const scrub = (event: PointerEvent<HTMLElement>): void => goTo(recordAt(shareOf(event), range));
  const shownAt = isLive ? range.to : seq;
  const place = (placeOf(shownAt, range) / barWidth) * 100;
  return (
    <div
      className="bar"
      role="slider"
      tabIndex={0}
      aria-label="Record of the history that is shown"
      aria-valuemin={range.from}
      aria-valuemax={range.to}
      aria-valuenow={shownAt}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        scrub(event);
      }}
      onPointerMove={(event) => {
        setHovered(shareOf(event));
        if (event.buttons === 1) scrub(event);
      }}
      onPointerLeave={() => setHovered(null)}
    >
      <svg viewBox={`0 0 ${barWidth} ${barHeight}`} preserveAspectRatio="none" aria-hidden="true">
        <path className="starts" d={areaPath(bar.starts, Math.max(...bar.starts, 1))} />
        <path className="errors" d={areaPath(bar.errors, Math.max(...bar.errors, 1))} />
      </svg>
      <div className="bar-after" style={{ left: `${place}%` }} />
      {bar.marks.map((mark) => (
        <Mark key={mark.seq} mark={mark} bar={bar} />
      ))}
      <div className={`head${isLive ? ' live' : ''}`} style={{ left: `${place}%` }} />
      {hovered === null ? null : (
        <div
          className={`hover${hovered > 0.9 ? ' left' : ''}`}
          style={{ left: `${Math.min(Math.max(hovered, 0), 1) * 100}%` }}
        >
          #{count(recordAt(hovered, range))}
        </div>
      )}
    </div>
  );
}

/** The record that the page stands at, in words. */
function Now() {
  const at = useStore(page, (now) => now.at);
  const shownAt = useStore(page, (now) => now.shown?.at ?? 0);
  const time = useStore(page, (now) => now.shown?.now ?? 0);
  const last = useStore(page, (now) => now.position?.last ?? 0);
  const seq = at ?? shownAt;
  const { answer } = useAnswer('records', seq === 0 ? null : { from: seq, to: seq, limit: 1 });
  const [record] = answer?.records ?? [];
  const text = record?.seq === seq ? recordText(record) : '';
  return (
    <div className="now">
      <span className="now-seq" data-seq={seq}>
        #{count(seq)} <span className="muted">of {count(last)}</span>
      </span>
      {time === 0 ? null : <span className="muted">{clockTime(time)}</span>}
      <span className="cut now-text" title={text}>
        {seq === 0 ? 'Before the first action' : text}
      </span>
    </div>
  );
}

function Jump() {
  const [text, setText] = useState('');
  return (
    <form
      className="jump"
      onSubmit={(event) => {
        event.preventDefault();
        void jumpTo(text);
        setText('');
      }}
    >
      <input
        className="field"
        value={text}
        placeholder="Go to e12, #340"
        aria-label="Go to an epoch or a record"
        onChange={(event) => setText(event.target.value)}
      />
    </form>
  );
}

function Live() {
  const isLive = useStore(page, (now) => now.at === null);
  const isRecorded = useStore(page, (now) => now.hello?.source === 'recorded');
  if (isRecorded) {
    return (
      <Button
        word="End"
        icon="end"
        isWordShown
        title="To the end of the run (End)"
        isPressed={isLive}
        onPress={() => goTo(null)}
      />
    );
  }
  return (
    <button
      type="button"
      className="button live-button"
      aria-pressed={isLive}
      title={isLive ? 'Stand still here; the net goes on (space)' : 'Follow the run again (space)'}
      onClick={togglePause}
    >
      <span className="live-dot" />
      {isLive ? 'Live' : 'Go live'}
    </button>
  );
}

export function TimeBar() {
  const turn = useGrowth();
  const session = useStore(page, (now) => now.session);
  const { answer } = useAnswer('timebar', session === 0 ? null : { buckets, marks: 120 }, turn);
  useKeys({
    ArrowLeft: ({ repeat }) => stepBy('action', true, repeat),
    ArrowRight: ({ repeat }) => stepBy('action', false, repeat),
    'Shift+ArrowLeft': ({ repeat }) => stepBy('event', true, repeat),
    'Shift+ArrowRight': ({ repeat }) => stepBy('event', false, repeat),
    Home: () => goTo(0),
    End: () => goTo(null),
    ' ': togglePause,
    e: ({ repeat }) => stepToError(false, repeat),
    E: ({ repeat }) => stepToError(true, repeat),
  });
  return (
    <footer className="time" aria-label="Time">
      <div className="time-row">
        <div className="moves">
          <Button
            word="To the beginning"
            icon="start"
            title="To the beginning (Home)"
            onPress={() => goTo(0)}
          />
          <Button
            word="Action back"
            icon="stepBack"
            title="One action back (←)"
            onPress={() => stepBy('action', true)}
          />
          <Button
            word="Event back"
            icon="back"
            title="One event back (Shift ←)"
            onPress={() => stepBy('event', true)}
          />
          <Live />
          <Button
            word="Event on"
            icon="forward"
            title="One event on (Shift →)"
            onPress={() => stepBy('event', false)}
          />
          <Button
            word="Action on"
            icon="step"
            title="One action on (→)"
            onPress={() => stepBy('action', false)}
          />
          <Button
            word="Error before"
            icon="error"
            isWordShown
            title="The error before this instant (E); the next is e"
            onPress={() => stepToError(true)}
          />
          <Button
            word="Next error"
            icon="error"
            isWordShown
            title="The next error after this instant (e)"
            onPress={() => stepToError(false)}
          />
        </div>
        <Now />
        <Jump />
      </div>
      {answer === null ? <div className="bar" /> : <Bar bar={answer} />}
    </footer>
  );
}
