/**
 * What epochs without deferral had done when their process ended, action by action.
 *
 * Owns: the actions of those that have not ended; they are forgotten with their epoch (G7).
 */
import type { EpochId, KernelEvent } from '../../machines/action.ts';
import type { AppliedOperation, EpochStory } from '../epochs/epoch-story.ts';

const ends: ReadonlySet<KernelEvent['event']> = new Set([
  'EpochFinished',
  'EpochTimedOut',
  'EpochCancelled',
  'EpochFailed',
]);

/** The epoch whose function asked for the action; undefined where none did. */
export function callerOf({ action, answer }: AppliedOperation): EpochId | undefined {
  switch (action.type) {
    case 'CreatePacket':
    case 'SendOutputSalvo':
    case 'Record':
      return action.epoch;
    case 'ConsumePacket':
    case 'LoadPacketIntoOutputPort': {
      const [event] = answer.events;
      const from = event !== undefined && 'from' in event ? event.from : undefined;
      return from?.type === 'Node' ? from.epoch : undefined;
    }
    default:
      return undefined;
  }
}

export class OperationsInFlight {
  readonly #operations = new Map<EpochId, AppliedOperation[]>();

  /** Follows an action; `storyOf` knows the epochs that live before it. */
  follow(operation: AppliedOperation, storyOf: (epoch: EpochId) => EpochStory | undefined): void {
    const epoch = callerOf(operation);
    if (epoch !== undefined && storyOf(epoch)?.node.options.deferNetActions !== true) {
      const known = this.#operations.get(epoch);
      if (known === undefined) this.#operations.set(epoch, [operation]);
      else known.push(operation);
    }
    for (const event of operation.answer.events)
      if (ends.has(event.event) && 'epoch' in event) this.#operations.delete(event.epoch);
  }

  /** Those of an epoch, in order. */
  of(epoch: EpochId): readonly AppliedOperation[] {
    return this.#operations.get(epoch) ?? [];
  }
}
