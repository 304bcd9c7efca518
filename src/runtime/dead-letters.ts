/** What finally failed epochs held, kept in memory until somebody retries or discards it. */
import { NetrunError } from '../errors.ts';
import type { PacketId } from '../machines/action.ts';
import type { EpochStory } from './epoch-story.ts';
import { LazyValue, type StoredValue } from './values.ts';

export interface DeadLetterError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface DeadLetterPacket {
  readonly port: string;
  readonly packet: PacketId;
  /** Undefined where the value is lazy: it is made again on a retry. */
  readonly value: unknown;
  readonly lazy: boolean;
}

export interface DeadLetter {
  readonly id: `d${number}`;
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
}

/** Puts values back at input ports as new packets; all of them or none. */
export type PutBack = (
  packets: readonly { readonly port: string; readonly value: StoredValue }[],
) => readonly PacketId[];

interface Entry {
  readonly letter: DeadLetter;
  readonly values: readonly StoredValue[];
}

export class DeadLetters {
  readonly #entries = new Map<string, Entry>();
  readonly #putBack: PutBack;
  /** By packet that was put back: the one it stands for. */
  readonly #origins = new Map<string, PacketId>();
  #count = 0;

  constructor(putBack: PutBack) {
    this.#putBack = putBack;
  }

  /** Oldest first. */
  all(): readonly DeadLetter[] {
    return [...this.#entries.values()].map(({ letter }) => letter);
  }

  byNode(node: string): readonly DeadLetter[] {
    return this.all().filter((letter) => letter.node === node);
  }

  /** Throws `DEAD_LETTER_NOT_FOUND`. */
  get(id: string): DeadLetter {
    return this.#entry(id).letter;
  }

  /**
   * Puts the packets back at the node's input ports, as new packets whose ids come back; the letter
   * is gone then. Throws `DEAD_LETTER_NOT_FOUND`, and `INPUT_PORT_FULL` where they do not all fit.
   */
  retry(id: string): readonly PacketId[] {
    const { letter, values } = this.#entry(id);
    const packets = this.#putBack(
      letter.packets.map(({ port }, at) => ({ port: `${letter.node}.${port}`, value: values[at] })),
    );
    for (const [at, packet] of packets.entries()) {
      const origin = letter.packets[at];
      if (origin !== undefined) this.#origins.set(packet, origin.packet);
    }
    this.#entries.delete(id);
    return packets;
  }

  /** Throws `DEAD_LETTER_NOT_FOUND`. */
  discard(id: string): void {
    this.#entry(id);
    this.#entries.delete(id);
  }

  /** The packet that `packet` was put back for. */
  originOf(packet: string): PacketId | undefined {
    return this.#origins.get(packet);
  }

  /** Keeps what the epoch held. `at` in milliseconds. */
  add(story: EpochStory, outcome: DeadLetter['outcome'], at: number): DeadLetter {
    this.#count += 1;
    const values = story.salvo.map(([, packet]) => valueOf(story, packet));
    const letter: DeadLetter = {
      id: `d${this.#count}`,
      node: story.node.name,
      epoch: story.id,
      condition: story.condition,
      outcome,
      at,
      errors: story.errors.map((error, attempt) => ({
        name: error.name,
        message: error.message,
        stack: error.stack ?? '',
        at: story.failedAt[attempt] ?? at,
      })),
      packets: story.salvo.map(([port, packet], position) => {
        const value = values[position];
        const lazy = value instanceof LazyValue;
        return { port, packet, value: lazy ? undefined : value, lazy };
      }),
    };
    this.#entries.set(letter.id, { letter, values });
    return letter;
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry;
    throw new NetrunError('DEAD_LETTER_NOT_FOUND', `there is no dead letter ${id}`, {
      hint: 'deadLetters.all() lists those there are.',
    });
  }
}

function valueOf(story: EpochStory, packet: PacketId): StoredValue {
  if (story.received?.has(packet) === true) return story.received.get(packet);
  return story.salvaged?.get(packet);
}
