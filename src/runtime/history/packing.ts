/**
 * Actions and events as rows of packed numbers; unpacking.ts reads them again.
 *
 * Owns: the form of a row. Packets, epochs and times are written as differences from the ones before, back to
 * where rows can be begun to be read. What has no form of its own, or does not fit it, is kept as it is.
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
import { counterOf } from '../../machines/protocol.ts';
import { Interner } from './interner.ts';
import { PackedBytes, rowBytes, tooLarge, zigzag, zigzagLarge } from './packed-bytes.ts';
import { operationKinds, rowKinds } from './row-kinds.ts';

/** Bytes of a number at most, and of what a row without a list has. */
const numberBytes = 5;
const fixedBytes = 64;
/** Numbers of an entry of a list, at most. */
const entryNumbers = 3;

/** Entries of the list of a row, at most. */
const maxEntries = Math.floor((rowBytes - fixedBytes) / (entryNumbers * numberBytes));

/** Bytes that a row with so many entries takes at most. */
const bytesOf = (entries: number): number => fixedBytes + entries * entryNumbers * numberBytes;

/** Times up to here are written as they are. */
const latest = 2 ** 51;

/** Codes of the characters # and 0. */
const hash = 35;
const zero = 48;

/** Whether an action has no fields but these (and `now`, which the history keeps by itself). */
function hasOnly(action: Action, fields: number): boolean {
  let count = 0;
  for (const _ in action) count += 1;
  return count === fields + 1 + ('now' in action ? 1 : 0);
}

/** Entries of the list that the row of an event has. */
function entriesOf(event: KernelEvent): number {
  return event.event === 'InputSalvoTriggered' || event.event === 'OutputSalvoTriggered'
    ? event.packets.length
    : 0;
}

export class Packing {
  readonly bytes = new PackedBytes();
  readonly names = new Interner();
  /** By the number in their row, from the first that is not forgotten; a Map has room for no more than 2^24. */
  readonly #kept: (Action | KernelEvent)[] = [];
  #firstKept = 0;
  /** What the next differences are from. */
  #packet = 0;
  #newPacket = 0;
  #epoch = 0;
  #newEpoch = 0;
  #time = 0;
  /** Every number of the row fits. */
  #fits = true;

  /** Objects kept beside the rows, so far. */
  get keptCount(): number {
    return this.#firstKept + this.#kept.length;
  }

  /** What is kept beside the rows under this number. */
  kept(number: number): Action | KernelEvent {
    const record = this.#kept[number - this.#firstKept];
    if (record === undefined) throw new Error(`nothing is kept as ${number}`);
    return record;
  }

  /** Rows can be read from the next one on; says where it will be. */
  mark(): number {
    this.#packet = 0;
    this.#newPacket = 0;
    this.#epoch = 0;
    this.#newEpoch = 0;
    this.#time = 0;
    return this.bytes.begin(fixedBytes);
  }

  /** Forgets the rows before a mark, and what was kept before `keptCount` was this. */
  forget(mark: number, kept: number): void {
    this.#kept.splice(0, kept - this.#firstKept);
    this.#firstKept = Math.max(this.#firstKept, kept);
    this.bytes.dropBefore(mark);
  }

