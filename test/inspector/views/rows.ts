/** Rows of epochs for tests: with the fields that matter given, the rest as of a usual epoch. */
import type { AttemptView, EpochRow } from '../../../src/runtime/inspector/history-view.ts';

export function row(number: number, fields: Partial<EpochRow> = {}): EpochRow {
  return {
    epoch: `e${number}`,
    node: 'A',
    state: 'finished',
    condition: 'default',
    opened: number,
    openedSeq: number,
    started: number,
    startedSeq: number,
    ended: number + 1,
    endedSeq: number + 1,
    inputs: 1,
    outputs: 0,
    attempts: [],
    note: null,
    ...fields,
  };
}

export function attempt(
  number: number,
  start: number,
  end: number | null,
  outcome: AttemptView['outcome'],
): AttemptView {
  return {
    attempt: number,
    start,
    startSeq: start,
    end,
    endSeq: end,
    outcome,
    error: outcome === 'failed' ? 'Error: no' : null,
  };
}
