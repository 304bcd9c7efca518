/** What a replay makes of an action, held against what was recorded of it. */
import type { Answer, KernelEvent } from '../../machines/action.ts';
import { NonDeterminismError } from '../errors.ts';
import { type ActionRecord, type EventRecord, eventRecord } from '../history/record.ts';
import { firstDifference } from './first-difference.ts';

/** Where a replay and its record part. */
export interface ReplayDifference {
  /** Number of the record: of the action, or of the event that is not the same. */
  readonly seq: number;
  readonly action: ActionRecord['id'];
  /** The action's type. */
  readonly actionType: string;
  /** Where in the record, as a JSON path; `$` where one side has none. */
  readonly path: string;
  /** What is there; undefined where nothing is. */
  readonly recorded: unknown;
  readonly replayed: unknown;
  /** The whole records; null on a side that has none. */
  readonly recordedRecord: ActionRecord | EventRecord | null;
  readonly replayedRecord: ActionRecord | EventRecord | null;
}

/** Informative only: the same run may be written down at another time. */
const informative: ReadonlySet<string> = new Set(['at']);

const noEvents: readonly KernelEvent[] = [];

/** Holds the records of one action against the kernel's answer to it, one record after the other. */
export class RecordCheck {
  readonly #action: ActionRecord;
  /** Actions until and with this one. */
  readonly #number: number;
  readonly #events: readonly KernelEvent[];
  #seen = 0;
  /** The first difference; null where there is none yet. */
  difference: ReplayDifference | null = null;

  constructor(action: ActionRecord, number: number, answer: Answer) {
    this.#action = action;
    this.#number = number;
    this.#events = answer.ok ? answer.events : noEvents;
    this.#compareAnswer(answer);
  }

  /** Events that the replay made. */
  get made(): number {
    return this.#events.length;
  }

  /** Events that were recorded, so far. */
  get seen(): number {
    return this.#seen;
  }

  /** Records of the events that the replay made, made as they are asked for. */
  *events(): IterableIterator<EventRecord> {
    for (let at = 0; at < this.made; at++) {
      const event = this.#event(at);
      if (event !== null) yield event;
    }
  }

  /** The record of the event that the replay made in this place, counted from 0; null where it made none. */
  #event(at: number): EventRecord | null {
    const event = this.#events[at];
    if (event === undefined) return null;
    const seq = this.#action.seq + 1 + at;
    const place = { seq, at: this.#action.at, action: this.#number };
    return eventRecord(place, seq - this.#number, event);
  }

  /** The next event that was recorded. */
  see(recorded: EventRecord): void {
    const replayed = this.#event(this.#seen);
    this.#seen += 1;
    if (replayed === null) {
      this.#note(recorded.seq, { path: '$', left: recorded, right: undefined }, recorded, null);
      return;
    }
    const found = firstDifference(recorded, replayed, informative);
    if (found !== null) this.#note(recorded.seq, found, recorded, replayed);
  }

  /** After `count` events the record has no more of them, whether they were written down or left out. */
  end(count: number): void {
    if (count === this.made || this.difference !== null) return;
    const replayed = this.#event(count);
    const seq = this.#action.seq + 1 + Math.min(count, this.made);
    const right = replayed ?? undefined;
    this.#note(seq, { path: '$', left: undefined, right }, null, replayed);
  }

  #compareAnswer(answer: Answer): void {
    const recorded = this.#action;
    const { rejected: told, ...rest } = recorded;
    let rejection: ActionRecord['rejected'];
    if (!answer.ok) {
      const { ok: _, ...refusal } = answer;
      rejection = refusal;
    }
    const replayed: ActionRecord = {
      ...(rest as ActionRecord),
      id: `a${this.#number}`,
      ...(rejection === undefined ? {} : { rejected: rejection }),
    };
    const found = firstDifference(
      { id: recorded.id, rejected: told },
      { id: replayed.id, rejected: rejection },
    );
    if (found !== null) this.#note(recorded.seq, found, recorded, replayed);
  }

  #note(
    seq: number,
    { path, left, right }: { path: string; left: unknown; right: unknown },
    recordedRecord: ReplayDifference['recordedRecord'],
    replayedRecord: ReplayDifference['replayedRecord'],
  ): void {
    this.difference ??= {
      seq,
      action: this.#action.id,
      actionType: this.#action.action,
      path,
      recorded: left,
      replayed: right,
      recordedRecord,
      replayedRecord,
    };
  }
}

/** Characters of each side in a message at most. */
const shownChars = 200;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > shownChars ? `${text.slice(0, shownChars)}…` : text;
}

/** The difference in one sentence. */
export function differenceText(difference: ReplayDifference): string {
  const { seq, action, actionType, path, recorded, replayed } = difference;
  const where = path === '$' ? '' : ` at ${path}`;
  return `record ${seq}, of ${action} ${actionType}, is not what the replay gives${where}: recorded ${shown(recorded)}, replayed ${shown(replayed)}`;
}

export function differenceError(difference: ReplayDifference): NonDeterminismError {
  return new NonDeterminismError(differenceText(difference), difference);
}
