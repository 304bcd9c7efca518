/** A dead letter: what a finally failed epoch held, and why it failed. */
import { limits } from '../../limits.ts';
import type { PacketId, SalvoPackets } from '../../machines/action.ts';
import type { EpochStory } from '../epochs/epoch-story.ts';
import { asError } from '../errors.ts';
import type { ValueLoss } from '../values/value-encoding.ts';
import { UnreadValue } from '../recovery/unread-value.ts';
import { LazyValue, type StoredValue, isThenable } from '../values/values.ts';

export interface DeadLetterError {
  readonly name: string;
  readonly message: string;
  /** With the stacks of its causes. */
  readonly stack: string;
  /** Of an error that has one. */
  readonly code?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface DeadLetterPacket {
  readonly port: string;
  readonly packet: PacketId;
  /** Undefined where a lazy value could not be made. */
  readonly value: unknown;
  /** The value was lazy: it was made for the letter. */
  readonly lazy: boolean;
  /** Why a lazy value could not be made. */
  readonly error?: DeadLetterError;
}

export interface DeadLetter {
  readonly id: `d${number}`;
  /** ULID of the run it comes from: another one than the net's own where it was read from a file. */
  readonly run: string;
  readonly node: string;
  readonly epoch: string;
  readonly condition: string;
  readonly outcome: 'failed' | 'timedOut' | 'violation';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of every attempt, in order. */
  readonly errors: readonly DeadLetterError[];
  /** All input packets, consumed or not, in the order of the salvo. */
  readonly packets: readonly DeadLetterPacket[];
  /** Letters whose packets, put back, were among these. */
  readonly retryOf: readonly string[];
  /** Where the values that were read from a file are not what they were. Empty for letters of this run. */
  readonly losses: readonly ValueLoss[];
}

/** A letter that may still wait for the values of its packets. */
export interface Collected {
  readonly packets: readonly DeadLetterPacket[];
  /** What a retry puts back: a lazy value that could not be made is tried again then. */
  readonly values: readonly StoredValue[];
}

/** Causes whose stacks are kept at most: a chain of errors may be a ring. */
const maxCauses = 5;

function stackOf(error: Error): string {
  let text = error.stack ?? '';
  let at = error.cause;
  for (let depth = 0; at instanceof Error && depth < maxCauses; depth += 1, at = at.cause)
    text += `\ncaused by: ${at.stack ?? at.message}`;
  return text.slice(0, limits.deadLetterStackChars);
}

export function letterError(error: Error, at: number): DeadLetterError {
  const { code } = error as { code?: unknown };
  const told = { name: error.name, message: error.message, stack: stackOf(error), at };
  return typeof code === 'string' ? { ...told, code } : told;
}

function storedValue(story: EpochStory, packet: PacketId): StoredValue {
  if (story.received?.has(packet) === true) return story.received.get(packet);
  return story.salvaged?.get(packet);
}

/** Makes a lazy value of a packet, or a promise of it. */
export type MakeValue = (value: LazyValue, packet: PacketId) => unknown;

const makeNow: MakeValue = (value, packet) => value.makeUnchecked(packet);

/**
 * The packets of an epoch that failed, with their values. Each lazy value is made once, and an error
 * of it stands in its place; a promise where one of them takes its time. Never throws.
 */
export function collectPackets(story: EpochStory, at: number): Collected | Promise<Collected> {
  const stored = story.salvo.map(([, packet]) => storedValue(story, packet));
  return collectValues(story.salvo, stored, at, makeNow);
}

/** As `collectPackets`, of packets with these values. */
export function collectValues(
  salvo: SalvoPackets,
  stored: readonly StoredValue[],
  at: number,
  make: MakeValue,
): Collected | Promise<Collected> {
  const made = salvo.map(([, packet], position) => {
    const value = stored[position];
    if (value instanceof UnreadValue) return readNow(value, at);
    if (!(value instanceof LazyValue)) return { value };
    try {
      return settled(make(value, packet), at);
    } catch (thrown) {
      return { error: letterError(asError(thrown), at) };
    }
  });
  const collect = (results: readonly Made[]): Collected => ({
    packets: salvo.map(([port, packet], position) => ({
      port,
      packet,
      value: undefined,
      lazy: stored[position] instanceof LazyValue,
      ...results[position],
    })),
    values: stored.map((value, position) => {
      const result = results[position];
      return result !== undefined && 'value' in result ? result.value : value;
    }),
  });
  if (!made.some(isThenable)) return collect(made as readonly Made[]);
  return Promise.all(made.map((one) => Promise.resolve(one))).then(collect);
}

type Made = { readonly value: unknown } | { readonly error: DeadLetterError };

function readNow(unread: UnreadValue, at: number): Made {
  const read = unread.get();
  return 'value' in read
    ? read
    : { error: letterError(new Error(`the value ${read.missing}`), at) };
}

function settled(value: unknown, at: number): Made | Promise<Made> {
  if (!isThenable(value)) return { value };
  return Promise.resolve(value).then(
    (made): Made => ({ value: made }),
    (thrown: unknown): Made => ({ error: letterError(asError(thrown), at) }),
  );
}
