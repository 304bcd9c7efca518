/** Which actor's statechart is shown: chosen by its address, or from those beside it. */
import { useState } from 'react';
import { useAnswerAt } from '../store/answers.ts';
import { go, page } from '../store/page.ts';
import { useStore } from '../store/store.ts';

const epochsShown = 4;

interface Near {
  readonly address: string;
  readonly word: string;
}

/** The net, the actor's node, and that node's ports. */
function useNear(address: string): {
  readonly near: readonly Near[];
  readonly node: string | null;
} {
  const graph = useStore(page, (now) => now.graph);
  const epoch = /^epoch:(e\d+)$/.exec(address)?.[1];
  const { answer } = useAnswerAt('epochs', epoch === undefined ? null : { text: epoch, limit: 5 });
  const owner = answer?.epochs.items.find((each) => each.epoch === epoch)?.node;
  const name = owner ?? /^node:(.*?)(?:\/(?:in|out):.*)?$/.exec(address)?.[1] ?? null;
  const node = graph?.nodes.find((each) => each.name === name);
  const near: Near[] = [{ address: 'net', word: 'net' }];
  if (node !== undefined) {
    const base = `node:${node.name}`;
    near.push({ address: base, word: node.name });
    for (const port of node.inPorts) {
      near.push({ address: `${base}/in:${port.name}`, word: `→ ${port.name}` });
    }
    for (const port of node.outPorts) {
      near.push({ address: `${base}/out:${port.name}`, word: `${port.name} →` });
    }
  }
  return { near, node: node?.name ?? null };
}

function LateEpochs({ node, address }: { readonly node: string; readonly address: string }) {
  const { answer } = useAnswerAt('epochs', { node, limit: epochsShown, down: true });
  return (answer?.epochs.items ?? []).map(({ epoch }) => (
    <Chip key={epoch} address={`epoch:${epoch}`} word={epoch} chosen={address} />
  ));
}

function Chip({ address, word, chosen }: Near & { readonly chosen: string }) {
  return (
    <button
      type="button"
      className="pick"
      aria-pressed={address === chosen}
      title={address}
      onClick={() => go({ actor: address })}
    >
      {word}
    </button>
  );
}

export function ActorPicker() {
  const address = useStore(page, (now) => now.actor ?? 'net');
  const graph = useStore(page, (now) => now.graph);
  const [text, setText] = useState('');
  const { near, node } = useNear(address);
  const choose = (wanted: string): void => {
    const word = wanted.trim();
    if (word === '') return;
    const isNode = graph?.nodes.some(({ name }) => name === word) === true;
    go({ actor: isNode ? `node:${word}` : /^e\d+$/.test(word) ? `epoch:${word}` : word });
    setText('');
  };
  return (
    <div className="picker">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          choose(text);
        }}
      >
        <input
          className="field"
          list="nodes"
          value={text}
          placeholder="Node, or e12"
          aria-label="Show the statechart of"
          onChange={(event) => setText(event.target.value)}
        />
        <datalist id="nodes">
          {(graph?.nodes ?? []).slice(0, 500).map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </datalist>
      </form>
      <div className="picks">
        {near.map((each) => (
          <Chip key={each.address} {...each} chosen={address} />
        ))}
        {node === null ? null : <LateEpochs node={node} address={address} />}
      </div>
    </div>
  );
}
