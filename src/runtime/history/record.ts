/** What the history shows: one record per action and per event, as they also stand in a file. */
import type { Action, ActionType, KernelEvent, RejectionCode } from '../../machines/action.ts';

export interface HeaderRecord {
  readonly seq: 0;
  readonly type: 'header';
  readonly format: 1;
  /** ULID of the run. */
  readonly run: string;
  /** ISO time, informative only. */
  readonly at: string;
}

/** An applied or rejected action; its own fields stand beside these. */
export interface ActionRecord {
  readonly seq: number;
  readonly type: 'action';
  readonly id: `a${number}`;
  readonly at: string;
  readonly action: ActionType;
  /** Present where the kernel refused it. */
  readonly rejected?: {
    readonly code: RejectionCode;
    readonly message: string;
    readonly operation?: number;
  };
  readonly [field: string]: unknown;
}

/** An event; its own fields stand beside these, with `due` for the `at` of timers and retries. */
export interface EventRecord {
  readonly seq: number;
  readonly type: 'event';
  readonly id: `v${number}`;
  readonly action_id: `a${number}`;
  readonly at: string;
  readonly event: KernelEvent['event'];
  readonly [field: string]: unknown;
}

export type HistoryRecord = HeaderRecord | ActionRecord | EventRecord;

/** Where a record stands: everything that does not come from the action or event itself. */
export interface RecordPlace {
  readonly seq: number;
  readonly at: string;
  /** Number of the action, from 1. */
  readonly action: number;
}

export function actionRecord(
  place: RecordPlace,
  action: Action,
  rejection: ActionRecord['rejected'],
): ActionRecord {
  const { type, ...fields } = action;
  return {
    seq: place.seq,
    type: 'action',
    id: `a${place.action}`,
    at: place.at,
    action: type,
    ...fields,
    ...(rejection === undefined ? {} : { rejected: rejection }),
  };
}

export function eventRecord(place: RecordPlace, number: number, event: KernelEvent): EventRecord {
  const { event: name, ...fields } = event as KernelEvent & { at?: number };
  const record: Record<string, unknown> = {
    seq: place.seq,
    type: 'event',
    id: `v${number}`,
    action_id: `a${place.action}`,
    at: place.at,
    event: name,
  };
  for (const [key, value] of Object.entries(fields)) record[key === 'at' ? 'due' : key] = value;
  return record as unknown as EventRecord;
}
