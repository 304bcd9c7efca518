/** What follows events of a run that is put together again: its books, and nothing that was done already. */
import type { EpochId } from '../../machines/action.ts';
import type { Consequences } from '../drive/consequences.ts';
import type { EpochStory } from '../epochs/epoch-story.ts';
import { DagViolated } from '../errors.ts';
import type { DeadLetter } from '../failure/dead-letter.ts';
import type { DeadLetters } from '../failure/dead-letters.ts';
import { type Failure, failureError } from '../failure/failure-desk.ts';

export class RecordedConsequences implements Consequences {
  readonly #deadLetters: DeadLetters;
  /** Milliseconds: the time of the action that is followed. */
  now = 0;

  constructor(deadLetters: DeadLetters) {
    this.#deadLetters = deadLetters;
  }

  attemptFailed(failure: Failure): void {
    const { story, final, outcome } = failure;
    this.#note(story, failureError(failure));
    if (final) this.#close(story, outcome);
  }

  violated(story: EpochStory, first: EpochId): void {
    this.#note(story, new DagViolated(story.node.name, first, story.id));
    this.#close(story, 'violation');
  }

  epochDone(story: EpochStory): void {
    this.#deadLetters.settled(story);
  }

  restart(): void {
    // All services are started again, or wait for their timers.
  }

  dropped(): void {
    // It was said when it happened.
  }

  #note(story: EpochStory, error: Error): void {
    story.errors.push(error);
    story.failedAt.push(this.now);
  }

  #close(story: EpochStory, outcome: DeadLetter['outcome']): void {
    if (story.node.options.deadLetterQueue !== false)
      this.#deadLetters.addRecorded(story, outcome, this.now);
    this.#deadLetters.settled(story);
  }
}
