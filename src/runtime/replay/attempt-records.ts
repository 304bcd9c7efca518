/**
 * The attempts of a run as its history has them: what each was given, what it did, and how it ended.
 *
 * Owns: the attempts that have not been given out. N1 attempts are given out in the order of their start,
 * each when it and all before it have ended. N2 what an epoch and a packet leave behind goes with them (G7).
 */
import type {
  Action,
  BatchOperation,
  BatchPacket,
  EpochId,
  KernelEvent,
  PacketId,
  RecordedError,
  SalvoPackets,
} from '../../machines/action.ts';
import { recordable } from '../epochs/recordable.ts';
import { errorOf } from '../epochs/recorded-error.ts';
import { EpochTimeout } from '../errors.ts';
import {
  type ActionRecord,
  type EventRecord,
  type RecordedValue,
  actionOf,
  eventOf,
} from '../history/record.ts';
import { callerOf } from '../recovery/operations-in-flight.ts';
import type { RunNode } from '../setup/run-node.ts';

/** One operation, and the record that it stands in. A packet that the attempt made itself is `#k`. */
export interface OperationRecord {
  readonly seq: number;
  readonly action: ActionRecord['id'];
  readonly operation: BatchOperation;
}

/** A packet that the attempt made. `value` is undefined where values were not recorded. */
export interface MadePacket {
  readonly packet: PacketId;
  readonly value: RecordedValue | undefined;
}

/** How an attempt ended: by its function, or cut short by something else. */
export type AttemptEnd =
  | { readonly type: 'returned' }
  | { readonly type: 'threw'; readonly error: RecordedError }
  /** `reason` of a cancellation. */
  | { readonly type: 'cut'; readonly by: string; readonly reason?: string };

export interface AttemptRecord {
  readonly epoch: EpochId;
  readonly node: string;
  /** From 0. */
  readonly attempt: number;
  /** Number of the record of its start. */
  readonly seq: number;
  readonly salvo: SalvoPackets;
  /** Values of its input packets; undefined where they were not recorded. */
  readonly inputs: ReadonlyMap<PacketId, RecordedValue | undefined>;
  /** What the node remembered when the attempt began. */
  readonly memory: ReadonlyMap<string, unknown>;
  /** What other epochs of the node made it remember meanwhile, in order. */
  readonly memoryChanges: readonly MemoryChange[];
  /** Of the attempts before, and when they failed, in milliseconds. */
  readonly errors: readonly Error[];
  readonly failedAt: readonly number[];
  /** In order; without those of `lazy`. */
  readonly operations: readonly OperationRecord[];
  readonly made: readonly MadePacket[];
  /** What lazy values came to when the attempt consumed them, or one before it. */
  readonly lazy: ReadonlyMap<BatchPacket, unknown>;
  readonly end: AttemptEnd;
}

/** A write of `ctx.memory`, as it is recorded. */
export type MemoryWrite =
  | { readonly key: string; readonly value: unknown }
  | { readonly key: string; readonly deleted: true };

/** A write that became the node's after the attempt had done so many operations. */
export interface MemoryChange {
  readonly operations: number;
  readonly write: MemoryWrite;
}

function writeOf({ operation }: OperationRecord): MemoryWrite | null {
  if (operation.type !== 'Record' || operation.kind !== 'memory') return null;
  const { value } = operation;
  if (typeof value !== 'object' || value === null || !('key' in value)) return null;
  return typeof value.key === 'string' ? (value as MemoryWrite) : null;
}

