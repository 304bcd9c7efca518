/** How packets move, and when epochs open. */
import { describe, expect, it } from 'vitest';
import type { ConditionInput, GraphInput } from '../../src/dsl/definition.ts';
import type { Kernel } from '../../src/runtime/kernel/kernel.ts';
import {
  act,
  begin,
  create,
  edge,
  events,
  inEpoch,
  inject,
  inputPort,
  kernelOf,
  namesOf,
  outputPort,
  outside,
  pass,
  run,
  story,
} from './driving.ts';
import { diamond, funnel, single, worker } from './graphs.ts';

/** `A` alone with these conditions. */
function gate(
  inConditions: readonly ConditionInput[],
  inPorts: readonly (string | { name: string; slots: number })[] = ['x', 'y'],
): Kernel {
  return kernelOf({ nodes: [{ name: 'A', inPorts, inConditions }] });
}

/** Puts new packets onto the edge. */
function fill(kernel: Kernel, from: string, to: string, count: number): void {
  for (let n = 0; n < count; n++) {
    const packet = create(kernel);
    act(kernel, { type: 'TransportPacketToLocation', packet, to: edge(from, to) });
  }
}

/** Conditions and packets of the epochs that a run opens. */
function salvos(kernel: Kernel): string[] {
  return run(kernel).flatMap((event) =>
    event.event === 'InputSalvoTriggered'
      ? [`${event.condition}: ${event.packets.map((pair) => pair.join('=')).join(' ')}`]
      : [],
  );
}

describe('the worklist', () => {
  const pair = (): Kernel => kernelOf(funnel('infinite'));
  const [left, right] = [
    ['L.out', 'S.in'],
    ['R.out', 'S.in'],
  ] as const;

  it('serves edges in the order in which they came to have packets, one packet a turn', () => {
    const kernel = pair();
    fill(kernel, ...right, 1);
    fill(kernel, ...left, 3);
    fill(kernel, ...right, 1);
    expect(story(run(kernel))).toEqual([
      'p1 R.out-S.in > S.in',
      'p2 L.out-S.in > S.in',
      'p5 R.out-S.in > S.in',
      'p3 L.out-S.in > S.in',
      'p4 L.out-S.in > S.in',
    ]);
  });

  it('takes marked nodes first, in the order in which they were marked', () => {
    const kernel = kernelOf({
      nodes: [worker('A', ['in']), worker('B', ['in']), worker('C', ['in'], ['out'])],
      edges: [{ from: 'C.out', to: 'A.in' }],
    });
    fill(kernel, 'C.out', 'A.in', 1);
    inject(kernel, 'C.in', 2);
    inject(kernel, 'B.in');
    inject(kernel, 'C.in');
    const opened = run(kernel).flatMap((event) =>
      event.event === 'EpochCreated' ? [event.node] : [],
    );
    expect(opened).toEqual(['C', 'C', 'C', 'B', 'A']);
  });

  it('marks a node whose packets were taken by hand', () => {
    const kernel = kernelOf({ nodes: [worker('A', ['in', 'side']), worker('B', ['in'])] });
    inject(kernel, 'A.in');
    expect(run(kernel)).toEqual([]);
    act(kernel, { type: 'CreateEpoch', node: 'A', salvo: [['in', 'p1']] });
    inject(kernel, 'B.in');
    inject(kernel, 'A.in');
    inject(kernel, 'A.side');
    expect(story(run(kernel)).filter((line) => line.includes(' of '))).toEqual([
      'e2 of A',
      'e3 of B',
    ]);
  });

  it('stops after `max` moves and says whether some are left', () => {
    const kernel = pair();
    fill(kernel, ...left, 3);
    const first = act(kernel, { type: 'RunNetUntilBlocked', max: 2 });
    expect(first.more).toBe(true);
    expect(story(first.events)).toEqual(['p1 L.out-S.in > S.in', 'p2 L.out-S.in > S.in']);
    const second = act(kernel, { type: 'RunNetUntilBlocked', max: 2 });
    expect(second.more).toBeUndefined();
    expect(story(second.events)).toEqual(['p3 L.out-S.in > S.in']);
    expect(act(kernel, { type: 'RunNetUntilBlocked', max: 0 }).more).toBeUndefined();
  });

  it('moves nothing at max = 0', () => {
    const kernel = pair();
    fill(kernel, ...left, 1);
    expect(act(kernel, { type: 'RunNetUntilBlocked', max: 0 })).toEqual({
      ok: true,
      events: [],
      more: true,
    });
  });

  it('does the same in pieces as in one go', () => {
    const whole = kernelOf(diamond());
    const pieces = kernelOf(diamond());
    for (const kernel of [whole, pieces]) {
      inject(kernel, 'A.in', 4);
      fill(kernel, 'B.out', 'D.left', 3);
      fill(kernel, 'C.out', 'D.right', 2);
    }
    const slices = [];
    for (let more: boolean | undefined = true; more === true;) {
      const answer = act(pieces, { type: 'RunNetUntilBlocked', max: 1 });
      slices.push(...answer.events);
      more = answer.more;
    }
    expect(slices).toEqual(run(whole));
  });

  it('is at peace with an edge that was emptied before its turn', () => {
    const kernel = pair();
    fill(kernel, ...left, 1);
    act(kernel, { type: 'DestroyPacket', packet: 'p1' });
    expect(run(kernel)).toEqual([]);
    fill(kernel, ...left, 1);
    expect(story(run(kernel))).toEqual(['p2 L.out-S.in > S.in']);
  });
});

