/**
 * What is known of the dead letters of a run while it is put together again from its history.
 *
 * Owns: what the file had of the run, the retry that was written down last, and what is to be written. R1 nothing is
 * written before everything has been found. R2 a lazy value of a letter is had again where it can be: else the letter
 * says why not, and keeps the run from nothing.
 */
import type { PacketId, SalvoPackets } from '../../machines/action.ts';
import { type ReadValue, UnreadValue } from '../recovery/unread-value.ts';
import type { Clock } from '../time/clock.ts';
import { type LazyValue, type StoredValue, isThenable } from '../values/values.ts';
import { type DeadLetter, collectValues } from './dead-letter.ts';

/** A letter, and what a retry puts back. */
export interface Entry {
  letter: DeadLetter;
  values: readonly StoredValue[];
}

/** A retry that has been written down, and how much of it. */
export interface RecordedRetry {
  readonly entry: Entry;
  /** Packets put back, or epochs opened. */
  done: number;
}

/** Milliseconds that a lazy value is waited for. */
const waitMs = 60_000;

export class RecordedLetters {
  /** Of the run, by epoch. */
  readonly written = new Map<string, string>();
  /** Letters that the file has as closed. */
  readonly closed = new Set<string>();
  lastRetry: RecordedRetry | null = null;
  /** What is to be written, in order; null once it may be. */
  #withheld: (() => void)[] | null = null;

  /** From now on what is to be written is withheld. */
  begin(): void {
    this.#withheld = [];
  }

  /** Writes now, or when everything has been found. */
  write(write: () => void): void {
    if (this.#withheld === null) write();
    else this.#withheld.push(write);
  }

  /** Writes what was withheld. */
  end(): void {
    const withheld = this.#withheld ?? [];
    this.#withheld = null;
    for (const write of withheld) write();
  }
}

const isUnmade = (value: StoredValue): boolean => value instanceof UnreadValue && value.isLazy;

/** Packets of a letter whose lazy values are to be had again. */
export function unmadePackets({ letter, values }: Entry): readonly PacketId[] {
  return letter.packets.filter((_, at) => isUnmade(values[at])).map(({ packet }) => packet);
}

/** Gives a letter its lazy values again, as far as `again` has their functions. */
export async function makeAgain(
  entry: Entry,
  again: (packet: PacketId) => ReadValue,
  clock: Clock,
): Promise<void> {
  const { letter } = entry;
  const salvo: SalvoPackets = letter.packets.map(({ port, packet }) => [port, packet]);
  const stored = entry.values.map((value, at) => {
    const packet = letter.packets[at]?.packet;
    if (packet === undefined || !isUnmade(value)) return value;
    const found = again(packet);
    return 'value' in found ? found.value : new UnreadValue({ lost: found.missing }, () => found);
  });
  const { packets, values } = await collectValues(salvo, stored, letter.at, (value, packet) =>
    inTime(value, packet, clock),
  );
  entry.letter = { ...letter, packets };
  entry.values = values;
}

/** The value, or a promise of it, which is rejected where that takes too long. */
function inTime(value: LazyValue, packet: PacketId, clock: Clock): unknown {
  const made = value.makeUnchecked(packet);
  if (!isThenable(made)) return made;
  return new Promise((resolve, reject) => {
    const overdue = new Error(`its function was not done within ${waitMs} ms`);
    const unwatch = clock.at(clock.now() + waitMs, () => reject(overdue));
    Promise.resolve(made).then(resolve, reject).finally(unwatch);
  });
}
