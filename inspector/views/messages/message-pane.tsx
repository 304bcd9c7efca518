/** One message: from whom to whom, what was in it, and what it did to who got it. */
import type { MessageView } from '../../../src/runtime/inspector/history-view.ts';
import type { ChartTransition } from '../../../src/runtime/inspector/net-view.ts';
import { Button } from '../../parts/button.tsx';
import { useAnswer, useAnswerAt } from '../../store/answers.ts';
import { go, page } from '../../store/page.ts';
import { useStore } from '../../store/store.ts';
import { clockTime } from '../../words/numbers.ts';
import { Detail, Pending, RecordLink, Section, ValueText } from '../parts.tsx';

const eventChars = 20_000;

function Actor({ address }: { readonly address: string }) {
  if (address === 'kernel') return <span className="muted">outside of the actors</span>;
  return (
    <button
      type="button"
      className="link cut mono"
      title={`The statechart of ${address}`}
      onClick={() => go({ actor: address, view: 'statechart' })}
    >
      {address}
    </button>
  );
}

/** A state without the name of its machine. */
function short(state: string): string {
  return state.replace(/^[^.]*\./, '');
}

function Taken({ transition }: { readonly transition: ChartTransition }) {
  const { source, targets, event, guard, actions } = transition;
  return (
    <li className="taken">
      <span className="mono">
        {short(source)}
        {targets.length === 0 ? '' : ` → ${targets.map(short).join(', ')}`}
      </span>
      <span className="muted">
        on {event}
        {guard === null ? '' : ` if ${guard}`}
        {actions.length === 0 ? '' : ` · does ${actions.join(', ')}`}
      </span>
    </li>
  );
}

/** The transitions that the message took its receiver through, by the receiver's statechart. */
function Transitions({ message }: { readonly message: MessageView }) {
  const machines = useStore(page, (now) => now.machines);
  const { answer } = useAnswerAt('actor', { address: message.to, chars: 0 });
  const chart = answer === null ? undefined : machines?.charts[answer.chart];
  const taken = message.transitions.flatMap(
    (id) => chart?.transitions.find((each) => each.id === id) ?? [],
  );
  return (
    <Section title="Transitions" count={message.transitions.length}>
      {message.transitions.length === 0 ? (
        <p className="muted">It took its receiver through none.</p>
      ) : (
        <ul className="takens">
          {taken.map((transition) => (
            <Taken key={transition.id} transition={transition} />
          ))}
        </ul>
      )}
    </Section>
  );
}

export function MessagePane({
  message,
  onClose,
}: {
  readonly message: MessageView;
  readonly onClose: () => void;
}) {
  const { seq, index } = message;
  const { answer, refusal } = useAnswer('message', { seq, index, chars: eventChars });
  return (
    <Detail
      label={`Message ${message.type}`}
      head={<h2 className="mono cut">{message.type}</h2>}
      onClose={onClose}
    >
      <dl className="facts">
        <dt>from</dt>
        <dd>
          <Actor address={message.from} />
        </dd>
        <dt>to</dt>
        <dd>
          <Actor address={message.to} />
        </dd>
        <dt>when</dt>
        <dd>
          {clockTime(message.at)} <RecordLink seq={seq} />
        </dd>
      </dl>
      {message.to === 'kernel' ? null : (
        <div className="row">
          <Button
            word="Receiver then"
            icon="statechart"
            isWordShown
            title="The statechart of the receiver, at that instant"
            onPress={() => go({ actor: message.to, view: 'statechart' })}
          />
        </div>
      )}
      <Section title="What was in it">
        {answer === null ? (
          <Pending what="the message" refusal={refusal} />
        ) : (
          <ValueText preview={answer.event} />
        )}
      </Section>
      {message.to === 'kernel' ? null : <Transitions message={message} />}
    </Detail>
  );
}