/** Does the write; what is remembered is a copy. */
export function remember(memory: Map<string, unknown>, write: MemoryWrite): void {
  if ('deleted' in write) memory.delete(write.key);
  else memory.set(write.key, recordable(write.value));
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** An attempt that is still being read. */
interface OpenAttempt extends Omit<Writable<AttemptRecord>, 'end'> {
  readonly operations: OperationRecord[];
  readonly memoryChanges: MemoryChange[];
  readonly made: MadePacket[];
  readonly lazy: Map<BatchPacket, unknown>;
  /** How the batch names packets that were made one by one. */
  readonly names: Map<string, BatchPacket>;
  end: AttemptEnd | null;
}

interface OpenEpoch {
  readonly node: string;
  salvo: SalvoPackets;
  current: OpenAttempt | null;
  /** What lazy inputs came to in attempts that failed: after a recovery the next one is given that. */
  readonly lazy: Map<BatchPacket, unknown>;
  readonly errors: Error[];
  readonly failedAt: number[];
}

/** Events that end an epoch from outside of its function, and what they are called. */
const cuts: Partial<Record<KernelEvent['event'], string>> = {
  EpochTimedOut: 'the time limit of its epoch',
  EpochCancelled: 'its cancellation',
  EpochFailed: 'its time limit',
};

export class AttemptRecords {
  readonly #nodes: ReadonlyMap<string, RunNode>;
  readonly #values = new Map<PacketId, RecordedValue | undefined>();
  readonly #epochs = new Map<EpochId, OpenEpoch>();
  /** By their start. */
  readonly #open: OpenAttempt[] = [];

  /** Committed memory is kept in `nodes`. */
  constructor(nodes: ReadonlyMap<string, RunNode>) {
    this.#nodes = nodes;
  }

  /** The attempts of `records`, which begin with the run and have all events. */
  *of(records: Iterable<ActionRecord | EventRecord>): IterableIterator<AttemptRecord> {
    let action: ActionRecord | null = null;
    let events: EventRecord[] = [];
    for (const record of records) {
      if (record.type === 'event') {
        events.push(record);
        continue;
      }
      if (action !== null) this.#follow(action, events);
      yield* this.#ended();
      action = record;
      events = [];
    }
    if (action !== null) this.#follow(action, events);
    for (const attempt of this.#open) attempt.end ??= { type: 'cut', by: 'the end of the history' };
    yield* this.#ended();
  }

  *#ended(): IterableIterator<AttemptRecord> {
    for (;;) {
      const [first] = this.#open;
      const end = first?.end ?? null;
      if (first === undefined || end === null) return;
      this.#open.shift();
      yield { ...first, end };
    }
  }

  #follow(record: ActionRecord, records: readonly EventRecord[]): void {
    const action = 'given' in record ? null : actionOf(record);
    if (action === null) return;
    const events = records.map(eventOf);
    if (record.rejected === undefined) this.#operation(record, action, events);
    this.#outcome(record, action, events);
    let made = 0;
    for (const [at, event] of events.entries()) {
      if (event.event === 'PacketCreated') {
        const { packet, copyOf } = event;
        const value = copyOf === undefined ? record.values?.[made++] : this.#values.get(copyOf);
        this.#values.set(packet, value);
      } else this.#event(event, records[at]?.seq ?? record.seq, action.now ?? 0);
    }
  }

  /** Operations that reached the kernel one by one. */
  #operation(record: ActionRecord, action: Action, events: readonly KernelEvent[]): void {
    const epoch = callerOf({ action, answer: { ok: true, events } });
    const current = epoch === undefined ? null : this.#epochs.get(epoch)?.current;
    if (current === null || current === undefined) return;
    const { names } = current;
    const nameOf = (packet: PacketId): BatchPacket => names.get(packet) ?? packet;
    switch (action.type) {
      case 'CreatePacket': {
        const [event] = events;
        if (event?.event !== 'PacketCreated') return;
        names.set(event.packet, `#${current.made.length}`);
        current.made.push({ packet: event.packet, value: record.values?.[0] });
        this.#take(current, record, { type: 'CreatePacket' });
        break;
      }
      case 'ConsumePacket':
        this.#take(current, record, { type: action.type, packet: nameOf(action.packet) });
        break;
      case 'LoadPacketIntoOutputPort': {
        const { type, port } = action;
        this.#take(current, record, { type, port, packet: nameOf(action.packet) });
        break;
      }
      case 'SendOutputSalvo':
        this.#take(current, record, { type: action.type, condition: action.condition });
        break;
      case 'Record':
        this.#take(current, record, { type: 'Record', kind: action.kind, value: action.value });
        break;
      default:
    }
  }

  #take(attempt: OpenAttempt, { seq, id }: ActionRecord, operation: BatchOperation): void {
    if (operation.type !== 'Record' || operation.kind !== 'lazy') {
      attempt.operations.push({ seq, action: id, operation });
      return;
    }
    const told = operation.value as { readonly packet?: unknown; readonly value?: unknown } | null;
    if (typeof told?.packet !== 'string') return;
    const name = attempt.names.get(told.packet) ?? (told.packet as BatchPacket);
    attempt.lazy.set(name, told.value);
  }

  /** What the function itself came to: a finish that was refused is a failure of its epoch, not of its function. */
  #outcome(record: ActionRecord, action: Action, events: readonly KernelEvent[]): void {
    if (!('epoch' in action) || action.epoch === undefined) return;
    const epoch = this.#epochs.get(action.epoch);
    const current = epoch?.current;
    if (epoch === undefined || current === undefined || current === null) return;
    if (action.type === 'CommitEpoch') {
      for (const operation of action.operations) this.#take(current, record, operation);
      for (const event of events) {
        if (event.event !== 'PacketCreated' || event.copyOf !== undefined) continue;
        const { packet } = event;
        current.made.push({ packet, value: record.values?.[current.made.length] });
      }
    }
    if (action.type === 'FinishEpoch' || action.type === 'CommitEpoch') {
      current.end = { type: 'returned' };
    } else if (action.type === 'FailAttempt') {
      if (current.end === null)
        for (const operation of action.dropped ?? []) this.#take(current, record, operation);
      current.end ??= { type: 'threw', error: action.error };
      epoch.errors.push(errorOf(action.error, record.thrown));
      epoch.failedAt.push(action.now ?? 0);
      for (const [, packet] of epoch.salvo)
        if (current.lazy.has(packet)) epoch.lazy.set(packet, current.lazy.get(packet));
      epoch.current = null;
    }
  }

  #event(event: KernelEvent, seq: number, now: number): void {
    switch (event.event) {
      case 'EpochCreated': {
        const { epoch, node } = event;
        const opened = {
          node,
          salvo: [],
          current: null,
          lazy: new Map(),
          errors: [],
          failedAt: [],
        };
        this.#epochs.set(epoch, opened);
        return;
      }
      case 'InputSalvoTriggered': {
        const epoch = this.#epochs.get(event.epoch);
        if (epoch !== undefined) epoch.salvo = event.packets;
        return;
      }
      case 'EpochStarted':
        this.#start(event.epoch, 0, seq);
        return;
      case 'AttemptStarted':
        this.#start(event.epoch, event.attempt, seq);
        return;
      case 'PacketConsumed':
      case 'PacketDestroyed':
        this.#values.delete(event.packet);
        return;
      case 'EpochFinished':
        this.#commitMemory(event.epoch);
        this.#epochs.delete(event.epoch);
        return;
      case 'EpochFailed':
      case 'EpochTimedOut':
      case 'EpochCancelled':
        this.#cut(event, now);
        return;
      default:
    }
  }

  /** What the epoch wrote becomes its node's, and is seen by attempts that run. */
  #commitMemory(id: EpochId): void {
    const epoch = this.#epochs.get(id);
    const memory = this.#nodes.get(epoch?.node ?? '')?.memory;
    if (epoch === undefined || memory === undefined) return;
    for (const record of epoch.current?.operations ?? []) {
      const write = writeOf(record);
      if (write === null) continue;
      remember(memory, write);
      for (const { node, current } of this.#epochs.values()) {
        if (node !== epoch.node || current === null || current.end !== null) continue;
        current.memoryChanges.push({ operations: current.operations.length, write });
      }
    }
  }

  #start(id: EpochId, attempt: number, seq: number): void {
    const epoch = this.#epochs.get(id);
    if (epoch === undefined) return;
    const { node, salvo, lazy, errors, failedAt } = epoch;
    const memory = this.#nodes.get(node)?.memory ?? new Map<string, unknown>();
    epoch.current = {
      epoch: id,
      node,
      attempt,
      seq,
      salvo,
      inputs: new Map(salvo.map(([, packet]) => [packet, this.#values.get(packet)])),
      memory: new Map([...memory].map(([key, value]) => [key, recordable(value)])),
      memoryChanges: [],
      errors: [...errors],
      failedAt: [...failedAt],
      operations: [],
      made: [],
      lazy: new Map(lazy),
      names: new Map(),
      end: null,
    };
    this.#open.push(epoch.current);
  }

  /** The attempt was ended from outside; a failure that its function came to is known already. */
  #cut(
    event: Extract<KernelEvent, { event: 'EpochFailed' | 'EpochTimedOut' | 'EpochCancelled' }>,
    now: number,
  ): void {
    const epoch = this.#epochs.get(event.epoch);
    if (epoch === undefined) return;
    if (epoch.current !== null) {
      const by = cuts[event.event] ?? event.event;
      epoch.current.end ??=
        event.event === 'EpochCancelled'
          ? { type: 'cut', by, reason: event.reason }
          : { type: 'cut', by };
      if (event.event === 'EpochFailed') {
        epoch.errors.push(new EpochTimeout('ATTEMPT_TIMEOUT', epoch.node, event.epoch));
        epoch.failedAt.push(now);
      }
      epoch.current = null;
    }
    if (event.event !== 'EpochFailed' || event.final) this.#epochs.delete(event.epoch);
  }
}
