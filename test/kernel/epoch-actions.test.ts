/** Actions on epochs: what each one does, and when it is refused. */
import { describe, expect, it } from 'vitest';
import type { GraphInput } from '../../src/dsl/definition.ts';
import type { Action, EpochId, RejectionCode } from '../../src/machines/action.ts';
import type { Kernel } from '../../src/runtime/kernel/kernel.ts';
import {
  act,
  begin,
  create,
  edge,
  events,
  expectRefused,
  fault,
  inEpoch,
  inject,
  inputPort,
  kernelOf,
  namesOf,
  outputPort,
  outside,
  run,
} from './driving.ts';
import { single, worker } from './graphs.ts';

/** `A` has a port of each kind: onto an edge, to the outside, to nowhere. */
const shop: GraphInput = {
  nodes: [
    {
      name: 'A',
      inPorts: ['in', 'side'],
      outPorts: ['out', 'gone', { name: 'lost', slots: 2 }],
      outConditions: [
        { name: 'send', when: 'nonempty(out)', ports: { out: 2 }, maxSalvos: 2 },
        { name: 'leave', when: 'nonempty(gone)', ports: 'gone', maxSalvos: 1 },
        { name: 'lose', when: 'nonempty(lost) or nonempty(out)', ports: ['out', 'lost'] },
        { name: 'nothing', when: 'empty(gone)', ports: 'gone', maxSalvos: 1 },
      ],
    },
    { name: 'B', inPorts: ['in'] },
  ],
  edges: [{ from: 'A.out', to: 'B.in' }],
  outputs: ['A.gone'],
};
const wire = edge('A.out', 'B.in');

/** A kernel in which `e1` of `A` runs, with `p1`. */
function running(graph: GraphInput = shop): Kernel {
  const kernel = kernelOf(graph);
  begin(kernel, 'A', [['in', inject(kernel, 'A.in')[0] ?? 'p0']]);
  return kernel;
}

/** A kernel in which `e1` of `A` may start, with `p1`. */
function startable(): Kernel {
  const kernel = kernelOf(shop);
  inject(kernel, 'A.in');
  act(kernel, { type: 'CreateEpoch', node: 'A', salvo: [['in', 'p1']] });
  return kernel;
}

/** A new packet in the epoch's output port. */
function load(kernel: Kernel, port: string, epoch: EpochId = 'e1'): void {
  act(kernel, { type: 'LoadPacketIntoOutputPort', packet: create(kernel, epoch), port });
}

const started = (epoch: EpochId): Action => ({ type: 'StartEpoch', epoch });
const send = (condition: string): Action => ({ type: 'SendOutputSalvo', epoch: 'e1', condition });
const left = (packet: string, from: unknown) => ({ event: 'PacketDestroyed', packet, from });

