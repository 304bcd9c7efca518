/**
 * The lines of a log that the page has: a stretch without gaps that grows at its end as the run goes on,
 * and at its beginning as one scrolls up.
 */
import type { LogView, LogsView } from '../../../src/runtime/inspector/history-view.ts';

export interface LogLines {
  readonly lines: readonly LogView[];
  /** Number of the last line that was looked at; what comes after it is new. */
  readonly last: number;
  /** There may be lines before the first. */
  readonly hasEarlier: boolean;
}

export const noLines: LogLines = { lines: [], last: -1, hasEarlier: false };

/** More than these are not kept: the earliest go. */
const mostLines = 20_000;

/** From an answer about the end of the log. */
export function theLatest({ lines, last }: LogsView, asked: number): LogLines {
  return { lines, last, hasEarlier: lines.length >= asked };
}

/** After an answer about what comes after the last line. */
export function withLater(before: LogLines, { lines, last }: LogsView): LogLines {
  const known = before.lines.at(-1)?.line ?? -1;
  const all = [...before.lines, ...lines.filter(({ line }) => line > known)];
  const kept = all.slice(-mostLines);
  return {
    lines: kept,
    last: Math.max(last, before.last),
    hasEarlier: before.hasEarlier || kept.length < all.length,
  };
}

/** After an answer about lines before the first. */
export function withEarlier(before: LogLines, { lines }: LogsView, asked: number): LogLines {
  const first = before.lines[0]?.line ?? Number.POSITIVE_INFINITY;
  const earlier = lines.filter(({ line }) => line < first);
  return {
    lines: [...earlier, ...before.lines],
    last: before.last,
    hasEarlier: lines.length >= asked && earlier.length > 0,
  };
}
