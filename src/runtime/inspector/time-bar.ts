/** The density of a history over its numbers or its time, with what is remarkable in it. */
import type { TimebarView } from './history-view.ts';
import type { Asked } from './protocol.ts';
import type { RecordSearch } from './record-search.ts';
import type { Mark, RunIndex } from './run-index.ts';
import { countUntil } from './sorted-numbers.ts';

/** Differences of a running count at the borders of buckets. */
function counted(borders: readonly number[], seqs: readonly number[]): number[] {
  const counts = borders.map((border) => countUntil(seqs, border - 1));
  return counts.slice(1).map((count, at) => count - (counts[at] ?? 0));
}

/** So many marks of a list, evenly; errors stay before anything else. */
function thinned(marks: readonly Mark[], most: number): readonly Mark[] {
  if (marks.length <= most) return marks;
  const isError = ({ kind }: Mark): boolean => kind === 'failed' || kind === 'timedOut';
  const errors = marks.filter(isError);
  const rest = marks.filter((mark) => !isError(mark));
  const ofErrors = evenly(errors, Math.min(errors.length, most));
  const kept = [...ofErrors, ...evenly(rest, most - ofErrors.length)];
  return kept.sort((a, b) => a.seq - b.seq);
}

function evenly<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, at) => list[Math.floor((at * list.length) / most)] as T);
}

export function timeBar(
  index: RunIndex,
  search: RecordSearch,
  firstSeq: number,
  { axis, from, to, buckets, marks }: Asked<'timebar'>,
): TimebarView {
  const isTime = axis === 'time';
  const lastSeq = index.seq;
  const low = from ?? (isTime ? index.timeOf(firstSeq) : firstSeq);
  const high = Math.max(low, to ?? (isTime ? index.timeOf(lastSeq) + 1 : lastSeq + 1));
  const width = (high - low) / buckets;
  const seqOf = (border: number): number => (isTime ? index.seqAt(border) : Math.ceil(border));
  // The first record of each bucket, and the first after the last of them.
  const borders = Array.from({ length: buckets + 1 }, (_, at) =>
    Math.min(lastSeq + 1, Math.max(firstSeq, seqOf(low + at * width))),
  );
  const first = countUntil(index.markSeqs, (borders[0] ?? 0) - 1);
  const end = countUntil(index.markSeqs, (borders.at(-1) ?? 0) - 1);
  const within = index.marks.slice(first, end);
  return {
    axis,
    from: low,
    to: high,
    records: borders.slice(1).map((border, at) => border - (borders[at] ?? 0)),
    starts: counted(borders, index.starts),
    errors: counted(borders, index.errors),
    seqs: borders.slice(0, -1),
    marks: thinned(within, marks).map((mark) => search.mark(mark)),
    marksTotal: within.length,
  };
}