describe('a bounded port', () => {
  it.each([1, 2, 3])('never holds more than its %i slots, with two edges ending in it', (slots) => {
    const kernel = kernelOf(funnel(slots));
    fill(kernel, 'L.out', 'S.in', 4);
    fill(kernel, 'R.out', 'S.in', 4);
    run(kernel);
    const at = inputPort('S', 'in');
    const seen: string[] = [...kernel.packetsAt(at)];
    expect(seen).toHaveLength(slots);
    while (seen.length < 8) {
      const packet = kernel.packetsAt(at)[0];
      if (packet === undefined) throw new Error('the port ran dry');
      act(kernel, { type: 'DestroyPacket', packet });
      for (const event of run(kernel)) if (event.event === 'PacketMoved') seen.push(event.packet);
      expect(kernel.packetsAt(at)).toHaveLength(slots);
    }
    // One from each in turn: neither edge waits for the other to run dry.
    expect(seen).toEqual(['p1', 'p5', 'p2', 'p6', 'p3', 'p7', 'p4', 'p8']);
  });

  it('lets waiting edges on in the order in which they began to wait', () => {
    const kernel = kernelOf(funnel(1));
    inject(kernel, 'S.in');
    fill(kernel, 'R.out', 'S.in', 2);
    fill(kernel, 'L.out', 'S.in', 2);
    expect(run(kernel)).toEqual([]);
    act(kernel, { type: 'DestroyPacket', packet: 'p1' });
    expect(story(run(kernel))).toEqual(['p2 R.out-S.in > S.in']);
  });

  it('is freed by the epochs that take its packets, so that the edge goes on', () => {
    const kernel = kernelOf(funnel(2, 'full(in)'));
    fill(kernel, 'L.out', 'S.in', 4);
    expect(story(run(kernel))).toEqual([
      'p1 L.out-S.in > S.in',
      'p2 L.out-S.in > S.in',
      'e1 of S',
      'e1 take',
      'p1 S.in > e1',
      'p3 L.out-S.in > S.in',
      'e2 of S',
      'e2 take',
      'p2 S.in > e2',
      'p4 L.out-S.in > S.in',
      'e3 of S',
      'e3 take',
      'p3 S.in > e3',
    ]);
    expect(kernel.packetsAt(inputPort('S', 'in'))).toEqual(['p4']);
  });

  it('wakes its edges also when its packets are taken, moved or destroyed by hand', () => {
    for (const free of ['CreateEpoch', 'TransportPacketToLocation', 'DestroyPacket'] as const) {
      const kernel = kernelOf(funnel(1));
      fill(kernel, 'L.out', 'S.in', 2);
      run(kernel);
      if (free === 'CreateEpoch') {
        act(kernel, { type: free, node: 'S', salvo: [['in', 'p1']] });
      } else if (free === 'DestroyPacket') {
        act(kernel, { type: free, packet: 'p1' });
      } else {
        act(kernel, { type: free, packet: 'p1', to: outside });
      }
      expect(story(run(kernel)), free).toEqual(['p2 L.out-S.in > S.in']);
    }
  });
});

