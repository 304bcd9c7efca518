/** Scenarios of epochs: every request in every state, every end. */
import type { GraphInput } from '../../src/dsl/definition.ts';
import type { Action, BatchOperation, EpochId, PacketId } from '../../src/machines/action.ts';
import type { Kernel } from '../../src/runtime/kernel/kernel.ts';
import { act, begin, create, expectRefused, fault, inject, run } from '../kernel/driving.ts';
import { single } from '../kernel/graphs.ts';
import { oldest } from './scenario-kernels.ts';
import type { StatechartBook } from './statechart-book.ts';
import { watchedKernel } from './watched-kernel.ts';

/** Every request to an epoch in every state of its life. */
export function epochLife(book: StatechartBook): void {
  const graph = single({
    deferNetActions: true,
    retries: 1,
    retryWait: 1,
    timeout: 9,
    attemptTimeout: 3,
  });
  const kernel = watchedKernel(graph, book);
  const requests = (epoch: EpochId, packet: PacketId): Action[] => [
    { type: 'CreatePacket', epoch },
    { type: 'ConsumePacket', packet },
    { type: 'LoadPacketIntoOutputPort', packet, port: 'out' },
    { type: 'SendOutputSalvo', epoch, condition: 'send' },
    { type: 'Record', epoch, kind: 'now', value: 1 },
    { type: 'FinishEpoch', epoch },
    { type: 'CommitEpoch', epoch, operations: [] },
    { type: 'FailAttempt', epoch, error: fault },
    { type: 'TimeOutEpoch', epoch },
  ];
  const [packet] = inject(kernel, 'A.in');
  if (packet === undefined) throw new Error('a packet is there');
  run(kernel);
  const epoch = oldest(kernel);
  for (const request of requests(epoch, packet))
    expectRefused(kernel, request, 'EPOCH_NOT_RUNNING');
  const key = (kind: string) => `${kind}:${epoch}`;
  expectRefused(kernel, { type: 'FireTimer', key: key('retry') }, 'TIMER_NOT_ARMED');
  act(kernel, { type: 'StartEpoch', epoch });
  expectRefused(kernel, { type: 'StartEpoch', epoch }, 'EPOCH_NOT_STARTABLE');
  expectRefused(kernel, { type: 'FireTimer', key: key('retry') }, 'TIMER_NOT_ARMED');
  act(kernel, { type: 'FireTimer', key: key('attempt'), now: 3000 });
  expectRefused(kernel, { type: 'FireTimer', key: key('attempt') }, 'TIMER_NOT_ARMED');
  act(kernel, { type: 'FireTimer', key: key('retry'), now: 4000 });
  const illegal = { type: 'SendOutputSalvo', condition: 'send' } as const;
  expectRefused(
    kernel,
    { type: 'CommitEpoch', epoch, operations: [illegal] },
    'SALVO_CONDITION_NOT_MET',
  );
  act(kernel, { type: 'FireTimer', key: key('attempt'), now: 7000 });
  epochEnds(watchedKernel(graph, book));
}

/** The ends that an epoch can come to. */
function epochEnds(kernel: Kernel): void {
  const fire = (epoch: EpochId, kind: string) =>
    act(kernel, { type: 'FireTimer', key: `${kind}:${epoch}` });
  fire(begin(kernel, 'A'), 'timeout');
  const failing = begin(kernel, 'A');
  act(kernel, { type: 'FailAttempt', epoch: failing, error: fault });
  fire(failing, 'timeout');
  const hopeless = begin(kernel, 'A');
  act(kernel, { type: 'FailAttempt', epoch: hopeless, error: fault });
  fire(hopeless, 'retry');
  act(kernel, { type: 'FailAttempt', epoch: hopeless, error: fault });
  act(kernel, { type: 'TimeOutEpoch', epoch: begin(kernel, 'A') });
  act(kernel, { type: 'CancelEpoch', epoch: begin(kernel, 'A') });
  const { epoch } = act(kernel, { type: 'CreateEpoch', node: 'A' });
  if (epoch === undefined) throw new Error('an epoch was made');
  act(kernel, { type: 'CancelEpoch', epoch });
  act(kernel, { type: 'CommitEpoch', epoch: begin(kernel, 'A'), operations: [] });
}

/** What an epoch does with packets, one operation after the other. */
export function operations(book: StatechartBook): void {
  const graph: GraphInput = {
    nodes: [
      {
        name: 'A',
        inPorts: ['in'],
        outPorts: [{ name: 'out', slots: 1 }, 'loose'],
        outConditions: [
          { name: 'send', when: 'nonempty(out)', ports: ['out'], maxSalvos: 1 },
          { name: 'again', when: 'nonempty(out)', ports: ['out'] },
          { name: 'lost', when: 'nonempty(loose)', ports: ['loose'] },
        ],
      },
    ],
    outputs: ['A.out'],
  };
  const kernel = watchedKernel(graph, book);
  const epoch = begin(kernel, 'A');
  const other = begin(kernel, 'A');
  const [first, second, third] = [
    create(kernel, epoch),
    create(kernel, epoch),
    create(kernel, epoch),
  ];
  const load = (packet: PacketId, port: string): Action => ({
    type: 'LoadPacketIntoOutputPort',
    packet,
    port,
  });
  const send = (condition: string): Action => ({ type: 'SendOutputSalvo', epoch, condition });
  expectRefused(kernel, send('none'), 'SALVO_CONDITION_NOT_FOUND');
  expectRefused(kernel, send('send'), 'SALVO_CONDITION_NOT_MET');
  expectRefused(kernel, load(first, 'none'), 'OUTPUT_PORT_NOT_FOUND');
  act(kernel, load(first, 'out'));
  expectRefused(kernel, load(first, 'out'), 'PACKET_NOT_IN_EPOCH');
  expectRefused(kernel, { type: 'ConsumePacket', packet: first }, 'PACKET_NOT_IN_EPOCH');
  expectRefused(kernel, load(second, 'out'), 'OUTPUT_PORT_FULL');
  act(kernel, send('send'));
  act(kernel, load(second, 'out'));
  expectRefused(kernel, send('send'), 'MAX_SALVOS_REACHED');
  act(kernel, load(third, 'loose'));
  expectRefused(kernel, send('lost'), 'OUTPUT_PORT_NOT_CONNECTED');
  act(kernel, { type: 'Record', epoch, kind: 'now', value: 1 });
  expectRefused(kernel, { type: 'FinishEpoch', epoch }, 'OUTPUT_PORT_NOT_EMPTY');
  const left = create(kernel, epoch);
  expectRefused(kernel, { type: 'FinishEpoch', epoch }, 'EPOCH_NOT_EMPTY');
  act(kernel, { type: 'ConsumePacket', packet: left });
  act(kernel, { type: 'FinishEpoch', epoch, unconsumed: 'destroy' });
  act(kernel, { type: 'FinishEpoch', epoch: other });
  for (const salvos of [0, 1, 2]) {
    const operations = Array.from({ length: salvos }, (_, at): BatchOperation[] => [
      { type: 'CreatePacket' },
      { type: 'LoadPacketIntoOutputPort', packet: `#${at}`, port: 'out' },
      { type: 'SendOutputSalvo', condition: at === 0 ? 'send' : 'again' },
    ]).flat();
    act(kernel, { type: 'CommitEpoch', epoch: begin(kernel, 'A'), operations });
  }
}
