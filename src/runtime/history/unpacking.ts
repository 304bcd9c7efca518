/**
 * The rows of a packed history, read one after the other from a mark on.
 *
 * The form of the rows is the packing's.
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
import { epochId, packetId } from '../../machines/protocol.ts';
import { ByteCursor, unzigzag } from './packed-bytes.ts';
import type { Packing } from './packing.ts';
import { operationKinds, rowKinds } from './row-kinds.ts';

export class Unpacking {
  readonly #packing: Packing;
  readonly #cursor: ByteCursor;
  #packet = 0;
  #newPacket = 0;
  #epoch = 0;
  #newEpoch = 0;
  #time = 0;

  constructor(packing: Packing, mark: number) {
    this.#packing = packing;
    this.#cursor = new ByteCursor(packing.bytes, mark);
  }

  /** When the last action that was read was applied, in milliseconds. */
  get time(): number {
    return this.#time;
  }

  /** The next row. */
  read(): { readonly action: Action } | { readonly event: KernelEvent } {
    const kind = this.#cursor.begin();
    switch (kind) {
      case rowKinds.keptAction: {
        this.#takeTime();
        return { action: this.#packing.kept(this.#cursor.take()) as Action };
      }
      case rowKinds.keptEvent:
        return { event: this.#packing.kept(this.#cursor.take()) as KernelEvent };
      default:
        if (kind < rowKinds.RunNetUntilBlocked) return { event: this.#event(kind) };
        this.#takeTime();
        return { action: { ...this.#action(kind), now: this.#time } };
    }
  }

  #action(kind: number): Action {
    switch (kind) {
      case rowKinds.CommitEpoch:
        return { type: 'CommitEpoch', epoch: this.#takeEpoch(), operations: this.#batch() };
      case rowKinds.RunNetUntilBlocked:
        return { type: 'RunNetUntilBlocked', max: this.#cursor.take() };
      case rowKinds.CreatePacket:
        return { type: 'CreatePacket' };
      case rowKinds.CreatePacketInEpoch:
        return { type: 'CreatePacket', epoch: this.#takeEpoch() };
      case rowKinds.ConsumePacket:
        return { type: 'ConsumePacket', packet: this.#takePacket() };
      case rowKinds.LoadPacketIntoOutputPort: {
        const packet = this.#takePacket();
        return { type: 'LoadPacketIntoOutputPort', packet, port: this.#takeName() };
      }
      case rowKinds.SendOutputSalvo: {
        const epoch = this.#takeEpoch();
        return { type: 'SendOutputSalvo', epoch, condition: this.#takeName() };
      }
      case rowKinds.StartEpoch:
        return { type: 'StartEpoch', epoch: this.#takeEpoch() };
      case rowKinds.FinishEpoch:
        return { type: 'FinishEpoch', epoch: this.#takeEpoch() };
      case rowKinds.InjectPacket:
        return { type: 'InjectPacket', port: this.#takeName() };
      default:
        throw new Error(`a row of kind ${kind} is no action`);
    }
  }

  #batch(): readonly BatchOperation[] {
    const list: BatchOperation[] = [];
    for (let left = this.#cursor.take(); left > 0; left--) {
      const kind = this.#cursor.take();
      switch (kind) {
        case operationKinds.CreatePacket:
          list.push({ type: 'CreatePacket' });
          break;
        case operationKinds.ConsumePacket:
          list.push({ type: 'ConsumePacket', packet: this.#takeBatchPacket() });
          break;
        case operationKinds.LoadPacketIntoOutputPort: {
          const packet = this.#takeBatchPacket();
          list.push({ type: 'LoadPacketIntoOutputPort', packet, port: this.#takeName() });
          break;
        }
        case operationKinds.SendOutputSalvo:
          list.push({ type: 'SendOutputSalvo', condition: this.#takeName() });
          break;
        default:
          throw new Error(`an operation of kind ${kind} is none`);
      }
    }
    return list;
  }

  #event(kind: number): KernelEvent {
    switch (kind) {
      case rowKinds.PacketCreated:
      case rowKinds.PacketCreatedInEpoch:
      case rowKinds.PacketCopied:
      case rowKinds.PacketCopiedInEpoch:
        return this.#creation(kind);
      case rowKinds.PacketConsumed:
      case rowKinds.PacketDestroyed: {
        const event = kind === rowKinds.PacketConsumed ? 'PacketConsumed' : 'PacketDestroyed';
        const packet = this.#takePacket();
        return { event, packet, from: this.#takePlace() };
      }
      case rowKinds.PacketMoved: {
        const packet = this.#takePacket();
        const from = this.#takePlace();
        return { event: 'PacketMoved', packet, from, to: this.#takePlace() };
      }
      case rowKinds.EpochCreated: {
        this.#newEpoch += unzigzag(this.#cursor.take());
        this.#epoch = this.#newEpoch;
        return { event: 'EpochCreated', epoch: epochId(this.#epoch), node: this.#takeName() };
      }
      case rowKinds.EpochStarted:
        return { event: 'EpochStarted', epoch: this.#takeEpoch() };
      case rowKinds.EpochFinished:
        return { event: 'EpochFinished', epoch: this.#takeEpoch() };
      case rowKinds.InputSalvoTriggered:
        return this.#salvo('InputSalvoTriggered');
      case rowKinds.OutputSalvoTriggered:
        return this.#salvo('OutputSalvoTriggered');
      default:
        throw new Error(`a row of kind ${kind} is no event`);
    }
  }

  #creation(kind: number): KernelEvent {
    this.#newPacket += unzigzag(this.#cursor.take());
    this.#packet = this.#newPacket;
    const made = { event: 'PacketCreated' as const, packet: packetId(this.#packet) };
    const isInEpoch =
      kind === rowKinds.PacketCreatedInEpoch || kind === rowKinds.PacketCopiedInEpoch;
    const created = isInEpoch ? { ...made, epoch: this.#takeEpoch() } : made;
    if (kind < rowKinds.PacketCopied) return created;
    return { ...created, copyOf: packetId(this.#packet + unzigzag(this.#cursor.take())) };
  }

  #salvo(event: 'InputSalvoTriggered' | 'OutputSalvoTriggered'): KernelEvent {
    const epoch = this.#takeEpoch();
    const condition = this.#takeName();
    const packets: [string, PacketId][] = [];
    for (let left = this.#cursor.take(); left > 0; left--)
      packets.push([this.#takeName(), this.#takePacket()]);
    return { event, epoch, condition, packets };
  }

  #takeTime(): void {
    this.#time += unzigzag(this.#cursor.take());
  }

  #takeName(): string {
    return this.#packing.names.nameOf(this.#cursor.take());
  }

  #takePacket(): PacketId {
    this.#packet += unzigzag(this.#cursor.take());
    return packetId(this.#packet);
  }

  #takeEpoch(): EpochId {
    this.#epoch += unzigzag(this.#cursor.take());
    return epochId(this.#epoch);
  }

  #takePlace(): Location {
    return this.#packing.names.placeOf(this.#cursor.take(), () => this.#takeEpoch());
  }

  #takeBatchPacket(): BatchPacket {
    const number = this.#cursor.take();
    if (number % 2 === 0) return `#${number / 2}`;
    this.#packet += unzigzag((number - 1) / 2);
    return packetId(this.#packet);
  }
}
