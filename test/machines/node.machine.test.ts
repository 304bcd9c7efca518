/** The machine of a node, alone: its gate, its service and its intake by what it is told. */
import { describe, expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import { createNodeMachine } from '../../src/machines/node.machine.ts';
import { emptyFifo, push } from '../../src/machines/fifo.ts';
import { type NodeMessage, epochDone } from '../../src/machines/protocol.ts';
import { alone, emissions, happenings } from './alone.ts';
import { richShape } from './shapes.ts';

const machine = alone(createNodeMachine(richShape, false));
const input = { name: 'A', index: 3, inputs: [], outputs: [] };
const ids = { packets: 10, epochs: 20 };

const begin: NodeMessage = { type: 'net.started', functionless: false };
const up: NodeMessage = { type: 'node.up' };
const open: NodeMessage = { type: 'epoch.create', ids, groups: [], salvo: [] };
const start = (now: number): NodeMessage => ({ type: 'epoch.started', now });
const ended: NodeMessage = {
  type: epochDone,
  output: { outcome: 'finished', withdrawn: false, made: 0, ended: 0 },
};
const blocked: NodeMessage = { type: 'output.blocked' };

/** Where messages lead, one after another. */
function after(...messages: NodeMessage[]) {
  let [node] = initialTransition(machine, input);
  for (const message of messages) [node] = transition(machine, node, message);
  return node;
}

describe('a node', () => {
  it.each<[string, NodeMessage[], object]>([
    ['nothing', [], { intake: 'collecting', gate: 'open', service: 'down' }],
    ['the net’s start', [begin], { gate: 'closed', service: 'starting' }],
    ['its own start', [begin, up], { gate: 'open', service: 'up' }],
    ['an epoch’s start', [begin, up, open, start(0)], { gate: 'saturated' }],
    ['the epoch’s end', [begin, up, open, start(0), ended], { gate: 'throttled' }],
    [
      'the rate’s timer',
      [begin, up, open, start(0), ended, { type: 'timer.fire', kind: 'rate' }],
      { gate: 'open' },
    ],
    ['a full edge', [begin, up, blocked], { gate: 'backpressured' }],
    ['room on it', [begin, up, blocked, { type: 'output.freed' }], { gate: 'open' }],
    ['the net’s pause', [begin, up, { type: 'net.closed' }], { gate: 'closed', service: 'up' }],
    [
      'the net’s stop',
      [begin, up, { type: 'net.stopping' }, { type: 'service.stop' }, { type: 'net.stopped' }],
      { gate: 'closed', service: 'down' },
    ],
    ['no function', [{ type: 'net.started', functionless: true }], { service: 'down' }],
  ])('after %s is where the design says', (_, messages, states) => {
    expect(after(...messages).value).toMatchObject(states);
  });

  it('holds its intake at max_pending_epochs, until an epoch starts', () => {
    const evaluate: NodeMessage = { type: 'node.evaluate', ids };
    expect(after(begin, up, open, evaluate).value).toMatchObject({ intake: 'held' });
    const freed = after(begin, up, open, evaluate, start(0));
    expect(freed.value).toMatchObject({ intake: 'collecting' });
  });

  it('gathers the first condition that holds, and opens an epoch with the last answer', () => {
    const started = after(
      { type: 'port.changed', port: 0, count: 1 },
      { type: 'node.evaluate', ids },
    );
    expect(started.value).toMatchObject({ intake: { gathering: 'default' } });
    const [opened, actions] = transition(machine, started, {
      type: 'port.taken',
      port: 0,
      packets: [7],
    });
    expect(opened.value).toMatchObject({ intake: 'collecting' });
    expect(opened.context).toMatchObject({ pending: 1, last: 20, counts: [0, 0] });
    expect(happenings(actions).map(({ event }) => event)).toEqual([
      'EpochCreated',
      'InputSalvoTriggered',
      'PacketMoved',
    ]);
    expect(emissions(actions)[0]?.type).toBe('epoch.open');
  });

  it('takes what arrives at the one port of a condition without asking for it', () => {
    const waiting = push(push(emptyFifo, 7), 9);
    const [opened, actions] = transition(machine, after(), {
      type: 'port.arrived',
      port: 0,
      count: 2,
      waiting,
      ids,
    });
    expect(opened.value).toMatchObject({ intake: 'collecting' });
    expect(opened.context).toMatchObject({ pending: 1, last: 20, counts: [1, 0], packets: [] });
    expect(emissions(actions)[0]).toMatchObject({
      type: 'epoch.open',
      input: { packets: [7], salvo: [['in', 'p7']] },
    });
    expect(happenings(actions)[0]).toMatchObject({ event: 'EpochCreated', epoch: 'e20' });
  });

  it('does not gather where nothing holds', () => {
    const waiting = push(emptyFifo, 7);
    const arrived: NodeMessage = { type: 'port.arrived', port: 1, count: 1, waiting, ids };
    const node = after(arrived);
    expect(node.value).toMatchObject({ intake: 'collecting' });
    expect(node.context.counts).toEqual([0, 1]);
  });
});
