/** CommitEpoch: all operations and the finish as one act, or nothing. */
import { describe, expect, it } from 'vitest';
import type { GraphInput } from '../../src/dsl/definition.ts';
import type { Action, BatchOperation, RejectionCode } from '../../src/machines/action.ts';
import type { Kernel } from '../../src/runtime/kernel/kernel.ts';
import {
  act,
  begin,
  create,
  edge,
  expectRefused,
  inEpoch,
  inject,
  kernelOf,
  outputPort,
  outside,
  run,
} from './driving.ts';
import { single, worker } from './graphs.ts';

const shop: GraphInput = {
  nodes: [
    {
      name: 'A',
      inPorts: ['in'],
      outPorts: [{ name: 'out', slots: 1 }, 'gone', 'lost'],
      outConditions: [
        { name: 'send', when: 'nonempty(out)', ports: 'out', maxSalvos: 1 },
        { name: 'leave', when: 'nonempty(gone)', ports: 'gone' },
        { name: 'lose', when: 'nonempty(lost)', ports: 'lost' },
      ],
    },
    worker('B', ['in']),
  ],
  edges: [{ from: 'A.out', to: 'B.in' }],
  outputs: ['A.gone'],
};
const wire = edge('A.out', 'B.in');

const make: BatchOperation = { type: 'CreatePacket' };
const consume = (packet: `p${number}` | `#${number}`): BatchOperation => ({
  type: 'ConsumePacket',
  packet,
});
const load = (packet: `p${number}` | `#${number}`, port: string): BatchOperation => ({
  type: 'LoadPacketIntoOutputPort',
  packet,
  port,
});
const send = (condition: string): BatchOperation => ({ type: 'SendOutputSalvo', condition });
const note: BatchOperation = { type: 'Record', kind: 'now', value: 5 };
const commit = (
  operations: readonly BatchOperation[],
  unconsumed?: 'error' | 'destroy',
): Action => ({
  type: 'CommitEpoch',
  epoch: 'e1',
  operations,
  ...(unconsumed === undefined ? {} : { unconsumed }),
});

/** A kernel in which `e1` of `A` runs, with `p1`. */
function running(graph: GraphInput = shop): Kernel {
  const kernel = kernelOf(graph);
  begin(kernel, 'A', [['in', inject(kernel, 'A.in')[0] ?? 'p0']]);
  return kernel;
}

