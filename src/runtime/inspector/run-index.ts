/**
 * What the inspector knows of a history without going through it again: epochs, marks, times, births.
 *
 * Owns: how far the history was read.
 * X1 every record is read once, in slices, and only once somebody asks. X2 numbers in every list go up, so that
 * any instant is found by a search. X3 an epoch or packet whose beginning the history has no more is left out.
 */
import type { EpochId, KernelEvent, PacketId } from '../../machines/action.ts';
import { type EventRecord, type HistoryRecord, eventOf } from '../history/record.ts';
import { EpochTable, type Placed } from './epoch-table.ts';
import type { MarkKind } from './history-view.ts';
import { type Pace, yieldLoop } from './pace.ts';
import { countUntil, lastUntil } from './sorted-numbers.ts';
import type { WatchedRun } from './watched-run.ts';

/** Numbers of records that are about one node. */
interface NodeCourse {
  readonly finished: number[];
  readonly failed: number[];
  readonly cancelled: number[];
  /** Attempts that were scheduled, and those that began or were given up. */
  readonly retried: number[];
  readonly resumed: number[];
}

export interface NodeCounts {
  readonly finished: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly retried: number;
  /** Epochs between two attempts. */
  readonly retrying: number;
  /** The last of its epochs that ended failed, or timed out. */
  readonly lastFailed: boolean;
}

export interface Mark {
  readonly seq: number;
  readonly at: number;
  readonly kind: MarkKind;
}

/** How a packet came to be. */
export interface Birth {
  /** Number of the action's record, and the packet's place among those that it made itself; -1: a copy. */
  readonly seq: number;
  readonly index: number;
  readonly copyOf: PacketId | null;
}

/** What the reason of a pause begins with that a break-point asked for. */
export const breakReason = 'break-point: ';

const netEvents: ReadonlySet<string> = new Set([
  'NetStarted',
  'NetResumed',
  'NetRecovered',
  'NetPausing',
  'NetPaused',
  'NetStopping',
  'NetStopped',
  'NetFailed',
  'NodeFailed',
]);

/** Records read before the time is looked at. */
const recordsPerLook = 64;

export class RunIndex {
  readonly #run: WatchedRun;
  readonly #pace: Pace;
  readonly epochs: EpochTable;
  readonly #nodeIndex: ReadonlyMap<string, number>;
  readonly #courses: readonly NodeCourse[];
  /** Epochs that wait for an attempt. */
  readonly #waiting = new Set<EpochId>();
  readonly marks: Mark[] = [];
  readonly markSeqs: number[] = [];
  /** Records of starts of epochs, and of errors. */
  readonly starts: number[] = [];
  readonly errors: number[] = [];
  /** Of each action: number of its record, its time, and whether anything came of it. */
  readonly actions: number[] = [];
  readonly times: number[] = [];
  readonly #effects: boolean[] = [];
  #firstPacket = 0;
  readonly #births: number[] = [];
  readonly #places: number[] = [];
  readonly #copies = new Map<PacketId, PacketId>();
  #made = 0;
  #read = 0;
  #reading: Promise<void> | null = null;

