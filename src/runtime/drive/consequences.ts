/**
 * What follows events beyond the books of a run: functions and callbacks are called, letters are kept,
 * services are started again, things are said.
 */
import type { Action, EpochId, PacketId } from '../../machines/action.ts';
import type { EpochStory } from '../epochs/epoch-story.ts';
import type { DeadLetters } from '../failure/dead-letters.ts';
import type { Failure, FailureDesk } from '../failure/failure-desk.ts';
import type { Logs } from '../logs/logs.ts';

export interface Consequences {
  attemptFailed(failure: Failure): void;
  /** A node opened an epoch too many; `first` was its last. */
  violated(story: EpochStory, first: EpochId): void;
  /** An epoch has finished, or was cancelled while the net went on. */
  epochDone(story: EpochStory): void;
  /** The start function of this node is to be called again. */
  restart(node: string): void;
  /** Values that the action dropped without their having been consumed. */
  dropped(action: Action, packets: readonly PacketId[]): void;
}

export interface ConsequencesWorld {
  readonly desk: FailureDesk;
  readonly deadLetters: DeadLetters;
  readonly logs: Logs;
  restart(node: string): void;
}

/** Packets named in one line of the log. */
const shownPackets = 10;

/** The consequences in a run that goes on. */
export class LiveConsequences implements Consequences {
  readonly #world: ConsequencesWorld;

  constructor(world: ConsequencesWorld) {
    this.#world = world;
  }

  attemptFailed(failure: Failure): void {
    this.#world.desk.attemptFailed(failure);
  }

  violated(story: EpochStory, first: EpochId): void {
    this.#world.desk.violated(story, first);
  }

  epochDone(story: EpochStory): void {
    this.#world.deadLetters.settled(story);
  }

  restart(node: string): void {
    this.#world.restart(node);
  }

  dropped(action: Action, packets: readonly PacketId[]): void {
    const shown = packets.slice(0, shownPackets).join(', ');
    const more = packets.length > shownPackets ? ` and ${packets.length - shownPackets} more` : '';
    this.#world.logs.net.warn(
      { action: action.type },
      `values dropped without being consumed: ${shown}${more}`,
    );
  }
}