describe('CreateEpoch', () => {
  it('opens an epoch with packets that stand at the node’s ports, in the order given', () => {
    const kernel = kernelOf(shop);
    inject(kernel, 'A.in', 3);
    inject(kernel, 'A.side');
    const salvo = [
      ['side', 'p4'],
      ['in', 'p3'],
      ['in', 'p1'],
    ] as const;
    const answer = act(kernel, { type: 'CreateEpoch', node: 'A', salvo });
    expect(answer).toEqual({
      ok: true,
      epoch: 'e1',
      events: [
        { event: 'EpochCreated', epoch: 'e1', node: 'A' },
        {
          event: 'InputSalvoTriggered',
          epoch: 'e1',
          condition: '__manual__',
          packets: salvo,
        },
        ...salvo.map(([port, packet]) => ({
          event: 'PacketMoved',
          packet,
          from: inputPort('A', port),
          to: inEpoch('e1'),
        })),
      ],
    });
    expect(kernel.epoch('e1')).toEqual({
      id: 'e1',
      node: 'A',
      state: 'startable',
      inSalvo: { condition: '__manual__', packets: salvo },
      outSalvos: [],
    });
    expect(kernel.packetsAt(inEpoch('e1'))).toEqual(['p4', 'p3', 'p1']);
    expect(kernel.packetsAt(inputPort('A', 'in'))).toEqual(['p2']);
  });

  it('opens an empty epoch', () => {
    const kernel = kernelOf(shop);
    expect(events(kernel, { type: 'CreateEpoch', node: 'B' })).toEqual([
      { event: 'EpochCreated', epoch: 'e1', node: 'B' },
      { event: 'InputSalvoTriggered', epoch: 'e1', condition: '__manual__', packets: [] },
    ]);
  });

  it('frees the slots of the packets it takes', () => {
    const kernel = kernelOf({ nodes: [{ name: 'A', inPorts: [{ name: 'in', slots: 1 }] }] });
    inject(kernel, 'A.in');
    act(kernel, { type: 'CreateEpoch', node: 'A', salvo: [['in', 'p1']] });
    expect(inject(kernel, 'A.in')).toEqual(['p2']);
  });

  it('is checked in order: node, packet, port, the packet’s place', () => {
    const kernel = kernelOf(shop);
    inject(kernel, 'A.in');
    create(kernel);
    inject(kernel, 'B.in');
    const make = (node: string, salvo: readonly (readonly [string, `p${number}`])[]): Action => ({
      type: 'CreateEpoch',
      node,
      salvo,
    });
    const checks: [Action, RejectionCode][] = [
      [make('X', [['nowhere', 'p9']]), 'NODE_NOT_FOUND'],
      [make('A', [['nowhere', 'p9']]), 'PACKET_NOT_FOUND'],
      [make('A', [['nowhere', 'p2']]), 'INPUT_PORT_NOT_FOUND'],
      [make('A', [['out', 'p1']]), 'INPUT_PORT_NOT_FOUND'],
      [make('A', [['in', 'p2']]), 'PACKET_NOT_AT_INPUT_PORT'],
      [make('A', [['side', 'p1']]), 'PACKET_NOT_AT_INPUT_PORT'],
      [make('A', [['in', 'p3']]), 'PACKET_NOT_AT_INPUT_PORT'],
      [
        make('A', [
          ['in', 'p1'],
          ['in', 'p1'],
        ]),
        'PACKET_NOT_AT_INPUT_PORT',
      ],
    ];
    for (const [action, code] of checks) {
      expectRefused(kernel, action, code);
      expectRefused(kernel, { ...action, type: 'CreateAndStartEpoch' } as Action, code);
    }
    expect(act(kernel, { type: 'CreateEpoch', node: 'A' }).epoch).toBe('e1');
  });
});

describe('CreateAndStartEpoch', () => {
  it('opens an epoch that runs at once', () => {
    const kernel = kernelOf(shop);
    inject(kernel, 'A.in');
    const answer = act(kernel, {
      type: 'CreateAndStartEpoch',
      node: 'A',
      salvo: [['in', 'p1']],
    });
    expect(answer.epoch).toBe('e1');
    expect(namesOf(answer.events)).toEqual([
      'EpochCreated',
      'InputSalvoTriggered',
      'PacketMoved',
      'EpochStarted',
    ]);
    expect(kernel.epoch('e1').state).toBe('running');
    expect(kernel.startableEpochs()).toEqual([]);
  });
});

describe('StartEpoch', () => {
  it('makes a startable epoch run', () => {
    const kernel = startable();
    expect(kernel.startableEpochs()).toEqual(['e1']);
    expect(events(kernel, started('e1'))).toEqual([{ event: 'EpochStarted', epoch: 'e1' }]);
    expect(kernel.startableEpochs()).toEqual([]);
  });

  it('is refused where the epoch is not there, runs already, or is over', () => {
    expectRefused(kernelOf(shop), started('e1'), 'EPOCH_NOT_FOUND');
    const kernel = running();
    expectRefused(kernel, started('e1'), 'EPOCH_NOT_STARTABLE');
    act(kernel, { type: 'FinishEpoch', epoch: 'e1', unconsumed: 'destroy' });
    expectRefused(kernel, started('e1'), 'EPOCH_NOT_FOUND');
  });

  it('starts epochs of one node in any order', () => {
    const kernel = kernelOf(shop);
    for (let n = 0; n < 3; n++) act(kernel, { type: 'CreateEpoch', node: 'B' });
    act(kernel, started('e2'));
    expect(kernel.startableEpochs()).toEqual(['e1', 'e3']);
  });
});

