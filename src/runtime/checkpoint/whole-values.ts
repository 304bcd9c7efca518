/**
 * Values for a checkpoint: kept whole, or told.
 *
 * N1 what cannot be kept whole is noted with its place, all of it, and nothing is kept in its stead.
 */
import type { EpochId, PacketId } from '../../machines/action.ts';
import { limits } from '../../limits.ts';
import { CheckpointUnserialisable, type MissingPart } from '../errors.ts';
import { isUncloneable } from '../epochs/recordable.ts';
import { UnreadValue } from '../recovery/unread-value.ts';
import { type Encoded, ValueEncoder } from '../values/value-encoding.ts';
import { LazyValue, type StoredValue } from '../values/values.ts';

/** How a line of packets.jsonl has a value: lazy ones are made again by their functions, which the history leads to. */
export type PacketForm = { readonly value: Encoded } | { readonly lazy: true };

export class WholeValues {
  readonly #missing: MissingPart[] = [];
  readonly #lazy = new Map<PacketId, string>();

  /** Packets whose values are kept as lazy ones. */
  get lazy(): readonly PacketId[] {
    return [...this.#lazy.keys()];
  }

  /** The value encoded; null in its place where it cannot be kept. `what` is its packet, or what else it is. */
  encode(value: StoredValue, what: string, place: () => string): Encoded {
    const found = this.#encoded(value);
    if (typeof found === 'object') return found.encoded;
    this.#missing.push({ what, place: place(), reason: found });
    return null;
  }

  packet(value: StoredValue, packet: PacketId, place: () => string): PacketForm {
    if (!(value instanceof LazyValue)) return { value: this.encode(value, packet, place) };
    this.#lazy.set(packet, place());
    return { lazy: true };
  }

  /** The function of a lazy value that was to be kept is not to be had again. */
  lost(packet: PacketId, why: string): void {
    this.refuse(packet, this.#lazy.get(packet) ?? '', `its value ${why}`);
  }

  /** It cannot be kept. */
  refuse(what: string, place: string, reason: string): void {
    this.#missing.push({ what, place, reason });
  }

  /** As `encode`; what of an error cannot be kept is left out of it: its class, and fields that are none of its own. */
  error(error: Error, what: string, place: () => string): Encoded {
    const encoder = new ValueEncoder();
    const encoded = encoder.encode(error, 'error');
    return encoder.losses.some(({ kind }) => kind === 'unstorable')
      ? this.encode(plainError(error), what, place)
      : encoded;
  }

  /** The epoch's attempt is of a kind that cannot be begun again. */
  running(epoch: EpochId, node: string): void {
    const reason =
      'it was running when its process ended, and is not run again yet: resume the net first';
    this.#missing.push({ what: epoch, place: `node ${node}`, reason });
  }

  /** Throws `CHECKPOINT_UNSERIALISABLE` with all that cannot be kept. */
  assertWhole(): void {
    if (this.#missing.length > 0) throw new CheckpointUnserialisable(this.#missing);
  }

  /** The value encoded, or why it cannot be kept whole. */
  #encoded(value: StoredValue): { readonly encoded: Encoded } | string {
    if (value instanceof LazyValue)
      return 'its value is lazy: the function that makes it cannot be kept';
    if (value instanceof UnreadValue) return 'its value is lost';
    if (isUncloneable(value)) return `it is a ${value.uncloneable}, of which no copy can be made`;
    const encoder = new ValueEncoder();
    const encoded = encoder.encode(value, 'value');
    const [loss] = encoder.losses;
    if (loss === undefined) {
      return fitsLine(JSON.stringify(encoded)) ? { encoded } : 'its value is too large';
    }
    return loss.kind === 'unstorable'
      ? `${loss.path} cannot be kept: ${loss.what}`
      : `${loss.path} is an instance of ${loss.what}, which is not registered`;
  }
}

/** Whether the text of a value has room in a line. */
export function fitsLine(text: string): boolean {
  return text.length <= limits.historyLineBytes / 4;
}

/** The error with nothing that users put in it. */
function plainError({ name, message, stack }: Error): Error {
  const plain = new Error(message);
  Object.defineProperty(plain, 'name', { value: name });
  Object.defineProperty(plain, 'stack', { value: stack });
  return plain;
}
