/**
 * Actions and events as rows of integers, and back.
 *
 * Owns: the form of a row. What has no form of its own, or does not fit it, is kept as it is.
 * P1 unpacking what was packed gives the same fields with the same values.
 */
import type {
  Action,
  BatchOperation,
  BatchPacket,
  EpochId,
  KernelEvent,
  Location,
  PacketId,
} from '../../machines/action.ts';
import { counterOf, epochId, packetId } from '../../machines/protocol.ts';
import { Interner } from './interner.ts';
import { Rows, maxFields } from './rows.ts';

/** Kinds of rows; `kept` has its object beside the rows. */
const kinds = {
  kept: 0,
  PacketCreated: 1,
  PacketConsumed: 2,
  PacketDestroyed: 3,
  PacketMoved: 4,
  EpochCreated: 5,
  EpochStarted: 6,
  EpochFinished: 7,
  InputSalvoTriggered: 8,
  OutputSalvoTriggered: 9,
  RunNetUntilBlocked: 20,
  CreatePacket: 21,
  ConsumePacket: 22,
  LoadPacketIntoOutputPort: 23,
  SendOutputSalvo: 24,
  StartEpoch: 25,
  FinishEpoch: 26,
  InjectPacket: 27,
  CommitEpoch: 28,
} as const;

/** Operations of a batch, as they stand in its row. */
const operations = {
  CreatePacket: 1,
  ConsumePacket: 2,
  LoadPacketIntoOutputPort: 3,
  SendOutputSalvo: 4,
} as const;

const salvoEvents = ['InputSalvoTriggered', 'OutputSalvoTriggered'] as const;

/** Stands for an id that is not there. */
const none = 0;
const largest = 2 ** 31 - 1;

const packetOf = (id: PacketId | undefined): number =>
  id === undefined ? none : counterOf(id, 'p');
const epochOf = (id: EpochId | undefined): number => (id === undefined ? none : counterOf(id, 'e'));

/** A packet as a batch names it: even numbers are ids, odd ones those that the batch makes. */
function ofBatch(packet: BatchPacket): number {
  if (packet.startsWith('#')) return Number(packet.slice(1)) * 2 + 1;
  return counterOf(packet, 'p') * 2;
}

function batchPacket(field: number): BatchPacket {
  const number = Math.floor(field / 2);
  return field % 2 === 1 ? `#${number}` : packetId(number);
}

function fits(fields: readonly number[]): boolean {
  if (fields.length > maxFields) return false;
  for (let at = 0; at < fields.length; at++) if ((fields[at] as number) > largest) return false;
  return true;
}

/** Whether an action has no fields but these (and `now`, which the history keeps by itself). */
function hasOnly(action: Action, fields: number): boolean {
  let count = 0;
  for (const _ in action) count += 1;
  return count === fields + 1 + ('now' in action ? 1 : 0);
}

export class Packing {
  readonly rows = new Rows();
  readonly #names = new Interner();
  /** By the number in their row. */
  readonly #kept = new Map<number, Action | KernelEvent>();
  #count = 0;

  pushAction(action: Action, now: number): number {
    const fields =
      action.now === undefined || action.now === now ? this.#actionFields(action) : null;
    const packs = action.now !== undefined && fields !== null && fits(fields);
    return packs
      ? this.rows.push(kinds[action.type as keyof typeof kinds], fields)
      : this.#keep(action);
  }

  /** A refused action is kept as it was given: it may have fields that its type does not know. */
  pushRefused(action: Action): number {
    return this.#keep(action);
  }