describe('FinishEpoch', () => {
  it('ends an epoch that holds no packet', () => {
    const kernel = running();
    act(kernel, { type: 'ConsumePacket', packet: 'p1' });
    expect(events(kernel, { type: 'FinishEpoch', epoch: 'e1' })).toEqual([
      { event: 'EpochFinished', epoch: 'e1' },
    ]);
    expect(() => kernel.epoch('e1')).toThrow(expect.objectContaining({ code: 'EPOCH_NOT_FOUND' }));
  });

  it('is checked in order: epoch, its state, packets in it, packets in its output ports', () => {
    const finish: Action = { type: 'FinishEpoch', epoch: 'e1' };
    expectRefused(kernelOf(shop), finish, 'EPOCH_NOT_FOUND');
    expectRefused(startable(), finish, 'EPOCH_NOT_RUNNING');
    const kernel = running();
    load(kernel, 'gone');
    expect(expectRefused(kernel, finish, 'EPOCH_NOT_EMPTY')).toContain('p1');
    act(kernel, { type: 'ConsumePacket', packet: 'p1' });
    expect(expectRefused(kernel, finish, 'OUTPUT_PORT_NOT_EMPTY')).toContain('p2');
    act(kernel, send('leave'));
    act(kernel, finish);
  });

  it('destroys first what is left, where it is told to', () => {
    const kernel = running();
    load(kernel, 'gone');
    load(kernel, 'out');
    create(kernel, 'e1');
    expect(events(kernel, { type: 'FinishEpoch', epoch: 'e1', unconsumed: 'destroy' })).toEqual([
      left('p1', inEpoch('e1')),
      left('p4', inEpoch('e1')),
      left('p3', outputPort('e1', 'out')),
      left('p2', outputPort('e1', 'gone')),
      { event: 'EpochFinished', epoch: 'e1' },
    ]);
    expect(kernel.net().inside).toBe(0);
  });

  it('follows the node’s own option where it is told nothing', () => {
    const kernel = running(single({ unconsumed: 'destroy' }));
    expectRefused(
      kernel,
      { type: 'FinishEpoch', epoch: 'e1', unconsumed: 'error' },
      'EPOCH_NOT_EMPTY',
    );
    expect(namesOf(events(kernel, { type: 'FinishEpoch', epoch: 'e1' }))).toEqual([
      'PacketDestroyed',
      'EpochFinished',
    ]);
  });
});

describe('FailAttempt, TimeOutEpoch and CancelEpoch', () => {
  /** An epoch with a packet in it, one in an output port, and one that it sent. */
  const busy = (): Kernel => {
    const kernel = running();
    load(kernel, 'out');
    act(kernel, send('send'));
    load(kernel, 'gone');
    return kernel;
  };
  const ends: [Action, unknown][] = [
    [
      { type: 'FailAttempt', epoch: 'e1', error: fault },
      { event: 'EpochFailed', epoch: 'e1', attempt: 0, error: fault, final: true },
    ],
    [
      { type: 'TimeOutEpoch', epoch: 'e1' },
      { event: 'EpochTimedOut', epoch: 'e1' },
    ],
    [
      { type: 'CancelEpoch', epoch: 'e1', reason: 'enough' },
      { event: 'EpochCancelled', epoch: 'e1', reason: 'enough' },
    ],
  ];

  it.each(ends)('end the epoch and its packets, but not what it sent: %j', (action, end) => {
    const kernel = busy();
    expect(events(kernel, action)).toEqual([
      end,
      left('p1', inEpoch('e1')),
      left('p3', outputPort('e1', 'gone')),
    ]);
    expect(kernel.packetsAt(wire)).toEqual(['p2']);
    expect(kernel.net()).toMatchObject({ inside: 1, running: 0, startable: 0 });
    for (const [again] of ends) expectRefused(kernel, again, 'EPOCH_NOT_FOUND');
  });

  it('are refused where the epoch is not there', () => {
    for (const [action] of ends) expectRefused(kernelOf(shop), action, 'EPOCH_NOT_FOUND');
  });

  it('are refused in a startable epoch, which may only be cancelled', () => {
    const [fail, timeOut, cancel] = ends.map(([action]) => action);
    for (const action of [fail, timeOut]) {
      if (action !== undefined) expectRefused(startable(), action, 'EPOCH_NOT_RUNNING');
    }
    const kernel = startable();
    if (cancel === undefined) throw new Error('no way to cancel');
    expect(events(kernel, cancel)).toEqual([
      { event: 'EpochCancelled', epoch: 'e1', reason: 'enough' },
      left('p1', inEpoch('e1')),
    ]);
    expect(kernel.startableEpochs()).toEqual([]);
    expect(kernel.net()).toMatchObject({ inside: 0, startable: 0 });
  });
});

