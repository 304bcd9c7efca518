/** Actions on packets: what each one does, and when it is refused. */
import { describe, expect, it } from 'vitest';
import type { GraphInput } from '../../src/dsl/definition.ts';
import type { Action, PacketId, RejectionCode } from '../../src/machines/action.ts';
import { type Kernel, createKernel } from '../../src/runtime/kernel/kernel.ts';
import { ActionRejected } from '../../src/runtime/errors.ts';
import {
  act,
  begin,
  create,
  edge,
  events,
  expectRefused,
  inEpoch,
  inject,
  inputPort,
  kernelOf,
  outputPort,
  outside,
  run,
} from './driving.ts';
import { worker } from './graphs.ts';

/** `A` opens no epoch of itself; its port `in` has two slots, its bucket `out` one. */
const shop: GraphInput = {
  nodes: [
    {
      name: 'A',
      inPorts: [{ name: 'in', slots: 2 }, 'side'],
      outPorts: [{ name: 'out', slots: 1 }, 'other'],
      inConditions: [{ name: 'never', when: 'count(side) >= 100' }],
      outConditions: [{ name: 'send', when: 'nonempty(out)', ports: 'out' }],
    },
    { name: 'B', inPorts: [{ name: 'in', slots: 1 }] },
  ],
  edges: [{ from: 'A.out', to: 'B.in' }],
};
const wire = edge('A.out', 'B.in');

/** A running epoch of `A` with one packet, `p1`. */
function running(): Kernel {
  const kernel = kernelOf(shop);
  begin(kernel, 'A', [['in', inject(kernel, 'A.in')[0] ?? 'p0']]);
  return kernel;
}

/** A startable epoch of `A` with one packet, `p1`. */
function startable(): Kernel {
  const kernel = kernelOf(shop);
  inject(kernel, 'A.in');
  act(kernel, { type: 'CreateEpoch', node: 'A', salvo: [['in', 'p1']] });
  return kernel;
}

/** `p1` in the output port of a running epoch. */
function loaded(): Kernel {
  const kernel = running();
  act(kernel, { type: 'LoadPacketIntoOutputPort', packet: 'p1', port: 'out' });
  return kernel;
}

describe('CreatePacket', () => {
  it('makes a packet outside', () => {
    const kernel = kernelOf(shop);
    const answer = act(kernel, { type: 'CreatePacket' });
    expect(answer).toEqual({
      ok: true,
      packet: 'p1',
      events: [{ event: 'PacketCreated', packet: 'p1' }],
    });
    expect(kernel.packet('p1')).toEqual({ id: 'p1', location: outside });
    expect(kernel.packetsAt(outside)).toEqual(['p1']);
  });

  it('makes a packet in a running epoch', () => {
    const kernel = running();
    const answer = act(kernel, { type: 'CreatePacket', epoch: 'e1' });
    expect(answer).toEqual({
      ok: true,
      packet: 'p2',
      events: [{ event: 'PacketCreated', packet: 'p2', epoch: 'e1' }],
    });
    expect(kernel.packetsAt(inEpoch('e1'))).toEqual(['p1', 'p2']);
  });

  it('is refused in an epoch that is not there, or not running', () => {
    expectRefused(kernelOf(shop), { type: 'CreatePacket', epoch: 'e1' }, 'EPOCH_NOT_FOUND');
    expectRefused(startable(), { type: 'CreatePacket', epoch: 'e1' }, 'EPOCH_NOT_RUNNING');
  });
});

