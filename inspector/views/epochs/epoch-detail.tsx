/** One epoch: how it went, what went in and came out, what it threw, what it said. */
import { useState } from 'react';
import type { EpochDetail, ErrorView } from '../../../src/runtime/inspector/history-view.ts';
import type { PacketId, SalvoPackets } from '../../../src/machines/action.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icons.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { useAnswer, useAnswerAt } from '../../store/answers.ts';
import { go, goTo } from '../../store/page.ts';
import { epochStatus } from '../../store/tones.ts';
import { clockTime, count, several, span } from '../../words/numbers.ts';
import { LogText } from '../logs/log-line.tsx';
import {
  Detail,
  NodeLink,
  PacketLink,
  Pending,
  RecordLink,
  RefusalText,
  Section,
  Stack,
  Value,
  ValueText,
} from '../parts.tsx';
import { durationOf, waitOf } from './bars.ts';
import { useRunTime } from './epoch-table.tsx';

/** Characters of a value in a list, and log lines, that are asked for. */
const valueChars = 1500;
const logLines = 200;
/** Packets of a salvo that are shown before one asks for all of them. */
const packetsShown = 12;

function PacketRow({ port, packet }: { readonly port: string; readonly packet: PacketId }) {
  const [isOpen, setOpen] = useState(false);
  const { answer, refusal } = useAnswer('value', isOpen ? { packet, chars: valueChars } : null);
  return (
    <li className="packet-row">
      <div className="row">
        <button
          type="button"
          className="unfold"
          aria-expanded={isOpen}
          aria-label={`Value of ${packet}`}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name={isOpen ? 'fold' : 'unfold'} size={11} />
          <span className="mono">{port}</span>
        </button>
        <span className="spring" />
        <PacketLink packet={packet} />
      </div>
      {isOpen && answer !== null ? <Value value={answer} /> : null}
      {isOpen && refusal !== null ? <RefusalText refusal={refusal} /> : null}
    </li>
  );
}

function Packets({ packets }: { readonly packets: SalvoPackets }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? packets : packets.slice(0, packetsShown);
  return (
    <ul className="packet-rows">
      {shown.map(([port, packet]) => (
        <PacketRow key={packet} port={port} packet={packet} />
      ))}
      {shown.length === packets.length ? null : (
        <li>
          <Button
            word={`${count(packets.length - shown.length)} more`}
            look="plain"
            onPress={() => setWhole(true)}
          />
        </li>
      )}
    </ul>
  );
}

