/**
 * The JSON of the actions and events of a hop, put together by hand: as `JSON.stringify` writes them with their
 * fields in the order of their types.
 *
 * False for what has to be written by `JSON.stringify`: other types, fields that are rare, values of users. Something
 * of it may have been put by then.
 */
import type { Action, BatchOperation, KernelEvent, Location } from '../../machines/action.ts';
import { type PendingLines, pieceOf } from './pending-lines.ts';

/** Names that are kept as they stand in JSON. */
const mostNames = 100_000;
const names = new Map<string, Uint8Array>();

function quoted(name: string): Uint8Array {
  let piece = names.get(name);
  if (piece === undefined) {
    if (names.size >= mostNames) names.clear();
    names.set(name, (piece = pieceOf(JSON.stringify(name))));
  }
  return piece;
}

type Salvo = Extract<KernelEvent, { event: 'InputSalvoTriggered' | 'OutputSalvoTriggered' }>;

const end = pieceOf('}');
const quoteEnd = pieceOf('"}');
const listEnd = pieceOf(']}');
const comma = pieceOf(',');
const pair = pieceOf('[');
const nextPair = pieceOf(',[');
const pairPacket = pieceOf(',"');
const pairEnd = pieceOf('"]');
const epoch = pieceOf('","epoch":"');
const condition = pieceOf('","condition":');
const packets = pieceOf(',"packets":[');
const from = pieceOf('","from":');
const to = pieceOf(',"to":');
const port = pieceOf(',"port":');
const portAfterText = pieceOf('","port":');
const now = pieceOf(',"now":');
const nowAfterText = pieceOf('","now":');

const events = {
  PacketMoved: pieceOf('"event":"PacketMoved","packet":"'),
  PacketConsumed: pieceOf('"event":"PacketConsumed","packet":"'),
  PacketDestroyed: pieceOf('"event":"PacketDestroyed","packet":"'),
  PacketCreated: pieceOf('"event":"PacketCreated","packet":"'),
  EpochCreated: pieceOf('"event":"EpochCreated","epoch":"'),
  EpochStarted: pieceOf('"event":"EpochStarted","epoch":"'),
  EpochFinished: pieceOf('"event":"EpochFinished","epoch":"'),
  InputSalvoTriggered: pieceOf('"event":"InputSalvoTriggered","epoch":"'),
  OutputSalvoTriggered: pieceOf('"event":"OutputSalvoTriggered","epoch":"'),
  node: pieceOf('","node":'),
};

const places = {
  outside: pieceOf('{"type":"OutsideNet"}'),
  edge: pieceOf('{"type":"Edge","from":'),
  inputPort: pieceOf('{"type":"InputPort","node":'),
  node: pieceOf('{"type":"Node","epoch":"'),
  outputPort: pieceOf('{"type":"OutputPort","epoch":"'),
};

const operationPieces = {
  create: pieceOf('{"type":"CreatePacket"}'),
  consume: pieceOf('{"type":"ConsumePacket","packet":"'),
  load: pieceOf('{"type":"LoadPacketIntoOutputPort","packet":"'),
  send: pieceOf('{"type":"SendOutputSalvo","condition":'),
};

const actions = {
  run: pieceOf('"RunNetUntilBlocked","max":'),
  inject: pieceOf('"InjectPacket","port":'),
  start: pieceOf('"StartEpoch","epoch":"'),
  commit: pieceOf('"CommitEpoch","epoch":"'),
  operations: pieceOf('","operations":['),
  operationsEnd: pieceOf(']'),
  quote: pieceOf('"'),
};

function putPlace(out: PendingLines, place: Location): void {
  switch (place.type) {
    case 'OutsideNet':
      out.put(places.outside);
      return;
    case 'Edge':
      out.put(places.edge);
      out.put(quoted(place.from));
      out.put(to);
      out.put(quoted(place.to));
      break;
    case 'InputPort':
      out.put(places.inputPort);
      out.put(quoted(place.node));
      out.put(port);
      out.put(quoted(place.port));
      break;
    case 'Node':
      out.put(places.node);
      out.putText(place.epoch);
      out.put(quoteEnd);
      return;
    case 'OutputPort':
      out.put(places.outputPort);
      out.putText(place.epoch);
      out.put(portAfterText);
      out.put(quoted(place.port));
  }
  out.put(end);
}