describe('InjectPacket', () => {
  it('makes a packet and places it at an input port', () => {
    const kernel = kernelOf(shop);
    const answer = act(kernel, { type: 'InjectPacket', port: 'A.in' });
    expect(answer).toEqual({
      ok: true,
      packet: 'p1',
      events: [
        { event: 'PacketCreated', packet: 'p1' },
        { event: 'PacketMoved', packet: 'p1', from: outside, to: inputPort('A', 'in') },
      ],
    });
    expect(kernel.packetsAt(inputPort('A', 'in'))).toEqual(['p1']);
    expect(kernel.packetsAt(outside)).toEqual([]);
  });

  it('says of which dead packet the new one has the value', () => {
    const kernel = kernelOf(shop);
    const answer = act(kernel, {
      type: 'InjectPacket',
      port: 'A.in',
      retryOf: 'p9',
      letter: 'd1',
    });
    expect(answer.packet).toBe('p1');
    expect(answer.events[0]).toEqual({ event: 'PacketCreated', packet: 'p1', retryOf: 'p9' });
  });

  it('is refused where the node or the port is not there', () => {
    expectRefused(kernelOf(shop), { type: 'InjectPacket', port: 'X.in' }, 'NODE_NOT_FOUND');
    expectRefused(kernelOf(shop), { type: 'InjectPacket', port: 'A.out' }, 'INPUT_PORT_NOT_FOUND');
    expectRefused(kernelOf(shop), { type: 'InjectPacket', port: 'A' }, 'INPUT_PORT_NOT_FOUND');
    expectRefused(kernelOf(shop), { type: 'InjectPacket', port: '' }, 'NODE_NOT_FOUND');
  });

  it('is refused where no slot is free, until one is', () => {
    const kernel = kernelOf(shop);
    inject(kernel, 'A.in', 2);
    expectRefused(kernel, { type: 'InjectPacket', port: 'A.in' }, 'INPUT_PORT_FULL');
    act(kernel, { type: 'DestroyPacket', packet: 'p1' });
    expect(act(kernel, { type: 'InjectPacket', port: 'A.in' }).packet).toBe('p3');
  });

  it('opens no epoch of itself: that is for the next run', () => {
    const kernel = kernelOf({ nodes: [worker('A', ['in'])] });
    inject(kernel, 'A.in');
    expect(kernel.startableEpochs()).toEqual([]);
    run(kernel);
    expect(kernel.startableEpochs()).toEqual(['e1']);
  });
});

describe('ConsumePacket', () => {
  it('ends a packet of a running epoch', () => {
    const kernel = running();
    expect(events(kernel, { type: 'ConsumePacket', packet: 'p1' })).toEqual([
      { event: 'PacketConsumed', packet: 'p1', from: inEpoch('e1') },
    ]);
    expect(kernel.packetsAt(inEpoch('e1'))).toEqual([]);
    expect(() => kernel.packet('p1')).toThrow(ActionRejected);
  });

  it('ends a packet outside', () => {
    const kernel = kernelOf(shop);
    create(kernel);
    expect(events(kernel, { type: 'ConsumePacket', packet: 'p1' })).toEqual([
      { event: 'PacketConsumed', packet: 'p1', from: outside },
    ]);
    expectRefused(kernel, { type: 'ConsumePacket', packet: 'p1' }, 'PACKET_NOT_FOUND');
  });

  it('is refused at a port, on an edge, in an output port and in an epoch that does not run', () => {
    const action: Action = { type: 'ConsumePacket', packet: 'p1' };
    const atPort = kernelOf(shop);
    inject(atPort, 'A.in');
    expectRefused(atPort, action, 'PACKET_NOT_IN_EPOCH');
    act(atPort, { type: 'TransportPacketToLocation', packet: 'p1', to: wire });
    expectRefused(atPort, action, 'PACKET_NOT_IN_EPOCH');
    expectRefused(loaded(), action, 'PACKET_NOT_IN_EPOCH');
    expectRefused(startable(), action, 'EPOCH_NOT_RUNNING');
  });
});

describe('DestroyPacket', () => {
  it('ends a packet outside, at a port and on an edge', () => {
    const kernel = kernelOf(shop);
    create(kernel);
    inject(kernel, 'A.in', 2);
    act(kernel, { type: 'TransportPacketToLocation', packet: 'p3', to: wire });
    const ends: [PacketId, unknown][] = [
      ['p1', outside],
      ['p2', inputPort('A', 'in')],
      ['p3', wire],
    ];
    for (const [packet, from] of ends) {
      expect(events(kernel, { type: 'DestroyPacket', packet })).toEqual([
        { event: 'PacketDestroyed', packet, from },
      ]);
    }
    expect(kernel.net().inside).toBe(0);
  });

  it('is refused in an epoch, wherever in it', () => {
    const action: Action = { type: 'DestroyPacket', packet: 'p1' };
    expectRefused(kernelOf(shop), action, 'PACKET_NOT_FOUND');
    expectRefused(startable(), action, 'PACKET_IN_EPOCH');
    expectRefused(running(), action, 'PACKET_IN_EPOCH');
    expectRefused(loaded(), action, 'PACKET_IN_EPOCH');
  });
});