  constructor(run: WatchedRun, pace: Pace) {
    this.#run = run;
    this.#pace = pace;
    const names = run.spec.nodes.map(({ name }) => name);
    this.epochs = new EpochTable(names);
    this.#nodeIndex = new Map(names.map((name, at) => [name, at]));
    this.#courses = names.map(() => ({
      finished: [],
      failed: [],
      cancelled: [],
      retried: [],
      resumed: [],
    }));
  }

  /** Number of the last record that was read. */
  get seq(): number {
    return this.#read;
  }

  nodeIndex(name: string): number | undefined {
    return this.#nodeIndex.get(name);
  }

  /** Reads at least until record `seq`; null: until where the history is now. */
  async reach(seq: number | null): Promise<void> {
    this.#run.settle();
    const goal = Math.min(seq ?? Number.POSITIVE_INFINITY, this.#run.history.lastSeq);
    while (this.#read < goal) {
      this.#reading ??= this.#readSlices(goal).finally(() => {
        this.#reading = null;
      });
      await this.#reading;
    }
  }

  /** Reads one slice on, if there is anything to read, and nobody else does. */
  nudge(): void {
    if (this.#reading !== null || this.#read >= this.#run.history.lastSeq) return;
    this.#pace.begin();
    const { history } = this.#run;
    let count = 0;
    for (const record of history.range(Math.max(this.#read + 1, history.firstSeq))) {
      this.#note(record);
      this.#read = record.seq;
      count += 1;
      if (count % recordsPerLook === 0 && this.#pace.isUp()) return;
    }
  }

  counts(node: number, at: number): NodeCounts {
    const { finished, failed, cancelled, retried, resumed } = this.#courses[node] ?? emptyCourse;
    const retries = countUntil(retried, at);
    return {
      finished: countUntil(finished, at),
      failed: countUntil(failed, at),
      cancelled: countUntil(cancelled, at),
      retried: retries,
      retrying: retries - countUntil(resumed, at),
      lastFailed: lastUntil(failed, at) > lastUntil(finished, at),
    };
  }

  /** Undefined where the history does not have the packet's beginning. */
  birth(packet: PacketId): Birth | undefined {
    const row = Number(packet.slice(1)) - this.#firstPacket;
    const seq = this.#births[row];
    if (seq === undefined) return undefined;
    return { seq, index: this.#places[row] ?? -1, copyOf: this.#copies.get(packet) ?? null };
  }

  /** Milliseconds: the time of the action that the record belongs to; 0 before the first. */
  timeOf(seq: number): number {
    return this.times[countUntil(this.actions, seq) - 1] ?? 0;
  }

  /** The first action at or after a time: number of its record; after all of them one more than the last. */
  seqAt(time: number): number {
    return this.actions[countUntil(this.times, time - 1)] ?? this.#read + 1;
  }

  /** The nearest action before (or after) a record of which anything came; null: there is none. */
  actionFrom(seq: number, back: boolean): number | null {
    const step = back ? -1 : 1;
    let at = countUntil(this.actions, seq) - 1 + (back ? 0 : 1);
    if (back && (this.actions[at] ?? 0) >= seq) at -= 1;
    while (at >= 0 && at < this.actions.length && this.#effects[at] === false) at += step;
    return this.actions[at] ?? null;
  }

  async #readSlices(goal: number): Promise<void> {
    let count = 0;
    this.#pace.begin();
    const { history } = this.#run;
    const from = Math.max(this.#read + 1, history.firstSeq);
    for (const record of history.range(from, goal)) {
      this.#note(record);
      this.#read = record.seq;
      count += 1;
      if (count % recordsPerLook === 0 && this.#pace.isUp()) await yieldLoop(this.#pace);
    }
    this.#read = Math.max(this.#read, Math.min(goal, history.firstSeq - 1));
  }

  #note(record: HistoryRecord): void {
    if (record.type === 'header') return;
    const at = Date.parse(record.at);
    if (record.type === 'action') {
      this.actions.push(record.seq);
      this.times.push(at);
      this.#effects.push(record.rejected !== undefined);
      this.#made = 0;
      if (record.rejected !== undefined) this.#mark('rejected', { seq: record.seq, at });
      return;
    }
    this.#effects[this.#effects.length - 1] = true;
    this.#noteEvent(record, { seq: record.seq, at });
  }

  #noteEvent(record: EventRecord, place: Placed): void {
    const event = eventOf(record);
    if (event.event === 'PacketCreated') this.#born(event);
    else if (event.event === 'EpochCreated')
      this.epochs.open(event.epoch, this.#nodeIndex.get(event.node) ?? 0, place);
    else if (netEvents.has(event.event)) this.#netEvent(event, place);
    else if (event.event === 'NetBlocked') this.#mark('blocked', place);
    else if (event.event === 'DagViolation') {
      this.errors.push(place.seq);
      this.#mark('violation', place);
    } else if ('epoch' in event && event.epoch !== undefined)
      this.#ofEpoch(event.epoch, event, place);
  }

  #netEvent(event: KernelEvent, place: Placed): void {
    const isBreak = event.event === 'NetPausing' && event.reason.startsWith(breakReason);
    if (event.event === 'NodeFailed' || event.event === 'NetFailed') {
      this.errors.push(place.seq);
      this.#mark('failed', place);
    } else this.#mark(isBreak ? 'break' : 'net', place);
  }

  #ofEpoch(epoch: EpochId, event: KernelEvent, place: Placed): void {
    const row = this.epochs.row(epoch);
    if (row === undefined) return;
    this.epochs.note(row, event, place);
    const course = this.#courses[this.epochs.node(row)] ?? emptyCourse;
    const { seq } = place;
    switch (event.event) {
      case 'EpochStarted':
        this.starts.push(seq);
        break;
      case 'AttemptStarted':
        this.#resumed(epoch, course, seq);
        break;
      case 'EpochRetryScheduled':
        course.retried.push(seq);
        this.#waiting.add(epoch);
        break;
      case 'EpochFinished':
        course.finished.push(seq);
        break;
      case 'EpochFailed':
        this.errors.push(seq);
        this.#mark(event.final ? 'failed' : 'retry', place);
        if (event.final) course.failed.push(seq);
        break;
      case 'EpochTimedOut':
        this.errors.push(seq);
        this.#mark('timedOut', place);
        course.failed.push(seq);
        this.#resumed(epoch, course, seq);
        break;
      case 'EpochCancelled':
        course.cancelled.push(seq);
        this.#resumed(epoch, course, seq);
        break;
      default:
    }
  }

  /** It waits for an attempt no more. */
  #resumed(epoch: EpochId, course: NodeCourse, seq: number): void {
    if (this.#waiting.delete(epoch)) course.resumed.push(seq);
  }

  #born({ packet, copyOf }: Extract<KernelEvent, { event: 'PacketCreated' }>): void {
    if (this.#births.length === 0) this.#firstPacket = Number(packet.slice(1));
    this.#births.push(this.actions.at(-1) ?? 0);
    this.#places.push(copyOf === undefined ? this.#made++ : -1);
    if (copyOf !== undefined) this.#copies.set(packet, copyOf);
  }

  #mark(kind: MarkKind, { seq, at }: Placed): void {
    this.marks.push({ seq, at, kind });
    this.markSeqs.push(seq);
  }
}

const emptyCourse: NodeCourse = {
  finished: [],
  failed: [],
  cancelled: [],
  retried: [],
  resumed: [],
};
