/**
 * What a node function is given: one attempt of one epoch.
 *
 * C1 once the attempt is over every use of it throws `CONTEXT_ENDED`. C2 what is rarely used (signal,
 * logger, memory, random stream) is made when first asked for.
 */
import type { Logger } from 'pino';
import type { ExecContext, NodeMemory, Packet } from '../../dsl/node-functions.ts';
import { NetrunError } from '../../errors.ts';
import type { EpochStory } from './epoch-story.ts';
import { EpochCancelled } from '../errors.ts';
import { AttemptMemory } from './node-memory.ts';
import type { PacketOperations } from './packet-operations.ts';
import { type RandomStream, randomStream } from './random.ts';
import { recordable } from './recordable.ts';
import { LazyValue } from '../values/values.ts';

/** What a context may ask of the run. */
export interface ContextWorld {
  readonly seed: string | number;
  now(): number;
  logger(node: string, epoch: string): Logger;
  cancel(epoch: EpochStory['id'], reason: string): void;
  pauseNet(reason: string): void;
  stopNet(reason: string): void;
}

export class ExecutionContext implements ExecContext {
  readonly epochId: string;
  readonly nodeName: string;
  readonly config: unknown;
  readonly retryCount: number;
  readonly #story: EpochStory;
  readonly #world: ContextWorld;
  #operations: PacketOperations | null = null;
  #endedBy: Error | null = null;
  #over = false;
  #controller: AbortController | null = null;
  #log: Logger | null = null;
  #memory: AttemptMemory | null = null;
  #random: RandomStream | null = null;

  constructor(story: EpochStory, world: ContextWorld) {
    this.epochId = story.id;
    this.nodeName = story.node.name;
    this.config = story.node.config;
    this.retryCount = story.attempt;
    this.#story = story;
    this.#world = world;
  }

  get retryTimestamps(): readonly number[] {
    return [...this.#story.failedAt];
  }

  get retryErrors(): readonly Error[] {
    return [...this.#story.errors];
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#endedBy !== null) this.#controller.abort(this.#endedBy);
    }
    return this.#controller.signal;
  }

  get log(): Logger {
    this.#log ??= this.#world.logger(this.nodeName, this.epochId);
    return this.#log;
  }

  get memory(): NodeMemory {
    this.#memory ??= new AttemptMemory(this.#story.node.memory, () => this.assertRunning());
    return this.#memory;
  }

  now(): number {
    const operations = this.#ready();
    return operations.record('now', this.#world.now()) as number;
  }

  random(): number {
    const operations = this.#ready();
    this.#random ??= randomStream(this.#world.seed, this.epochId, this.retryCount);
    return operations.record('random', this.#random()) as number;
  }

  createPacket(value: unknown): Packet {
    return this.#ready().create(value);
  }

  createPacketFromValueFunc(fn: () => unknown): Packet {
    const operations = this.#ready();
    if (typeof fn !== 'function') {
      throw new NetrunError(
        'OPTION_INVALID',
        `createPacketFromValueFunc takes a function, not ${typeof fn}`,
        {
          nodeName: this.nodeName,
          epochId: this.epochId,
          hint: 'Use createPacket for a value that is already there.',
        },
      );
    }
    return operations.create(new LazyValue(fn, { nodeName: this.nodeName, epochId: this.epochId }));
  }

  async consumePacket(packet: Packet): Promise<unknown> {
    return this.#ready().consume(packet, false);
  }

  consumePacketSync(packet: Packet): unknown {
    return this.#ready().consume(packet, true);
  }

  loadOutputPort(port: string, packet: Packet): void {
    this.#ready().load(port, packet);
  }

  sendOutputSalvo(condition: string): void {
    this.#ready().send(condition);
  }

  cancelEpoch(reason = 'cancelled by its function'): never {
    this.assertRunning();
    this.#world.cancel(this.#story.id, reason);
    throw this.#endedBy ?? new EpochCancelled(this.nodeName, this.epochId, reason);
  }

  pauseNet(reason = `paused by ${this.nodeName}`): void {
    this.assertRunning();
    this.#world.pauseNet(reason);
  }

  stopNet(reason = `stopped by ${this.nodeName}`): void {
    this.assertRunning();
    this.#world.stopNet(reason);
  }

  // What follows is the runtime's side, out of reach of what `ExecContext` promises.

  /** Gives the context its operations, once. */
  equip(operations: PacketOperations): void {
    this.#operations = operations;
  }

  assertRunning(): void {
    if (!this.#over) return;
    throw new NetrunError(
      'CONTEXT_ENDED',
      `the context of epoch ${this.epochId} of node ${this.nodeName} was used after ${this.#endedBy === null ? 'the epoch ended' : this.#endedBy.message}`,
      {
        nodeName: this.nodeName,
        epochId: this.epochId,
        hint: 'Await everything before the function returns, and stop when ctx.signal aborts.',
      },
    );
  }

  /** Nothing can be done with the context any more; `reason` aborts its signal. */
  conclude(reason: Error | null): void {
    this.#over = true;
    this.#endedBy = reason;
    if (reason !== null) this.#controller?.abort(reason);
  }

  /** Records what the attempt wrote to memory. */
  recordMemory(): void {
    if (this.#memory === null) return;
    for (const write of this.#memory.writes()) {
      this.#ready().record(
        'memory',
        'deleted' in write ? write : { key: write.key, value: recordable(write.value) },
      );
    }
  }

  /** Makes what the attempt wrote to memory the node's. */
  commitMemory(): void {
    this.#memory?.commit();
  }

  #ready(): PacketOperations {
    this.assertRunning();
    if (this.#operations === null)
      throw new Error(`the context of ${this.epochId} has no operations`);
    return this.#operations;
  }
}
