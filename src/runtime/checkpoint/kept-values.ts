/** Values of a run that was loaded, kept where its records refer to them. */
import type { EpochId, PacketId } from '../../machines/action.ts';
import type { Effects } from '../drive/effects.ts';
import type { DeadLetters } from '../failure/dead-letters.ts';
import { ValueRecorder } from '../values/recorded-value.ts';
import { type ValueFolder, valuesUnusable } from '../values/value-folder.ts';
import type { ValueHolds } from '../values/value-holds.ts';
import type { ValueStore } from '../values/values.ts';

/** A run, as far as it has values. */
interface ValuedRun {
  readonly id: string;
  readonly values: ValueStore;
  readonly effects: Effects;
  readonly deadLetters: DeadLetters;
}

/** What the function of a lazy value is to be had again from: the epoch that made it, and what that consumed. */
export interface LazyNeeds {
  readonly epoch: EpochId;
  readonly inputs: ReadonlyMap<PacketId, unknown>;
}

/**
 * Keeps what is needed: what packets have, what live epochs took, what open letters have, and by packet what
 * lazy values need. Throws `VALUE_STORE_UNUSABLE`.
 */
export function keepValues(
  run: ValuedRun,
  lazy: ReadonlyMap<PacketId, LazyNeeds>,
  folder: ValueFolder,
  holds: ValueHolds,
): void {
  const recorder = new ValueRecorder({ mode: 'store', texts: folder });
  try {
    run.values.each((packet, value) =>
      holds.packetMade(packet, recorder.record(value), lazy.get(packet)?.epoch),
    );
    for (const { epoch, inputs } of new Set(lazy.values())) {
      for (const [packet, value] of inputs) holds.epochHolds(epoch, packet, recorder.record(value));
      holds.epochDone(epoch);
    }
    for (const { id, salvo, received, salvaged } of run.effects.stories()) {
      for (const [, packet] of salvo) holds.epochTook(id, packet);
      for (const [packet, value] of [...(received ?? []), ...(salvaged ?? [])])
        holds.epochHolds(id, packet, recorder.record(value));
    }
    for (const letter of run.deadLetters.all()) {
      if (letter.run !== run.id) continue;
      for (const { packet, value } of letter.packets)
        holds.epochHolds(letter.epoch, packet, recorder.record(value));
    }
  } catch (error) {
    throw valuesUnusable(folder.path, error);
  }
}
