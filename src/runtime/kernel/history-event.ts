/** History events as the outside knows them, from what actors emit: those of a hop by hand, the others by a copy. */
import type { KernelEvent } from '../../machines/action.ts';
import type { HistoryEmission } from '../../machines/protocol.ts';

export function historyEvent(emission: HistoryEmission): KernelEvent {
  switch (emission.type) {
    case 'PacketMoved': {
      const { packet, from, to } = emission;
      return { event: 'PacketMoved', packet, from, to };
    }
    case 'PacketConsumed':
    case 'PacketDestroyed': {
      const { type, packet, from } = emission;
      return { event: type, packet, from };
    }
    case 'EpochCreated':
      return { event: 'EpochCreated', epoch: emission.epoch, node: emission.node };
    case 'EpochStarted':
    case 'EpochFinished':
      return { event: emission.type, epoch: emission.epoch };
    case 'InputSalvoTriggered':
    case 'OutputSalvoTriggered': {
      const { type, epoch, condition, packets } = emission;
      return { event: type, epoch, condition, packets };
    }
    default: {
      const { type, ...fields } = emission;
      return { event: type, ...fields } as KernelEvent;
    }
  }
}