function Attempts({ epoch, now }: { readonly epoch: EpochDetail; readonly now: number }) {
  const { attempts } = epoch;
  return (
    <ol className="attempts">
      {attempts.map(({ attempt, start, startSeq, end, endSeq, outcome }, index) => {
        const before = attempts[index - 1]?.end ?? null;
        return (
          <li key={attempt}>
            {before === null || start <= before ? null : (
              <span className="attempt-wait muted">{span(start - before)} later</span>
            )}
            <span className="row">
              <span className="attempt-number">{attempt + 1}</span>
              <StateMark {...epochStatus(outcome)} />
              <span>{span((end ?? Math.max(now, start)) - start)}</span>
              <span className="spring" />
              <RecordLink seq={startSeq} />
              {endSeq === null || endSeq === startSeq ? null : (
                <>
                  <span className="muted">→</span>
                  <RecordLink seq={endSeq} />
                </>
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function Thrown({ error }: { readonly error: ErrorView }) {
  return (
    <li className="thrown">
      <div className="row">
        <span className="muted">try {error.attempt + 1}</span>
        <span className="spring" />
        <RecordLink seq={error.seq} />
      </div>
      <p className="thrown-text">
        <strong>{error.name}</strong>
        {error.code === null ? null : <code className="code">{error.code}</code>} {error.message}
      </p>
      {error.stack === null ? (
        <p className="muted">No stack was kept.</p>
      ) : (
        <Stack text={error.stack} said={`${error.name}: ${error.message}`} />
      )}
    </li>
  );
}

function Facts({ epoch, now }: { readonly epoch: EpochDetail; readonly now: number }) {
  const took = durationOf(epoch, now);
  return (
    <dl className="facts">
      <dt>condition</dt>
      <dd className="mono">{epoch.condition}</dd>
      <dt>opened</dt>
      <dd>
        {clockTime(epoch.opened)} <RecordLink seq={epoch.openedSeq} />
      </dd>
      <dt>waited</dt>
      <dd>
        {span(waitOf(epoch, now))}
        {epoch.started === null && epoch.ended === null ? ' so far' : ''}
      </dd>
      {epoch.started === null || epoch.startedSeq === null ? null : (
        <>
          <dt>started</dt>
          <dd>
            {clockTime(epoch.started)} <RecordLink seq={epoch.startedSeq} />
          </dd>
        </>
      )}
      {took === null ? null : (
        <>
          <dt>took</dt>
          <dd>
            {span(took)}
            {epoch.ended === null ? ' so far' : ''}
          </dd>
        </>
      )}
      {epoch.ended === null || epoch.endedSeq === null ? null : (
        <>
          <dt>ended</dt>
          <dd>
            {clockTime(epoch.ended)} <RecordLink seq={epoch.endedSeq} />
          </dd>
        </>
      )}
      {epoch.state !== 'cancelled' || epoch.note === null ? null : (
        <>
          <dt>why</dt>
          <dd>{epoch.note}</dd>
        </>
      )}
    </dl>
  );
}

function Body({ epoch }: { readonly epoch: EpochDetail }) {
  const { now } = useRunTime();
  const sent = epoch.sent.reduce((sum, { packets }) => sum + packets.length, 0);
  const { letter } = epoch;
  return (
    <>
      <div className="row wrap">
        <Button
          word="Statechart"
          icon="statechart"
          isWordShown
          onPress={() => go({ actor: `epoch:${epoch.epoch}`, view: 'statechart' })}
        />
        <Button
          word="Its start"
          icon="start"
          isWordShown
          title="Show the instant of its start, or of its opening"
          onPress={() => goTo(epoch.startedSeq ?? epoch.openedSeq)}
        />
        {letter === null ? null : (
          <Button
            word="Dead letter"
            icon="letters"
            isWordShown
            onPress={() => go({ letter, view: 'letters' })}
          />
        )}
      </div>
      <Facts epoch={epoch} now={now} />
      {epoch.errors.length === 0 ? null : (
        <Section title="Errors" count={epoch.errors.length}>
          <ul className="throwns">
            {epoch.errors.map((error) => (
              <Thrown key={error.seq} error={error} />
            ))}
          </ul>
        </Section>
      )}
      <Section title="Attempts" count={epoch.attempts.length}>
        {epoch.attempts.length === 0 ? (
          <p className="muted">It was not started until the instant shown.</p>
        ) : (
          <Attempts epoch={epoch} now={now} />
        )}
      </Section>
      <Section title="Inputs" count={epoch.salvo.length}>
        {epoch.salvo.length === 0 ? (
          <p className="muted">It was opened without packets.</p>
        ) : (
          <Packets packets={epoch.salvo} />
        )}
      </Section>
      <Section title="Outputs" count={sent}>
        {epoch.sent.length === 0 ? (
          <p className="muted">It has sent nothing until the instant shown.</p>
        ) : (
          epoch.sent.slice(0, salvosShown).map(({ condition, packets }, index) => (
            <div key={index} className="salvo">
              <span className="muted">
                salvo {index + 1} · {condition}
              </span>
              <Packets packets={packets} />
            </div>
          ))
        )}
        {epoch.sent.length <= salvosShown ? null : (
          <p className="muted">and {several(epoch.sent.length - salvosShown, 'salvo')} more</p>
        )}
      </Section>
      <Log epoch={epoch} />
      {epoch.recorded.total === 0 ? null : (
        <Section title="Recorded" count={epoch.recorded.total}>
          <ul className="packet-rows">
            {epoch.recorded.items.map(({ seq, kind, value }) => (
              <li key={seq}>
                <div className="row">
                  <span className="mono">{kind}</span>
                  <span className="spring" />
                  <RecordLink seq={seq} />
                </div>
                <ValueText preview={value} />
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

const salvosShown = 40;

function Log({ epoch: { log } }: { readonly epoch: EpochDetail }) {
  return (
    <Section title="Log" count={log.total}>
      {log.total === 0 ? (
        <p className="muted">It has said nothing.</p>
      ) : (
        <ol className="log-lines">
          {log.items.map((line) => (
            <li key={line.line}>
              <LogText line={line} />
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

export function EpochDetailPane({
  epoch,
  onClose,
}: {
  readonly epoch: string;
  readonly onClose: () => void;
}) {
  const { answer, refusal } = useAnswerAt('epoch', {
    epoch: epoch as `e${number}`,
    logLimit: logLines,
  });
  return (
    <Detail
      label={`Epoch ${epoch}`}
      onClose={onClose}
      head={
        <>
          <h2 className="mono">{epoch}</h2>
          {answer === null ? null : (
            <>
              <NodeLink node={answer.node} />
              <StateMark {...epochStatus(answer.state)} badge />
            </>
          )}
        </>
      }
    >
      {answer === null ? <Pending what={epoch} refusal={refusal} /> : <Body epoch={answer} />}
    </Detail>
  );
}