describe('LoadPacketIntoOutputPort', () => {
  it('moves a packet from the epoch to its output port, also an input packet unconsumed', () => {
    const kernel = running();
    expect(events(kernel, { type: 'LoadPacketIntoOutputPort', packet: 'p1', port: 'out' })).toEqual(
      [{ event: 'PacketMoved', packet: 'p1', from: inEpoch('e1'), to: outputPort('e1', 'out') }],
    );
    expect(kernel.packetsAt(inEpoch('e1'))).toEqual([]);
    expect(kernel.packetsAt(outputPort('e1', 'out'))).toEqual(['p1']);
  });

  it('is refused where the bucket has no free slot; another epoch has buckets of its own', () => {
    const kernel = loaded();
    create(kernel, 'e1');
    const refused: Action = { type: 'LoadPacketIntoOutputPort', packet: 'p2', port: 'out' };
    expect(expectRefused(kernel, refused, 'OUTPUT_PORT_FULL')).toContain('slots = 1');
    create(kernel, begin(kernel, 'A'));
    act(kernel, { type: 'LoadPacketIntoOutputPort', packet: 'p3', port: 'out' });
    expect(kernel.packetsAt(outputPort('e2', 'out'))).toEqual(['p3']);
    expect(kernel.packetsAt(outputPort('e1', 'out'))).toEqual(['p1']);
  });

  it('is checked in order: packet, its place and epoch, port, the port’s slots', () => {
    const load = (packet: PacketId, port: string): Action => ({
      type: 'LoadPacketIntoOutputPort',
      packet,
      port,
    });
    const atPort = kernelOf(shop);
    inject(atPort, 'A.in');
    const checks: [Kernel, Action, RejectionCode][] = [
      [kernelOf(shop), load('p1', 'nowhere'), 'PACKET_NOT_FOUND'],
      [atPort, load('p1', 'nowhere'), 'PACKET_NOT_IN_EPOCH'],
      [startable(), load('p1', 'nowhere'), 'EPOCH_NOT_RUNNING'],
      [loaded(), load('p1', 'nowhere'), 'PACKET_NOT_IN_EPOCH'],
      [running(), load('p1', 'nowhere'), 'OUTPUT_PORT_NOT_FOUND'],
      [running(), load('p1', 'in'), 'OUTPUT_PORT_NOT_FOUND'],
    ];
    for (const [kernel, action, code] of checks) expectRefused(kernel, action, code);
  });
});

describe('TransportPacketToLocation', () => {
  it('moves a packet between outside, ports and edges', () => {
    const kernel = kernelOf(shop);
    create(kernel);
    const places = [inputPort('A', 'in'), wire, inputPort('B', 'in'), inputPort('A', 'side')];
    let from = outside;
    for (const to of [...places, outside]) {
      expect(events(kernel, { type: 'TransportPacketToLocation', packet: 'p1', to })).toEqual([
        { event: 'PacketMoved', packet: 'p1', from, to },
      ]);
      expect(kernel.packetsAt(from)).toEqual([]);
      expect(kernel.packetsAt(to)).toEqual(['p1']);
      expect(kernel.net().inside).toBe(to === outside ? 0 : 1);
      from = to;
    }
  });

  it('puts a packet that stays where it is behind the others', () => {
    const kernel = kernelOf(shop);
    inject(kernel, 'A.side', 3);
    const to = inputPort('A', 'side');
    act(kernel, { type: 'TransportPacketToLocation', packet: 'p1', to });
    expect(kernel.packetsAt(to)).toEqual(['p2', 'p3', 'p1']);
  });

  it('is checked in order: packet, its place, the target, the target’s slots', () => {
    const move = (packet: PacketId, to: Parameters<Kernel['packetsAt']>[0]): Action => ({
      type: 'TransportPacketToLocation',
      packet,
      to,
    });
    const waiting = (): Kernel => {
      const kernel = running();
      inject(kernel, 'A.side');
      return kernel;
    };
    const full = kernelOf(shop);
    inject(full, 'B.in');
    inject(full, 'A.side');
    const checks: [Kernel, Action, RejectionCode][] = [
      [kernelOf(shop), move('p1', inputPort('X', 'in')), 'PACKET_NOT_FOUND'],
      [running(), move('p1', inputPort('X', 'in')), 'PACKET_IN_EPOCH'],
      [running(), move('p1', inEpoch('e9')), 'PACKET_IN_EPOCH'],
      [startable(), move('p1', outside), 'PACKET_IN_EPOCH'],
      [loaded(), move('p1', wire), 'PACKET_IN_EPOCH'],
      [waiting(), move('p2', inputPort('X', 'in')), 'NODE_NOT_FOUND'],
      [waiting(), move('p2', inputPort('A', 'out')), 'INPUT_PORT_NOT_FOUND'],
      [waiting(), move('p2', edge('A.other', 'B.in')), 'EDGE_NOT_FOUND'],
      [waiting(), move('p2', edge('B.in', 'A.out')), 'EDGE_NOT_FOUND'],
      [waiting(), move('p2', inEpoch('e9')), 'EPOCH_NOT_FOUND'],
      [waiting(), move('p2', inEpoch('e1')), 'PACKET_IN_EPOCH'],
      [waiting(), move('p2', outputPort('e1', 'out')), 'PACKET_IN_EPOCH'],
      [full, move('p2', inputPort('B', 'in')), 'INPUT_PORT_FULL'],
    ];
    for (const [kernel, action, code] of checks) expectRefused(kernel, action, code);
  });

  it('may put any number on an edge: capacity holds starts back, not packets', () => {
    const kernel = kernelOf({
      nodes: [worker('A', [], ['out']), { name: 'B', inPorts: ['in'] }],
      edges: [{ from: 'A.out', to: 'B.in', capacity: 1 }],
    });
    for (const packet of [create(kernel), create(kernel)]) {
      act(kernel, { type: 'TransportPacketToLocation', packet, to: wire });
    }
    expect(kernel.packetsAt(wire)).toEqual(['p1', 'p2']);
  });
});

