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

/** The last two places by what they are, not by what they say: those without an epoch are made once. */
class LastPlaces {
  #first: Location | null = null;
  #second: Location | null = null;
  #firstCode = -1;
  #secondCode = -1;

  /** -1 = it is none of them. */
  codeOf(place: Location): number {
    if (place === this.#first) return this.#firstCode;
    return place === this.#second ? this.#secondCode : -1;
  }

  keep(place: Location, code: number): void {
    this.#first = this.#second;
    this.#firstCode = this.#secondCode;
    this.#second = place;
    this.#secondCode = code;
  }
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
  /** The ids that `#packet` and `#epoch` are of, where they are known: the same ones come many times in a row. */
  #packetText = '';
  #epochText = '';
  /** The places without an epoch that were written last, those that packets leave and those they come to, with their codes. */
  readonly #left = new LastPlaces();
  readonly #reached = new LastPlaces();
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
    this.#goBackTo(0, 0, 0, 0);
    this.#time = 0;
    this.bytes.begin(fixedBytes);
    return this.bytes.end;
  }

  /** Forgets the rows before a mark, and what was kept before `keptCount` was this. */
  forget(mark: number, kept: number): void {
    this.#kept.splice(0, kept - this.#firstKept);
    this.#firstKept = Math.max(this.#firstKept, kept);
    this.bytes.dropBefore(mark);
  }

  /** `at` is when it was applied, in milliseconds. */
  pushAction(action: Action, at: number): void {
    const time = this.#time;
    const packet = this.#packet;
    const epoch = this.#epoch;
    if (action.now === at && hasRowFor(at)) {
      this.bytes.begin(fixedBytes);
      this.#fits = true;
      if (this.#packsAction(action, at) && this.#fits) return;
      this.bytes.takeBack();
      this.#time = time;
      this.#goBackTo(packet, this.#newPacket, epoch, this.#newEpoch);
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
    this.bytes.begin(fixedBytes);
    this.#fits = true;
    if (this.#packsEvent(event) && this.#fits) return;
    this.bytes.takeBack();
    this.#goBackTo(packet, newPacket, epoch, newEpoch);
    this.bytes.put(rowKinds.keptEvent);
    this.#keep(event);
  }

  #goBackTo(packet: number, newPacket: number, epoch: number, newEpoch: number): void {
    this.#packet = packet;
    this.#newPacket = newPacket;
    this.#epoch = epoch;
    this.#newEpoch = newEpoch;
    this.#packetText = '';
    this.#epochText = '';
  }

  /** The row that has been begun gets a list of so many entries; false where that is too long. */
  #hasRoomFor(entries: number): boolean {
    if (entries > maxEntries) return false;
    this.bytes.begin(bytesOf(entries));
    return true;
  }

  #keep(record: Action | KernelEvent): void {
    this.bytes.putLarge(this.keptCount);
    this.#kept.push(record);
  }

