/**
 * The one door to the kernel: applies an action, writes it down, then lets its effects follow.
 *
 * J1 nothing reaches the kernel past this door. J2 the history has an action and its events before
 * any effect of them (G5), in memory and in a file where there is one. J3 a rejected action is written
 * down and has no effects (G3). J4 once the file cannot be written, nothing is applied any more. J5 what a
 * function that is running has gathered comes before whatever else is applied meanwhile.
 */
import type { NetrunError } from '../../errors.ts';
import type { Acceptance, Action, Answer, PacketId } from '../../machines/action.ts';
import type { Clock } from '../time/clock.ts';
import { NetStateError, asError, rejected } from '../errors.ts';
import type { History } from '../history/history.ts';
import type { OutsideData, RecordedValue } from '../history/record.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { failureEvents } from '../epochs/recorded-error.ts';
import type { Encoded } from '../values/value-encoding.ts';
import { LazyValue, type StoredValue } from '../values/values.ts';

/**
 * Does in the world what the kernel has decided. `made` are the values of packets the action makes, in order,
 * `recorded` how its record has them, where it does.
 */
export type Effects = (
  action: Action,
  answer: Acceptance,
  made: readonly StoredValue[],
  recorded: OutsideData['values'],
) => void;

/** What records are handed to, one action with its events at a time: a file, or what stands in for one. */
export interface JournalTarget {
  /** Null where it is no file. */
  readonly path: string | null;
  /** What ended the writing; null while there is nothing. */
  readonly failure: NetrunError | null;
  /** `at` in milliseconds since 1970. */
  append(action: Action, answer: Answer, at: number, outside?: OutsideData): void;
  /** Hands what was appended to the system. */
  flush(): void;
  /** Resolves when everything until now is as durable as it is to be. */
  durable(): Promise<void>;
  rest(): void;
  close(): void;
  /** Throws what ended the writing. */
  assertWritable(): void;
  /** The writing has ended for this reason; gives the error that says so. */
  fail(error: unknown): NetrunError;
}

/** Where a run is written down beside its history in memory. */
export interface JournalSink {
  readonly file: JournalTarget;
  /**
   * A value as a record has it; null where records have none. Throws where the value cannot be kept as
   * the net is to keep values.
   */
  readonly recordValue: ((value: StoredValue) => RecordedValue) | null;
  /** What a function threw, as a record has it. */
  recordThrown(error: Error): Encoded;
}

/** An action that was applied or refused. */
export interface AppliedAction {
  /** Number of its record, which those of its events follow. */
  readonly seq: number;
  readonly action: Action;
  readonly answer: Answer;
  /** Values of the packets that it made itself, in order; one that is made later is not there. */
  readonly values: ReadonlyMap<PacketId, unknown>;
}

/**
 * Told of every action once it is written down, before anything follows from it. What it throws is a bug, and nothing
 * follows. A function that it returns is called when what follows at once is done.
 */
export type ActionWatcher = (applied: AppliedAction) => void | (() => void);

/** What a function does that is running, and that is not here yet. */
export interface Gathered {
  settle(): void;
}

const nothingMade: readonly StoredValue[] = [];

function valuesMade(
  { packet, packets }: Acceptance,
  made: readonly StoredValue[],
): ReadonlyMap<PacketId, unknown> {
  const ids = packets ?? (packet === undefined ? [] : [packet]);
  const values = new Map<PacketId, unknown>();
  for (const [at, id] of ids.entries())
    if (!(made[at] instanceof LazyValue)) values.set(id, made[at]);
  return values;
}

export class Journal {
  readonly #kernel: Kernel;
  readonly #history: History;
  readonly #clock: Clock;
  readonly #effects: Effects;
  readonly #onBug: (bug: Error) => void;
  #read = 0;
  #sink: JournalSink | null = null;
  #gathered: Gathered | null = null;
  /** Null: nobody watches. */
  #watchers: readonly ActionWatcher[] | null = null;
  #closed = false;

  constructor(
    kernel: Kernel,
    history: History,
    clock: Clock,
    effects: Effects,
    onBug: (bug: Error) => void,
  ) {
    this.#onBug = onBug;
    this.#kernel = kernel;
    this.#history = history;
    this.#clock = clock;
    this.#effects = effects;
  }

  /** What is settled before anything else is applied or looked at; null: nothing is. */
  expect(gathered: Gathered | null): void {
    this.#gathered = gathered;
  }

  /** Brings here what the function that is running has done until now. */
  settle(): void {
    const gathered = this.#gathered;
    this.#gathered = null;
    gathered?.settle();
  }

  /** From now on everything is written there too. */
  writeTo(sink: JournalSink): void {
    this.#sink = sink;
  }

  /** The first file that is written to; null without one. */
  get path(): string | null {
    return this.#sink?.file.path ?? null;
  }

