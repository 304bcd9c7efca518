/**
 * An epoch as it would be after the operations of a batch, and why it would refuse a further one: by the functions
 * that the kernel plays the batch by.
 *
 * Worked out when something is refused; what is surely legal needs none of it.
 */
import type { BatchOperation, BatchPacket } from '../../machines/action.ts';
import { placeOf } from '../../machines/epoch-batch.ts';
import {
  type EpochPackets,
  type Refusal,
  bucketIsFull,
  consume,
  create,
  fullOutput,
  load,
  notInEpoch,
  send,
  sendRefusal,
  unknownOutput,
} from '../../machines/epoch-operations.ts';
import { emptyFifo, push } from '../../machines/fifo.ts';
import { counterOf } from '../../machines/protocol.ts';
import type { EpochStory } from './epoch-story.ts';

/** Ids that packets of the batch have here: far above any counter of a run. */
const shadowIds = 2 ** 48;

/** The epoch before anything was done: its input salvo, nothing loaded, nothing sent. */
function stateBefore(story: EpochStory): EpochPackets {
  let inside = emptyFifo as EpochPackets['inside'];
  for (const [, packet] of story.salvo) inside = push(inside, counterOf(packet, 'p'));
  return {
    id: counterOf(story.id, 'e'),
    node: story.node.name,
    here: { type: 'Node', epoch: story.id },
    inside,
    buckets: story.node.spec.outPorts.map(() => emptyFifo),
    sent: story.node.spec.outConditions.map(() => 0),
    salvos: emptyFifo,
    ended: 0,
  };
}

function idOf(packet: BatchPacket): number {
  return packet.startsWith('#') ? shadowIds + Number(packet.slice(1)) : counterOf(packet, 'p');
}

/** `operations` are legal, one after the other. */
function stateAfter(story: EpochStory, operations: readonly BatchOperation[]): EpochPackets {
  const { spec } = story.node;
  let state = stateBefore(story);
  let made = shadowIds;
  for (const operation of operations) {
    switch (operation.type) {
      case 'CreatePacket':
        state = { ...state, ...create(state, made++) };
        break;
      case 'ConsumePacket':
        state = { ...state, ...consume(state, idOf(operation.packet)) };
        break;
      case 'LoadPacketIntoOutputPort': {
        const port = placeOf(spec.outPorts, operation.port);
        state = { ...state, ...load(state, idOf(operation.packet), port) };
        break;
      }
      case 'SendOutputSalvo': {
        const condition = placeOf(spec.outConditions, operation.condition);
        const { buckets, sent } = send(spec, state, condition, 0);
        state = { ...state, buckets, sent };
        break;
      }
      case 'Record':
    }
  }
  return state;
}

/** A packet that is not in the epoch. */
export function refusalOfPacket(
  story: EpochStory,
  operations: readonly BatchOperation[],
  packet: string,
): Refusal {
  return notInEpoch(stateAfter(story, operations), packet);
}

/** Why a packet may not be loaded there; null where it may. */
export function refusalToLoad(
  story: EpochStory,
  operations: readonly BatchOperation[],
  port: string,
): Refusal | null {
  const { spec } = story.node;
  const state = stateAfter(story, operations);
  const index = placeOf(spec.outPorts, port);
  if (index < 0) return unknownOutput(spec, state, port);
  return bucketIsFull(spec, state, index) ? fullOutput(spec, state, index) : null;
}

/** Why a salvo may not be sent; null where it may. */
export function refusalToSend(
  story: EpochStory,
  operations: readonly BatchOperation[],
  condition: string,
): Refusal | null {
  const { spec } = story.node;
  const index = placeOf(spec.outConditions, condition);
  return sendRefusal(spec, stateAfter(story, operations), index, condition);
}
