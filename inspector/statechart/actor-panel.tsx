/** Beside a statechart: the states that are active, the conditions, the context, the messages. */
import type { ActorView, TransitionsView } from '../../src/runtime/inspector/instant-view.ts';
import { StateMark } from '../parts/state-mark.tsx';
import { Term } from '../parts/term.tsx';
import { useAnswer, useAnswerAt } from '../store/answers.ts';
import { page } from '../store/page.ts';
import { useStore } from '../store/store.ts';
import { leavesOf } from '../store/tones.ts';
import { count } from '../words/numbers.ts';
import { moment } from './chart-state.ts';
import { Messages } from './actor-messages.tsx';

/** An epoch's conditions are its node's output conditions: the graph has them. */
function useConditions({ address }: ActorView) {
  const graph = useStore(page, (now) => now.graph);
  const epoch = /^epoch:(e[1-9]\d*)$/.exec(address)?.[1];
  const { answer } = useAnswer(
    'epoch',
    epoch === undefined ? null : { epoch: epoch as `e${number}`, logLimit: 1, recordedLimit: 1 },
  );
  const name = epoch === undefined ? address.slice('node:'.length) : answer?.node;
  const node = graph?.nodes.find((each) => each.name === name);
  if (node === undefined) return [];
  return epoch === undefined ? node.inConditions : node.outConditions;
}

/** JSON over several lines; what is none stays as it is. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export interface ActorPanelProps {
  readonly actor: ActorView;
  readonly transitions: TransitionsView | null;
}

export function ActorPanel({ actor, transitions }: ActorPanelProps) {
  const { address, value, isLive, context } = actor;
  const conditions = useConditions(actor);
  const messages = useAnswerAt('actorMessages', { address, limit: 60 });
  const ended = useStore(moment, ({ active }) => [...active].at(-1));
  const states = isLive
    ? leavesOf(value)
    : ended === undefined
      ? []
      : [ended.replace(/^\w+\./, '')];
  const taken = (transitions?.counts ?? []).reduce((sum, [, times]) => sum + times, 0);
  return (
    <aside className="side" aria-label={`Actor ${address}`}>
      <header className="side-head">
        <h2 className="cut" title={address}>
          {address}
        </h2>
        <StateMark
          tone={isLive ? 'running' : 'idle'}
          word={isLive ? 'lives' : taken === 0 ? 'not opened yet' : 'ended'}
          badge
        />
      </header>
      <div className="side-body">
        <section>
          <h3>{isLive ? 'Active states' : 'Ended in'}</h3>
          <ul className="actives" data-states={states.join(' ')}>
            {states.map((state) => (
              <li key={state} className="mono">
                {state}
              </li>
            ))}
          </ul>
          <p className="muted small-text">
            {count(taken)} transitions taken
            {transitions?.isWhole === false ? ' since counting began' : ''}
          </p>
        </section>
        {conditions.length === 0 || actor.conditions.length === 0 ? null : (
          <section>
            <h3>{address.startsWith('epoch:') ? 'Sends a salvo when' : 'Opens an epoch when'}</h3>
            <ul className="conditions">
              {conditions.map((condition, index) => (
                <li key={condition.name}>
                  <span className="condition-name">{condition.name}</span>
                  <Term condition={condition} state={actor.conditions[index] ?? null} />
                </li>
              ))}
            </ul>
          </section>
        )}
        <section>
          <h3>Messages</h3>
          <Messages address={address} messages={messages.answer?.messages ?? null} />
        </section>
        <section>
          <h3>Context</h3>
          <pre className="context">{context.isCut ? context.text : indented(context.text)}</pre>
          {context.isCut ? <p className="muted small-text">The rest is left out.</p> : null}
        </section>
      </div>
    </aside>
  );
}
