/** What several views are put together from: values, packets, records, refusals, headed sections. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { ValuePreview, ValueView } from '../../src/runtime/inspector/value-view.ts';
import { Refusal } from '../link/link.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icons.tsx';
import { Nothing } from '../parts/nothing.tsx';
import { useKeys } from '../shell/keys.ts';
import { go, goTo } from '../store/page.ts';
import { recordNumber, sizeOf } from '../words/sizes.ts';
import { byteRows, readBytes, readString, valueLines } from '../words/value-text.ts';

/** What a question was refused with. */
export function RefusalText({ refusal }: { readonly refusal: unknown }) {
  const { message, code, hint } =
    refusal instanceof Refusal ? refusal : { message: String(refusal), code: 'PAGE', hint: null };
  return (
    <div className="refusal" role="alert">
      <Icon name="error" size={15} />
      <div>
        <p>
          <code className="code">{code}</code> {message}
        </p>
        {hint === null ? null : <p className="muted">{hint}</p>}
      </div>
    </div>
  );
}

/** While a first answer is on its way, or what it was refused with. */
export function Pending({ refusal, what }: { readonly refusal: unknown; readonly what: string }) {
  if (refusal === null) return <Nothing title={`Asking for ${what}`} />;
  return <RefusalText refusal={refusal} />;
}

/** The number of a record; a click shows that instant. */
export function RecordLink({ seq, word }: { readonly seq: number; readonly word?: string }) {
  return (
    <button
      type="button"
      className="chip record"
      title={`Show the instant of record ${seq}`}
      onClick={(event) => {
        event.stopPropagation();
        goTo(seq);
      }}
    >
      {word ?? recordNumber(seq)}
    </button>
  );
}

export function PacketLink({ packet }: { readonly packet: string }) {
  return (
    <button
      type="button"
      className="chip packet"
      title={`Packet ${packet}: its value, where it has been, its lineage`}
      onClick={(event) => {
        event.stopPropagation();
        go({ packet, view: 'packets' });
      }}
    >
      <Icon name="packets" size={11} />
      {packet}
    </button>
  );
}

export function EpochLink({
  epoch,
  node,
}: {
  readonly epoch: string;
  readonly node?: string | undefined;
}) {
  return (
    <button
      type="button"
      className="chip epoch"
      title={`Epoch ${epoch}${node === undefined ? '' : ` of ${node}`}`}
      onClick={(event) => {
        event.stopPropagation();
        go({ epoch, view: 'epochs' });
      }}
    >
      <Icon name="epochs" size={11} />
      {epoch}
      {node === undefined ? null : <span className="chip-node">{node}</span>}
    </button>
  );
}

export function NodeLink({ node }: { readonly node: string }) {
  return (
    <button
      type="button"
      className="link cut"
      title={`${node} on the canvas`}
      onClick={(event) => {
        event.stopPropagation();
        go({ actor: `node:${node}`, view: 'net' });
      }}
    >
      {node}
    </button>
  );
}

/** The text of a value: structures in lines, bytes in rows. */
export function ValueText({ preview }: { readonly preview: ValuePreview }) {
  const bytes = readBytes(preview.text);
  const said = preview.kind === 'string' ? readString(preview.text) : null;
  return (
    <div className="value" data-kind={preview.kind}>
      <div className="value-head">
        <span className="value-kind">{preview.kind}</span>
        <span className="muted">{sizeOf(preview)}</span>
        {preview.isRedacted ? <span className="muted">· some keys are hidden</span> : null}
        {preview.isCut ? <span className="value-cut">cut</span> : null}
      </div>
      <pre className="value-text" aria-label="The value">
        {bytes !== null ? (
          <Bytes hex={bytes.hex} />
        ) : said === null ? (
          <Structure text={preview.text} />
        ) : (
          <span className="token string">{said}</span>
        )}
        {preview.isCut && !preview.text.endsWith('…') ? <span className="muted"> …</span> : null}
      </pre>
    </div>
  );
}

function Structure({ text }: { readonly text: string }) {
  return valueLines(text).map((line, index) => (
    <div key={index} className="value-line">
      {line.map(({ kind, text }, place) =>
        kind === 'space' || kind === 'mark' ? (
          text
        ) : (
          <span key={place} className={`token ${kind}`}>
            {text}
          </span>
        ),
      )}
    </div>
  ));
}

