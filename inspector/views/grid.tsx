/** A table of any length: only the rows that are seen are drawn, and only parts of it are asked for. */
import {
  type CSSProperties,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useKeys } from '../shell/keys.ts';
import { type Scrolled, type Seen, listHeight, rowTop, rowsSeen, scrollTo } from './windowing.ts';

export interface Column<T> {
  readonly id: string;
  readonly title: string;
  /** As in `grid-template-columns`. */
  readonly width: string;
  readonly isNumber?: boolean;
  /** A click on its head asks for this order. */
  readonly isSortable?: boolean;
  readonly cell: (row: T) => ReactNode;
}

export interface Sorting {
  readonly by: string;
  readonly down: boolean;
}

export interface GridProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly total: number;
  /** Undefined: on its way. */
  readonly rowAt: (index: number) => T | undefined;
  readonly keyOf: (row: T) => string;
  readonly selected: string | null;
  readonly onSelect: (row: T) => void;
  readonly onSeen?: (seen: Seen) => void;
  readonly sorting?: Sorting;
  readonly onSort?: (sorting: Sorting) => void;
  readonly classOf?: (row: T) => string;
  readonly rowHeight?: number;
  /** The row of what is selected, where that is known: it is brought into sight once. */
  readonly reveal?: number | null;
  /** Rows that were put before the first one so far: what is seen stays where it is. */
  readonly shift?: number;
  /** The last row stays in sight as the list grows, until one scrolls up; told when that changes. */
  readonly follow?: { readonly is: boolean; readonly onChange: (is: boolean) => void };
}

const usualRowHeight = 30;

/** How the list is scrolled, and how much room there is. */
function useScrolled(): [React.RefObject<HTMLDivElement | null>, Scrolled, () => void] {
  const box = useRef<HTMLDivElement>(null);
  const [scrolled, setScrolled] = useState<Scrolled>({ top: 0, height: 0 });
  const read = (): void => {
    const { scrollTop = 0, clientHeight = 0 } = box.current ?? {};
    setScrolled((before) =>
      before.top === scrollTop && before.height === clientHeight
        ? before
        : { top: scrollTop, height: clientHeight },
    );
  };
  useLayoutEffect(() => {
    const at = box.current;
    if (at === null) return undefined;
    read();
    const watcher = new ResizeObserver(read);
    watcher.observe(at);
    return () => watcher.disconnect();
  }, []);
  return [box, scrolled, read];
}

function Head<T>({ columns, sorting, onSort }: GridProps<T>) {
  return (
    <div className="grid-head" role="row">
      {columns.map(({ id, title, isNumber, isSortable }) => {
        const isBy = sorting?.by === id;
        const turn = isBy ? (sorting.down ? 'descending' : 'ascending') : 'none';
        return (
          <div
            key={id}
            role="columnheader"
            className={`grid-cell${isNumber === true ? ' number' : ''}`}
            aria-sort={isSortable === true ? turn : undefined}
          >
            {isSortable === true ? (
              <button
                type="button"
                className="sort"
                onClick={() => onSort?.({ by: id, down: isBy ? !sorting.down : false })}
              >
                {title}
                <span aria-hidden="true">{isBy ? (sorting.down ? ' ↓' : ' ↑') : ''}</span>
              </button>
            ) : (
              title
            )}
          </div>
        );
      })}
    </div>
  );
}

export function Grid<T>(props: GridProps<T>) {
  const { columns, total, rowAt, keyOf, selected, onSelect, onSeen, classOf, follow } = props;
  const { rowHeight = usualRowHeight } = props;
  const [box, scrolled, read] = useScrolled();
  const room = { top: scrolled.top, height: Math.max(0, scrolled.height - rowHeight) };
  const seen = rowsSeen(room, rowHeight, total);
  const { first, count } = seen;
  useEffect(() => {
    if (room.height > 0) onSeen?.({ first, count });
    // What is told is told of these rows.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [first, count, room.height > 0]);
  useLayoutEffect(() => {
    const at = box.current;
    if (follow?.is === true && at !== null) at.scrollTop = at.scrollHeight;
  }, [follow?.is, total, room.height, box]);

  const revealed = useRef<string | null>(null);
  useLayoutEffect(() => {
    const { reveal = null } = props;
    if (room.height <= 0 || box.current === null || reveal === null) return;
    if (revealed.current === selected) return;
    revealed.current = selected;
    box.current.scrollTop = scrollTo(reveal, room, rowHeight, total);
  });
  const shifted = useRef(props.shift ?? 0);
  useLayoutEffect(() => {
    const by = (props.shift ?? 0) - shifted.current;
    shifted.current = props.shift ?? 0;
    if (by > 0 && box.current !== null) box.current.scrollTop += by * rowHeight;
  }, [props.shift, rowHeight, box]);

  const indexes = Array.from({ length: count }, (_, place) => first + place);
  const move = (by: number) => () => {
    const here = indexes.find((index) => {
      const row = rowAt(index);
      return row !== undefined && keyOf(row) === selected;
    });
    const top = Math.ceil(Math.max(0, room.top) / rowHeight);
    const next = here === undefined ? Math.min(top, total - 1) : here + by;
    const row = next < 0 || next >= total ? undefined : rowAt(next);
    if (row === undefined || box.current === null) return;
    box.current.scrollTop = scrollTo(next, room, rowHeight, total);
    onSelect(row);
  };
  useKeys({ j: move(1), k: move(-1), ArrowDown: move(1), ArrowUp: move(-1) });
  const style = {
    '--columns': columns.map(({ width }) => width).join(' '),
    '--row': `${rowHeight}px`,
  } as CSSProperties;
  return (
    <div
      ref={box}
      className="grid"
      style={style}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={total + 1}
      onScroll={() => {
        read();
        const at = box.current;
        if (at === null || follow === undefined) return;
        const isAtEnd = at.scrollTop + at.clientHeight >= at.scrollHeight - rowHeight;
        if (isAtEnd !== follow.is) follow.onChange(isAtEnd);
      }}
    >
      <Head {...props} />
      <div className="grid-rows" style={{ height: listHeight(total, rowHeight) }}>
        {indexes.map((index) => {
          const row = rowAt(index);
          const isSelected = row !== undefined && keyOf(row) === selected;
          return (
            // Rows are chosen by keys too: j and k, wherever one is.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={index}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={isSelected}
              className={`grid-row${row === undefined ? ' empty' : ''} ${row === undefined ? '' : (classOf?.(row) ?? '')}`}
              style={{ top: rowTop(index, room, rowHeight, total) }}
              data-key={row === undefined ? undefined : keyOf(row)}
              onClick={row === undefined ? undefined : () => onSelect(row)}
            >
              {columns.map(({ id, isNumber, cell }) => (
                <div
                  key={id}
                  role="gridcell"
                  className={`grid-cell${isNumber === true ? ' number' : ''}`}
                >
                  {row === undefined ? null : cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
