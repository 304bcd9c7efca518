/**
 * The history of a run, written to files while the run goes on.
 *
 * Owns: the lines that wait to be written, and who waits until what was appended is durable.
 * F1 a file ends at a whole record, whatever fails. F2 nothing is appended after a failure: what is in
 * the files is the beginning of what happened. F3 a part is durable before the next one is begun.
 * F4 one sync at a time is under way; what is written meanwhile is covered by the next.
 */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Action, Answer, KernelEvent } from '../../machines/action.ts';
import { NetrunError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import { asError } from '../errors.ts';
import { type Disk, systemDisk } from './disk.ts';
import { historyUnwritable } from './history-errors.ts';
import { firstLaterPart, partPath } from './history-parts.ts';
import type { FsyncPolicy, JournalFileOptions } from './journal-options.ts';
import { JournalPart } from './journal-part.ts';
import { putActionLine, putEventLine, recordLine } from './record-line.ts';
import {
  type ActionRecord,
  type HeaderRecord,
  type OutsideData,
  type RecordPlace,
  actionRecord,
  historyFormat,
  rejectionOf,
} from './record.ts';
import { PendingLines } from './pending-lines.ts';
import type { HistoryEnd } from './recorded-history.ts';

interface Waiter {
  /** The first record that need not be durable. */
  readonly until: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const defaultChunkSize = 512;

/** Bytes that wait at most. */
const chunkBytes = 1 << 20;

const noEvents: readonly KernelEvent[] = [];

const unlocked = (): void => undefined;

/** Closes the files of journals that were given up without having been closed. */
const abandoned = new FinalizationRegistry<() => void>((giveUp) => giveUp());

function tooLarge({ seq }: RecordPlace): Error {
  return new Error(`record ${seq} is larger than ${limits.historyLineBytes} bytes`);
}

export class JournalFile {
  /** Path of part 0. */
  readonly path: string;
  readonly header: HeaderRecord;
  readonly #disk: Disk;
  readonly #chunkSize: number;
  readonly #fsync: FsyncPolicy;
  readonly #maxBytes: number;
  readonly #onFailure: (failure: NetrunError) => void;
  readonly #unlisten: () => void;
  readonly #unlock: () => void;
  #part: JournalPart;
  #partNumber: number;
  /** The next record begins another part, whatever its size. */
  #partIsOver = false;
  /** The part has records beside its header, written or waiting. */
  #partHasRecords: boolean;
  readonly #pending = new PendingLines();
  /** The last time, and its text. */
  #time = Number.NaN;
  #timeText = '';
  #scheduled = false;
  #nextSeq: number;
  #actions: number;
  /** Records before these are with the system, and durable. */
  #written: number;
  #synced: number;
  #syncing = false;
  #waiters: Waiter[] = [];
  /** Parts that are over, whose handles a sync may still hold. */
  readonly #over: JournalPart[] = [];
  #failure: NetrunError | null = null;
  #resting = false;
  #closed = false;

  private constructor(
    { path, header, part, nextSeq, actions, format }: Omit<HistoryEnd, 'bytes'>,
    file: JournalPart,
    options: JournalFileOptions,
    unlock: () => void,
  ) {
    this.path = path;
    this.header = header;
    this.#part = file;
    this.#partNumber = part;
    this.#partHasRecords = nextSeq > 1;
    this.#partIsOver = format !== historyFormat;
    this.#nextSeq = nextSeq;
    this.#actions = actions;
    this.#written = nextSeq;
    this.#synced = nextSeq;
    this.#disk = options.disk ?? systemDisk;
    this.#chunkSize = options.chunkSize ?? defaultChunkSize;
    this.#fsync = options.fsync ?? 'batch';
    this.#maxBytes = options.maxBytes ?? Infinity;
    this.#onFailure = options.onFailure ?? (() => undefined);
    this.#unlock = unlock;
    const weak = new WeakRef(this);
    const exit = (): void => {
      const own = weak.deref();
      if (own === undefined) return;
      own.#exit();
      own.#unlock();
    };
    this.#unlisten = options.atExit?.(exit) ?? (() => undefined);
    this.#watch();
  }

  /**
   * A new history; its folder is made where there is none. Throws `HISTORY_FILE_EXISTS` where there is
   * one already, `HISTORY_IN_USE`, `HISTORY_UNWRITABLE`.
   */
  static create(path: string, header: HeaderRecord, options: JournalFileOptions = {}): JournalFile {
    const disk = options.disk ?? systemDisk;
    const syncs = (options.fsync ?? 'batch') !== 'never';
    let file: JournalPart;
    let unlock = unlocked;
    try {
      makeRoom(path, disk);
      unlock = options.lock?.(path) ?? unlocked;
      file = JournalPart.create(path, `${recordLine(header)}\n`, disk, syncs);
    } catch (error) {
      unlock();
      throw historyUnwritable(path, error);
    }
    const end = { path, header, part: 0, nextSeq: 1, actions: 0, format: historyFormat };
    return new JournalFile(end, file, options, unlock);
  }

  /** Goes on with a history that has been repaired. Throws `HISTORY_IN_USE`, `HISTORY_UNWRITABLE`. */
  static open(end: HistoryEnd, options: JournalFileOptions = {}): JournalFile {
    const path = partPath(end.path, end.part);
    const unlock = options.lock?.(end.path) ?? unlocked;
    try {
      const file = JournalPart.open(path, end.bytes, options.disk ?? systemDisk);
      return new JournalFile(end, file, options, unlock);
    } catch (error) {
      unlock();
      throw historyUnwritable(path, error);
    }
  }

  /** What ended the writing; null while there is nothing. */
  get failure(): NetrunError | null {
    return this.#failure;
  }

  /** Number of the next record. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /**
   * Writes down an action and what came of it. `at` in milliseconds since 1970. Throws
   * `HISTORY_UNWRITABLE`: nothing may follow from the action then.
   */
  append(action: Action, answer: Answer, at: number, outside?: OutsideData): void {
    this.assertWritable();
    this.#actions += 1;
    const place = { seq: this.#nextSeq, at: this.#textOf(at), action: this.#actions };
    const { bytes, count } = this.#pending;
    const events = answer.ok ? answer.events : noEvents;
    try {
      this.#addAction(place, action, rejectionOf(answer), outside);
      this.#addEvents(place, events);
    } catch (error) {
      if (this.#failure === null) this.#pending.takeBack(bytes, count);
      throw error;
    }
    this.#rotateFor(bytes, count);
    this.#pushed(1 + events.length);
  }

  /** Writes down events of the last action that are not there yet. Throws as `append`. */
  complete(events: readonly KernelEvent[], at: number): void {
    this.assertWritable();
    const place = {
      seq: this.#nextSeq - 1,
      at: new Date(at).toISOString(),
      action: this.#actions,
    };
    this.#addEvents(place, events);
    this.#pushed(events.length);
  }

  /** Hands everything to the system. Throws `HISTORY_UNWRITABLE`. */
  flush(): void {
    if (this.#failure !== null) throw this.#failure;
    this.#write();
    this.#commit();
  }

  /**
   * Resolves when everything appended until now is as durable as the policy has it: with the system
   * (`never`), or safe against a loss of power. Rejects with `HISTORY_UNWRITABLE`.
   */
  durable(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#reached >= this.#nextSeq) return Promise.resolve();
    const until = this.#nextSeq;
    return new Promise((resolve, reject) => {
      this.#waiters.push({ until, resolve, reject });
    });
  }

  /** Makes everything durable and closes the file; what comes later is written at once. Never throws. */
  rest(): void {
    this.#resting = true;
    this.#unlisten();
    this.#finish();
  }

  /** As `rest`; nothing can be appended any more. */
  close(): void {
    this.#closed = true;
    this.rest();
  }

  /** Records before this one are as durable as they are to be. */
  get #reached(): number {
    return this.#fsync === 'never' ? this.#written : this.#synced;
  }

  /** Throws `HISTORY_UNWRITABLE` after a failure, `NET_STATE` once it is closed. */
  assertWritable(): void {
    if (this.#failure !== null) throw this.#failure;
    if (!this.#closed) return;
    throw new NetrunError('NET_STATE', `the history ${this.path} is closed`, {
      hint: 'Recover the run to go on with it.',
    });
  }

  /** The time as records have it: mostly that of the one before. */
  #textOf(at: number): string {
    if (at !== this.#time) {
      this.#timeText = new Date(at).toISOString();
      this.#time = at;
    }
    return this.#timeText;
  }

  #addAction(
    place: RecordPlace,
    action: Action,
    rejected: ActionRecord['rejected'],
    outside: OutsideData | undefined,
  ): void {
    if (this.#addedAction(place, action, rejected, outside)) return;
    const lost = `larger than ${limits.historyLineBytes} bytes, with all that its record has`;
    const smaller =
      outside?.values === undefined ? {} : { values: outside.values.map(() => ({ lost })) };
    if (!this.#addedAction(place, action, rejected, smaller)) throw this.fail(tooLarge(place));
  }

  /** False where its line is too long. */
  #addedAction(
    place: RecordPlace,
    action: Action,
    rejected: ActionRecord['rejected'],
    outside: OutsideData | undefined,
  ): boolean {
    const pending = this.#pending;
    const { bytes, count } = pending;
    try {
      if (rejected === undefined) putActionLine(pending, place, action, outside);
      else {
        pending.putText(recordLine(actionRecord(place, action, rejected, outside)));
        pending.endLine();
      }
      if (pending.bytes - bytes <= limits.historyLineBytes) return true;
    } catch (error) {
      // A text longer than any that the platform can make is too long as well.
      if (!(error instanceof RangeError)) throw error;
    }
    pending.takeBack(bytes, count);
    return false;
  }

  #addEvents(place: RecordPlace, events: readonly KernelEvent[]): void {
    if (this.header.level === 'actions') return;
    const { at, action } = place;
    let { seq } = place;
    for (const event of events) {
      seq += 1;
      this.#addEvent({ seq, at, action }, event);
    }
  }

  #addEvent(place: RecordPlace, event: KernelEvent): void {
    const pending = this.#pending;
    const { bytes } = pending;
    try {
      putEventLine(pending, place, place.seq - place.action, event);
      if (pending.bytes - bytes <= limits.historyLineBytes) return;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    throw this.fail(tooLarge(place));
  }

  /** Lines of so many records have been added. */
  #pushed(records: number): void {
    this.#nextSeq += records;
    this.#partHasRecords = true;
    if (this.#resting) {
      this.#finish();
      if (this.#failure !== null) throw this.#failure;
    } else if (this.#fsync === 'always') this.#syncNow();
    else if (this.#pending.count >= this.#chunkSize || this.#pending.bytes >= chunkBytes)
      this.flush();
    else this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#failure !== null) return;
      try {
        this.flush();
      } catch {
        // Whoever is to know was told by onFailure.
      }
    });
  }

  /** Writes the first of the pending bytes, of so many lines. */
  #write({ bytes, count }: Readonly<Pick<PendingLines, 'bytes' | 'count'>> = this.#pending): void {
    if (count > 0) {
      try {
        this.#part.write(this.#pending.first(bytes));
      } catch (error) {
        throw this.fail(error);
      }
      this.#pending.drop(bytes, count);
    }
    this.#written = this.#nextSeq;
    this.#tell();
  }

  #syncNow(pending: Readonly<Pick<PendingLines, 'bytes' | 'count'>> = this.#pending): void {
    this.#write(pending);
    if (this.#fsync === 'never') return;
    try {
      this.#part.sync();
    } catch (error) {
      throw this.fail(error);
    }
    this.#synced = this.#written;
    this.#tell();
  }

  /** Begins a sync of what is written, unless one is under way. */
  #commit(): void {
    if (this.#fsync !== 'batch' || this.#syncing || this.#synced >= this.#written) return;
    this.#syncing = true;
    const until = this.#written;
    this.#part.syncLater().then(
      () => {
        this.#synced = Math.max(this.#synced, until);
        this.#synchronized();
      },
      (error: unknown) => {
        this.fail(error);
        this.#synchronized();
      },
    );
  }

  #synchronized(): void {
    this.#syncing = false;
    this.#closeOver();
    this.#tell();
    if (this.#resting || this.#failure !== null) this.#closePart(this.#part);
    else this.#commit();
  }

  /** Begins another part where the lines do not fit into this one that have been added after so many bytes and lines. */
  #rotateFor(bytes: number, count: number): void {
    if (this.#maxBytes === Infinity && !this.#partIsOver) return;
    const all = this.#part.bytes + this.#pending.bytes;
    if (!this.#partIsOver && (all <= this.#maxBytes || !this.#partHasRecords)) return;
    this.#syncNow({ bytes, count });
    this.#rotate();
  }

  #rotate(): void {
    const part = this.#partNumber + 1;
    const path = partPath(this.path, part);
    const header = { ...this.header, part, first_seq: this.#nextSeq };
    const over = this.#part;
    try {
      const line = `${recordLine(header)}\n`;
      this.#part = JournalPart.create(path, line, this.#disk, this.#fsync !== 'never');
    } catch (error) {
      throw this.fail(error);
    }
    this.#partNumber = part;
    this.#partIsOver = false;
    this.#partHasRecords = false;
    this.#over.push(over);
    if (!this.#syncing) this.#closeOver();
    abandoned.unregister(this);
    this.#watch();
  }

  /** Where this is given up without having been closed, its file is closed. */
  #watch(): void {
    const file = this.#part;
    const unlisten = this.#unlisten;
    const unlock = this.#unlock;
    const giveUp = (): void => {
      unlisten();
      file.close();
      unlock();
    };
    abandoned.register(this, giveUp, this);
  }

  #closeOver(): void {
    for (const part of this.#over.splice(0)) this.#closePart(part);
  }

  /** Some systems tell only now that what was written is lost. */
  #closePart(part: JournalPart): void {
    try {
      part.close();
    } catch (error) {
      this.fail(error);
    }
  }

  #tell(): void {
    if (this.#waiters.length === 0) return;
    const reached = this.#reached;
    const waiters = this.#waiters;
    this.#waiters = waiters.filter(({ until }) => until > reached);
    for (const { until, resolve } of waiters) if (until <= reached) resolve();
  }

  /** Nothing is written any more, for this reason. Returns what is to be thrown: `HISTORY_UNWRITABLE`. */
  fail(error: unknown): NetrunError {
    if (this.#failure !== null) return this.#failure;
    this.#failure = historyUnwritable(this.#part.path, asError(error));
    this.#pending.clear();
    this.#unlisten();
    this.#unlock();
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(this.#failure);
    if (!this.#syncing) this.#closePart(this.#part);
    this.#onFailure(this.#failure);
    return this.#failure;
  }

  /** As `#exit`, and closes the file, unless a sync is under way that closes it then. */
  #finish(): void {
    this.#exit();
    if (!this.#syncing) this.#closePart(this.#part);
    this.#unlock();
  }

  /** Writes everything, and syncs as the policy has it. */
  #exit(): void {
    try {
      if (this.#failure === null) this.#syncNow();
    } catch {
      // Whoever is to know was told by onFailure.
    }
  }
}

/** Makes the folder. Throws where a history is there already. */
function makeRoom(path: string, disk: Disk): void {
  disk.makeFolder(dirname(path));
  const taken = existsSync(path) ? path : firstLaterPart(path);
  if (taken !== null) throw fileExists(taken);
}

function fileExists(path: string): NetrunError {
  return new NetrunError('HISTORY_FILE_EXISTS', `${path} has the history of another run`, {
    hint: 'Name another file as history_file, recover that run, or remove its history first.',
  });
}
