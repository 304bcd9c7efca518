/** Epochs as rows: which, of what node, how it stands, how long it took, and its course as bars. */
import { useMemo, useState } from 'react';
import type { EpochRow } from '../../../src/runtime/inspector/history-view.ts';
import { Nothing } from '../../parts/nothing.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { useAnswerAt } from '../../store/answers.ts';
import { go, page } from '../../store/page.ts';
import { useStore } from '../../store/store.ts';
import { epochStatus } from '../../store/tones.ts';
import { clockTime, span } from '../../words/numbers.ts';
import { nodeOf } from '../../words/places.ts';
import { type Column, Grid } from '../grid.tsx';
import { Pending, useSettled } from '../parts.tsx';
import { partFor } from '../windowing.ts';
import { durationOf, stretchesOf, waitOf } from './bars.ts';
import { type EpochFilter, epochFilter } from './filter.ts';
import { type Range, fitted } from './ruler.ts';

/** Rows that one question asks for at most. */
const partRows = 240;
const paceMs = 250;

function Course({
  row,
  now,
  range,
}: {
  readonly row: EpochRow;
  readonly now: number;
  readonly range: Range;
}) {
  const length = range.to - range.from;
  const place = (at: number): number => ((at - range.from) / length) * 100;
  return (
    <span className="course" aria-hidden="true">
      {stretchesOf(row, now).map(({ kind, from, to, outcome, attempt }) => (
        <span
          key={`${kind}${attempt}`}
          className={`stretch ${kind}${outcome === null ? '' : ` ${outcome}`}`}
          style={{ left: `${place(from)}%`, width: `max(2px, ${place(to) - place(from)}%)` }}
        />
      ))}
    </span>
  );
}

function columnsOf(now: number, range: Range): readonly Column<EpochRow>[] {
  return [
    {
      id: 'opened',
      title: 'Epoch',
      width: '74px',
      isSortable: true,
      cell: ({ epoch }) => <span className="mono strong">{epoch}</span>,
    },
    {
      id: 'node',
      title: 'Node',
      width: 'minmax(76px, 1fr)',
      isSortable: true,
      cell: ({ node }) => (
        <span className="cut" title={node}>
          {node}
        </span>
      ),
    },
    {
      id: 'state',
      title: 'State',
      width: '98px',
      isSortable: true,
      cell: ({ state }) => <StateMark {...epochStatus(state)} />,
    },
    {
      id: 'at',
      title: 'Opened',
      width: '94px',
      cell: ({ opened }) => <span className="muted">{clockTime(opened)}</span>,
    },
    {
      id: 'wait',
      title: 'Waited',
      width: '70px',
      isNumber: true,
      cell: (row) => <span className="muted">{span(waitOf(row, now))}</span>,
    },
    {
      id: 'duration',
      title: 'Took',
      width: '70px',
      isNumber: true,
      isSortable: true,
      cell: (row) => {
        const ms = durationOf(row, now);
        return ms === null ? <span className="muted">–</span> : span(ms);
      },
    },
    {
      id: 'attempts',
      title: 'Tries',
      width: '52px',
      isNumber: true,
      isSortable: true,
      cell: ({ attempts }) => (
        <span className={attempts.length > 1 ? 'strong' : 'muted'}>{attempts.length}</span>
      ),
    },
    {
      id: 'course',
      title: 'Course',
      width: 'minmax(120px, 2.6fr)',
      cell: (row) => <Course row={row} now={now} range={range} />,
    },
    {
      id: 'note',
      title: 'Note',
      width: 'minmax(90px, 1.3fr)',
      cell: ({ note, state }) => (
        <span
          className={`cut${state === 'failed' || state === 'timedOut' ? ' bad' : ' muted'}`}
          title={note ?? undefined}
        >
          {note}
        </span>
      ),
    },
  ];
}

/** Columns that give way to the detail. */
const spare: ReadonlySet<string> = new Set(['at', 'wait']);

/** From the beginning of the run to the instant shown. */
export function useRunTime(): { readonly now: number; readonly range: Range } {
  const firstAt = useStore(page, ({ position }) => position?.firstAt ?? 0);
  const now = useStore(page, ({ shown, position }) => {
    const at = shown?.now ?? 0;
    return at === 0 ? (position?.firstAt ?? 0) : at;
  });
  return useMemo(() => ({ now, range: fitted({ from: firstAt, to: now }) }), [firstAt, now]);
}

export function EpochTable({ isNarrow }: { readonly isNarrow: boolean }) {
  const filter = useStore(epochFilter, (value) => value);
  const actor = useStore(page, (now) => now.actor);
  const selected = useStore(page, (now) => now.epoch);
  const { now, range } = useRunTime();
  const [part, setPart] = useState({ offset: 0, limit: partRows / 2 });
  const text = useSettled(filter.text.trim());
  const node = nodeOf(actor);
  const { answer, refusal } = useAnswerAt(
    'epochs',
    {
      ...part,
      sort: filter.sort,
      down: filter.down,
      ...(node === null ? {} : { node }),
      ...(filter.states.length === 0 ? {} : { states: [...filter.states] }),
      ...(text === '' ? {} : { text }),
    },
    paceMs,
  );
  const columns = columnsOf(now, range).filter(({ id }) => !isNarrow || !spare.has(id));
  if (answer === null) return <Pending what="the epochs" refusal={refusal} />;
  const { items, offset, total } = answer.epochs;
  const isWhole = node === null && !isFiltered(filter);
  if (total === 0) return <NoEpochs isFiltered={!isWhole} />;
  return (
    <Grid
      label="Epochs"
      columns={columns}
      total={total}
      rowAt={(index) => items[index - offset]}
      keyOf={({ epoch }) => epoch}
      selected={selected}
      reveal={indexOf(selected, total, isWhole && filter.sort === 'opened' ? filter.down : null)}
      onSelect={({ epoch }) => go({ epoch })}
      onSeen={(seen) => {
        const next = partFor(seen, partRows);
        if (next.offset !== part.offset || next.limit !== part.limit) setPart(next);
      }}
      sorting={{ by: filter.sort, down: filter.down }}
      onSort={({ by, down }) => epochFilter.set({ sort: by as EpochFilter['sort'], down })}
      classOf={({ state }) => `tone-${epochStatus(state).tone}`}
    />
  );
}

/** Where an epoch stands among all of them in the order of opening (`down` null: in another order). */
function indexOf(epoch: string | null, total: number, down: boolean | null): number | null {
  const number = Number(epoch?.slice(1) ?? 0);
  if (down === null || number < 1 || number > total) return null;
  return down ? total - number : number - 1;
}

export function isFiltered({ text, states }: EpochFilter): boolean {
  return text.trim() !== '' || states.length > 0;
}

export function NoEpochs({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Nothing title="No epoch is like that">
        Until the instant shown none was opened that all filters let through.
      </Nothing>
    );
  }
  return (
    <Nothing title="No epoch yet">
      Until the instant shown no salvo condition has opened one.
    </Nothing>
  );
}