describe('input conditions', () => {
  it('are asked in declaration order: the first that holds wins, always', () => {
    const kernel = gate([
      { name: 'both', when: 'nonempty(x) and nonempty(y)' },
      { name: 'either', when: 'nonempty(x) or nonempty(y)' },
    ]);
    inject(kernel, 'A.x', 2);
    inject(kernel, 'A.y');
    expect(salvos(kernel)).toEqual(['both: x=p1 x=p2 y=p3']);
    inject(kernel, 'A.y');
    expect(salvos(kernel)).toEqual(['either: y=p4']);
  });

  it('are asked in declaration order whatever their names', () => {
    const names = ['z', 'a', '_1', 'Z'];
    for (let first = 0; first < names.length; first++) {
      const order = [...names.slice(first), ...names.slice(0, first)];
      const kernel = gate(order.map((name) => ({ name, when: 'nonempty(x)', ports: 'x' })));
      inject(kernel, 'A.x');
      expect(salvos(kernel)).toEqual([`${order[0]}: x=p1`]);
    }
  });

  it('never open an epoch that would take nothing', () => {
    const kernel = gate([
      { name: 'idle', when: 'empty(y) or nonempty(y)', ports: 'y' },
      { name: 'busy', when: 'nonempty(x)', ports: { x: 1 } },
    ]);
    expect(salvos(kernel)).toEqual([]);
    inject(kernel, 'A.x', 2);
    expect(salvos(kernel)).toEqual(['busy: x=p1', 'busy: x=p2']);
    inject(kernel, 'A.y');
    expect(salvos(kernel)).toEqual(['idle: y=p3']);
  });

  it('take up to N packets of a port, or all, oldest first, in the order of their ports', () => {
    const kernel = gate([
      {
        name: 'c',
        when: 'count(x) >= 3',
        ports: [
          { port: 'y', count: 'all' },
          { port: 'x', count: 2 },
        ],
      },
    ]);
    inject(kernel, 'A.x', 2);
    inject(kernel, 'A.y', 3);
    inject(kernel, 'A.x');
    expect(run(kernel)).toMatchObject([
      { event: 'EpochCreated', epoch: 'e1', node: 'A' },
      {
        event: 'InputSalvoTriggered',
        epoch: 'e1',
        condition: 'c',
        packets: [
          ['y', 'p3'],
          ['y', 'p4'],
          ['y', 'p5'],
          ['x', 'p1'],
          ['x', 'p2'],
        ],
      },
      ...['p3', 'p4', 'p5', 'p1', 'p2'].map((packet) => ({ event: 'PacketMoved', packet })),
    ]);
    expect(kernel.packetsAt(inEpoch('e1'))).toEqual(['p3', 'p4', 'p5', 'p1', 'p2']);
    expect(kernel.packetsAt(inputPort('A', 'x'))).toEqual(['p6']);
  });

  it('take in the order of their ports also from the one that a packet just came to', () => {
    const kernel = kernelOf({
      nodes: [worker('A', ['in'], ['out']), worker('D', ['left', 'right'])],
      edges: [{ from: 'A.out', to: 'D.left' }],
    });
    inject(kernel, 'D.right');
    fill(kernel, 'A.out', 'D.left', 1);
    expect(salvos(kernel)).toEqual(['default: left=p2 right=p1']);
    expect(kernel.packetsAt(inEpoch('e1'))).toEqual(['p2', 'p1']);
  });

  it('take what is there where a count asks for more', () => {
    const kernel = gate([{ name: 'c', when: 'nonempty(x)', ports: { x: 3, y: 2 } }]);
    inject(kernel, 'A.x', 4);
    inject(kernel, 'A.y');
    expect(salvos(kernel)).toEqual(['c: x=p1 x=p2 x=p3 y=p5', 'c: x=p4']);
  });

  it('take from all ports where they name none', () => {
    const kernel = gate([{ name: 'c', when: 'nonempty(y)' }]);
    inject(kernel, 'A.x', 2);
    inject(kernel, 'A.y');
    expect(salvos(kernel)).toEqual(['c: x=p1 x=p2 y=p3']);
  });

  it('are asked again until none holds', () => {
    const kernel = gate([
      { name: 'pairs', when: 'count(x) >= 2', ports: { x: 2 } },
      { name: 'rest', when: 'nonempty(x) and nonempty(y)', ports: { x: 1, y: 1 } },
    ]);
    inject(kernel, 'A.x', 5);
    inject(kernel, 'A.y');
    expect(salvos(kernel)).toEqual(['pairs: x=p1 x=p2', 'pairs: x=p3 x=p4', 'rest: x=p5 y=p6']);
  });

  it('are asked after each arrival, before the next packet moves', () => {
    const kernel = kernelOf(funnel('infinite', 'nonempty(in)'));
    fill(kernel, 'L.out', 'S.in', 2);
    expect(namesOf(run(kernel))).toEqual([
      'PacketMoved',
      'EpochCreated',
      'InputSalvoTriggered',
      'PacketMoved',
      'PacketMoved',
      'EpochCreated',
      'InputSalvoTriggered',
      'PacketMoved',
    ]);
  });

  it('see slots: full and nonfull', () => {
    const kernel = gate(
      [
        { name: 'full', when: 'full(x)', ports: { x: 'all' } },
        { name: 'rest', when: 'nonfull(x) and nonempty(y)', ports: { y: 1 } },
      ],
      [{ name: 'x', slots: 2 }, 'y'],
    );
    inject(kernel, 'A.x', 2);
    inject(kernel, 'A.y');
    expect(salvos(kernel)).toEqual(['full: x=p1 x=p2', 'rest: y=p3']);
  });

  it('may be called like the conditions of epochs made by hand', () => {
    const kernel = gate([
      { name: '__manual__', when: 'nonempty(x) and nonempty(y)', ports: { x: 1, y: 1 } },
    ]);
    inject(kernel, 'A.x');
    inject(kernel, 'A.y');
    expect(salvos(kernel)).toEqual(['__manual__: x=p1 y=p2']);
    expect(kernel.packetsAt(inEpoch('e1'))).toEqual(['p1', 'p2']);
  });

  it('join by order of arrival', () => {
    const kernel = kernelOf({ nodes: [worker('D', ['left', 'right'])] });
    inject(kernel, 'D.left', 2);
    inject(kernel, 'D.right', 2);
    expect(salvos(kernel)).toEqual(['default: left=p1 right=p3', 'default: left=p2 right=p4']);
  });
});