describe('an action that is not of its form', () => {
  const now = (value: unknown) => ({ type: 'RunNetUntilBlocked', now: value });
  const malformed: readonly unknown[] = [
    null,
    'StartNet',
    {},
    { type: 'Explode' },
    { type: 'toString' },
    { type: 'StartEpoch' },
    { type: 'StartEpoch', epoch: 'p1' },
    { type: 'StartEpoch', epoch: 'e1', extra: true },
    { type: 'ConsumePacket', packet: 'p0' },
    { type: 'ConsumePacket', packet: 'p01' },
    { type: 'CreateEpoch', node: 'A', salvo: [['in']] },
    { type: 'CommitEpoch', epoch: 'e1', operations: [{ type: 'StartNet' }] },
    { type: 'TransportPacketToLocation', packet: 'p1', to: { type: 'Moon' } },
    { type: 'RunNetUntilBlocked', max: -1 },
    now(-1),
    now(1.5),
    now(Number.NaN),
    now('1'),
  ];

  it.each(malformed)('is refused: %j', (action) => {
    expectRefused(kernelOf(shop), action as Action, 'ACTION_INVALID');
  });

  it('is refused where its time is before the time of the action before', () => {
    const kernel = kernelOf(shop);
    act(kernel, { type: 'CreatePacket', now: 10 });
    act(kernel, { type: 'CreatePacket' });
    act(kernel, { type: 'CreatePacket', now: 10 });
    expectRefused(kernel, { type: 'CreatePacket', now: 9 }, 'ACTION_INVALID');
  });

  it('leaves the time as it was when it is refused for another reason', () => {
    const kernel = kernelOf(shop);
    expectRefused(kernel, { type: 'StartEpoch', epoch: 'e1', now: 100 }, 'EPOCH_NOT_FOUND');
    act(kernel, { type: 'CreatePacket', now: 1 });
  });
});

describe('a kernel', () => {
  it('knows no packets at places that are not there', () => {
    const kernel = kernelOf(shop);
    const nowhere = [
      inputPort('X', 'in'),
      inputPort('A', 'x'),
      edge('A.out', 'A.in'),
      inEpoch('e1'),
      outputPort('e1', 'out'),
    ];
    for (const place of nowhere) expect(kernel.packetsAt(place)).toEqual([]);
    expect(() => kernel.packet('p1')).toThrow(
      expect.objectContaining({ code: 'PACKET_NOT_FOUND' }),
    );
    expect(() => kernel.epoch('e1')).toThrow(expect.objectContaining({ code: 'EPOCH_NOT_FOUND' }));
    expect(() => kernel.gate('X')).toThrow(expect.objectContaining({ code: 'NODE_NOT_FOUND' }));
  });

  it('is refused with an engine that this version does not have', () => {
    const spec = { nodes: [], edges: [], mode: 'cyclic', maxConcurrency: 1, onError: 'pause' };
    expect(() => createKernel(spec as never, { engine: 'steam' as 'compiled' })).toThrow(
      expect.objectContaining({ code: 'ENGINE_UNAVAILABLE' }),
    );
  });

  it('refuses a graph that is not valid, with every problem', () => {
    expect(() =>
      kernelOf({ nodes: [worker('A', [])], edges: [{ from: 'A.x', to: 'B.y' }] }),
    ).toThrow(expect.objectContaining({ name: 'GraphValidationError' }));
  });
});
