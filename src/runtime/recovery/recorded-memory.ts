/**
 * The memory of nodes as their epochs left it, from what was recorded.
 *
 * M1 an epoch's writes become the node's when it has finished; those of any other end are dropped.
 */
import type { EpochId, KernelEvent } from '../../machines/action.ts';
import type { RunNode } from '../setup/run-node.ts';

/** A write of `ctx.memory` as it is recorded. */
type Write =
  | { readonly key: string; readonly value: unknown }
  | { readonly key: string; readonly deleted: true };

const ends: ReadonlySet<KernelEvent['event']> = new Set([
  'EpochTimedOut',
  'EpochCancelled',
  'EpochFailed',
]);

function isWrite(value: unknown): value is Write {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { key?: unknown }).key === 'string'
  );
}

export class RecordedMemory {
  /** Writes of epochs that have not ended. */
  readonly #writes = new Map<EpochId, Write[]>();

  /** Follows an event; `nodeOf` knows the node of an epoch that has not ended before it. */
  follow(event: KernelEvent, nodeOf: (epoch: EpochId) => RunNode | undefined): void {
    if (event.event === 'ValueRecorded') {
      if (event.kind !== 'memory' || !isWrite(event.value)) return;
      const writes = this.#writes.get(event.epoch);
      if (writes === undefined) this.#writes.set(event.epoch, [event.value]);
      else writes.push(event.value);
    } else if (event.event === 'EpochFinished') {
      this.#commit(event.epoch, nodeOf(event.epoch));
    } else if ('epoch' in event && ends.has(event.event)) this.#writes.delete(event.epoch);
  }

  #commit(epoch: EpochId, node: RunNode | undefined): void {
    const writes = this.#writes.get(epoch);
    if (writes === undefined) return;
    this.#writes.delete(epoch);
    for (const write of writes) {
      if ('deleted' in write) node?.memory.delete(write.key);
      else node?.memory.set(write.key, write.value);
    }
  }
}
