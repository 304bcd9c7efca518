/** Whether records follow each other as they must: numbers without gaps, events after their action. */
import type { HeaderRecord, HistoryLevel, HistoryRecord } from './record.ts';

export class RecordSequence {
  readonly #level: HistoryLevel;
  /** Number of the next record; 0 = any, nothing was read yet. */
  next = 0;
  /** Actions until and with the last one; 0 = none was read yet. */
  actions = 0;

  constructor(level: HistoryLevel) {
    this.#level = level;
  }

  /** Goes on where another reading of the same records was. */
  resume({ next, actions }: { readonly next: number; readonly actions: number }): void {
    this.next = next;
    this.actions = actions;
  }

  /** What is wrong with a part that begins here; null where nothing is. */
  begin({ first_seq: first }: HeaderRecord): string | null {
    if (first === undefined) return null;
    const before = this.next;
    this.next = first;
    if (before === 0 || this.#follows(first, before)) return null;
    return `it begins with record ${first}, but the next one is ${before}`;
  }

  /** What is wrong with the next record; null where nothing is. */
  take(record: HistoryRecord): string | null {
    const { seq, type } = record;
    if (type === 'header') return 'a header stands within the file';
    if (type === 'event' && this.#level === 'actions')
      return 'its header says that there are no events';
    if (this.next > 0 && !this.#follows(seq, this.next))
      return `it is record ${seq}, but the next one is ${this.next}`;
    this.next = seq + 1;
    return type === 'action' ? this.#action(record.id) : this.#event(seq, record);
  }

  /** Where events are left out, they are counted. */
  #follows(seq: number, next: number): boolean {
    return this.#level === 'actions' ? seq >= next : seq === next;
  }

  #action(id: string): string | null {
    const number = Number(id.slice(1));
    if (this.actions > 0 && number !== this.actions + 1)
      return `it is action ${id}, but the next one is a${this.actions + 1}`;
    this.actions = number;
    return null;
  }

  #event(
    seq: number,
    { id, action_id: action }: { readonly id: string; readonly action_id?: unknown },
  ) {
    if (this.actions === 0) return 'an event stands before any action';
    if (action !== `a${this.actions}`)
      return `it is an event of ${String(action)}, but the action before is a${this.actions}`;
    const number = seq - this.actions;
    return id === `v${number}` ? null : `it is event ${id}, but the next one is v${number}`;
  }
}