  /** False where the action has no form of its own: it has been applied, and has no fields that its type does not know. */
  #packsAction(action: Action, at: number): boolean {
    const { bytes, names } = this;
    switch (action.type) {
      case 'StartEpoch':
        this.#begin(rowKinds.StartEpoch, at);
        this.#putEpoch(action.epoch);
        return true;
      case 'CommitEpoch':
        if ('unconsumed' in action || !this.#hasRoomFor(action.operations.length)) return false;
        this.#begin(rowKinds.CommitEpoch, at);
        this.#putEpoch(action.epoch);
        return this.#packsBatch(action.operations);
      case 'RunNetUntilBlocked':
        if (action.max === undefined || 'queued' in action) return false;
        this.#begin(rowKinds.RunNetUntilBlocked, at);
        this.#put(action.max);
        return true;
      case 'InjectPacket':
        if ('retryOf' in action || 'letter' in action) return false;
        this.#begin(rowKinds.InjectPacket, at);
        bytes.put(names.name(action.port));
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
      case 'FinishEpoch':
        if ('unconsumed' in action) return false;
        this.#begin(rowKinds.FinishEpoch, at);
        this.#putEpoch(action.epoch);
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

  /** False where the event has no form of its own. What comes most often comes first. */
  #packsEvent(event: KernelEvent): boolean {
    const { bytes } = this;
    switch (event.event) {
      case 'PacketMoved':
        bytes.put(rowKinds.PacketMoved);
        this.#putPacket(event.packet);
        this.#putPlace(event.from, this.#left);
        this.#putPlace(event.to, this.#reached);
        return true;
      case 'PacketCreated':
        return event.retryOf === undefined && this.#packsCreation(event);
      case 'PacketConsumed':
        bytes.put(rowKinds.PacketConsumed);
        this.#putPacket(event.packet);
        this.#putPlace(event.from, this.#left);
        return true;
      case 'InputSalvoTriggered':
        return this.#packsSalvo(rowKinds.InputSalvoTriggered, event);
      case 'OutputSalvoTriggered':
        return this.#packsSalvo(rowKinds.OutputSalvoTriggered, event);
      case 'EpochCreated': {
        bytes.put(rowKinds.EpochCreated);
        const epoch = counterOf(event.epoch, 'e');
        this.#putDifference(epoch, this.#newEpoch);
        this.#newEpoch = epoch;
        this.#epoch = epoch;
        this.#epochText = event.epoch;
        bytes.put(this.names.name(event.node));
        return true;
      }
      case 'EpochStarted':
        bytes.put(rowKinds.EpochStarted);
        this.#putEpoch(event.epoch);
        return true;
      case 'EpochFinished':
        bytes.put(rowKinds.EpochFinished);
        this.#putEpoch(event.epoch);
        return true;
      case 'PacketDestroyed':
        bytes.put(rowKinds.PacketDestroyed);
        this.#putPacket(event.packet);
        this.#putPlace(event.from, this.#left);
        return true;
      default:
        return false;
    }
  }

  #packsSalvo(
    kind: number,
    {
      epoch,
      condition,
      packets,
    }: Extract<KernelEvent, { event: 'InputSalvoTriggered' | 'OutputSalvoTriggered' }>,
  ): boolean {
    const { bytes, names } = this;
    if (!this.#hasRoomFor(packets.length)) return false;
    bytes.put(kind);
    this.#putEpoch(epoch);
    bytes.put(names.name(condition));
    bytes.put(packets.length);
    for (let at = 0; at < packets.length; at++) {
      const pair = packets[at] as (typeof packets)[number];
      bytes.put(names.name(pair[0]));
      this.#putPacket(pair[1]);
    }
    return true;
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
    this.#packetText = packet;
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
    if (packet === this.#packetText) {
      this.bytes.put(0);
      return;
    }
    const counter = counterOf(packet, 'p');
    this.#putDifference(counter, this.#packet);
    this.#packet = counter;
    this.#packetText = packet;
  }

  #putEpoch(epoch: EpochId): void {
    if (epoch === this.#epochText) {
      this.bytes.put(0);
      return;
    }
    const counter = counterOf(epoch, 'e');
    this.#putDifference(counter, this.#epoch);
    this.#epoch = counter;
    this.#epochText = epoch;
  }

  #putPlace(place: Location, last: LastPlaces): void {
    const known = last.codeOf(place);
    if (known >= 0) {
      this.bytes.put(known);
      return;
    }
    switch (place.type) {
      case 'Node':
        this.bytes.put(this.names.inEpoch(place));
        this.#putEpoch(place.epoch);
        break;
      case 'OutputPort':
        this.bytes.put(this.names.outputPort(place));
        this.#putEpoch(place.epoch);
        break;
      default: {
        const code = this.names.place(place);
        last.keep(place, code);
        this.bytes.put(code);
      }
    }
  }

  /** A packet as a batch names it: one that the batch makes by its position, doubled; another by a number that is odd. */
  #putBatchPacket(packet: BatchPacket): void {
    if (packet.charCodeAt(0) === hash) {
      let position = 0;
      for (let at = 1; at < packet.length; at++)
        position = position * 10 + packet.charCodeAt(at) - zero;
      if (packet.length > 2 && packet.charCodeAt(1) === zero) this.#fits = false;
      else this.#put(position * 2);
      return;
    }
    const counter = counterOf(packet, 'p');
    if (counter >= tooLarge) this.#fits = false;
    else this.bytes.putLarge(zigzag(counter - this.#packet) * 2 + 1);
    this.#packet = counter;
    this.#packetText = packet;
  }
}

/** Whether the row of an action has this time as it is. */
export function hasRowFor(time: number): boolean {
  return Number.isInteger(time) && time >= -latest && time <= latest;
}
