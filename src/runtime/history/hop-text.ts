/**
 * The JSON of the actions and events of a hop, put together by hand: as `JSON.stringify` writes them with their
 * fields in the order of their types.
 *
 * Null for what has to be written by `JSON.stringify`: other types, fields that are rare, values of users.
 */
import type { Action, BatchOperation, KernelEvent, Location } from '../../machines/action.ts';

/** Names that are kept as they stand in JSON. */
const mostNames = 100_000;
const names = new Map<string, string>();

function quoted(name: string): string {
  let text = names.get(name);
  if (text === undefined) {
    if (names.size >= mostNames) names.clear();
    names.set(name, (text = JSON.stringify(name)));
  }
  return text;
}

function placeText(place: Location): string {
  switch (place.type) {
    case 'OutsideNet':
      return '{"type":"OutsideNet"}';
    case 'Edge':
      return `{"type":"Edge","from":${quoted(place.from)},"to":${quoted(place.to)}}`;
    case 'InputPort':
      return `{"type":"InputPort","node":${quoted(place.node)},"port":${quoted(place.port)}}`;
    case 'Node':
      return `{"type":"Node","epoch":"${place.epoch}"}`;
    case 'OutputPort':
      return `{"type":"OutputPort","epoch":"${place.epoch}","port":${quoted(place.port)}}`;
  }
}

/** The fields of the event, from the first one's name to the end of the object. */
export function hopEventText(event: KernelEvent): string | null {
  switch (event.event) {
    case 'PacketMoved': {
      const { packet, from, to } = event;
      return `"event":"PacketMoved","packet":"${packet}","from":${placeText(from)},"to":${placeText(to)}}`;
    }
    case 'PacketConsumed':
    case 'PacketDestroyed':
      return `"event":"${event.event}","packet":"${event.packet}","from":${placeText(event.from)}}`;
    case 'PacketCreated': {
      const { packet, epoch, copyOf, retryOf } = event;
      if (copyOf !== undefined || retryOf !== undefined) return null;
      const end = epoch === undefined ? '}' : `,"epoch":"${epoch}"}`;
      return `"event":"PacketCreated","packet":"${packet}"${end}`;
    }
    case 'EpochCreated':
      return `"event":"EpochCreated","epoch":"${event.epoch}","node":${quoted(event.node)}}`;
    case 'EpochStarted':
    case 'EpochFinished':
      return `"event":"${event.event}","epoch":"${event.epoch}"}`;
    case 'InputSalvoTriggered':
    case 'OutputSalvoTriggered': {
      let pairs = '';
      for (const [port, packet] of event.packets)
        pairs += `${pairs === '' ? '' : ','}[${quoted(port)},"${packet}"]`;
      return `"event":"${event.event}","epoch":"${event.epoch}","condition":${quoted(event.condition)},"packets":[${pairs}]}`;
    }
    default:
      return null;
  }
}

function operationsText(operations: readonly BatchOperation[]): string | null {
  let text = '';
  for (const operation of operations) {
    if (text !== '') text += ',';
    switch (operation.type) {
      case 'CreatePacket':
        text += '{"type":"CreatePacket"}';
        break;
      case 'ConsumePacket':
        text += `{"type":"ConsumePacket","packet":"${operation.packet}"}`;
        break;
      case 'LoadPacketIntoOutputPort':
        text += `{"type":"LoadPacketIntoOutputPort","packet":"${operation.packet}","port":${quoted(operation.port)}}`;
        break;
      case 'SendOutputSalvo':
        text += `{"type":"SendOutputSalvo","condition":${quoted(operation.condition)}}`;
        break;
      case 'Record':
        return null;
    }
  }
  return text;
}

/** The type of an action that was applied, and its fields, without the end of the object. */
export function hopActionText(action: Action): string | null {
  const now = action.now === undefined ? '' : `,"now":${action.now}`;
  switch (action.type) {
    case 'RunNetUntilBlocked':
      if (action.max === undefined || action.queued !== undefined) return null;
      return `"RunNetUntilBlocked","max":${action.max}${now}`;
    case 'InjectPacket':
      if (action.retryOf !== undefined || action.letter !== undefined) return null;
      return `"InjectPacket","port":${quoted(action.port)}${now}`;
    case 'StartEpoch':
      return `"StartEpoch","epoch":"${action.epoch}"${now}`;
    case 'CommitEpoch': {
      if (action.unconsumed !== undefined) return null;
      const operations = operationsText(action.operations);
      if (operations === null) return null;
      return `"CommitEpoch","epoch":"${action.epoch}","operations":[${operations}]${now}`;
    }
    default:
      return null;
  }
}
