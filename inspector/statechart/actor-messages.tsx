/** The messages that an actor got and sent, the latest first; one that is opened shows what was in it. */
import type { MessageView } from '../../src/runtime/inspector/history-view.ts';
import type { Page } from '../../src/runtime/inspector/value-view.ts';
import { useAnswer } from '../store/answers.ts';
import { useStore } from '../store/store.ts';
import { count } from '../words/numbers.ts';
import { chartLook } from './chart-look.ts';

function Opened({ seq, index }: Pick<MessageView, 'seq' | 'index'>) {
  const { answer } = useAnswer('message', { seq, index });
  return <pre className="context">{answer?.event.text ?? '…'}</pre>;
}

export interface MessagesProps {
  readonly address: string;
  readonly messages: Page<MessageView> | null;
}

export function Messages({ address, messages }: MessagesProps) {
  const opened = useStore(chartLook, (value) => value.message);
  if (messages === null) return <p className="muted small-text">…</p>;
  if (messages.total === 0) return <p className="muted small-text">None until this instant.</p>;
  return (
    <>
      <ul className="messages">
        {messages.items.map(({ seq, index, from, to, type }) => {
          const key = `${seq}.${index}`;
          const isGot = to === address;
          return (
            <li key={key}>
              <button
                type="button"
                className="message"
                aria-expanded={opened === key}
                title={`#${seq}: ${from} → ${to}`}
                onClick={() => chartLook.set({ message: opened === key ? null : key })}
              >
                <span className={isGot ? 'got' : 'sent'}>{isGot ? 'got' : 'sent'}</span>
                <span className="message-type cut">{type}</span>
                <span className="muted cut">{isGot ? from : to}</span>
              </button>
              {opened === key ? <Opened seq={seq} index={index} /> : null}
            </li>
          );
        })}
      </ul>
      {messages.total > messages.items.length ? (
        <p className="muted small-text">
          The latest {messages.items.length} of {count(messages.total)}.
        </p>
      ) : null}
    </>
  );
}