describe('CommitEpoch', () => {
  it('does its operations in turn, and finishes the epoch', () => {
    const kernel = running();
    const answer = act(
      kernel,
      commit([
        consume('p1'),
        make,
        note,
        make,
        load('#1', 'gone'),
        load('#0', 'out'),
        send('leave'),
        send('send'),
      ]),
    );
    const [out, gone] = [outputPort('e1', 'out'), outputPort('e1', 'gone')];
    expect(answer).toEqual({
      ok: true,
      packets: ['p2', 'p3'],
      events: [
        { event: 'PacketConsumed', packet: 'p1', from: inEpoch('e1') },
        { event: 'PacketCreated', packet: 'p2', epoch: 'e1' },
        { event: 'ValueRecorded', epoch: 'e1', kind: 'now', value: 5 },
        { event: 'PacketCreated', packet: 'p3', epoch: 'e1' },
        { event: 'PacketMoved', packet: 'p3', from: inEpoch('e1'), to: gone },
        { event: 'PacketMoved', packet: 'p2', from: inEpoch('e1'), to: out },
        {
          event: 'OutputSalvoTriggered',
          epoch: 'e1',
          condition: 'leave',
          packets: [['gone', 'p3']],
        },
        { event: 'PacketMoved', packet: 'p3', from: gone, to: outside },
        { event: 'OutputSalvoTriggered', epoch: 'e1', condition: 'send', packets: [['out', 'p2']] },
        { event: 'PacketMoved', packet: 'p2', from: out, to: wire },
        { event: 'EpochFinished', epoch: 'e1' },
      ],
    });
    expect(kernel.net()).toMatchObject({ inside: 1, running: 0 });
    run(kernel);
    expect(kernel.epoch('e2').inSalvo.packets).toEqual([['in', 'p2']]);
  });

  it('gives the same events as its operations done one by one', () => {
    const kernel = running();
    const single = running();
    const together = act(
      kernel,
      commit([make, consume('p1'), load('#0', 'out'), send('send'), make, consume('#1')]),
    ).events;
    const steps: Action[] = [
      { type: 'CreatePacket', epoch: 'e1' },
      { type: 'ConsumePacket', packet: 'p1' },
      { type: 'LoadPacketIntoOutputPort', packet: 'p2', port: 'out' },
      { type: 'SendOutputSalvo', epoch: 'e1', condition: 'send' },
      { type: 'CreatePacket', epoch: 'e1' },
      { type: 'ConsumePacket', packet: 'p3' },
      { type: 'FinishEpoch', epoch: 'e1' },
    ];
    expect(together).toEqual(steps.flatMap((action) => act(single, action).events));
    expect(kernel.net()).toEqual(single.net());
    expect(create(kernel)).toBe(create(single));
  });

  it('does nothing at all where any operation is not legal, not even with ids', () => {
    const begun = [make, consume('p1'), load('#0', 'out')];
    const cases: [readonly BatchOperation[], RejectionCode, number][] = [
      [[...begun, consume('p1')], 'PACKET_NOT_IN_EPOCH', 3],
      [[...begun, consume('#0')], 'PACKET_NOT_IN_EPOCH', 3],
      [[...begun, consume('#1')], 'PACKET_NOT_IN_EPOCH', 3],
      [[...begun, consume('p9')], 'PACKET_NOT_IN_EPOCH', 3],
      [[...begun, load('p9', 'nowhere')], 'PACKET_NOT_IN_EPOCH', 3],
      [[...begun, make, load('#1', 'nowhere')], 'OUTPUT_PORT_NOT_FOUND', 4],
      [[...begun, make, load('#1', 'out')], 'OUTPUT_PORT_FULL', 4],
      [[...begun, send('nothing')], 'SALVO_CONDITION_NOT_FOUND', 3],
      [[...begun, send('leave')], 'SALVO_CONDITION_NOT_MET', 3],
      [[...begun, send('send'), make, load('#1', 'out'), send('send')], 'MAX_SALVOS_REACHED', 6],
      [[...begun, make, load('#1', 'lost'), send('lose')], 'OUTPUT_PORT_NOT_CONNECTED', 5],
      [[make, load('#0', 'out'), send('send')], 'EPOCH_NOT_EMPTY', 3],
      [begun, 'OUTPUT_PORT_NOT_EMPTY', 3],
      [[], 'EPOCH_NOT_EMPTY', 0],
    ];
    for (const [operations, code, operation] of cases) {
      const kernel = running();
      const places = [inEpoch('e1'), outputPort('e1', 'out'), wire, outside] as const;
      const before = places.map((place) => kernel.packetsAt(place));
      expectRefused(kernel, commit(operations), code);
      expect(kernel.apply(commit(operations))).toMatchObject({ operation });
      expect(places.map((place) => kernel.packetsAt(place))).toEqual(before);
      expect(kernel.epoch('e1')).toMatchObject({ state: 'running', outSalvos: [] });
      expect(create(kernel)).toBe('p2');
    }
  });

  it('is refused where the epoch is not there or not running', () => {
    expectRefused(kernelOf(shop), commit([consume('p1')]), 'EPOCH_NOT_FOUND');
    const kernel = kernelOf(shop);
    act(kernel, { type: 'CreateEpoch', node: 'A' });
    expectRefused(kernel, commit([]), 'EPOCH_NOT_RUNNING');
  });

  it('does not reach into another epoch', () => {
    const kernel = running();
    create(kernel, begin(kernel, 'A'));
    expectRefused(kernel, commit([consume('p2')]), 'PACKET_NOT_IN_EPOCH');
  });

  it('destroys what is left where the node or the action says so', () => {
    const ends = ['PacketCreated', 'PacketDestroyed', 'PacketDestroyed', 'EpochFinished'];
    const told = act(running(), commit([make], 'destroy'));
    const meant = act(running(single({ unconsumed: 'destroy' })), commit([make]));
    for (const answer of [told, meant]) {
      expect(answer.events.map(({ event }) => event)).toEqual(ends);
    }
    expectRefused(
      running(single({ unconsumed: 'destroy' })),
      commit([], 'error'),
      'EPOCH_NOT_EMPTY',
    );
  });

  it('names only the packets that its own operations made, not the copies that fan-out made', () => {
    const kernel = running({
      nodes: [worker('A', ['in'], ['out']), worker('B', ['in'])],
      edges: [{ from: 'A.out', to: 'B.in' }],
      outputs: ['A.out'],
    });
    const answer = act(kernel, commit([load('p1', 'out'), make, load('#0', 'out'), send('send')]));
    expect(answer.packets).toEqual(['p2']);
    expect(kernel.packetsAt(outside)).toEqual(['p3', 'p4']);
    expect(kernel.packet('p4')).toEqual({ id: 'p4', location: outside, copyOf: 'p2' });
    expect(create(kernel)).toBe('p5');
  });
});
