/** Driving a kernel by hand: actions that must be accepted, and actions that must be refused. */
import { expect } from 'vitest';
import type { GraphInput } from '../../src/dsl/definition.ts';
import { Graph } from '../../src/dsl/graph.ts';
import type {
  Acceptance,
  Action,
  BatchOperation,
  EpochId,
  KernelEvent,
  Location,
  PacketId,
  RecordedError,
  RejectionCode,
} from '../../src/machines/action.ts';
import { type Kernel, type KernelOptions, createKernel } from '../../src/runtime/kernel/kernel.ts';

export const outside: Location = { type: 'OutsideNet' };
export const inputPort = (node: string, port: string): Location => ({
  type: 'InputPort',
  node,
  port,
});
export const edge = (from: string, to: string): Location => ({ type: 'Edge', from, to });
export const inEpoch = (epoch: EpochId): Location => ({ type: 'Node', epoch });
export const outputPort = (epoch: EpochId, port: string): Location => ({
  type: 'OutputPort',
  epoch,
  port,
});

export const fault: RecordedError = { name: 'Error', message: 'no luck' };

export function kernelOf(graph: GraphInput, options?: KernelOptions): Kernel {
  return createKernel(new Graph(graph), options);
}

/** Applies an action that has to be accepted. */
export function act(kernel: Kernel, action: Action): Acceptance {
  const answer = kernel.apply(action);
  if (!answer.ok) throw new Error(`${action.type}: ${answer.code}: ${answer.message}`);
  return answer;
}

/** Applies an action that has to be accepted; what happened. */
export function events(kernel: Kernel, action: Action): readonly KernelEvent[] {
  return act(kernel, action).events;
}

/** Applies an action that has to be refused, which changes nothing (G3); the message. */
export function expectRefused(kernel: Kernel, action: Action, code: RejectionCode): string {
  const before = JSON.stringify(kernel.snapshot());
  const answer = kernel.apply(action);
  expect(answer, `${JSON.stringify(action)} is to be refused`).toMatchObject({ ok: false, code });
  expect(JSON.stringify(kernel.snapshot())).toBe(before);
  const message = answer.ok ? '' : answer.message;
  expect(message).not.toBe('');
  return message;
}

export function run(kernel: Kernel, max?: number): readonly KernelEvent[] {
  return events(
    kernel,
    max === undefined ? { type: 'RunNetUntilBlocked' } : { type: 'RunNetUntilBlocked', max },
  );
}

/** Starts the net and brings every node up. */
export function started(kernel: Kernel, nodes: readonly string[]): Kernel {
  act(kernel, { type: 'StartNet' });
  for (const node of nodes) act(kernel, { type: 'NodeUp', node });
  return kernel;
}

/** Puts `count` packets at an input port. */
export function inject(kernel: Kernel, port: string, count = 1): PacketId[] {
  return Array.from({ length: count }, () => {
    const { packet } = act(kernel, { type: 'InjectPacket', port });
    if (packet === undefined) throw new Error('InjectPacket answers with a packet');
    return packet;
  });
}

/** An epoch made by hand and started at once. */
export function begin(
  kernel: Kernel,
  node: string,
  salvo: readonly (readonly [string, PacketId])[] = [],
): EpochId {
  const { epoch } = act(kernel, { type: 'CreateAndStartEpoch', node, salvo });
  if (epoch === undefined) throw new Error('CreateAndStartEpoch answers with an epoch');
  return epoch;
}

/** A packet made in an epoch. */
export function create(kernel: Kernel, epoch?: EpochId): PacketId {
  const { packet } = act(kernel, {
    type: 'CreatePacket',
    ...(epoch === undefined ? {} : { epoch }),
  });
  if (packet === undefined) throw new Error('CreatePacket answers with a packet');
  return packet;
}

/** What a node does that passes on the first packet of its salvo, and consumes the others. */
function passing(kernel: Kernel, epoch: EpochId, port = 'out'): readonly BatchOperation[] {
  const [passed, ...others] = kernel.epoch(epoch).inSalvo.packets;
  return [
    ...others.map(([, packet]) => ({ type: 'ConsumePacket' as const, packet })),
    ...(passed === undefined
      ? []
      : [{ type: 'LoadPacketIntoOutputPort' as const, packet: passed[1], port }]),
    { type: 'SendOutputSalvo', condition: 'send' },
  ];
}

/** An epoch whose node passes on what it got. */
export function pass(kernel: Kernel, epoch: EpochId): Acceptance {
  act(kernel, { type: 'StartEpoch', epoch });
  return act(kernel, { type: 'CommitEpoch', epoch, operations: passing(kernel, epoch) });
}

/** The names of events, in order. */
export const namesOf = (list: readonly KernelEvent[]): string[] => list.map(({ event }) => event);

/** Moves between places, as `p1 A.out>B.in`; other events by name. */
export function story(list: readonly KernelEvent[]): string[] {
  return list.map((event) => {
    switch (event.event) {
      case 'PacketMoved':
        return `${event.packet} ${placeName(event.from)} > ${placeName(event.to)}`;
      case 'EpochCreated':
        return `${event.epoch} of ${event.node}`;
      case 'InputSalvoTriggered':
      case 'OutputSalvoTriggered':
        return `${event.epoch} ${event.condition}`;
      default:
        return event.event;
    }
  });
}

function placeName(place: Location): string {
  switch (place.type) {
    case 'OutsideNet':
      return 'outside';
    case 'Edge':
      return `${place.from}-${place.to}`;
    case 'InputPort':
      return `${place.node}.${place.port}`;
    case 'Node':
      return place.epoch;
    case 'OutputPort':
      return `${place.epoch}.${place.port}`;
  }
}
