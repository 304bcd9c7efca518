/**
 * What finally failed epochs held, kept until somebody retries or discards it.
 *
 * Owns: the open letters, and which packets were put back for which of them. D1 a letter is kept before
 * anybody is told of its failure. D2 a letter that cannot be written to its file stays in memory, is tried
 * again with the next, and both are said. D3 the file has a letter as retried once the epochs that took
 * its packets have ended: until then a run that is lost has not lost the letter.
 */
import type { Logger } from 'pino';
import { NetrunError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import type { EpochId, PacketId } from '../../machines/action.ts';
import { outsideCapture } from '../logs/console-capture.ts';
import { type Collected, type DeadLetter, collectPackets, letterError } from './dead-letter.ts';
import type { DeadLetterFile } from './dead-letter-file.ts';
import { letterLine, markLine } from './dead-letter-lines.ts';
import type { EpochStory } from '../epochs/epoch-story.ts';
import { asError } from '../errors.ts';
import { type StoredValue, isThenable } from '../values/values.ts';

/** Called with every letter, after it was kept and before `errorCallback`. */
export type DeadLetterCallback = (letter: DeadLetter) => unknown;

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

/** Values to be put back at ports, `Node.port`. */
export type PutBackPackets = readonly { readonly port: string; readonly value: StoredValue }[];

export interface DeadLettersWorld {
  /** ULID. */
  readonly run: string;
  readonly log: Logger;
  /** Null: letters are kept in memory only. */
  readonly file: DeadLetterFile | null;
  readonly onLetter: DeadLetterCallback | null;
  now(): number;
  /** Puts values back at input ports as new packets; all of them or none. */
  putBack(packets: PutBackPackets): readonly PacketId[];
  /** Opens an epoch with an empty salvo. */
  openEpoch(node: string): EpochId;
}

interface Entry {
  readonly letter: DeadLetter;
  readonly values: readonly StoredValue[];
}

/** What users do with the dead letters of a net. */
export type DeadLetterQueue = Pick<
  DeadLetters,
  'all' | 'byNode' | 'get' | 'retry' | 'discard' | 'problems' | 'unwritten'
>;

export class DeadLetters {
  readonly #world: DeadLettersWorld;
  readonly #entries = new Map<string, Entry>();
  /** By packet that was put back: the one it stands for. */
  readonly #origins = new Map<string, PacketId>();
  /** By packet or epoch that a retry made and that is not done: the letter. */
  readonly #retried = new Map<string, DeadLetter>();
  /** By letter that was retried: how many of those there are. */
  readonly #undone = new Map<string, number>();
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
    const { letter, values } = this.#entry(id);
    this.#assertWhole(letter);
    const packets = this.#world.putBack(
      letter.packets.map(({ port }, at) => ({ port: `${letter.node}.${port}`, value: values[at] })),
    );
    const made: string[] = [...packets];
    if (made.length === 0) made.push(this.#world.openEpoch(letter.node));
    for (const [at, packet] of packets.entries()) {
      const origin = letter.packets[at];
      if (origin !== undefined && letter.run === this.#world.run)
        this.#origins.set(packet, origin.packet);
    }
    for (const key of made) this.#retried.set(key, letter);
    this.#undone.set(letter.id, made.length);
    this.#entries.delete(id);
    return packets;
  }

  /** Throws `DEAD_LETTER_NOT_FOUND`. */
  discard(id: string): void {
    const { letter } = this.#entry(id);
    this.#entries.delete(id);
    this.#mark('discarded', letter);
  }

  /** The packet that `packet` was put back for. */
  originOf(packet: string): PacketId | undefined {
    return this.#origins.get(packet);
  }

  /**
   * Keeps what the epoch held, and tells the callback; a promise where a lazy value or the callback takes
   * its time. `at` in milliseconds. Never throws or rejects.
   */
  add(story: EpochStory, outcome: DeadLetter['outcome'], at: number): Promise<void> | null {
    const collected = collectPackets(story, at);
    if (!isThenable(collected)) return this.#keep(story, outcome, at, collected);
    return Promise.resolve(collected).then(
      (all) => this.#keep(story, outcome, at, all) ?? undefined,
    );
  }

  /** An epoch has ended, and what came of it is settled: letters whose packets it took may be done. */
  settled(story: EpochStory): void {
    if (this.#retried.size === 0) return;
    for (const key of retriedKeys(story)) {
      const letter = this.#retried.get(key);
      if (letter === undefined) continue;
      this.#retried.delete(key);
      const left = (this.#undone.get(letter.id) ?? 1) - 1;
      this.#undone.set(letter.id, left);
      if (left > 0) continue;
      this.#undone.delete(letter.id);
      this.#mark('retried', letter);
    }
  }

  /** Tries a last time to write what could not be written, and says what is lost with the process. */
  flush(): void {
    const { file, log } = this.#world;
    const failure = file?.flush() ?? null;
    if (file === null || failure === null) return;
    log.error(
      { err: failure, path: file.path },
      `${file.pending} line(s) of dead letters could not be written to their file, and are in memory only`,
    );
  }

  #keep(
    story: EpochStory,
    outcome: DeadLetter['outcome'],
    at: number,
    { packets, values }: Collected,
  ): Promise<void> | null {
    this.#count += 1;
    const retryOf = new Set(retriedKeys(story).map((key) => this.#retried.get(key)?.id));
    const letter: DeadLetter = {
      id: `d${this.#count}`,
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
      retryOf: [...retryOf].filter((id) => id !== undefined),
      losses: [],
    };
    this.#put({ letter, values });
    this.#append(letter.id, () => letterLine(letter));
    return this.#tell(letter);
  }

  #put(entry: Entry): void {
    this.#entries.set(entry.letter.id, entry);
    if (this.#entries.size <= limits.deadLetters) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      const where = this.#world.file === null ? 'is gone' : 'is in the file only';
      this.#problem(
        'dropped',
        `more than ${limits.deadLetters} dead letters: ${oldest} ${where}`,
        oldest,
      );
      return;
    }
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

  #mark(type: 'retried' | 'discarded', { id }: DeadLetter): void {
    const { run } = this.#world;
    this.#append(id, () => markLine({ type, id, run, at: this.#world.now() }));
  }

  #append(letter: string, line: () => string): void {
    const { file } = this.#world;
    if (file === null) return;
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
      const message = `the last line of ${file.path} was half written: ${scan.half} byte(s) were cut off`;
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

  #assertWhole(letter: DeadLetter): void {
    const missing = letter.losses.filter(({ kind }) => kind === 'unstorable');
    const unmade = letter.run === this.#world.run ? [] : letter.packets.filter(hasError);
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

function hasError({ error }: DeadLetter['packets'][number]): boolean {
  return error !== undefined;
}

/** What a retry may have made of what the epoch was opened with, and the epoch itself. */
function retriedKeys(story: EpochStory): readonly string[] {
  return story.salvo.length === 0 ? [story.id] : story.salvo.map(([, packet]) => packet);
}