function putSalvo(out: PendingLines, start: Uint8Array, salvo: Salvo): void {
  out.put(start);
  out.putText(salvo.epoch);
  out.put(condition);
  out.put(quoted(salvo.condition));
  out.put(packets);
  for (let at = 0; at < salvo.packets.length; at++) {
    const [name, packet] = salvo.packets[at] as Salvo['packets'][number];
    out.put(at === 0 ? pair : nextPair);
    out.put(quoted(name));
    out.put(pairPacket);
    out.putText(packet);
    out.put(pairEnd);
  }
  out.put(listEnd);
}

function putEnded(out: PendingLines, start: Uint8Array, packet: string, place: Location): void {
  out.put(start);
  out.putText(packet);
  out.put(from);
  putPlace(out, place);
  out.put(end);
}

function putEpoch(out: PendingLines, start: Uint8Array, id: string): void {
  out.put(start);
  out.putText(id);
  out.put(quoteEnd);
}

/** The fields of the event, from the first one's name to the end of the object. */
export function putHopEvent(out: PendingLines, event: KernelEvent): boolean {
  switch (event.event) {
    case 'PacketMoved':
      out.put(events.PacketMoved);
      out.putText(event.packet);
      out.put(from);
      putPlace(out, event.from);
      out.put(to);
      putPlace(out, event.to);
      out.put(end);
      return true;
    case 'PacketCreated':
      if (event.copyOf !== undefined || event.retryOf !== undefined) return false;
      out.put(events.PacketCreated);
      out.putText(event.packet);
      if (event.epoch !== undefined) {
        out.put(epoch);
        out.putText(event.epoch);
      }
      out.put(quoteEnd);
      return true;
    case 'PacketConsumed':
      putEnded(out, events.PacketConsumed, event.packet, event.from);
      return true;
    case 'PacketDestroyed':
      putEnded(out, events.PacketDestroyed, event.packet, event.from);
      return true;
    case 'EpochCreated':
      out.put(events.EpochCreated);
      out.putText(event.epoch);
      out.put(events.node);
      out.put(quoted(event.node));
      out.put(end);
      return true;
    case 'EpochStarted':
      putEpoch(out, events.EpochStarted, event.epoch);
      return true;
    case 'EpochFinished':
      putEpoch(out, events.EpochFinished, event.epoch);
      return true;
    case 'InputSalvoTriggered':
      putSalvo(out, events.InputSalvoTriggered, event);
      return true;
    case 'OutputSalvoTriggered':
      putSalvo(out, events.OutputSalvoTriggered, event);
      return true;
    default:
      return false;
  }
}

function putsOperations(out: PendingLines, operations: readonly BatchOperation[]): boolean {
  for (let at = 0; at < operations.length; at++) {
    const operation = operations[at] as BatchOperation;
    if (at > 0) out.put(comma);
    switch (operation.type) {
      case 'CreatePacket':
        out.put(operationPieces.create);
        break;
      case 'ConsumePacket':
        out.put(operationPieces.consume);
        out.putText(operation.packet);
        out.put(quoteEnd);
        break;
      case 'LoadPacketIntoOutputPort':
        out.put(operationPieces.load);
        out.putText(operation.packet);
        out.put(portAfterText);
        out.put(quoted(operation.port));
        out.put(end);
        break;
      case 'SendOutputSalvo':
        out.put(operationPieces.send);
        out.put(quoted(operation.condition));
        out.put(end);
        break;
      case 'Record':
        return false;
    }
  }
  return true;
}

/** The type of an action that was applied, and its fields, without the end of the object. */
export function putHopAction(out: PendingLines, action: Action): boolean {
  switch (action.type) {
    case 'StartEpoch':
      out.put(actions.start);
      out.putText(action.epoch);
      if (action.now === undefined) {
        out.put(actions.quote);
        return true;
      }
      out.put(nowAfterText);
      out.putNumber(action.now);
      return true;
    case 'CommitEpoch':
      if (action.unconsumed !== undefined) return false;
      out.put(actions.commit);
      out.putText(action.epoch);
      out.put(actions.operations);
      if (!putsOperations(out, action.operations)) return false;
      out.put(actions.operationsEnd);
      break;
    case 'RunNetUntilBlocked':
      if (action.max === undefined || action.queued !== undefined) return false;
      out.put(actions.run);
      out.putNumber(action.max);
      break;
    case 'InjectPacket':
      if (action.retryOf !== undefined || action.letter !== undefined) return false;
      out.put(actions.inject);
      out.put(quoted(action.port));
      break;
    default:
      return false;
  }
  if (action.now === undefined) return true;
  out.put(now);
  out.putNumber(action.now);
  return true;
}