  /** `at` is when it was applied, in milliseconds. */
  pushAction(action: Action, at: number): void {
    const before = this.#time;
    const packet = this.#packet;
    const epoch = this.#epoch;
    const entries = action.type === 'CommitEpoch' ? action.operations.length : 0;
    if (action.now === at && hasRowFor(at) && entries <= maxEntries) {
      const start = this.bytes.begin(bytesOf(entries));
      this.#fits = true;
      if (this.#packsAction(action, at) && this.#fits) return;
      this.bytes.takeBack(start);
      this.#time = before;
      this.#packet = packet;
      this.#epoch = epoch;
    }
    this.pushKept(action, at);
  }

  /** An action as it was given: a refused one may have fields that its type does not know. */
  pushKept(action: Action, at: number): void {
    this.bytes.begin(fixedBytes);
    this.#begin(rowKinds.keptAction, hasRowFor(at) ? at : this.#time);
    this.#keep(action);
  }

  pushEvent(event: KernelEvent): void {
    const packet = this.#packet;
    const newPacket = this.#newPacket;
    const epoch = this.#epoch;
    const newEpoch = this.#newEpoch;
    const entries = entriesOf(event);
    if (entries <= maxEntries) {
      const start = this.bytes.begin(bytesOf(entries));
      this.#fits = true;
      if (this.#packsEvent(event) && this.#fits) return;
      this.bytes.takeBack(start);
      this.#packet = packet;
      this.#newPacket = newPacket;
      this.#epoch = epoch;
      this.#newEpoch = newEpoch;
    }
    this.bytes.begin(fixedBytes);
    this.bytes.put(rowKinds.keptEvent);
    this.#keep(event);
  }

  #keep(record: Action | KernelEvent): void {
    this.bytes.putLarge(this.keptCount);
    this.#kept.push(record);
  }

  /** False where the action has no form of its own. */
  #packsAction(action: Action, at: number): boolean {
    const { bytes, names } = this;
    switch (action.type) {
      case 'RunNetUntilBlocked':
        if (action.max === undefined || !hasOnly(action, 1)) return false;
        this.#begin(rowKinds.RunNetUntilBlocked, at);
        this.#put(action.max);
        return true;
      case 'CreatePacket':
        if (action.epoch === undefined) {
          this.#begin(rowKinds.CreatePacket, at);
          return true;
        }
        this.#begin(rowKinds.CreatePacketInEpoch, at);
        this.#putEpoch(action.epoch);
        return true;
      case 'ConsumePacket':
        this.#begin(rowKinds.ConsumePacket, at);
        this.#putPacket(action.packet);
        return true;
      case 'LoadPacketIntoOutputPort':
        this.#begin(rowKinds.LoadPacketIntoOutputPort, at);
        this.#putPacket(action.packet);
        bytes.put(names.name(action.port));
        return true;
      case 'SendOutputSalvo':
        this.#begin(rowKinds.SendOutputSalvo, at);
        this.#putEpoch(action.epoch);
        bytes.put(names.name(action.condition));
        return true;
      case 'StartEpoch':
        this.#begin(rowKinds.StartEpoch, at);
        this.#putEpoch(action.epoch);
        return true;
      case 'FinishEpoch':
        if (!hasOnly(action, 1)) return false;
        this.#begin(rowKinds.FinishEpoch, at);
        this.#putEpoch(action.epoch);
        return true;
      case 'CommitEpoch':
        if (!hasOnly(action, 2)) return false;
        this.#begin(rowKinds.CommitEpoch, at);
        this.#putEpoch(action.epoch);
        return this.#packsBatch(action.operations);
      case 'InjectPacket':
        if (!hasOnly(action, 1)) return false;
        this.#begin(rowKinds.InjectPacket, at);
        bytes.put(names.name(action.port));
        return true;
      default:
        return false;
    }
  }