function Bytes({ hex }: { readonly hex: string }) {
  return byteRows(hex).map((row) => (
    <div key={row.at} className="value-line bytes">
      <span className="token at">{row.at}</span>
      <span className="hex">{row.hex}</span>
      <span className="token string">{row.text}</span>
    </div>
  ));
}

/** A packet's value, or why there is none to show. */
export function Value({ value }: { readonly value: ValueView }) {
  if (value.state === 'shown') return <ValueText preview={value.preview} />;
  const text =
    value.state === 'lazy'
      ? 'It is lazy: made when the packet is consumed. Looking at it does not make it.'
      : value.why;
  const heads = {
    lazy: 'Not made yet',
    gone: 'Not kept',
    unrecorded: 'Not recorded',
    unreadable: 'Cannot be read',
  };
  return (
    <div className="value absent" data-state={value.state}>
      <strong>{heads[value.state]}</strong>
      <span>{text}</span>
    </div>
  );
}

export function Section({
  title,
  count,
  children,
}: {
  readonly title: string;
  readonly count?: number;
  readonly children: ReactNode;
}) {
  return (
    <section className="section">
      <h3>
        {title}
        {count === undefined ? null : <span className="count">{count}</span>}
      </h3>
      {children}
    </section>
  );
}

/** A stack, folded but for its first lines; `said` stands before it already. */
export function Stack({ text, said = '' }: { readonly text: string; readonly said?: string }) {
  const isSaid = said !== '' && text.startsWith(`${said}\n`);
  const lines = (isSaid ? text.slice(said.length + 1) : text).split('\n');
  const [isOpen, setOpen] = useState(lines.length <= stackLines);
  return (
    <div className="stack-text">
      <pre>{(isOpen ? lines : lines.slice(0, stackLines)).join('\n')}</pre>
      {lines.length <= stackLines ? null : (
        <Button
          word={isOpen ? 'Fewer lines' : `${lines.length - stackLines} more lines`}
          look="plain"
          onPress={() => setOpen(!isOpen)}
        />
      )}
    </div>
  );
}

const stackLines = 6;

/** A text that a list is narrowed by; `/` goes to it, Escape empties it and leaves. */
export function FilterText({
  value,
  onText,
  label,
}: {
  readonly value: string;
  readonly onText: (text: string) => void;
  readonly label: string;
}) {
  const input = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => input.current?.focus() });
  return (
    <div className="filter-text">
      <Icon name="search" size={13} />
      <input
        ref={input}
        className="field"
        value={value}
        placeholder={`${label} (/)`}
        aria-label={label}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          onText('');
          input.current?.blur();
        }}
      />
    </div>
  );
}

/** A value that stays what it was until nothing new has come for a while: what is typed is not asked letter by letter. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 150);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** Nodes to choose one of, or all. */
export function NodeChoice({
  nodes,
  value,
  onChoose,
}: {
  readonly nodes: readonly string[];
  readonly value: string | null;
  readonly onChoose: (node: string | null) => void;
}) {
  return (
    <select
      className="field"
      aria-label="Node"
      value={value ?? ''}
      onChange={(event) => onChoose(event.target.value === '' ? null : event.target.value)}
    >
      <option value="">All nodes</option>
      {nodes.map((node) => (
        <option key={node} value={node}>
          {node}
        </option>
      ))}
    </select>
  );
}

/** The part of a view that says more of what is chosen in it. */
export function Detail({
  label,
  head,
  children,
  onClose,
}: {
  readonly label: string;
  readonly head: ReactNode;
  readonly children: ReactNode;
  readonly onClose: () => void;
}) {
  useKeys({ Escape: onClose });
  return (
    <aside className="detail" aria-label={label}>
      <header className="detail-head">
        {head}
        <span className="spring" />
        <Button word="Close" icon="close" look="plain" title="Close (Esc)" onPress={onClose} />
      </header>
      <div className="detail-body">{children}</div>
    </aside>
  );
}

/** A node of the graph by the actor that is chosen, where there is such a node. */
export function chooseNode(node: string | null): void {
  go({ actor: node === null ? null : `node:${node}` });
}
