/** What the history shows: one record per action and per event, as they also stand in a file. */
import type {
  Action,
  ActionType,
  Answer,
  KernelEvent,
  RejectionCode,
} from '../../machines/action.ts';
import type { Encoded } from '../values/value-encoding.ts';

/** The form that records are written in; earlier ones are upgraded as they are read. */
export const historyFormat: HeaderRecord['format'] = 2;

/** Whether a file has the events too, or only the actions, which they follow from. */
export type HistoryLevel = 'full' | 'actions';

export interface HeaderRecord {
  readonly seq: 0;
  readonly type: 'header';
  readonly format: 2;
  /** ULID of the run. */
  readonly run: string;
  /** ISO time, informative only. */
  readonly at: string;
  /** Version of netrun that wrote it; null where that was not written down. */
  readonly netrun: string | null;
  /** What the draws of the run come from; null where that was not written down. */
  readonly seed: string | number | null;
  /** `sha256-` and the hash of the spec of the net as JSON; null where that was not written down. */
  readonly spec_hash: string | null;
  /** The definition in TOML, in canonical form; absent where TOML has no form for it. */
  readonly definition?: string;
  /** Absolute path of the file that the definition came from. */
  readonly file?: string;
  readonly level: HistoryLevel;
  /** Number of the file, from 0, where a history is split into several. */
  readonly part: number;
  /** Number of the first record after the header of a part; absent in part 0, whose first is 1. */
  readonly first_seq?: number;
}

/**
 * An applied or rejected action; its own fields stand beside these. One that is malformed (rejected
 * with `ACTION_INVALID`) stands whole in `given`, as it was given.
 */
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
  /** In a file: the values of packets that the action itself made, in order. */
  readonly values?: readonly RecordedValue[];
  /** In a file: what a function threw, with its class, stack and cause. */
  readonly thrown?: Encoded;
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

/** How a value stands in a record. */
export type RecordedValue =
  | { readonly value: Encoded }
  | { readonly ref: string }
  | { readonly hash: string }
  | { readonly lazy: true }
  | { readonly lost: string };

/** What an action comes with that no replay could work out: written to files only. */
export interface OutsideData {
  readonly values?: readonly RecordedValue[];
  readonly thrown?: Encoded;
}

/** What a record says of a refusal; undefined where there was none. */
export function rejectionOf(answer: Answer): ActionRecord['rejected'] {
  if (answer.ok) return undefined;
  const { ok: _, ...told } = answer;
  return told;
}

export function actionRecord(
  place: RecordPlace,
  action: Action,
  rejection: ActionRecord['rejected'],
  outside?: OutsideData,
): ActionRecord {
  const { type, ...fields } = action;
  const told = rejection?.code === 'ACTION_INVALID' ? { given: action } : fields;
  const record = {
    seq: place.seq,
    type: 'action' as const,
    id: `a${place.action}` as const,
    at: place.at,
    action: type,
    ...told,
    ...outside,
  };
  return rejection === undefined ? record : { ...record, rejected: rejection };
}

/** The action that a record tells of, as it was applied. */
export function actionOf(record: ActionRecord): Action {
  if ('given' in record) return record['given'] as Action;
  const {
    seq: _1,
    type: _2,
    id: _3,
    at: _4,
    rejected: _5,
    values: _6,
    thrown: _7,
    ...told
  } = record;
  const { action, ...fields } = told;
  return { type: action, ...fields } as unknown as Action;
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

/** The event that a record tells of, as the kernel gave it. */
export function eventOf(record: EventRecord): KernelEvent {
  const { seq: _1, type: _2, id: _3, action_id: _4, at: _5, event, due, ...fields } = record;
  const told = { event, ...fields, ...(due === undefined ? {} : { at: due }) };
  return told as unknown as KernelEvent;
}
