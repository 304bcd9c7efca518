/** Which records of a history are wanted, and the next one from a place. */
import type { EpochId } from '../../machines/action.ts';
import type { HistoryReader } from '../history/history.ts';
import { type ToldRecord, epochsOf, nodesOf, packetsOf } from '../history/record-subjects.ts';
import type { RecordView, RecordsView, StepView, TimeMark } from './history-view.ts';
import { boundedJson } from './bounded-json.ts';
import { errorText } from './epoch-table.ts';
import { type Pace, yieldLoop } from './pace.ts';
import type { Asked } from './protocol.ts';
import type { Mark, RunIndex } from './run-index.ts';
import { countUntil } from './sorted-numbers.ts';
import type { Redaction } from './value-text.ts';
import type { WatchedRun } from './watched-run.ts';

/** Records that one question looks at. */
const scanRecords = 20_000;

interface Wish {
  readonly types?: readonly string[] | undefined;
  readonly node?: string | undefined;
  readonly epoch?: string | undefined;
  readonly packet?: string | undefined;
  readonly text?: string | undefined;
}

function has(values: Iterable<unknown>, wanted: string): boolean {
  for (const value of values) if (value === wanted) return true;
  return false;
}

export class RecordSearch {
  readonly #run: WatchedRun;
  readonly #index: RunIndex;
  readonly #redaction: Redaction;
  readonly #pace: Pace;

  constructor(run: WatchedRun, index: RunIndex, redaction: Redaction, pace: Pace) {
    this.#run = run;
    this.#index = index;
    this.#redaction = redaction;
    this.#pace = pace;
  }

