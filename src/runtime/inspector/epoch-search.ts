/** Pages of epochs: as a table, as bars of a timeline, and one with all that belongs to it. */
import { NetrunError } from '../../errors.ts';
import type { EpochId, SalvoPackets } from '../../machines/action.ts';
import type { SentSalvo } from '../../machines/epoch-operations.ts';
import type { EventRecord } from '../history/record.ts';
import { epochsOf } from '../history/record-subjects.ts';
import type { EpochDetail, EpochRow, EpochsView, ErrorView, TimelineView } from './history-view.ts';
import type { LogSearch } from './log-search.ts';
import { type Pace, yieldLoop } from './pace.ts';
import type { Asked } from './protocol.ts';
import type { RunIndex } from './run-index.ts';
import { countUntil } from './sorted-numbers.ts';
import type { Page } from './value-view.ts';
import { type Redaction, previewOf } from './value-text.ts';
import type { WatchedRun } from './watched-run.ts';

/** Characters of what an epoch recorded, and errors of one epoch, that are shown. */
const recordedChars = 500;
const maxErrors = 100;

/** Packets of a salvo, and salvos of an epoch, that are shown. */
const maxPackets = 1000;

type Order = (a: EpochRow, b: EpochRow) => number;

const byText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
const duration = ({ started, ended, opened }: EpochRow): number =>
  (ended ?? Number.MAX_SAFE_INTEGER) - (started ?? opened);

const orders: Readonly<Record<Asked<'epochs'>['sort'], Order>> = {
  opened: (a, b) => a.openedSeq - b.openedSeq,
  node: (a, b) => byText(a.node, b.node),
  state: (a, b) => byText(a.state, b.state),
  duration: (a, b) => duration(a) - duration(b),
  attempts: (a, b) => a.attempts.length - b.attempts.length,
};

interface Told {
  readonly salvo: SalvoPackets;
  readonly sent: readonly SentSalvo[];
  readonly errors: readonly ErrorView[];
  readonly recorded: EpochDetail['recorded'];
}

export class EpochSearch {
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

  async page(at: number, asked: Asked<'epochs'>): Promise<EpochsView> {
    const { offset, limit, down, sort } = asked;
    const count = countUntil(this.#index.epochs.openedSeqs, at);
    const isWhole = asked.node === undefined && asked.states === undefined && !asked.text;
    // The usual case takes no longer for many epochs than for few.
    if (isWhole && sort === 'opened') {
      const first = down ? Math.max(0, count - offset - limit) : offset;
      const rows = this.#rows(first, Math.min(count, down ? count - offset : offset + limit), at);
      return { at, epochs: { items: down ? rows.toReversed() : rows, offset, total: count } };
    }
    const found = await this.#found(at, count, asked);
    if (sort !== 'opened') found.sort(orders[sort]);
    if (down) found.reverse();
    const items = found.slice(offset, offset + limit);
    return { at, epochs: { items, offset, total: found.length } };
  }

  #rows(from: number, to: number, at: number): readonly EpochRow[] {
    const { epochs } = this.#index;
    return Array.from({ length: Math.max(0, to - from) }, (_, row) => epochs.at(from + row, at));
  }

