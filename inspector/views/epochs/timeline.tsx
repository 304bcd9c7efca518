/** Epochs along time: a group of lanes for each node, a bar for each attempt, and the waits between. */
import {
  type PointerEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Button } from '../../parts/button.tsx';
import { useKeys } from '../../shell/keys.ts';
import { useAnswerAt, usePaced } from '../../store/answers.ts';
import { go, goTo, page } from '../../store/page.ts';
import { useStore } from '../../store/store.ts';
import { epochStatus } from '../../store/tones.ts';
import { clockTime, count, several, span } from '../../words/numbers.ts';
import { nodeOf } from '../../words/places.ts';
import { Pending } from '../parts.tsx';
import { durationOf, waitOf } from './bars.ts';
import { NoEpochs, useRunTime } from './epoch-table.tsx';
import { epochFilter, isLetThrough } from './filter.ts';
import { type Group, type Placed, lanesOf } from './lanes.ts';
import { type Range, shifted, zoomed } from './ruler.ts';
import { type Scene, barAt, drawTimeline, geometry, paletteOf } from './timeline-drawing.ts';

const mostBars = 5000;
const paceMs = 600;

interface Hovered {
  readonly bar: Placed;
  readonly x: number;
  readonly y: number;
}

interface Room {
  readonly width: number;
  readonly height: number;
  readonly isDark: boolean;
}

/** The room that there is, and the scheme of colours. */
function useRoom(box: React.RefObject<HTMLElement | null>): Room {
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [isDark, setDark] = useState(false);
  useLayoutEffect(() => {
    const at = box.current;
    if (at === null) return undefined;
    const read = (): void => setSize({ width: at.clientWidth, height: at.clientHeight });
    read();
    const watcher = new ResizeObserver(read);
    watcher.observe(at);
    const media = matchMedia('(prefers-color-scheme: dark)');
    const change = (): void => setDark(media.matches);
    change();
    media.addEventListener('change', change);
    return () => {
      watcher.disconnect();
      media.removeEventListener('change', change);
    };
  }, [box]);
  return { ...size, isDark };
}

function Tip({
  hovered: { bar, x, y },
  now,
  width,
  scrolled,
}: {
  readonly hovered: Hovered;
  readonly now: number;
  readonly width: number;
  readonly scrolled: number;
}) {
  const { row } = bar;
  const { tone, word } = epochStatus(row.state);
  const took = durationOf(row, now);
  return (
    <div
      className={`tip tone-${tone}`}
      style={{ left: Math.min(x + 12, width - 304), top: y + scrolled + 14 }}
      role="presentation"
    >
      <strong>
        {row.epoch} <span className="tip-word">{word}</span>
      </strong>
      <span className="muted">
        {row.node} · {row.condition}
      </span>
      <span>
        {clockTime(row.opened)} · waited {span(waitOf(row, now))}
        {took === null ? '' : ` · took ${span(took)}`}
      </span>
      {row.attempts.length > 1 ? <span>{several(row.attempts.length, 'attempt')}</span> : null}
      {row.note === null ? null : <span className="tip-note">{row.note}</span>}
    </div>
  );
}

function Chart({ groups, range }: { readonly groups: readonly Group[]; readonly range: Range }) {
  const { now, range: whole } = useRunTime();
  const origin = useStore(page, ({ position }) => position?.firstAt ?? 0);
  const selected = useStore(page, (value) => value.epoch);
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, isDark } = useRoom(box);
  const [scrolled, setScrolled] = useState(0);
  const [hovered, setHovered] = useState<Hovered | null>(null);
  const scene: Scene = useMemo(
    () => ({
      groups,
      range,
      origin,
      now,
      width,
      height,
      scrolled,
      selected,
      hovered: hovered?.bar.row.epoch ?? null,
    }),
    [groups, range, origin, now, width, height, scrolled, selected, hovered],
  );
  const lanes = groups.reduce((sum, group) => sum + group.lanes, 0);
  // As all that is drawn, before it can be seen.
  useLayoutEffect(() => {
    const at = canvas.current;
    if (at === null || width === 0) return;
    const ratio = devicePixelRatio;
    at.width = Math.round(width * ratio);
    at.height = Math.round(height * ratio);
    const brush = at.getContext('2d');
    if (brush === null) return;
    brush.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawTimeline(brush, scene, paletteOf(getComputedStyle(at)));
  }, [scene, width, height, isDark]);

  const change = useCallback((next: Range) => epochFilter.set({ range: next }), []);
  useEffect(() => {
    const at = box.current;
    if (at === null) return undefined;
    const turn = (event: WheelEvent): void => {
      const isAlong = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      const isClose = event.ctrlKey || event.metaKey || event.altKey;
      if (!isAlong && !isClose) return;
      event.preventDefault();
      const room = Math.max(1, width - geometry.gutter);
      if (isClose) {
        const { left } = at.getBoundingClientRect();
        const share = (event.clientX - left - geometry.gutter) / room;
        change(
          zoomed(range, Math.exp(event.deltaY * 0.0022), Math.min(1, Math.max(0, share)), whole),
        );
      } else {
        const by = event.shiftKey ? event.deltaY : event.deltaX;
        change(shifted(range, (by / room) * (range.to - range.from)));
      }
    };
    at.addEventListener('wheel', turn, { passive: false });
    return () => at.removeEventListener('wheel', turn);
  }, [range, whole, width, change]);

  const dragged = useRef<{ readonly x: number; readonly range: Range; isMoved: boolean } | null>(
    null,
  );
  const spot = (event: PointerEvent<HTMLElement>): { x: number; y: number } => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  return (
    <div
      ref={box}
      className="timeline-box"
      role="group"
      aria-label={`Timeline of ${several(
        groups.reduce((sum, { bars }) => sum + bars.length, 0),
        'epoch',
      )}; j and k choose one`}
      onScroll={(event) => {
        setScrolled(event.currentTarget.scrollTop);
        setHovered(null);
      }}
    >
      <canvas
        ref={canvas}
        className="timeline"
        style={{ width, height }}
        onPointerDown={(event) => {
          dragged.current = { x: event.clientX, range, isMoved: false };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          const drag = dragged.current;
          if (drag !== null && Math.abs(event.clientX - drag.x) > 3) drag.isMoved = true;
          if (drag?.isMoved === true) {
            const perPixel =
              (drag.range.to - drag.range.from) / Math.max(1, width - geometry.gutter);
            change(shifted(drag.range, (drag.x - event.clientX) * perPixel));
            return;
          }
          const { x, y } = spot(event);
          const bar = barAt(scene, x, y);
          setHovered(bar === null ? null : { bar, x, y });
        }}
        onPointerUp={(event) => {
          const isMoved = dragged.current?.isMoved === true;
          dragged.current = null;
          if (isMoved) return;
          const { x, y } = spot(event);
          go({ epoch: barAt(scene, x, y)?.row.epoch ?? null });
        }}
        onDoubleClick={() => {
          if (hovered !== null) goTo(hovered.bar.row.startedSeq ?? hovered.bar.row.openedSeq);
        }}
        onPointerLeave={() => setHovered(null)}
      />
      <div style={{ height: Math.max(0, geometry.heightOf(lanes, groups.length) - height) }} />
      {hovered === null ? null : (
        <Tip hovered={hovered} now={now} width={width} scrolled={scrolled} />
      )}
    </div>
  );
}