describe('SendOutputSalvo', () => {
  it('puts what the condition takes onto the edges, oldest first', () => {
    const kernel = running();
    for (let n = 0; n < 3; n++) load(kernel, 'out');
    const from = outputPort('e1', 'out');
    expect(events(kernel, send('send'))).toEqual([
      {
        event: 'OutputSalvoTriggered',
        epoch: 'e1',
        condition: 'send',
        packets: [
          ['out', 'p2'],
          ['out', 'p3'],
        ],
      },
      { event: 'PacketMoved', packet: 'p2', from, to: wire },
      { event: 'PacketMoved', packet: 'p3', from, to: wire },
    ]);
    expect(kernel.packetsAt(from)).toEqual(['p4']);
    expect(kernel.packetsAt(wire)).toEqual(['p2', 'p3']);
  });

  it('puts what it takes outside, from a port that is among the outputs', () => {
    const kernel = running();
    load(kernel, 'gone');
    expect(events(kernel, send('leave'))).toEqual([
      { event: 'OutputSalvoTriggered', epoch: 'e1', condition: 'leave', packets: [['gone', 'p2']] },
      { event: 'PacketMoved', packet: 'p2', from: outputPort('e1', 'gone'), to: outside },
    ]);
    expect(kernel.epoch('e1').outSalvos).toEqual([
      { condition: 'leave', packets: [['gone', 'p2']] },
    ]);
  });

  it('may be empty where its term holds, and counts', () => {
    const kernel = running();
    expect(events(kernel, send('nothing'))).toEqual([
      { event: 'OutputSalvoTriggered', epoch: 'e1', condition: 'nothing', packets: [] },
    ]);
    expectRefused(kernel, send('nothing'), 'MAX_SALVOS_REACHED');
  });

  it('may be empty from a port that leads nowhere', () => {
    const kernel = running();
    load(kernel, 'out');
    expect(namesOf(events(kernel, send('lose')))).toEqual(['OutputSalvoTriggered', 'PacketMoved']);
  });

  it('is checked in order: epoch, its state, condition, term, max_salvos, destinations', () => {
    expectRefused(kernelOf(shop), send('x'), 'EPOCH_NOT_FOUND');
    expectRefused(startable(), send('x'), 'EPOCH_NOT_RUNNING');
    const kernel = running();
    expectRefused(kernel, send('x'), 'SALVO_CONDITION_NOT_FOUND');
    expect(expectRefused(kernel, send('leave'), 'SALVO_CONDITION_NOT_MET')).toContain('gone has 0');
    load(kernel, 'gone');
    act(kernel, send('leave'));
    // The term fails and max_salvos is reached: the term is asked first.
    expectRefused(kernel, send('leave'), 'SALVO_CONDITION_NOT_MET');
    load(kernel, 'gone');
    expectRefused(kernel, send('leave'), 'MAX_SALVOS_REACHED');
    load(kernel, 'lost');
    expect(expectRefused(kernel, send('lose'), 'OUTPUT_PORT_NOT_CONNECTED')).toContain('A.lost');
  });

  it('asks for max_salvos before it looks for destinations', () => {
    const kernel = running({
      nodes: [
        {
          name: 'A',
          inPorts: ['in'],
          outPorts: ['lost'],
          outConditions: [{ name: 'send', when: 'count(lost) >= 0', maxSalvos: 1 }],
        },
      ],
    });
    act(kernel, send('send'));
    load(kernel, 'lost');
    expectRefused(kernel, send('send'), 'MAX_SALVOS_REACHED');
  });

  it('counts max_salvos per condition and per epoch', () => {
    const kernel = running();
    const [second] = [begin(kernel, 'A')];
    for (let n = 0; n < 2; n++) {
      load(kernel, 'out');
      act(kernel, send('send'));
    }
    load(kernel, 'out');
    expectRefused(kernel, send('send'), 'MAX_SALVOS_REACHED');
    act(kernel, send('lose'));
    load(kernel, 'gone');
    act(kernel, send('leave'));
    load(kernel, 'out', second);
    act(kernel, { type: 'SendOutputSalvo', epoch: second, condition: 'send' });
  });
});