  /** What keeps the history from being written; null where nothing does. */
  get failure(): Error | null {
    return this.#sink?.file.failure ?? null;
  }

  /** Hands what was written down to the system. Throws `HISTORY_UNWRITABLE`. */
  flush(): void {
    this.#sink?.file.flush();
  }

  /**
   * Resolves when everything until now is as durable as it is to be; null without a file. Rejects with
   * `HISTORY_UNWRITABLE`.
   */
  durable(): Promise<void> | null {
    return this.#sink?.file.durable() ?? null;
  }

  /** The run is over: makes everything durable, and gives up the file until something more comes. */
  rest(): void {
    this.#sink?.file.rest();
  }

  /** The run goes on without this process: everything is made durable, then `apply` throws `NET_STATE`. */
  close(): void {
    this.#closed = true;
    this.#sink?.file.close();
  }

  /** The time of what is applied now: an action that says it need not be made again with it. */
  now(): number {
    this.#read = this.#clock.now();
    return this.#read;
  }

  /** The time that was read last: for what is applied at once after something else. */
  get lately(): number {
    return this.#read;
  }

  /**
   * Applies `action` at the clock's time, unless it says its own. `thrown` is what a function threw that
   * the action tells of. Throws `HISTORY_UNWRITABLE`: nothing follows from the action then.
   */
  apply(action: Action, made: readonly StoredValue[] = nothingMade, thrown?: Error): Answer {
    if (this.#gathered !== null) this.settle();
    if (this.#closed) throw new NetStateError('NET_STATE', `${action.type}: the net was suspended`);
    this.#sink?.file.assertWritable();
    const timed = action.now === undefined ? { ...action, now: this.now() } : action;
    const answer = this.#applied(timed);
    const recorded = this.#write(timed, answer, made, thrown);
    if (this.#watchers === null) {
      if (answer.ok) this.#effects(timed, answer, made, recorded);
      return answer;
    }
    const last = this.#told(this.#watchers, timed, answer, made);
    if (answer.ok) this.#effects(timed, answer, made, recorded);
    for (const act of last) act();
    return answer;
  }

  /** Tells of every action from now on, until the function returned is called. */
  watch(watcher: ActionWatcher): () => void {
    this.#watchers = [...(this.#watchers ?? []), watcher];
    return () => {
      const left = (this.#watchers ?? []).filter((one) => one !== watcher);
      this.#watchers = left.length === 0 ? null : left;
    };
  }

  #told(
    watchers: readonly ActionWatcher[],
    action: Action,
    answer: Answer,
    made: readonly StoredValue[],
  ): (() => void)[] {
    const events = answer.ok ? answer.events.length : 0;
    const values = answer.ok ? valuesMade(answer, made) : new Map<PacketId, unknown>();
    const applied = { seq: this.#history.lastSeq - events, action, answer, values };
    try {
      return watchers.flatMap((watcher) => watcher(applied) ?? []);
    } catch (thrown) {
      this.#onBug(asError(thrown));
      throw thrown;
    }
  }

  /** A throw of the kernel is a bug in a machine: it is written down as the net's failure. */
  #applied(action: Action): Answer {
    try {
      return this.#kernel.apply(action);
    } catch (thrown) {
      const bug = asError(thrown);
      this.#write(action, { ok: true, events: failureEvents(thrown) }, nothingMade);
      this.#onBug(bug);
      throw bug;
    }
  }

  /** Returns how the record has the values made. */
  #write(
    action: Action,
    answer: Answer,
    made: readonly StoredValue[],
    thrown?: Error,
  ): OutsideData['values'] {
    const at = action.now ?? 0;
    const sink = this.#sink;
    const outside = sink === null ? undefined : this.#outside(sink, answer, made, thrown);
    sink?.file.append(action, answer, at, outside);
    this.#history.append(action, answer, at);
    return outside?.values;
  }

  /** What the record of an action needs that no replay could work out. */
  #outside(
    sink: JournalSink,
    answer: Answer,
    made: readonly StoredValue[],
    thrown: Error | undefined,
  ): OutsideData | undefined {
    if (thrown !== undefined) return { thrown: sink.recordThrown(thrown) };
    const { recordValue } = sink;
    if (!answer.ok || recordValue === null) return undefined;
    const count = answer.packet === undefined ? (answer.packets?.length ?? 0) : 1;
    if (count === 0) return undefined;
    try {
      return { values: made.slice(0, count).map(recordValue) };
    } catch (error) {
      throw sink.file.fail(error);
    }
  }

  /** As `apply`; throws ActionRejected where the kernel refuses. */
  must(
    action: Action,
    made: readonly StoredValue[] = nothingMade,
    nodeName?: string,
    thrown?: Error,
  ): Acceptance {
    const answer = this.apply(action, made, thrown);
    if (!answer.ok) throw rejected(action, answer, nodeName);
    return answer;
  }
}
