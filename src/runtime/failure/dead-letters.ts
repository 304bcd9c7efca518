/**
 * What finally failed epochs held, kept until somebody retries or discards it.
 *
 * Owns: the open letters, and which packets were put back for which of them. D1 a letter is kept before
 * anybody is told of its failure. D2 a letter that cannot be written to its file stays in memory, is tried
 * again with the next, and both are said. D3 the file has a letter as retried once the epochs that took
 * its packets have ended: until then a run that is lost has not lost the letter. D4 the history has a
 * letter as retried before any of its packets is put back: a retry that broke off is found, and finished.
 */
import { NetrunError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import type {
  Acceptance,
  Action,
  DeadLetterMark,
  EpochId,
  PacketId,
} from '../../machines/action.ts';
import { outsideCapture } from '../logs/console-capture.ts';
import { type Collected, type DeadLetter, collectPackets, letterError } from './dead-letter.ts';
import type { DeadLetterFile } from './dead-letter-file.ts';
import { letterLine, markLine, parseLine, readLetter } from './dead-letter-lines.ts';
import type { DeadLettersWorld } from './letter-world.ts';
import { type Entry, RecordedLetters, makeAgain, unmadePackets } from './recorded-letters.ts';
import type { EpochStory } from '../epochs/epoch-story.ts';
import { asError } from '../errors.ts';
import type { ReadValue } from '../recovery/unread-value.ts';
import type { Clock } from '../time/clock.ts';
import { ValueUnreadable } from '../values/value-decoding.ts';
import { LazyValue, isThenable } from '../values/values.ts';
import { counted } from '../counted-noun.ts';

/**
 * Something that went wrong with dead letters. `write`: the file could not be written, what was to be
 * written is in memory and will be tried again. `callback`: `onDeadLetter` threw. `dropped`: more letters
 * than the limit, the oldest is in memory no more. `damaged`: the file has something that cannot be read.
 */
export interface DeadLetterProblem {
  readonly kind: 'write' | 'callback' | 'dropped' | 'damaged';
  readonly message: string;
  /** The letter concerned, where it is one. */
  readonly letter: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What a checkpoint has of the letters. */
export interface SavedLetters {
  readonly count: number;
  /** Lines of a file of dead letters. */
  readonly open: string[];
  /** By packet or epoch that a retry made and that is not done: the letter. */
  readonly retried: [made: string, letter: string][];
}

/** What users do with the dead letters of a net. */
export type DeadLetterQueue = Pick<
  DeadLetters,
  'all' | 'byNode' | 'get' | 'retry' | 'discard' | 'problems' | 'unwritten'
>;

export class DeadLetters {
  readonly #world: DeadLettersWorld;
  readonly #entries = new Map<string, Entry>();
  /** By packet or epoch that a retry made and that is not done: the letter. */
  readonly #retried = new Map<string, string>();
  /** By letter that was retried: how many of those there are. */
  readonly #undone = new Map<string, number>();
  readonly #recorded = new RecordedLetters();
  #problems: DeadLetterProblem[] = [];
  #count = 0;

  /** Reads the file. Throws `DEAD_LETTER_FILE_INVALID`, `DEAD_LETTER_FILE_UNUSABLE`. */
  constructor(world: DeadLettersWorld) {
    this.#world = world;
    this.#open();
  }

  /** The open letters, oldest first. */
  all(): readonly DeadLetter[] {
    return [...this.#entries.values()].map(({ letter }) => letter);
  }

  /** The open letters of a node, oldest first. */
  byNode(node: string): readonly DeadLetter[] {
    return this.all().filter((letter) => letter.node === node);
  }

  /** Throws `DEAD_LETTER_NOT_FOUND`. */
  get(id: string): DeadLetter {
    return this.#entry(id).letter;
  }

  /** What went wrong with dead letters, oldest first; the latest are kept. */
  get problems(): readonly DeadLetterProblem[] {
    return this.#problems;
  }

  /** Lines (letters and marks) that could not be written to the file yet; 0 where there is none. */
  get unwritten(): number {
    return this.#world.file?.pending ?? 0;
  }

  /**
   * Puts the packets back at the node's input ports, as new packets whose ids come back; the letter
   * is gone then. Of an epoch without packets another one is opened. Throws `DEAD_LETTER_NOT_FOUND`;
   * `INPUT_PORT_FULL` where they do not all fit, `INPUT_PORT_NOT_FOUND` and `NODE_NOT_FOUND` where the
   * net is another one; `DEAD_LETTER_VALUE_MISSING` where a value could not be kept whole.
   */
  retry(id: string): readonly PacketId[] {
    const entry = this.#entry(id);
    const { letter } = entry;
    this.#assertWhole(entry);
    this.#world.assertRoom(
      letter.node,
      letter.packets.map(({ port }) => port),
    );
    this.#world.mark(id, 'retried');
    this.#close(id);
    return this.#putBack(entry, 0);
  }

  /** Throws `DEAD_LETTER_NOT_FOUND`. */
  discard(id: string): void {
    this.#entry(id);
    this.#world.mark(id, 'discarded');
    this.#close(id);
    this.#mark('discarded', id);
  }

  /**
   * Keeps what the epoch held, and tells the callback; a promise where a lazy value or the callback takes
   * its time. `at` in milliseconds. Never throws or rejects.
   */
  add(story: EpochStory, outcome: DeadLetter['outcome'], at: number): Promise<void> | null {
    const id = this.#newId();
    const collected = collectPackets(story, at);
    if (!isThenable(collected)) return this.#tell(this.#keep(id, story, outcome, at, collected));
    return Promise.resolve(collected).then(
      (all) => this.#tell(this.#keep(id, story, outcome, at, all)) ?? undefined,
    );
  }

  /** An epoch has ended, and what came of it is settled: letters whose packets it took may be done. */
  settled(story: EpochStory): void {
    if (this.#retried.size === 0) return;
    for (const key of retriedKeys(story)) {
      const letter = this.#retried.get(key);
      if (letter === undefined) continue;
      this.#retried.delete(key);
      const left = (this.#undone.get(letter) ?? 1) - 1;
      this.#undone.set(letter, left);
      if (left > 0) continue;
      this.#undone.delete(letter);
      this.#mark('retried', letter);
    }
  }

  /** Tries a last time to write what could not be written, and says what is lost with the process. */
  flush(): void {
    const { file, log } = this.#world;
    const failure = file?.flush() ?? null;
    if (file === null || failure === null) return;
    const lines = counted(file.pending, 'line');
    const rest = file.pending === 1 ? 'its file, and is' : 'their file, and are';
    log.error(
      { err: failure, path: file.path },
      `${lines} of dead letters could not be written to ${rest} in memory only`,
    );
  }

  /** What is to be kept of the letters where the run is; open ones in a file are there already. */
  saved(): SavedLetters {
    const inFile = this.#world.file !== null;
    return {
      count: this.#count,
      open: inFile ? [] : this.all().map((letter) => letterLine(letter)),
      retried: [...this.#retried],
    };
  }

  /** Goes on from what was saved. Throws ValueUnreadable for a letter that is none. */
  restoreSaved({ count, open, retried }: SavedLetters): void {
    this.#count = Math.max(this.#count, count);
    for (const line of open) {
      const parsed = parseLine(line);
      if (parsed.type !== 'letter') throw new ValueUnreadable('a dead letter is none');
      const letter = readLetter(parsed);
      this.#put({ letter, values: letter.packets.map(({ value }) => value) });
    }
    for (const [made, letter] of retried) {
      this.#retried.set(made, letter);
      this.#undone.set(letter, (this.#undone.get(letter) ?? 0) + 1);
    }
  }

  // What follows puts the letters of a run together again from its history: nobody is told.

  /** What the file has of the run is not written again, and nothing else before `completeRecorded`. */
  restore(): void {
    this.#recorded.begin();
    this.#world.file?.open(
      () => undefined,
      ({ id, run, epoch, isOpen }) => {
        if (run === this.#world.run) this.#recorded.written.set(epoch, id);
        if (!isOpen) this.#recorded.closed.add(id);
      },
    );
  }

  /** As `add`, of a failure that was told already. Lazy values are there again after `completeRecorded`. */
  addRecorded(story: EpochStory, outcome: DeadLetter['outcome'], at: number): void {
    const written = this.#recorded.written.get(story.id);
    if (written !== undefined) {
      if (!this.#entries.has(written)) this.#world.closed(story.id);
      return;
    }
    const collected = collectPackets(story, at);
    if (isThenable(collected))
      throw new Error(`a lazy value in ${story.id}, which is only recorded`);
    this.#keep(this.#newId(), story, outcome, at, collected);
  }

  /** Follows an action that was recorded: what it retried or discarded is so again. */
  followRecorded(action: Action, answer: Acceptance): void {
    if (action.type === 'RecordDeadLetter') {
      const entry = this.#entries.get(action.letter);
      this.#close(action.letter);
      this.#recorded.lastRetry =
        action.mark === 'retried' && entry !== undefined ? { entry, done: 0 } : null;
      if (action.mark === 'discarded') this.#mark('discarded', action.letter);
    } else if (action.type === 'InjectPacket' && action.letter !== undefined) {
      this.#madeBy(action.letter, answer.packet as PacketId);
      if (this.#recorded.lastRetry !== null) this.#recorded.lastRetry.done += 1;
    } else if (
      action.type === 'CreateEpoch' &&
      this.#recorded.lastRetry?.entry.letter.packets.length === 0
    ) {
      this.#madeBy(this.#recorded.lastRetry.entry.letter.id, answer.epoch as EpochId);
      this.#recorded.lastRetry.done += 1;
    } else this.#recorded.lastRetry = null;
  }

  /** Packets of open letters, and of a retry that broke off, whose lazy values are to be had again. */
  unmade(): readonly PacketId[] {
    return this.#restored().flatMap((entry) => unmadePackets(entry));
  }

  /** Gives the letters the lazy values that there are `again`, and writes them. `clock` tells how long one takes. */
  async completeRecorded(again: (packet: PacketId) => ReadValue, clock: Clock): Promise<void> {
    for (const entry of this.#restored())
      if (unmadePackets(entry).length > 0) await makeAgain(entry, again, clock);
    this.#recorded.end();
  }

  #restored(): readonly Entry[] {
    const { lastRetry } = this.#recorded;
    return [...this.#entries.values(), ...(lastRetry === null ? [] : [lastRetry.entry])];
  }

  /**
   * Does the rest of a retry that broke off when the run did; its packets, where there was one. Throws
   * `DEAD_LETTER_VALUE_MISSING`.
   */
  finishRetry(): readonly PacketId[] {
    const last = this.#recorded.lastRetry;
    this.#recorded.lastRetry = null;
    if (last === null || last.done >= Math.max(1, last.entry.letter.packets.length)) return [];
    this.#assertWhole(last.entry);
    return this.#putBack(last.entry, last.done);
  }

  /** Puts a letter's packets back, from number `first` on. */
  #putBack({ letter, values }: Entry, first: number): readonly PacketId[] {
    if (letter.packets.length === 0) {
      this.#madeBy(letter.id, this.#world.openEpoch(letter.node));
      return [];
    }
    const isOwn = letter.run === this.#world.run;
    return letter.packets.slice(first).map(({ port, packet }, at) => {
      const made = this.#world.putBack({
        port: `${letter.node}.${port}`,
        value: values[first + at],
        letter: letter.id,
        ...(isOwn ? { retryOf: packet } : {}),
      });
      this.#madeBy(letter.id, made);
      return made;
    });
  }

  /** A retry of the letter made this packet or epoch. */
  #madeBy(letter: string, made: PacketId | EpochId): void {
    this.#retried.set(made, letter);
    this.#undone.set(letter, (this.#undone.get(letter) ?? 0) + 1);
  }

  #newId(): DeadLetter['id'] {
    this.#count += 1;
    return `d${this.#count}`;
  }

  #keep(
    id: DeadLetter['id'],
    story: EpochStory,
    outcome: DeadLetter['outcome'],
    at: number,
    { packets, values }: Collected,
  ): DeadLetter {
    const retryOf = new Set(retriedKeys(story).map((key) => this.#retried.get(key)));
    const letter: DeadLetter = {
      id,
      run: this.#world.run,
      node: story.node.name,
      epoch: story.id,
      condition: story.condition,
      outcome,
      at,
      errors: story.errors.map((error, attempt) =>
        letterError(error, story.failedAt[attempt] ?? at),
      ),
      packets,
      retryOf: [...retryOf].filter((retried) => retried !== undefined),
      losses: [],
    };
    const entry = { letter, values };
    this.#put(entry);
    this.#append(id, () => letterLine(entry.letter));
    return letter;
  }

  #put(entry: Entry): void {
    this.#entries.set(entry.letter.id, entry);
    if (this.#entries.size <= limits.deadLetters) return;
    for (const oldest of this.#entries.keys()) {
      this.#close(oldest);
      const where = this.#world.file === null ? 'is gone' : 'is in the file only';
      this.#problem(
        'dropped',
        `more than ${limits.deadLetters} dead letters: ${oldest} ${where}`,
        oldest,
      );
      return;
    }
  }

  /** The letter is open no more. */
  #close(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    if (entry.letter.run === this.#world.run) this.#world.closed(entry.letter.epoch);
  }

  #tell(letter: DeadLetter): Promise<void> | null {
    const { onLetter } = this.#world;
    if (onLetter === null) return null;
    const failed = (thrown: unknown): void => {
      const message = `onDeadLetter threw: ${asError(thrown).message}`;
      this.#problem('callback', message, letter.id, asError(thrown));
    };
    try {
      const result = outsideCapture(() => onLetter(letter));
      return isThenable(result) ? Promise.resolve(result).then(() => undefined, failed) : null;
    } catch (thrown) {
      failed(thrown);
      return null;
    }
  }

  #mark(type: DeadLetterMark, id: string): void {
    const { run } = this.#world;
    if (this.#recorded.closed.has(id)) return;
    this.#append(id, () =>
      markLine({ type, id: id as DeadLetter['id'], run, at: this.#world.now() }),
    );
  }

  #append(letter: string, line: () => string): void {
    const { file } = this.#world;
    if (file !== null) this.#recorded.write(() => this.#write(file, letter, line));
  }

  #write(file: DeadLetterFile, letter: string, line: () => string): void {
    const failure = file.append(line());
    if (failure === null) return;
    const message = `what becomes of dead letter ${letter} cannot be written to ${file.path}, and is in memory until it can: ${failure.message}`;
    this.#problem('write', message, letter, failure);
  }

  #open(): void {
    const { file } = this.#world;
    if (file === null) return;
    const scan = file.open((letter) =>
      this.#put({ letter, values: letter.packets.map(({ value }) => value) }),
    );
    if (scan === null) return;
    this.#count = scan.highest;
    if (scan.half > 0) {
      const bytes = `${counted(scan.half, 'byte')} ${scan.half === 1 ? 'was' : 'were'}`;
      const message = `the last line of ${file.path} was half written: ${bytes} cut off`;
      this.#problem('damaged', message, null);
    }
    for (const { line, why } of scan.damaged.slice(0, limits.deadLetterProblems))
      this.#problem('damaged', `line ${line} of ${file.path} cannot be read: ${why}`, null);
  }

  #problem(
    kind: DeadLetterProblem['kind'],
    message: string,
    letter: string | null,
    cause?: Error,
  ): void {
    const { log } = this.#world;
    if (kind === 'write' || kind === 'callback') log.error({ err: cause }, message);
    else log.warn(message);
    this.#problems = [
      ...this.#problems.slice(1 - limits.deadLetterProblems),
      { kind, message, letter, at: this.#world.now() },
    ];
  }

  #assertWhole({ letter, values }: Entry): void {
    const missing = letter.losses.filter(({ kind }) => kind === 'unstorable');
    const unmade = letter.packets.filter(
      ({ error }, at) => error !== undefined && !(values[at] instanceof LazyValue),
    );
    if (missing.length === 0 && unmade.length === 0) return;
    const places = [
      ...missing.map(({ path, what }) => `${path} (${what})`),
      ...unmade.map(({ packet, error }) => `${packet} (${error?.message})`),
    ];
    throw new NetrunError(
      'DEAD_LETTER_VALUE_MISSING',
      `dead letter ${letter.id} does not have all of its values: ${places.slice(0, 5).join(', ')}`,
      {
        nodeName: letter.node,
        hint: 'Send the values again from where they came from, and discard the letter.',
      },
    );
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry;
    throw new NetrunError('DEAD_LETTER_NOT_FOUND', `there is no dead letter ${id}`, {
      hint: 'deadLetters.all() lists those there are.',
    });
  }
}

/** What a retry may have made of what the epoch was opened with, and the epoch itself. */
function retriedKeys(story: EpochStory): readonly string[] {
  return story.salvo.length === 0 ? [story.id] : story.salvo.map(([, packet]) => packet);
}
