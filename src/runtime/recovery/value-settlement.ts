/**
 * Reads the values that a run which was put together again needs, and says which are missing.
 *
 * Owns: which lazy values their functions are needed of.
 * N1 what is needed are the values of packets that live, what attempts that will be run again had
 * consumed, and what nodes remember. All that is missing is told at once. What dead letters held is asked for, but a run
 * goes on without it.
 */
import type { PacketId } from '../../machines/action.ts';
import { type MissingPart, RecoveryValueMissing } from '../errors.ts';
import type { EpochStory } from '../epochs/epoch-story.ts';
import { isUncloneable } from '../epochs/recordable.ts';
import { placeText } from '../replay/run-state-text.ts';
import type { Run } from '../run.ts';
import type { LazyFunctions } from './lazy-functions.ts';
import { type ReadValue, UnreadValue } from './unread-value.ts';

/** Whether the epoch's function made the value, and will make it again before anybody can ask for it. */
function isMadeAgain(run: Run, packet: PacketId): boolean {
  const { location } = run.kernel.packet(packet);
  const story = 'epoch' in location ? run.effects.story(location.epoch) : undefined;
  if (story === undefined || story.node.options.deferNetActions === true) return false;
  return !story.salvo.some(([, input]) => input === packet);
}

/** The packets whose lazy values somebody may ask for, and whose functions are gone. */
export function lazyNeeds(run: Run): readonly PacketId[] {
  const needed = new Set<PacketId>();
  run.values.each((packet, value, isLive) => {
    if (isLive && isLazy(value) && !isMadeAgain(run, packet)) needed.add(packet);
  });
  for (const { started, received, salvaged } of run.effects.stories()) {
    if (!started) continue;
    for (const [packet, value] of [...(received ?? []), ...(salvaged ?? [])])
      if (isLazy(value)) needed.add(packet);
  }
  for (const packet of run.deadLetters.unmade()) needed.add(packet);
  return [...needed];
}

function isLazy(value: unknown): boolean {
  return value instanceof UnreadValue && value.isLazy;
}

class Settlement {
  readonly missing: MissingPart[] = [];
  readonly #run: Run;
  readonly #lazy: LazyFunctions;

  constructor(run: Run, lazy: LazyFunctions) {
    this.#run = run;
    this.#lazy = lazy;
  }

  packets(): void {
    const { values, kernel } = this.#run;
    values.change((packet, value, isLive) => {
      if (!(value instanceof UnreadValue)) return { value };
      if (isLive && value.isLazy && isMadeAgain(this.#run, packet)) return { value };
      const read = isLive ? this.#read(packet, value) : value.get();
      if ('value' in read) return read;
      if (!isLive) return null;
      const place = placeText(kernel.packet(packet).location);
      this.missing.push({ what: packet, place, reason: `its value ${read.missing}` });
      return { value };
    });
  }

  story(story: EpochStory): void {
    for (const values of [story.received, story.salvaged]) {
      if (values === null) continue;
      for (const [packet, value] of values) {
        if (!(value instanceof UnreadValue)) continue;
        const read = story.started ? this.#read(packet, value) : value.get();
        if ('value' in read) values.set(packet, read.value);
        else this.#consumed(story, packet, read.missing);
      }
    }
  }

  memory(): void {
    for (const { name, memory } of this.#run.nodes.values()) {
      for (const [key, value] of memory) {
        if (!isUncloneable(value)) continue;
        const what = `the memory ${JSON.stringify(key)}`;
        const reason = `what it remembers is a ${value.uncloneable}, of which no copy can be made`;
        this.missing.push({ what, place: `node ${name}`, reason });
      }
    }
  }

  #read(packet: PacketId, value: UnreadValue): ReadValue {
    return value.isLazy ? this.#lazy.of(packet) : value.get();
  }

  /** An input packet that an epoch which is run again has consumed: its function asks for it again. */
  #consumed(story: EpochStory, packet: string, missing: string): void {
    if (!story.started) return;
    const place = `consumed in ${story.id} of node ${story.node.name}, which is to be run again`;
    this.missing.push({ what: packet, place, reason: `its value ${missing}` });
  }
}

/** `lazy` has what `lazyNeeds` asked for. Throws `RECOVERY_VALUE_MISSING` with all that is missing. */
export function settleValues(run: Run, lazy: LazyFunctions): void {
  const settlement = new Settlement(run, lazy);
  settlement.packets();
  for (const story of run.effects.stories()) settlement.story(story);
  settlement.memory();
  if (settlement.missing.length > 0) throw new RecoveryValueMissing(settlement.missing);
}