  #packsBatch(list: readonly BatchOperation[]): boolean {
    const { bytes, names } = this;
    bytes.put(list.length);
    for (let at = 0; at < list.length; at++) {
      const operation = list[at] as BatchOperation;
      switch (operation.type) {
        case 'CreatePacket':
          bytes.put(operationKinds.CreatePacket);
          break;
        case 'ConsumePacket':
          bytes.put(operationKinds.ConsumePacket);
          this.#putBatchPacket(operation.packet);
          break;
        case 'LoadPacketIntoOutputPort':
          bytes.put(operationKinds.LoadPacketIntoOutputPort);
          this.#putBatchPacket(operation.packet);
          bytes.put(names.name(operation.port));
          break;
        case 'SendOutputSalvo':
          bytes.put(operationKinds.SendOutputSalvo);
          bytes.put(names.name(operation.condition));
          break;
        default:
          return false;
      }
    }
    return true;
  }

  /** False where the event has no form of its own. */
  #packsEvent(event: KernelEvent): boolean {
    const { bytes, names } = this;
    switch (event.event) {
      case 'PacketCreated':
        return event.retryOf === undefined && this.#packsCreation(event);
      case 'PacketConsumed':
      case 'PacketDestroyed':
        bytes.put(rowKinds[event.event]);
        this.#putPacket(event.packet);
        this.#putPlace(event.from);
        return true;
      case 'PacketMoved':
        bytes.put(rowKinds.PacketMoved);
        this.#putPacket(event.packet);
        this.#putPlace(event.from);
        this.#putPlace(event.to);
        return true;
      case 'EpochCreated': {
        bytes.put(rowKinds.EpochCreated);
        const epoch = counterOf(event.epoch, 'e');
        this.#putDifference(epoch, this.#newEpoch);
        this.#newEpoch = epoch;
        this.#epoch = epoch;
        bytes.put(names.name(event.node));
        return true;
      }
      case 'EpochStarted':
      case 'EpochFinished':
        bytes.put(rowKinds[event.event]);
        this.#putEpoch(event.epoch);
        return true;
      case 'InputSalvoTriggered':
      case 'OutputSalvoTriggered':
        bytes.put(rowKinds[event.event]);
        this.#putEpoch(event.epoch);
        bytes.put(names.name(event.condition));
        bytes.put(event.packets.length);
        for (let at = 0; at < event.packets.length; at++) {
          const pair = event.packets[at] as (typeof event.packets)[number];
          bytes.put(names.name(pair[0]));
          this.#putPacket(pair[1]);
        }
        return true;
      default:
        return false;
    }
  }

  #packsCreation({
    packet,
    epoch,
    copyOf,
  }: Extract<KernelEvent, { event: 'PacketCreated' }>): boolean {
    const kind = copyOf === undefined ? rowKinds.PacketCreated : rowKinds.PacketCopied;
    // The kind in an epoch follows the one outside.
    this.bytes.put(epoch === undefined ? kind : kind + 1);
    const counter = counterOf(packet, 'p');
    this.#putDifference(counter, this.#newPacket);
    this.#newPacket = counter;
    this.#packet = counter;
    if (epoch !== undefined) this.#putEpoch(epoch);
    if (copyOf !== undefined) this.#putDifference(counterOf(copyOf, 'p'), counter);
    return true;
  }

  #begin(kind: number, at: number): void {
    this.bytes.put(kind);
    const difference = at - this.#time;
    if (difference >= 0 && difference < tooLarge) this.bytes.put(difference * 2);
    else this.bytes.putLarge(zigzagLarge(difference));
    this.#time = at;
  }

  #put(number: number): void {
    if (number < tooLarge) this.bytes.put(number);
    else this.#fits = false;
  }

  #putDifference(counter: number, from: number): void {
    if (counter < tooLarge) this.bytes.put(zigzag(counter - from));
    else this.#fits = false;
  }

  #putPacket(packet: PacketId): void {
    const counter = counterOf(packet, 'p');
    this.#putDifference(counter, this.#packet);
    this.#packet = counter;
  }

  #putEpoch(epoch: EpochId): void {
    const counter = counterOf(epoch, 'e');
    this.#putDifference(counter, this.#epoch);
    this.#epoch = counter;
  }

  #putPlace(place: Location): void {
    this.bytes.put(this.names.place(place));
    if (place.type === 'Node' || place.type === 'OutputPort') this.#putEpoch(place.epoch);
  }

  /** A packet as a batch names it: one that the batch makes by its position, doubled; another by a number that is odd. */
  #putBatchPacket(packet: BatchPacket): void {
    if (packet.charCodeAt(0) === hash) {
      const position = Number(packet.slice(1));
      if (packet.length > 2 && packet.charCodeAt(1) === zero) this.#fits = false;
      else this.#put(position * 2);
      return;
    }
    const counter = counterOf(packet, 'p');
    if (counter >= tooLarge) this.#fits = false;
    else this.bytes.putLarge(zigzag(counter - this.#packet) * 2 + 1);
    this.#packet = counter;
  }
}

/** Whether the row of an action has this time as it is. */
export function hasRowFor(time: number): boolean {
  return Number.isInteger(time) && time >= -latest && time <= latest;
}
