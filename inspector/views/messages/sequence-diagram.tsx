/** A sequence diagram of any length: only the rows that are seen are drawn. */
import { type CSSProperties, useLayoutEffect, useRef, useState } from 'react';
import type { RecordView } from '../../../src/runtime/inspector/history-view.ts';
import { ArrowHeads } from '../../parts/arrow-heads.tsx';
import { useKeys } from '../../shell/keys.ts';
import { page } from '../../store/page.ts';
import { useStore } from '../../store/store.ts';
import { recordText } from '../../words/records.ts';
import { RecordLink } from '../parts.tsx';
import { type Scrolled, listHeight, rowTop, rowsSeen, scrollTo } from '../windowing.ts';
import { type ActionRow, type MessageRow, type Sequence, groupsOf, laneWidth } from './sequence.ts';
import { spanChoice } from './span.ts';

const rowHeight = 27;
const headHeight = 46;
const heads = [{ name: 'arrow-head', size: 7, tip: 6.5 }];

function Arrow({ row, lane }: { readonly row: MessageRow; readonly lane: number }) {
  const middle = rowHeight / 2 + 5;
  const x1 = (row.from + 0.5) * lane;
  const x2 = (row.to + 0.5) * lane;
  if (row.from === row.to) {
    const out = x1 + 22;
    return (
      <path
        className="arrow-line"
        d={`M${x1} ${middle - 6}H${out}V${middle + 4}H${x1 + 4}`}
        markerEnd="url(#arrow-head)"
      />
    );
  }
  return (
    <path
      className="arrow-line"
      d={`M${x1} ${middle}H${x2 + (x2 > x1 ? -3 : 3)}`}
      markerEnd="url(#arrow-head)"
    />
  );
}

/** What of the width is seen. */
interface Across {
  readonly left: number;
  readonly width: number;
}

/** Room for the name of a message: over its arrow, as far as that is seen. */
function nameStyle(row: MessageRow, lane: number, lanes: number, across: Across): CSSProperties {
  const left = Math.min(row.from, row.to);
  const right = Math.max(row.from, row.to);
  if (row.from === row.to) {
    if (row.from < lanes - 1) return { left: (left + 0.5) * lane + 26 };
    return { left: (left - 0.5) * lane, width: lane - 8, textAlign: 'right' };
  }
  const from = Math.max((left + 0.5) * lane, across.left);
  const to = Math.min((right + 0.5) * lane, across.left + across.width);
  return { left: from, width: Math.max(0, to - from), textAlign: 'center' };
}

function Message({
  row,
  lane,
  lanes,
  across,
  isChosen,
  onSelect,
}: {
  readonly row: MessageRow;
  readonly lane: number;
  readonly lanes: number;
  readonly across: Across;
  readonly isChosen: boolean;
  readonly onSelect: () => void;
}) {
  const { message } = row;
  const style = nameStyle(row, lane, lanes, across);
  return (
    <button
      type="button"
      className={`sequence-message${isChosen ? ' chosen' : ''}`}
      tabIndex={-1}
      title={`${message.type}: ${message.from} → ${message.to}`}
      onClick={onSelect}
    >
      <svg width={lane * lanes} height={rowHeight} aria-hidden="true">
        <Arrow row={row} lane={lane} />
        <circle
          className="arrow-start"
          cx={(row.from + 0.5) * lane}
          cy={row.from === row.to ? rowHeight / 2 - 1 : rowHeight / 2 + 5}
          r="2.6"
        />
      </svg>
      <span className="sequence-type" style={style}>
        <span>{message.type}</span>
      </span>
    </button>
  );
}

function ActionLine({ row, record }: { row: ActionRow; record: RecordView | undefined }) {
  return (
    <div className="sequence-action">
      <RecordLink seq={row.seq} />
      <span className="cut">{record === undefined ? '' : recordText(record)}</span>
    </div>
  );
}

