/** The course of an epoch as stretches of time: waiting, attempts, and the pauses between them. */
import type { AttemptView, EpochRow } from '../../../src/runtime/inspector/history-view.ts';

export interface Stretch {
  readonly kind: 'waiting' | 'attempt' | 'backingOff';
  readonly from: number;
  readonly to: number;
  /** Of an attempt: its number from 0, and how it went. */
  readonly attempt: number;
  readonly outcome: AttemptView['outcome'] | null;
}

export type Course = Pick<EpochRow, 'opened' | 'started' | 'ended' | 'state' | 'attempts'>;

/** In order of time, without gaps; what is under way lasts until `now`. */
export function stretchesOf(epoch: Course, now: number): readonly Stretch[] {
  const isLive = epoch.ended === null;
  const end = Math.max(epoch.ended ?? now, epoch.opened);
  const stretches: Stretch[] = [];
  const put = (stretch: Stretch): void => {
    if (stretch.to > stretch.from || stretch.kind === 'attempt') stretches.push(stretch);
  };
  const rest = { attempt: 0, outcome: null };
  put({ kind: 'waiting', from: epoch.opened, to: epoch.started ?? end, ...rest });
  for (const [index, { attempt, start, end: ended, outcome }] of epoch.attempts.entries()) {
    const to = Math.max(start, ended ?? end);
    put({ kind: 'attempt', from: start, to, attempt, outcome });
    const next = epoch.attempts[index + 1]?.start ?? (isLive && ended !== null ? end : to);
    put({ kind: 'backingOff', from: to, to: next, attempt, outcome: null });
  }
  return stretches;
}

/** Milliseconds from the start to the end, or to now; null where it was not started. */
export function durationOf(epoch: Course, now: number): number | null {
  if (epoch.started === null) return null;
  return Math.max(0, (epoch.ended ?? now) - epoch.started);
}

/** Milliseconds that it waited to be started. */
export function waitOf(epoch: Course, now: number): number {
  return Math.max(0, (epoch.started ?? epoch.ended ?? now) - epoch.opened);
}