describe('Record', () => {
  it('keeps an outside value that a running epoch saw', () => {
    const kernel = running();
    const value = { at: [1, null, 'x'] };
    expect(events(kernel, { type: 'Record', epoch: 'e1', kind: 'now', value })).toEqual([
      { event: 'ValueRecorded', epoch: 'e1', kind: 'now', value },
    ]);
  });

  it('is refused where the epoch is not there or not running', () => {
    const record: Action = { type: 'Record', epoch: 'e1', kind: 'now', value: 1 };
    expectRefused(kernelOf(shop), record, 'EPOCH_NOT_FOUND');
    expectRefused(startable(), record, 'EPOCH_NOT_RUNNING');
  });
});

describe('RecordLateResult', () => {
  const late = { node: 'A', epoch: 'e1', attempt: 2, outcome: 'threw', error: fault } as const;

  it('keeps what a function did after its epoch or its start was over, and changes nothing else', () => {
    const kernel = kernelOf(shop);
    const before = kernel.snapshot();
    expect(events(kernel, { type: 'RecordLateResult', ...late })).toEqual([
      { event: 'LateResult', ...late },
    ]);
    const start = { node: 'B', attempt: 0, outcome: 'returned' } as const;
    expect(events(kernel, { type: 'RecordLateResult', ...start })).toEqual([
      { event: 'LateResult', ...start },
    ]);
    expect(kernel.snapshot()).toEqual(before);
  });

  it('is refused where the node is not there', () => {
    const action: Action = { type: 'RecordLateResult', ...late, node: 'X' };
    expectRefused(kernelOf(shop), action, 'NODE_NOT_FOUND');
  });
});

describe('RecordDeadLetter', () => {
  it('keeps what became of a dead letter, and changes nothing else', () => {
    const kernel = kernelOf(shop);
    const before = kernel.snapshot();
    for (const mark of ['retried', 'discarded'] as const) {
      expect(events(kernel, { type: 'RecordDeadLetter', letter: 'd1', mark })).toEqual([
        { event: 'DeadLetterMarked', letter: 'd1', mark },
      ]);
    }
    expect(kernel.snapshot()).toEqual(before);
  });
});

describe('FireTimer', () => {
  it('is refused where no such timer is armed', () => {
    const kernel = running(single({ retries: 1, deferNetActions: true, timeout: 1 }));
    const keys = [
      'retry:e1',
      'attempt:e1',
      'timeout:e2',
      'timeout:p1',
      'rate:A',
      'rate:X',
      'moon:e1',
      'timeout',
      '',
    ];
    for (const key of keys) expectRefused(kernel, { type: 'FireTimer', key }, 'TIMER_NOT_ARMED');
    expectRefused(startable(), { type: 'FireTimer', key: 'timeout:e1' }, 'TIMER_NOT_ARMED');
    expect(namesOf(events(kernel, { type: 'FireTimer', key: 'timeout:e1' }))).toContain(
      'EpochTimedOut',
    );
  });
});

describe('ids', () => {
  it('are counters, and a refused action uses none up', () => {
    const kernel = kernelOf({ nodes: [worker('A', [{ name: 'in', slots: 1 }])] });
    inject(kernel, 'A.in');
    expectRefused(kernel, { type: 'InjectPacket', port: 'A.in' }, 'INPUT_PORT_FULL');
    expectRefused(
      kernel,
      { type: 'CreateEpoch', node: 'A', salvo: [['in', 'p2']] },
      'PACKET_NOT_FOUND',
    );
    run(kernel);
    expect(kernel.startableEpochs()).toEqual(['e1']);
    expect(create(kernel)).toBe('p2');
  });
});
