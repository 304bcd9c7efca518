/** What a node function does with packets: the contract of the two ways of doing it, at once or deferred. */
import type { Packet } from '../../dsl/node-functions.ts';
import type { BatchOperation } from '../../machines/action.ts';
import { NetrunError } from '../../errors.ts';
import type { EpochStory } from './epoch-story.ts';
import { refused } from '../errors.ts';
import { LazyValue, type StoredValue, isThenable } from '../values/values.ts';

/** Whose operations they are: an attempt, while it runs. */
export interface Life {
  /** Throws `CONTEXT_ENDED` once it is over. */
  assertRunning(): void;
}

export interface PacketOperations {
  create(value: StoredValue): Packet;
  /**
   * The value, or a promise of it where it is made asynchronously; `sync` throws `VALUE_ASYNC` then.
   * The value is checked before the packet is given up.
   */
  consume(packet: Packet, sync: boolean): unknown;
  load(port: string, packet: Packet): void;
  send(condition: string): void;
  /** Writes down an outside value, and gives the one that the function is to see. */
  record(kind: string, value: unknown): unknown;
  /** Ends the epoch well, and returns null; or why that may not be. */
  finish(): Error | null;
  /** Operations that a failure drops; undefined where each was done at once. */
  dropped(): readonly BatchOperation[] | undefined;
}

/** The port an input packet of the epoch came by; undefined for a packet made in it. */
export function inputPortOf(story: EpochStory, packet: string): string | undefined {
  for (const [port, id] of story.salvo) if (id === packet) return port;
  return undefined;
}

/** Throws `ACTION_INVALID` for what is no packet: a value was passed where its packet belongs. */
export function assertPacket(story: EpochStory, packet: Packet, action: string): void {
  if (typeof packet === 'object' && packet !== null && 'id' in packet) return;
  throw refused(
    action,
    'ACTION_INVALID',
    `a packet was expected, not ${packet === null ? 'null' : typeof packet}`,
    {
      nodeName: story.node.name,
      epochId: story.id,
      hint: 'Pass a packet from the input salvo, or one that createPacket returned.',
    },
  );
}

/** What is done with the value of a packet once it is there. */
export type Receive = (value: unknown, lazy: boolean) => unknown;

/** Hands the stored value to `receive`, at once or when it has been made. */
export function withValue(
  story: EpochStory,
  packet: string,
  stored: StoredValue,
  sync: boolean,
  receive: Receive,
): unknown {
  if (!(stored instanceof LazyValue)) return receive(stored, false);
  const made = story.making?.get(packet) ?? stored.make(packet);
  if (!isThenable(made)) return receive(made, true);
  const promise = Promise.resolve(made);
  if (!sync) return promise.then((value) => receive(value, true));
  promise.catch(() => undefined);
  (story.making ??= new Map()).set(packet, promise);
  throw new NetrunError(
    'VALUE_ASYNC',
    `the value of ${packet} comes from an asynchronous function`,
    {
      nodeName: story.node.name,
      epochId: story.id,
      packetId: packet,
      hint: 'Use await ctx.consumePacket(packet).',
    },
  );
}
