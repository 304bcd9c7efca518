/**
 * Packet operations of an attempt that is run again, because its process ended within it.
 *
 * Owns: what the attempt had done before. P1 an operation that was done is not done again: the function
 * gets what it got then. P2 when all of them have come again, what follows reaches the kernel. P3 a
 * function that does anything else before has acted otherwise: every further operation throws NonDeterminismError.
 */
import type { Packet } from '../../dsl/node-functions.ts';
import type { Action, PacketId } from '../../machines/action.ts';
import { NonDeterminismError } from '../errors.ts';
import { UnreadValue } from '../recovery/unread-value.ts';
import type { StoredValue } from '../values/values.ts';
import { DirectOperations, type OperationsWorld } from './direct-operations.ts';
import type { AppliedOperation, EpochStory, RecordedAttempt } from './epoch-story.ts';
import { type Life, type PacketOperations, assertPacket, withValue } from './packet-operations.ts';
import { checkOutput } from './value-checks.ts';

type Of<T extends Action['type']> = Extract<Action, { type: T }>;

export class ResumedOperations implements PacketOperations {
  readonly #story: EpochStory;
  readonly #world: OperationsWorld;
  readonly #live: DirectOperations;
  readonly #values: RecordedAttempt['values'];
  /** What has not come again. */
  #left: readonly AppliedOperation[];
  #parted: NonDeterminismError | null = null;

  constructor(
    story: EpochStory,
    world: OperationsWorld,
    life: Life,
    { operations, values }: RecordedAttempt,
  ) {
    this.#story = story;
    this.#world = world;
    this.#values = values;
    this.#left = operations;
    const inside = world.kernel.packetsAt({ type: 'Node', epoch: story.id });
    this.#live = new DirectOperations(story, world, life, inside);
  }

  create(value: StoredValue): Packet {
    const done = this.#again('CreatePacket', () => true);
    if (done === null) return this.#live.create(value);
    const id = done.answer.packet as PacketId;
    const { values } = this.#world;
    if (values.stored(id) instanceof UnreadValue) values.put(id, value);
    return { id };
  }

  consume(packet: Packet, sync: boolean): unknown {
    assertPacket(this.#story, packet, 'ConsumePacket');
    const id = packet.id as PacketId;
    this.#left = this.#left.filter((left) => !tellsOfLazy(left, id));
    const done = this.#again('ConsumePacket', (action) => action.packet === id);
    if (done === null) return this.#live.consume(packet, sync);
    // A lazy value of which no copy was kept is made once more.
    return withValue(this.#story, id, this.#values.get(id), sync, (value) => {
      (this.#story.received ??= new Map()).set(id, value);
      return value;
    });
  }

  load(port: string, packet: Packet): void {
    assertPacket(this.#story, packet, 'LoadPacketIntoOutputPort');
    const id = packet.id as PacketId;
    const done = this.#again(
      'LoadPacketIntoOutputPort',
      (action) => action.packet === id && action.port === port,
    );
    if (done === null) {
      this.#live.load(port, packet);
      return;
    }
    const { values } = this.#world;
    const stored = values.stored(id);
    const checked = checkOutput(this.#story, port, id, stored);
    if (checked !== stored) values.put(id, checked);
  }

  send(condition: string): void {
    const done = this.#again('SendOutputSalvo', (action) => action.condition === condition);
    if (done === null) this.#live.send(condition);
  }

  record(kind: string, value: unknown): unknown {
    const done = this.#again('Record', (action) => action.kind === kind);
    return done === null ? this.#live.record(kind, value) : done.action.value;
  }

  finish(): Error | null {
    const [next] = this.#left;
    if (this.#parted !== null || next !== undefined)
      return this.#parted ?? this.#part('finishes', next);
    return this.#live.finish();
  }

  dropped(): undefined {
    return undefined;
  }

  /** The operation as it was done; null where all that was done has come again. */
  #again<T extends Action['type']>(
    type: T,
    matches: (action: Of<T>) => boolean,
  ): { readonly action: Of<T>; readonly answer: AppliedOperation['answer'] } | null {
    if (this.#parted !== null) throw this.#parted;
    const [next] = this.#left;
    if (next === undefined) return null;
    const isIt = ({ action }: AppliedOperation) => action.type === type && matches(action as Of<T>);
    const found = this.#left.find(isIt);
    if (found === undefined) throw this.#part(`comes to ${type}`, next);
    this.#left = this.#left.filter((left) => left !== found);
    return found as { readonly action: Of<T>; readonly answer: AppliedOperation['answer'] };
  }

  #part(what: string, next: AppliedOperation | undefined): NonDeterminismError {
    const { id, node } = this.#story;
    const before = next?.action.type ?? 'nothing';
    this.#parted = new NonDeterminismError(
      `node ${node.name} acts otherwise in epoch ${id} than before its process ended: it ${what}, where it came to ${before}`,
      { path: '$', recorded: next?.action, replayed: what },
      { nodeName: node.name, epochId: id },
    );
    return this.#parted;
  }
}

/** Whether it is the record of what became of the packet's lazy value: it belongs to its consumption. */
function tellsOfLazy({ action }: AppliedOperation, packet: PacketId): boolean {
  if (action.type !== 'Record' || action.kind !== 'lazy') return false;
  return (action.value as { readonly packet?: unknown } | null)?.packet === packet;
}