  pushEvent(event: KernelEvent): number {
    switch (event.event) {
      case 'PacketCreated': {
        const packet = packetOf(event.packet);
        const [epoch, copyOf] = [epochOf(event.epoch), packetOf(event.copyOf)];
        if (event.retryOf !== undefined || Math.max(packet, epoch, copyOf) > largest) break;
        return this.rows.put(kinds.PacketCreated, 3, packet, epoch, copyOf);
      }
      case 'PacketConsumed':
      case 'PacketDestroyed': {
        const packet = packetOf(event.packet);
        const epoch = epochAt(event.from);
        if (packet > largest || epoch > largest) break;
        return this.rows.put(kinds[event.event], 3, packet, this.#names.place(event.from), epoch);
      }
      case 'PacketMoved': {
        const { from, to } = event;
        const packet = packetOf(event.packet);
        const [left, entered] = [epochAt(from), epochAt(to)];
        if (packet > largest || left > largest || entered > largest) break;
        const [start, end] = [this.#names.place(from), this.#names.place(to)];
        return this.rows.put(kinds.PacketMoved, 5, packet, start, left, end, entered);
      }
      case 'EpochCreated': {
        const epoch = epochOf(event.epoch);
        if (epoch > largest) break;
        return this.rows.put(kinds.EpochCreated, 2, epoch, this.#names.name(event.node));
      }
      case 'EpochStarted':
      case 'EpochFinished': {
        const epoch = epochOf(event.epoch);
        if (epoch > largest) break;
        return this.rows.put(kinds[event.event], 1, epoch);
      }
      case 'InputSalvoTriggered':
      case 'OutputSalvoTriggered': {
        const fields = [epochOf(event.epoch), this.#names.name(event.condition)];
        for (const [port, packet] of event.packets)
          fields.push(this.#names.name(port), packetOf(packet));
        if (fits(fields)) return this.rows.push(kinds[event.event], fields);
        break;
      }
      default:
    }
    return this.#keep(event);
  }

  /** The action in the row at `position`; `now` is the time it was applied at. */
  action(position: number, now: number): Action {
    const { kind, fields } = this.rows.read(position);
    if (kind === kinds.kept) return this.#kept.get(fields[0] as number) as Action;
    return { ...this.#action(kind, fields), now };
  }

  event(position: number): KernelEvent {
    const { kind, fields } = this.rows.read(position);
    if (kind === kinds.kept) return this.#kept.get(fields[0] as number) as KernelEvent;
    return this.#event(kind, fields);
  }

  /** The position after the row. */
  next(position: number): number {
    return this.rows.read(position).next;
  }

  /** Forgets what is kept beside the rows from one position to another. */
  forget(from: number, to: number): void {
    for (let position = from; position < to;) {
      const { kind, fields, next } = this.rows.read(position);
      if (kind === kinds.kept) this.#kept.delete(fields[0] as number);
      position = next;
    }
    this.rows.dropBefore(to);
  }

  #keep(record: Action | KernelEvent): number {
    const number = this.#count++;
    this.#kept.set(number, record);
    return this.rows.push(kinds.kept, [number]);
  }

  #actionFields(action: Action): number[] | null {
    switch (action.type) {
      case 'RunNetUntilBlocked':
        return action.max !== undefined && hasOnly(action, 1) ? [action.max] : null;
      case 'CreatePacket':
        return [epochOf(action.epoch)];
      case 'ConsumePacket':
        return [packetOf(action.packet)];
      case 'LoadPacketIntoOutputPort':
        return [packetOf(action.packet), this.#names.name(action.port)];
      case 'SendOutputSalvo':
        return [epochOf(action.epoch), this.#names.name(action.condition)];
      case 'StartEpoch':
        return [epochOf(action.epoch)];
      case 'FinishEpoch':
        return hasOnly(action, 1) ? [epochOf(action.epoch)] : null;
      case 'CommitEpoch':
        return hasOnly(action, 2) ? this.#batchFields(action) : null;
      case 'InjectPacket':
        return hasOnly(action, 1) ? [this.#names.name(action.port)] : null;
      default:
        return null;
    }
  }

  #batchFields({
    epoch,
    operations: list,
  }: Extract<Action, { type: 'CommitEpoch' }>): number[] | null {
    const fields = [epochOf(epoch)];
    for (const operation of list) {
      switch (operation.type) {
        case 'CreatePacket':
          fields.push(operations.CreatePacket);
          break;
        case 'ConsumePacket':
          fields.push(operations.ConsumePacket, ofBatch(operation.packet));
          break;
        case 'LoadPacketIntoOutputPort':
          fields.push(
            operations.LoadPacketIntoOutputPort,
            ofBatch(operation.packet),
            this.#names.name(operation.port),
          );
          break;
        case 'SendOutputSalvo':
          fields.push(operations.SendOutputSalvo, this.#names.name(operation.condition));
          break;
        default:
          return null;
      }
    }
    return fields;
  }

  #batch(fields: Int32Array): Action {
    const list: BatchOperation[] = [];
    for (let at = 1; at < fields.length;) {
      const kind = fields[at++];
      switch (kind) {
        case operations.CreatePacket:
          list.push({ type: 'CreatePacket' });
          break;
        case operations.ConsumePacket:
          list.push({ type: 'ConsumePacket', packet: batchPacket(fields[at++] as number) });
          break;
        case operations.LoadPacketIntoOutputPort: {
          const packet = batchPacket(fields[at++] as number);
          const port = this.#names.nameOf(fields[at++] as number);
          list.push({ type: 'LoadPacketIntoOutputPort', packet, port });
          break;
        }
        case operations.SendOutputSalvo: {
          const condition = this.#names.nameOf(fields[at++] as number);
          list.push({ type: 'SendOutputSalvo', condition });
          break;
        }
        default:
          throw new Error(`an operation of kind ${kind} is none`);
      }
    }
    return { type: 'CommitEpoch', epoch: epochId(fields[0] as number), operations: list };
  }

  #action(kind: number, fields: Int32Array): Action {
    const [first = 0, second = 0] = fields;
    switch (kind) {
      case kinds.CommitEpoch:
        return this.#batch(fields);
      case kinds.RunNetUntilBlocked:
        return { type: 'RunNetUntilBlocked', max: first };
      case kinds.CreatePacket:
        return first === none
          ? { type: 'CreatePacket' }
          : { type: 'CreatePacket', epoch: epochId(first) };
      case kinds.ConsumePacket:
        return { type: 'ConsumePacket', packet: packetId(first) };
      case kinds.LoadPacketIntoOutputPort:
        return {
          type: 'LoadPacketIntoOutputPort',
          packet: packetId(first),
          port: this.#names.nameOf(second),
        };
      case kinds.SendOutputSalvo:
        return {
          type: 'SendOutputSalvo',
          epoch: epochId(first),
          condition: this.#names.nameOf(second),
        };
      case kinds.StartEpoch:
        return { type: 'StartEpoch', epoch: epochId(first) };
      case kinds.FinishEpoch:
        return { type: 'FinishEpoch', epoch: epochId(first) };
      case kinds.InjectPacket:
        return { type: 'InjectPacket', port: this.#names.nameOf(first) };
      default:
        throw new Error(`a row of kind ${kind} is no action`);
    }
  }

  #event(kind: number, fields: Int32Array): KernelEvent {
    const [id = 0, second = 0, third = 0, fourth = 0, fifth = 0] = fields;
    switch (kind) {
      case kinds.PacketCreated:
        return {
          event: 'PacketCreated',
          packet: packetId(id),
          ...(second === none ? {} : { epoch: epochId(second) }),
          ...(third === none ? {} : { copyOf: packetId(third) }),
        };
      case kinds.PacketConsumed:
      case kinds.PacketDestroyed: {
        const event = kind === kinds.PacketConsumed ? 'PacketConsumed' : 'PacketDestroyed';
        return { event, packet: packetId(id), from: this.#names.placeOf(second, epochId(third)) };
      }
      case kinds.PacketMoved: {
        const from = this.#names.placeOf(second, epochId(third));
        return {
          event: 'PacketMoved',
          packet: packetId(id),
          from,
          to: this.#names.placeOf(fourth, epochId(fifth)),
        };
      }
      case kinds.EpochCreated:
        return { event: 'EpochCreated', epoch: epochId(id), node: this.#names.nameOf(second) };
      case kinds.EpochStarted:
        return { event: 'EpochStarted', epoch: epochId(id) };
      case kinds.EpochFinished:
        return { event: 'EpochFinished', epoch: epochId(id) };
      case kinds.InputSalvoTriggered:
      case kinds.OutputSalvoTriggered:
        return this.#salvo(salvoEvents[kind - kinds.InputSalvoTriggered] ?? salvoEvents[0], fields);
      default:
        throw new Error(`a row of kind ${kind} is no event`);
    }
  }

  #salvo(event: (typeof salvoEvents)[number], fields: Int32Array): KernelEvent {
    const packets: [string, PacketId][] = [];
    for (let at = 2; at < fields.length; at += 2) {
      packets.push([this.#names.nameOf(fields[at] as number), packetId(fields[at + 1] as number)]);
    }
    const condition = this.#names.nameOf(fields[1] as number);
    return { event, epoch: epochId(fields[0] as number), condition, packets };
  }
}

function epochAt(place: Location): number {
  return 'epoch' in place ? epochOf(place.epoch) : none;
}