export function SequenceDiagram({
  sequence: { lanes, rows },
  actions,
  selected,
  onSelect,
}: {
  readonly sequence: Sequence;
  readonly actions: ReadonlyMap<number, RecordView>;
  readonly selected: string | null;
  readonly onSelect: (message: string) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [scrolled, setScrolled] = useState<Scrolled & Across>({
    top: 0,
    height: 0,
    left: 0,
    width: 0,
  });
  const read = (): void => {
    const { scrollTop = 0, clientHeight = 0, scrollLeft = 0, clientWidth = 0 } = box.current ?? {};
    setScrolled({ top: scrollTop, height: clientHeight, left: scrollLeft, width: clientWidth });
  };
  useLayoutEffect(() => {
    const at = box.current;
    if (at === null) return undefined;
    read();
    const watcher = new ResizeObserver(read);
    watcher.observe(at);
    return () => watcher.disconnect();
  }, []);
  const last = rows.length;
  // The end of the span is what happened last.
  useLayoutEffect(() => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [last]);
  const room = { top: scrolled.top, height: Math.max(0, scrolled.height - headHeight) };
  const seen = rowsSeen(room, rowHeight, rows.length);
  const lane = laneWidth(lanes.length, scrolled.width);
  const width = Math.max(lane * lanes.length, scrolled.width - 2);
  const nameOf = (row: MessageRow): string => `${row.message.seq}.${row.message.index}`;
  const move = (by: number) => () => {
    const here = rows.findIndex((row) => row.kind === 'message' && nameOf(row) === selected);
    const from = here === -1 ? (by > 0 ? -1 : rows.length) : here;
    for (let next = from + by; next >= 0 && next < rows.length; next += by) {
      const row = rows[next];
      if (row?.kind !== 'message') continue;
      onSelect(nameOf(row));
      if (box.current !== null) {
        box.current.scrollTop = scrollTo(next, room, rowHeight, rows.length);
        const middle = ((row.from + row.to + 1) / 2) * lane;
        const isSeen = middle > scrolled.left && middle < scrolled.left + scrolled.width;
        if (!isSeen) box.current.scrollLeft = middle - scrolled.width / 2;
      }
      return;
    }
  };
  useKeys({ j: move(1), k: move(-1), ArrowDown: move(1), ArrowUp: move(-1) });
  return (
    <div
      ref={box}
      className="sequence"
      role="group"
      aria-label={`${rows.length} rows of messages between ${lanes.length} actors; j and k choose one`}
      onScroll={read}
    >
      <Heads lanes={lanes} lane={lane} width={width} />
      <div className="sequence-rows" style={{ width, height: listHeight(rows.length, rowHeight) }}>
        {lanes.map(({ address }, index) => (
          <span
            key={address}
            className="sequence-life"
            style={{ left: (index + 0.5) * lane }}
            aria-hidden="true"
          />
        ))}
        {rows.slice(seen.first, seen.first + seen.count).map((row, index) => {
          const top = rowTop(seen.first + index, room, rowHeight, rows.length);
          return (
            <div
              key={row.kind === 'action' ? `a${row.seq}` : nameOf(row)}
              className="sequence-row"
              style={{ top, height: rowHeight }}
            >
              {row.kind === 'action' ? (
                <ActionLine row={row} record={actions.get(row.seq)} />
              ) : (
                <Message
                  row={row}
                  lane={lane}
                  lanes={lanes.length}
                  across={scrolled}
                  isChosen={nameOf(row) === selected}
                  onSelect={() => onSelect(nameOf(row))}
                />
              )}
            </div>
          );
        })}
      </div>
      <ArrowHeads heads={heads} />
    </div>
  );
}

function Heads({ lanes, lane, width }: { lanes: Sequence['lanes']; lane: number; width: number }) {
  const chosen = useStore(spanChoice, (value) => value.lane);
  const actor = useStore(page, (now) => now.actor);
  return (
    <div className="sequence-heads" style={{ width, height: headHeight }}>
      {groupsOf(lanes).map(({ title, first, lanes: many }) =>
        title === '' ? null : (
          <span
            key={first}
            className="sequence-group cut"
            style={{ left: first * lane + 3, width: many * lane - 6 }}
          >
            {title}
          </span>
        ),
      )}
      {lanes.map(({ address, title, node }, index) => (
        <button
          key={address}
          type="button"
          className={`sequence-head${node === null ? ' alone' : ''}${actor === address ? ' actor' : ''}`}
          style={{ left: index * lane + 3, width: lane - 6 }}
          aria-pressed={chosen === address}
          title={`Only messages of ${address}`}
          onClick={() => spanChoice.set({ lane: chosen === address ? null : address })}
        >
          <span className="cut">{title === node ? 'node' : title}</span>
        </button>
      ))}
    </div>
  );
}
