/**
 * A run in files, as the inspector watches it; also one that another process is still writing.
 *
 * Owns: the history as far as it was read, in memory, and the kernel that its actions were applied to.
 * R1 the kernel and the history stand at the same action. R2 reading goes on in slices, and what is written
 * later is read when it is there. R3 values stay in the file until somebody asks for one.
 */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Graph } from '../../dsl/graph.ts';
import type { Answer, KernelEvent } from '../../machines/action.ts';
import { failureEvents } from '../epochs/recorded-error.ts';
import { asError } from '../errors.ts';
import type { DeadLetter } from '../failure/dead-letter.ts';
import { readDeadLetters } from '../failure/dead-letter-reading.ts';
import { History } from '../history/history.ts';
import { HistoryTail } from '../history/history-tail.ts';
import {
  type ActionRecord,
  type HeaderRecord,
  type HistoryRecord,
  actionOf,
} from '../history/record.ts';
import { type RecordedHistory, openHistory } from '../history/recorded-history.ts';
import { type Kernel, createKernel } from '../kernel/kernel.ts';
import { LogFile, logName } from '../logs/log-file.ts';
import { Replay } from '../replay/replay.ts';
import { storedTexts } from '../setup/history-file.ts';
import { readValue } from '../values/recorded-value.ts';
import { ValueDecoder, ValueUnreadable } from '../values/value-decoding.ts';
import { Pace, yieldLoop } from './pace.ts';
import type { FoundValue, WatchedRun } from './watched-run.ts';

/** Milliseconds between two looks at whether more was written. */
const lookEveryMs = 200;

/** Events after which nothing is written any more. */
const lastEvents: ReadonlySet<string> = new Set<KernelEvent['event']>(['NetStopped', 'NetFailed']);

/** Milliseconds of reading that are waited for before the run is shown. */
const firstMs = 500;

