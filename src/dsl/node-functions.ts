/** What a node's functions are given and give back: the contract between users' code and the runtime. */
import type { Logger } from 'pino';

/** A packet as a node function sees it. The value stays in the net until it is consumed. */
export interface Packet {
  /** `p12`. Reading it before a deferred packet is committed throws `DEFERRED_PACKET_ID_UNAVAILABLE`. */
  readonly id: string;
}

/** Packets of one epoch by input port, in order; a port without packets has an empty list. */
export type InputPackets = Readonly<Record<string, readonly Packet[]>>;

/** A node's own memory: writes commit with the epoch and are dropped with a failed attempt. */
export interface NodeMemory {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  has(key: string): boolean;
  delete(key: string): boolean;
  keys(): readonly string[];
}

/** What `exec` is given: one attempt of one epoch. Unusable once the epoch ended (`CONTEXT_ENDED`). */
export interface ExecContext {
  readonly epochId: string;
  readonly nodeName: string;
  /** The node's configuration, as set by `setNodeConfig` or the definition. */
  readonly config: unknown;
  /** 0 for the first attempt. */
  readonly retryCount: number;
  /** When earlier attempts failed, milliseconds since 1970 as `now()` tells them. */
  readonly retryTimestamps: readonly number[];
  readonly retryErrors: readonly Error[];
  /** Aborts on timeout, cancel or stop. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly memory: NodeMemory;
  /** Milliseconds since 1970, recorded, so that a replay sees the same. */
  now(): number;
  /** In [0, 1), from the run's seed, recorded. */
  random(): number;
  createPacket(value: unknown): Packet;
  /** `fn` is called when the packet is consumed; it must be pure: a retry calls it again. */
  createPacketFromValueFunc(fn: () => unknown): Packet;
  consumePacket(packet: Packet): Promise<unknown>;
  /** Throws `VALUE_ASYNC` where the value is only to be had asynchronously. */
  consumePacketSync(packet: Packet): unknown;
  loadOutputPort(port: string, packet: Packet): void;
  sendOutputSalvo(condition: string): void;
  /** Throws `EpochCancelled`: not an error, no retry, no dead letter. */
  cancelEpoch(reason?: string): never;
  pauseNet(reason?: string): void;
  stopNet(reason?: string): void;
}

/** What `start` and `stop` are given, once per life of the net. */
export interface NodeLife {
  readonly nodeName: string;
  readonly config: unknown;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What `failed` is given after every failed attempt. */
export interface NodeFailureContext {
  readonly epochId: string;
  readonly nodeName: string;
  readonly retryCount: number;
  readonly retryTimestamps: readonly number[];
  readonly retryErrors: readonly Error[];
  readonly error: Error;
  /** Whether another attempt will be made. */
  readonly willRetry: boolean;
  readonly inputSalvo: InputPackets;
  /** Values the attempt had received so far, by packet id. */
  readonly packetValues: ReadonlyMap<string, unknown>;
  readonly log: Logger;
}

export interface NodeFunctions {
  exec?: (ctx: ExecContext, packets: InputPackets) => unknown;
  start?: (life: NodeLife) => unknown;
  stop?: (life: NodeLife) => unknown;
  failed?: (failure: NodeFailureContext) => unknown;
}
