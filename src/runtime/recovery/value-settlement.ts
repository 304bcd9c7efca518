/**
 * Reads the values that a run which was put together again needs, and says which are missing.
 *
 * N1 what is needed are the values of packets that live, what attempts that will be run again had
 * consumed, and what nodes remember. All that is missing is told at once.
 */
import type { PacketId } from '../../machines/action.ts';
import { type MissingPart, RecoveryValueMissing } from '../errors.ts';
import type { EpochStory } from '../epochs/epoch-story.ts';
import { isUncloneable } from '../epochs/recordable.ts';
import { placeText } from '../replay/run-state-text.ts';
import type { Run } from '../run.ts';
import { UnreadValue } from './unread-value.ts';

/** Whether the epoch's function made the value, and will make it again before anybody can ask for it. */
function isMadeAgain(run: Run, packet: PacketId, value: UnreadValue): boolean {
  const { location } = run.kernel.packet(packet);
  if (!value.isLazy || !('epoch' in location)) return false;
  return run.effects.story(location.epoch)?.node.options.deferNetActions !== true;
}

class Settlement {
  readonly missing: MissingPart[] = [];
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  packets(): void {
    const { values, kernel } = this.#run;
    values.change((packet, value, isLive) => {
      if (!(value instanceof UnreadValue)) return { value };
      const read = value.get();
      if ('value' in read) return read;
      if (!isLive) return null;
      if (isMadeAgain(this.#run, packet, value)) return { value };
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
        const read = value.get();
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

  /** An input packet that an epoch which is run again has consumed: its function asks for it again. */
  #consumed(story: EpochStory, packet: string, missing: string): void {
    if (!story.started) return;
    const place = `consumed in ${story.id} of node ${story.node.name}, which is to be run again`;
    this.missing.push({ what: packet, place, reason: `its value ${missing}` });
  }
}

/** Throws `RECOVERY_VALUE_MISSING` with all that is missing. */
export function settleValues(run: Run): void {
  const settlement = new Settlement(run);
  settlement.packets();
  for (const story of run.effects.stories()) settlement.story(story);
  settlement.memory();
  if (settlement.missing.length > 0) throw new RecoveryValueMissing(settlement.missing);
}
