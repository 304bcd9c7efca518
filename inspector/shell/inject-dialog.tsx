/** Puts a value into a port of the live net: which port, and the value as JSON. */
import { type FormEvent, useLayoutEffect, useRef, useState } from 'react';
import { Button } from '../parts/button.tsx';
import { page } from '../store/page.ts';
import { createStore, useStore } from '../store/store.ts';
import { readValue } from '../words/json-value.ts';
import { perform } from './commands.ts';

const dialogs = createStore<{
  /** `Node.port` that is chosen first, null = the first input of the net; undefined: it is closed. */
  readonly port: string | null | undefined;
}>({ port: undefined });

export function openInject(port: string | null): void {
  dialogs.set({ port });
}

function Dialog({ port }: { readonly port: string | null }) {
  const onClose = (): void => dialogs.set({ port: undefined });
  const graph = useStore(page, (now) => now.graph);
  const inputs = graph?.inputs ?? [];
  const [wanted, setWanted] = useState(port);
  // Also of a graph that has come after the dialog was opened.
  const chosen = wanted ?? inputs[0] ?? '';
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const read = readValue(text);
    if ('problem' in read) {
      setProblem(read.problem);
      return;
    }
    if (await perform({ type: 'inject', port: chosen, value: read.value })) onClose();
  };
  return (
    <dialog ref={dialog} className="dialog" onClose={onClose} aria-label="Inject a value">
      <form onSubmit={(event) => void submit(event)}>
        <h2>Inject a value</h2>
        {inputs.length === 0 ? (
          <p className="muted">This net has no inputs: no port of it faces the outside.</p>
        ) : (
          <>
            <label className="labelled">
              <span>Port</span>
              <select
                className="field"
                value={chosen}
                onChange={(event) => setWanted(event.target.value)}
              >
                {inputs.map((each) => (
                  <option key={each}>{each}</option>
                ))}
              </select>
            </label>
            <label className="labelled">
              <span>Value, as JSON</span>
              <textarea
                className="field"
                rows={6}
                value={text}
                placeholder={'{ "id": 7 }'}
                spellCheck={false}
                aria-invalid={problem !== null}
                onChange={(event) => {
                  setText(event.target.value);
                  setProblem(null);
                }}
              />
            </label>
            {problem === null ? null : (
              <p className="problem" role="alert">
                {problem}
              </p>
            )}
          </>
        )}
        <footer className="row">
          <span className="spring" />
          <Button word="Cancel" onPress={onClose} />
          <button type="submit" className="button primary" disabled={inputs.length === 0}>
            Inject
          </button>
        </footer>
      </form>
    </dialog>
  );
}

export function InjectDialog() {
  const port = useStore(dialogs, (now) => now.port);
  return port === undefined ? null : <Dialog port={port} />;
}