class RecordedRun implements WatchedRun {
  readonly spec: WatchedRun['spec'];
  readonly graph: Graph;
  readonly history: History;
  readonly kernel: Kernel;
  readonly title: string;
  readonly controls = null;
  readonly isSuspended = false;
  readonly hasValues: boolean;
  readonly #header: HeaderRecord;
  readonly #folder: string;
  readonly #pace = new Pace();
  readonly #tail: HistoryTail;
  readonly #log: LogFile;
  #file: RecordedHistory;
  /** Number of the last record when the file was opened: values of later ones need it opened again. */
  #known = 0;
  #notice: string | null = null;
  #functionless: ReadonlySet<string> | null = null;
  #isOver = false;
  #isClosed = false;
  #letters: { readonly stamp: string; readonly all: readonly DeadLetter[] } = {
    stamp: '',
    all: [],
  };
  #timer: NodeJS.Timeout | null = null;

  constructor(file: RecordedHistory) {
    // A history that cannot be gone through again is refused before anything is shown.
    const replay = new Replay(file, { onDifference: 'report' });
    replay.close();
    const { header } = file;
    this.#file = file;
    this.#header = header;
    this.spec = replay.spec;
    this.graph = Graph.fromToml(header.definition ?? '');
    this.kernel = createKernel(this.spec);
    this.history = new History({ header: () => header, maxSize: null });
    this.#tail = new HistoryTail(file.path);
    this.#log = new LogFile(join(dirname(file.path), logName));
    this.#folder = header.file === undefined ? dirname(file.path) : dirname(header.file);
    this.title = header.file === undefined ? basename(file.path) : basename(header.file);
    this.hasValues = this.graph.settings.historyValues !== 'none';
  }

  get source(): 'following' | 'recorded' {
    return this.#isOver ? 'recorded' : 'following';
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Of a folder that a command wrote; a program's log is where it has it written. */
  get logs(): LogFile | null {
    return this.#log.isThere ? this.#log : null;
  }

  get notice(): string | null {
    return this.#notice;
  }

  waitingInputs(): ReadonlyMap<string, number> {
    return new Map();
  }

  ended(): null {
    return null;
  }

  settle(): void {
    // What is written is read when its turn comes.
  }

  start(): null {
    return null;
  }

  hasFunction(node: string): boolean | null {
    return this.#functionless === null ? null : !this.#functionless.has(node);
  }

  value(packet: string, seq: number, index: number): FoundValue {
    const record = this.#recordAt(seq);
    const recorded = index < 0 ? undefined : record?.values?.[index];
    if (recorded === undefined)
      return { state: 'unrecorded', why: `The history does not have the value of ${packet}.` };
    if ('lazy' in recorded) return { state: 'lazy' };
    const texts = storedTexts(this.graph.settings, this.#folder, this.#header.run);
    const read = readValue(recorded, texts);
    if ('value' in read) return { state: 'found', value: read.value };
    return { state: 'unreadable', why: `${packet} ${read.missing}` };
  }

  thrown(seq: number): string | undefined {
    const encoded = this.#recordAt(seq)?.thrown;
    if (encoded === undefined) return undefined;
    try {
      return asError(new ValueDecoder().decode(encoded)).stack;
    } catch (error) {
      if (error instanceof ValueUnreadable) return undefined;
      throw error;
    }
  }

  /** Those of a file, where the run keeps them in one; those in memory are gone with the run. */
  letters(): readonly DeadLetter[] {
    const { deadLetterQueue, deadLetterPath } = this.graph.settings;
    if (deadLetterQueue !== 'file' || deadLetterPath === undefined) return [];
    const file = resolve(this.#folder, deadLetterPath);
    if (!existsSync(file)) return [];
    const { mtimeMs, size } = statSync(file);
    const stamp = `${mtimeMs} ${size}`;
    if (this.#letters.stamp !== stamp) {
      const all: DeadLetter[] = [];
      readDeadLetters(file, (letter) => all.push(letter));
      this.#letters = { stamp, all: all.filter(({ run }) => run === this.#header.run) };
    }
    return this.#letters.all;
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Reads what there is; resolves when it is read, or soon, and goes on by itself. */
  async begin(): Promise<void> {
    const soon = new Promise<void>((resolve_) => {
      setTimeout(resolve_, firstMs).unref();
    });
    await Promise.race([this.#readOn(), soon]);
  }

  async #readOn(): Promise<void> {
    try {
      await this.#readSlices();
    } catch (error) {
      this.#notice = `What follows cannot be read: ${asError(error).message}`;
      this.#isOver = true;
      return;
    }
    const last = this.history.get(this.history.lastSeq);
    this.#isOver = last?.type === 'event' && lastEvents.has(last.event);
    if (this.#isClosed) return;
    // The log may have lines that come after the end of the history.
    this.#timer = setTimeout(() => void this.#readOn(), lookEveryMs);
    this.#timer.unref();
  }

  async #readSlices(): Promise<void> {
    this.#pace.begin();
    for (const record of this.#tail.read()) {
      if (this.#isClosed) return;
      if (record.type === 'action') this.#take(record);
      else this.#compare(record);
      if (this.#pace.isUp()) await yieldLoop(this.#pace);
    }
    for (const _ of this.#log.read()) {
      if (this.#isClosed) return;
      if (this.#pace.isUp()) await yieldLoop(this.#pace);
    }
  }

  #take(record: ActionRecord): void {
    const action = actionOf(record);
    const { functionless } = action as { readonly functionless?: readonly string[] };
    if (functionless !== undefined) this.#functionless = new Set(functionless);
    this.history.append(action, this.#applied(action), Date.parse(record.at));
    this.#compare(record);
  }

  /** A throw of the kernel is what it was in the run: the net's failure. */
  #applied(action: ReturnType<typeof actionOf>): Answer {
    try {
      return this.kernel.apply(action);
    } catch (thrown) {
      return { ok: true, events: failureEvents(thrown) };
    }
  }

  /** What is shown is what the actions give; where that is not what was written, it is said. */
  #compare(record: HistoryRecord): void {
    if (this.#notice !== null) return;
    const own = this.history.get(record.seq);
    if (own !== undefined && isDeepStrictEqual(plain(own), plain(withoutValues(record)))) return;
    this.#notice = `Record ${record.seq} is not what its actions give in this version of netrun; what is shown is what they give.`;
  }

  #recordAt(seq: number): ActionRecord | undefined {
    if (seq > this.#known) {
      this.#file = openHistory(this.#file.path);
      this.#known = this.history.lastSeq;
    }
    for (const record of this.#file.records(seq)) {
      if (record.seq < seq) continue;
      return record.type === 'action' ? record : undefined;
    }
    return undefined;
  }
}

/** A record without what only files have. */
function withoutValues(record: object): object {
  const { values: _1, thrown: _2, ...rest } = record as { values?: unknown; thrown?: unknown };
  return rest;
}

/** As JSON has it: what is undefined is not there. */
function plain(record: object): unknown {
  return JSON.parse(JSON.stringify(record)) as unknown;
}

/**
 * Opens a history: its file, or the folder that has it. Throws as `openHistory`, and as Replay where it cannot be
 * gone through.
 */
export async function recordedRun(path: string): Promise<WatchedRun> {
  const run = new RecordedRun(openHistory(path));
  await run.begin();
  return run;
}
