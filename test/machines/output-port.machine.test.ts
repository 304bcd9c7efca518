/** The machine of an output port, alone. */
import { describe, expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import { type Destination, outputPortMachine } from '../../src/machines/output-port.machine.ts';
import type { OutputPortMessage } from '../../src/machines/protocol.ts';
import { alone, happenings } from './alone.ts';

const machine = alone(outputPortMachine);

const onto = (to: string): Destination => ({
  place: { type: 'Edge', from: 'A.out', to: `${to}.in` },
  target: `node:${to}/in:in`,
  slot: 0,
});
const away: Destination = { place: { type: 'OutsideNet' }, target: null, slot: -1 };
const port = (destinations: readonly Destination[], fanout: 'copy' | 'round_robin' = 'copy') =>
  initialTransition(machine, { node: 'A', port: 'out', fanout, destinations })[0];

const route = (packets: number[]): OutputPortMessage => ({
  type: 'salvo.route',
  packets,
  epoch: 'e1',
  from: { type: 'OutputPort', epoch: 'e1', port: 'out' },
  copies: 50,
});

/** What the port tells of when it routes packets. */
function told(destinations: readonly Destination[], packets: number[], fanout?: 'round_robin') {
  const [, actions] = transition(machine, port(destinations, fanout), route(packets));
  return happenings(actions);
}

describe('an output port', () => {
  it('is unconnected for good where it leads nowhere', () => {
    const lone = port([]);
    expect(lone.value).toBe('unconnected');
    expect(port([away]).value).toBe('open');
  });

  it('is blocked while any of its edges is at its capacity', () => {
    let state = port([onto('B'), onto('C')]);
    const steps: [OutputPortMessage['type'], string][] = [
      ['edge.filled', 'blocked'],
      ['edge.filled', 'blocked'],
      ['edge.freed', 'blocked'],
      ['edge.freed', 'open'],
      ['edge.filled', 'blocked'],
      ['edge.freed', 'open'],
    ];
    for (const [type, value] of steps) {
      [state] = transition(machine, state, { type } as OutputPortMessage);
      expect(state.value).toBe(value);
    }
    expect(state.context.filled).toBe(0);
  });

  it('sends the packet itself to the first destination and copies to the others', () => {
    expect(told([onto('B'), onto('C'), away], [1])).toMatchObject([
      { event: 'PacketMoved', packet: 'p1', to: { to: 'B.in' } },
      { event: 'PacketCreated', packet: 'p50', copyOf: 'p1', epoch: 'e1' },
      { event: 'PacketMoved', packet: 'p50', to: { to: 'C.in' } },
      { event: 'PacketCreated', packet: 'p51', copyOf: 'p1', epoch: 'e1' },
      { event: 'PacketMoved', packet: 'p51', to: { type: 'OutsideNet' } },
    ]);
  });

  it('gives each its turn', () => {
    expect(told([onto('B'), away], [1, 2, 3], 'round_robin')).toMatchObject([
      { packet: 'p1', to: { to: 'B.in' } },
      { packet: 'p2', to: { type: 'OutsideNet' } },
      { packet: 'p3', to: { to: 'B.in' } },
    ]);
  });

  it('sends nothing where it is given nothing', () => {
    expect(told([onto('B'), onto('C')], [])).toEqual([]);
    expect(told([onto('B')], [])).toEqual([]);
  });
});