  get #history(): HistoryReader {
    return this.#run.history;
  }

  async records({ from, to, back, limit, ...wish }: Asked<'records'>): Promise<RecordsView> {
    const step = back ? -1 : 1;
    const records: RecordView[] = [];
    const end = to ?? (back ? 1 : Number.POSITIVE_INFINITY);
    let seq = back ? Math.min(from, this.#history.lastSeq) : Math.max(from, this.#history.firstSeq);
    for (let looked = 0; looked < scanRecords && records.length < limit; looked++, seq += step) {
      const record = back && seq < end ? undefined : this.#told(seq, end, back);
      if (record === undefined) return { records, next: null };
      if (this.#isWanted(record, wish)) records.push(this.view(record));
      if (this.#pace.isUp()) await yieldLoop(this.#pace);
    }
    return { records, next: this.#told(seq, end, back) === undefined ? null : seq };
  }

  #told(seq: number, end: number, back: boolean): ToldRecord | undefined {
    if (seq < 1 || (back ? seq < end : seq > end)) return undefined;
    const record = this.#history.get(seq);
    return record === undefined || record.type === 'header' ? undefined : record;
  }

  view(record: ToldRecord): RecordView {
    const [epoch] = [...epochsOf(record)].filter((each) => typeof each === 'string');
    const aboutEpoch = /^e\d+$/.test(epoch ?? '') ? (epoch as EpochId) : null;
    return {
      ...boundedJson(record, this.#redaction),
      aboutEpoch,
      aboutNode: this.#nodeOf(record, aboutEpoch),
    };
  }

  #nodeOf(record: ToldRecord, epoch: EpochId | null): string | null {
    const named = [...nodesOf(record)].find(
      (node) => typeof node === 'string' && this.#index.nodeIndex(node) !== undefined,
    );
    if (named !== undefined) return named as string;
    return epoch === null ? null : (this.nodeOfEpoch(epoch) ?? null);
  }

  nodeOfEpoch(epoch: EpochId): string | undefined {
    const row = this.#index.epochs.row(epoch);
    if (row === undefined) return undefined;
    return this.#run.spec.nodes[this.#index.epochs.node(row)]?.name;
  }

  #isWanted(record: ToldRecord, { types, node, epoch, packet, text }: Wish): boolean {
    const type = record.type === 'action' ? record.action : record.event;
    if (types !== undefined && types.length > 0 && !types.includes(type)) return false;
    if (epoch !== undefined && !has(epochsOf(record), epoch)) return false;
    if (packet !== undefined && !has(packetsOf(record), packet)) return false;
    if (node !== undefined && !this.#isAbout(record, node)) return false;
    if (text === undefined || text === '') return true;
    const line = JSON.stringify(boundedJson(record, this.#redaction));
    return line.toLowerCase().includes(text.toLowerCase());
  }

  #isAbout(record: ToldRecord, node: string): boolean {
    if (has(nodesOf(record), node)) return true;
    for (const epoch of epochsOf(record))
      if (typeof epoch === 'string' && this.nodeOfEpoch(epoch as EpochId) === node) return true;
    return false;
  }

  /** The place one step from a record; where there is none, the last one in that direction. */
  async step(asked: Asked<'step'>): Promise<StepView> {
    const found = await this.#next(asked);
    const { firstSeq, lastSeq } = this.#history;
    if (found !== null) return this.#stepTo(found, false);
    return this.#stepTo(asked.back ? Math.max(0, firstSeq - 1) : lastSeq, true);
  }

  #stepTo(seq: number, isEnd: boolean): StepView {
    const record = this.#history.get(seq);
    const next = this.#index.actions[countUntil(this.#index.actions, seq)];
    const isBefore = record === undefined || record.type === 'header';
    return {
      seq,
      at: isBefore ? seq : (next ?? this.#index.seq + 1) - 1,
      record: isBefore ? null : boundedJson(record, this.#redaction),
      isEnd,
    };
  }

  async #next({ from, by, back, kinds, node, epoch }: Asked<'step'>): Promise<number | null> {
    const wish = { node, epoch };
    if (by === 'mark') {
      const { marks, markSeqs } = this.#index;
      return this.#nextOf(markSeqs, from, back, (seq, at) => {
        const mark = marks[at];
        const isKind = kinds === undefined || (mark !== undefined && kinds.includes(mark.kind));
        return isKind && this.#isWantedAt(seq, wish);
      });
    }
    if (by === 'epoch')
      return this.#nextOf(this.#index.epochs.openedSeqs, from, back, (seq) =>
        this.#isWantedAt(seq, wish),
      );
    const step = back ? -1 : 1;
    let seq: number | null = from;
    for (;;) {
      seq = by === 'action' ? this.#index.actionFrom(seq, back) : seq + step;
      if (seq === null || seq < this.#history.firstSeq || seq > this.#index.seq) return null;
      const record = this.#told(seq, back ? 1 : Number.POSITIVE_INFINITY, back);
      if (record === undefined) return null;
      if ((by === 'action' || record.type === 'event') && this.#isWanted(record, wish)) return seq;
      if (this.#pace.isUp()) await yieldLoop(this.#pace);
    }
  }

  /** The first after (or before) `from` of a list of records that is accepted. */
  #nextOf(
    seqs: readonly number[],
    from: number,
    back: boolean,
    accepts: (seq: number, at: number) => boolean,
  ): number | null {
    const step = back ? -1 : 1;
    let at = back ? countUntil(seqs, from - 1) - 1 : countUntil(seqs, from);
    for (let seq = seqs[at]; seq !== undefined; seq = seqs[at]) {
      if (accepts(seq, at)) return seq;
      at += step;
    }
    return null;
  }

  #isWantedAt(seq: number, wish: Wish): boolean {
    const record = this.#history.get(seq);
    return record !== undefined && record.type !== 'header' && this.#isWanted(record, wish);
  }

  /** What a mark says, in a few words. */
  mark({ seq, at, kind }: Mark): TimeMark {
    const record = this.#history.get(seq);
    if (record === undefined || record.type === 'header')
      return { seq, at, kind, text: '', epoch: null, node: null };
    const { aboutEpoch, aboutNode } = this.view(record);
    const subject = [aboutNode, aboutEpoch].filter((part) => part !== null).join(' ');
    const what = markText(record);
    return {
      seq,
      at,
      kind,
      text: subject === '' ? what : `${subject}: ${what}`,
      epoch: aboutEpoch,
      node: aboutNode,
    };
  }
}

function markText(record: ToldRecord): string {
  if (record.type === 'action') return `${record.action} refused: ${record.rejected?.code ?? ''}`;
  const { event, error, reason, kind } = record as ToldRecord & {
    readonly event: string;
    readonly error?: { readonly name: string; readonly message: string };
    readonly reason?: string;
    readonly kind?: string;
  };
  if (error !== undefined) return errorText(error).slice(0, 500);
  const more = reason ?? kind;
  return more === undefined || more === '' ? event : `${event}: ${more.slice(0, 500)}`;
}