describe('output conditions', () => {
  it('have each their own max_salvos', () => {
    const kernel = kernelOf({
      nodes: [
        {
          name: 'A',
          outPorts: ['out'],
          outConditions: [
            { name: 'one', when: 'nonempty(out)', ports: { out: 1 }, maxSalvos: 1 },
            { name: 'two', when: 'nonempty(out)', ports: { out: 1 }, maxSalvos: 2 },
          ],
        },
      ],
      outputs: ['A.out'],
    });
    const epoch = begin(kernel, 'A');
    for (let n = 0; n < 5; n++) {
      act(kernel, { type: 'LoadPacketIntoOutputPort', packet: create(kernel, epoch), port: 'out' });
    }
    const tried = ['two', 'one', 'one', 'two', 'two'].map((condition) => {
      const answer = kernel.apply({ type: 'SendOutputSalvo', epoch, condition });
      return answer.ok ? 'sent' : answer.code;
    });
    expect(tried).toEqual(['sent', 'sent', 'MAX_SALVOS_REACHED', 'sent', 'MAX_SALVOS_REACHED']);
  });
});

describe('fan-out', () => {
  const fan = (fanout: 'copy' | 'round_robin', outputs: readonly string[] = []): GraphInput => ({
    nodes: [
      {
        name: 'A',
        inPorts: ['in'],
        outPorts: [{ name: 'out', fanout }],
        outConditions: [{ name: 'send', when: 'count(out) >= 0' }],
      },
      worker('B', ['in']),
      worker('C', ['in']),
    ],
    edges: [
      { from: 'A.out', to: 'C.in' },
      { from: 'A.out', to: 'B.in' },
    ],
    outputs,
  });
  const [toC, toB] = [edge('A.out', 'C.in'), edge('A.out', 'B.in')];
  const exit = outputPort('e1', 'out');

  /** Sends `count` new packets as one salvo of a new epoch. */
  function send(kernel: Kernel, count: number) {
    const epoch = begin(kernel, 'A');
    for (let n = 0; n < count; n++) {
      act(kernel, { type: 'LoadPacketIntoOutputPort', packet: create(kernel, epoch), port: 'out' });
    }
    return events(kernel, { type: 'SendOutputSalvo', epoch, condition: 'send' });
  }

  it('gives the packet itself to the first edge, and a copy to each other one', () => {
    const kernel = kernelOf(fan('copy'));
    expect(send(kernel, 2)).toEqual([
      {
        event: 'OutputSalvoTriggered',
        epoch: 'e1',
        condition: 'send',
        packets: [
          ['out', 'p1'],
          ['out', 'p2'],
        ],
      },
      { event: 'PacketMoved', packet: 'p1', from: exit, to: toC },
      { event: 'PacketCreated', packet: 'p3', epoch: 'e1', copyOf: 'p1' },
      { event: 'PacketMoved', packet: 'p3', from: exit, to: toB },
      { event: 'PacketMoved', packet: 'p2', from: exit, to: toC },
      { event: 'PacketCreated', packet: 'p4', epoch: 'e1', copyOf: 'p2' },
      { event: 'PacketMoved', packet: 'p4', from: exit, to: toB },
    ]);
    expect(kernel.packet('p3')).toEqual({ id: 'p3', location: toB, copyOf: 'p1' });
    expect(kernel.packet('p1')).toEqual({ id: 'p1', location: toC });
    expect(kernel.net().inside).toBe(4);
  });

  it('has the outside as its last destination, also where that comes alone', () => {
    const kernel = kernelOf(fan('copy', ['A.out']));
    expect(story(send(kernel, 1))).toEqual([
      'e1 send',
      'p1 e1.out > A.out-C.in',
      'PacketCreated',
      'p2 e1.out > A.out-B.in',
      'PacketCreated',
      'p3 e1.out > outside',
    ]);
    expect(kernel.packet('p3').copyOf).toBe('p1');
    expect(kernel.net().inside).toBe(2);
  });

  it('takes turns over the life of the net, where it is told to', () => {
    const kernel = kernelOf(fan('round_robin', ['A.out']));
    expect(story(send(kernel, 2))).toEqual([
      'e1 send',
      'p1 e1.out > A.out-C.in',
      'p2 e1.out > A.out-B.in',
    ]);
    expect(story(send(kernel, 3))).toEqual([
      'e2 send',
      'p3 e2.out > outside',
      'p4 e2.out > A.out-C.in',
      'p5 e2.out > A.out-B.in',
    ]);
    expect(send(kernel, 0)).toHaveLength(1);
    expect(story(send(kernel, 1))).toEqual(['e4 send', 'p6 e4.out > outside']);
  });

  it('gives copies of several ports ids in the order of the condition', () => {
    const kernel = kernelOf({
      nodes: [
        {
          name: 'A',
          outPorts: ['x', 'y'],
          outConditions: [{ name: 'send', when: 'nonempty(x)', ports: ['y', 'x'] }],
        },
        worker('B', ['in', 'also']),
      ],
      edges: [
        { from: 'A.x', to: 'B.in' },
        { from: 'A.y', to: 'B.also' },
      ],
      outputs: ['A.x', 'A.y'],
    });
    const epoch = begin(kernel, 'A');
    for (const port of ['x', 'y']) {
      act(kernel, { type: 'LoadPacketIntoOutputPort', packet: create(kernel, epoch), port });
    }
    expect(story(events(kernel, { type: 'SendOutputSalvo', epoch, condition: 'send' }))).toEqual([
      'e1 send',
      'p2 e1.y > A.y-B.also',
      'PacketCreated',
      'p3 e1.y > outside',
      'p1 e1.x > A.x-B.in',
      'PacketCreated',
      'p4 e1.x > outside',
    ]);
    expect([kernel.packet('p3').copyOf, kernel.packet('p4').copyOf]).toEqual(['p2', 'p1']);
  });

  it('reaches every edge', () => {
    const kernel = kernelOf(diamond());
    inject(kernel, 'A.in');
    run(kernel);
    pass(kernel, 'e1');
    run(kernel);
    for (const epoch of kernel.startableEpochs()) pass(kernel, epoch);
    run(kernel);
    expect(kernel.epoch('e4').inSalvo.packets).toEqual([
      ['left', 'p1'],
      ['right', 'p2'],
    ]);
  });
});

describe('a bare kernel', () => {
  it('is a simulation: services are up, gates are open, the net says nothing', () => {
    const kernel = kernelOf(single({ maxParallelEpochs: 1, rateLimitPerSecond: 1, maxEpochs: 9 }));
    inject(kernel, 'A.in', 3);
    const names = new Set(namesOf(run(kernel)));
    expect(kernel.startableEpochs()).toEqual(['e1', 'e2', 'e3']);
    for (const epoch of kernel.startableEpochs()) {
      for (const name of namesOf(pass(kernel, epoch).events)) names.add(name);
      for (const name of namesOf(run(kernel))) names.add(name);
    }
    expect([...names].filter((name) => /^(Net|Node)/.test(name))).toEqual([]);
    expect(kernel.net()).toMatchObject({ lifecycle: 'created', running: 0, startable: 0 });
    expect(kernel.packetsAt(outside)).toEqual(['p1', 'p2', 'p3']);
  });

  it('opens no epoch of its own accord', () => {
    const kernel = kernelOf({ nodes: [worker('A', [], ['out'])], outputs: ['A.out'] });
    expect(run(kernel)).toEqual([]);
  });
});