  async #found(
    at: number,
    count: number,
    { node, states, text }: Pick<Asked<'epochs'>, 'node' | 'states' | 'text'>,
  ): Promise<EpochRow[]> {
    const { epochs } = this.#index;
    const index = node === undefined ? undefined : (this.#index.nodeIndex(node) ?? -1);
    const wanted = states === undefined ? undefined : new Set<string>(states);
    const part = text?.toLowerCase() ?? '';
    const rows: EpochRow[] = [];
    for (let row = 0; row < count; row++) {
      if (row % 256 === 255 && this.#pace.isUp()) await yieldLoop(this.#pace);
      if (index !== undefined && epochs.node(row) !== index) continue;
      const epoch = epochs.at(row, at);
      if (wanted !== undefined && !wanted.has(epoch.state)) continue;
      if (part === '' || textOf(epoch).includes(part)) rows.push(epoch);
    }
    return rows;
  }

  /** Epochs whose life touches the window of time. */
  async timeline(
    at: number,
    { from, to, nodes, offset, limit }: Asked<'timeline'>,
  ): Promise<TimelineView> {
    const { epochs } = this.#index;
    const count = countUntil(epochs.openedSeqs, Math.min(at, this.#index.seqAt(to + 1) - 1));
    const names = nodes === undefined ? undefined : new Set(nodes);
    const items: EpochRow[] = [];
    let total = 0;
    for (let row = 0; row < count; row++) {
      if (row % 256 === 255 && this.#pace.isUp()) await yieldLoop(this.#pace);
      const end = epochs.endedSeq(row);
      if (end > 0 && end <= at && this.#index.timeOf(end) < from) continue;
      if (names !== undefined && !names.has(this.#run.spec.nodes[epochs.node(row)]?.name ?? ''))
        continue;
      if (total >= offset && items.length < limit) items.push(epochs.at(row, at));
      total += 1;
    }
    return { at, from, to, bars: { items, offset, total } };
  }

  /** Throws `EPOCH_NOT_FOUND`. */
  async detail(at: number, asked: Asked<'epoch'>, logs: LogSearch): Promise<EpochDetail> {
    const epoch = asked.epoch;
    const row = this.#index.epochs.row(epoch);
    if (row === undefined || this.#index.epochs.openedSeq(row) > at)
      throw new NetrunError('EPOCH_NOT_FOUND', `there is no epoch ${epoch} at record ${at}`, {
        epochId: epoch,
        hint: 'Go on in time: it is opened later, or the history does not have its beginning.',
      });
    const view = this.#index.epochs.at(row, at);
    const told = await this.#told(epoch, view, at, asked);
    const letter = this.#run.letters().find((each) => each.epoch === epoch);
    return { ...view, at, ...told, letter: letter?.id ?? null, log: logs.ofEpoch(epoch, asked) };
  }

  /** What the records of its life say. */
  async #told(
    epoch: EpochId,
    { openedSeq, endedSeq }: EpochRow,
    at: number,
    { recordedOffset, recordedLimit }: Asked<'epoch'>,
  ): Promise<Told> {
    let salvo: SalvoPackets = [];
    const sent: SentSalvo[] = [];
    const errors: ErrorView[] = [];
    const items: EpochDetail['recorded']['items'][number][] = [];
    let total = 0;
    let action = 0;
    for (const record of this.#run.history.range(openedSeq, Math.min(at, endedSeq ?? at))) {
      if (this.#pace.isUp()) await yieldLoop(this.#pace);
      if (record.type === 'action') action = record.seq;
      if (record.type !== 'event' || ![...epochsOf(record)].includes(epoch)) continue;
      if (record.event === 'InputSalvoTriggered') salvo = packetsIn(record);
      else if (record.event === 'OutputSalvoTriggered' && sent.length < maxPackets)
        sent.push({ condition: String(record['condition']), packets: packetsIn(record) });
      else if (record.event === 'EpochFailed' && errors.length < maxErrors)
        errors.push(this.#error(record, action));
      else if (record.event === 'ValueRecorded') {
        total += 1;
        if (total <= recordedOffset || items.length >= recordedLimit) continue;
        const value = previewOf(record['value'], this.#redaction, recordedChars);
        items.push({ seq: record.seq, kind: String(record['kind']), value });
      }
    }
    const recorded: Page<(typeof items)[number]> = { items, offset: recordedOffset, total };
    return { salvo, sent, errors, recorded };
  }

  #error(record: EventRecord, action: number): ErrorView {
    const { name, message, code } = record['error'] as {
      readonly name: string;
      readonly message: string;
      readonly code?: string;
    };
    const attempt = Number(record['attempt']);
    return {
      attempt,
      at: Date.parse(record.at),
      seq: record.seq,
      name,
      message,
      code: code ?? null,
      stack: this.#run.thrown(action, String(record['epoch']), attempt) ?? null,
    };
  }
}

function packetsIn(record: EventRecord): SalvoPackets {
  return (record['packets'] as SalvoPackets).slice(0, maxPackets);
}

function textOf({ epoch, node, condition, note }: EpochRow): string {
  return `${epoch} ${node} ${condition} ${note ?? ''}`.toLowerCase();
}