/** Keys of the timeline: j and k along time, + and - closer and further, f all of it. */
function useMoves(groups: readonly Group[], range: Range, whole: Range): void {
  const rows = useMemo(
    () =>
      groups
        .flatMap(({ bars }) => bars.map(({ row }) => row))
        .toSorted((a, b) => a.openedSeq - b.openedSeq),
    [groups],
  );
  const move = (by: number) => () => {
    const here = rows.findIndex(({ epoch }) => epoch === page.get().epoch);
    const next = rows[here === -1 ? 0 : here + by];
    if (next !== undefined) go({ epoch: next.epoch });
  };
  useKeys({
    j: move(1),
    k: move(-1),
    '+': () => epochFilter.set({ range: zoomed(range, 0.6, 0.5, whole) }),
    '-': () => epochFilter.set({ range: zoomed(range, 1 / 0.6, 0.5, whole) }),
    f: () => epochFilter.set({ range: null }),
  });
}

export function Timeline() {
  const { now, range: whole } = useRunTime();
  const filter = useStore(epochFilter, (value) => value);
  const node = useStore(page, ({ actor }) => nodeOf(actor));
  const graph = useStore(page, (value) => value.graph);
  const range = filter.range ?? whole;
  const asked = usePaced(range, filter.range === null ? paceMs : 150);
  const { answer, refusal } = useAnswerAt(
    'timeline',
    {
      from: Math.floor(asked.from),
      to: Math.ceil(asked.to),
      limit: mostBars,
      ...(node === null ? {} : { nodes: [node] }),
    },
    paceMs,
  );
  const nodes = useMemo(() => graph?.nodes.map(({ name }) => name) ?? [], [graph]);
  const groups = useMemo(() => {
    const rows = (answer?.bars.items ?? []).filter((row) => isLetThrough(row, filter));
    return lanesOf(rows, nodes, now, (range.to - range.from) / 400);
    // The lanes are made anew with other rows or another scale.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [answer, filter, nodes, now]);
  // Here, not in the chart: who came so close that no epoch is left wants to go back.
  useMoves(groups, range, whole);
  if (answer === null) return <Pending what="the timeline" refusal={refusal} />;
  const { total, items } = answer.bars;
  return (
    <div className="timeline-view">
      <div className="timeline-bar">
        <span className="muted">
          {total > items.length
            ? `The first ${count(items.length)} of ${count(total)} epochs of this time: come closer, or choose a node.`
            : `${several(
                groups.reduce((sum, { bars }) => sum + bars.length, 0),
                'epoch',
              )} in ${span(range.to - range.from)}`}
        </span>
        <span className="spring" />
        <Legend />
        <Button
          word="Closer"
          icon="plus"
          title="Closer (+, or Ctrl and the wheel)"
          onPress={() => epochFilter.set({ range: zoomed(range, 0.6, 0.5, whole) })}
        />
        <Button
          word="Further"
          icon="minus"
          title="Further (-)"
          onPress={() => epochFilter.set({ range: zoomed(range, 1 / 0.6, 0.5, whole) })}
        />
        <Button
          word="All of it"
          icon="fit"
          title="All of the run, as it grows (f)"
          isPressed={filter.range === null}
          onPress={() => epochFilter.set({ range: null })}
        />
      </div>
      {groups.length === 0 ? (
        <NoEpochs isFiltered={node !== null || total > 0 || filter.range !== null} />
      ) : (
        <Chart groups={groups} range={range} />
      )}
    </div>
  );
}

function Legend() {
  return (
    <span className="timeline-legend" aria-hidden="true">
      <span className="swatch waiting" /> waits
      <span className="swatch running" /> runs
      <span className="swatch finished" /> finished
      <span className="swatch failed" /> failed
      <span className="swatch backing" /> backs off
    </span>
  );
}
