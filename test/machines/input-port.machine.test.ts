/** The machine of an input port, alone: every way it can go, by paths through its states. */
import { describe, expect, it } from 'vitest';
import { type AnyMachineSnapshot, initialTransition, transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { sizeOf, toArray } from '../../src/machines/fifo.ts';
import {
  type InputPortContext,
  type InputPortInput,
  inputPortMachine,
  isListed,
} from '../../src/machines/input-port.machine.ts';
import type { InputPortMessage } from '../../src/machines/protocol.ts';
import { alone, emissions } from './alone.ts';

const machine = alone(inputPortMachine(false));
const ids = { packets: 100, epochs: 1 };
const place = { type: 'Edge', from: 'A.out', to: 'B.in' } as const;

function input(slots: number | null): InputPortInput {
  const edge = { edge: 7, place, capacity: null, source: 'node:A/out:out' };
  return { node: 'B', port: 'in', index: 0, slots, edges: [edge, { ...edge, edge: 8 }] };
}

const contextOf = (snapshot: AnyMachineSnapshot) => snapshot.context as InputPortContext;

/** What others may ask of a port as it is; `most` packets on an edge. */
function asked(snapshot: AnyMachineSnapshot, most: number): InputPortMessage[] {
  const context = contextOf(snapshot);
  const { queue, queues, waiting } = context;
  const used = [queue, ...queues.flat()].flatMap((fifo) => toArray(fifo));
  const packet = [1, 2, 3, 4, 5, 6, 7, 8].find((id) => !used.includes(id)) ?? 9;
  const messages: InputPortMessage[] = [
    { type: 'packet.inject', packet, retryOf: null },
    { type: 'port.take', count: 1 },
    { type: 'port.take', count: null },
  ];
  for (const [slot, onto] of queues.flat().entries()) {
    if (sizeOf(onto) < most) messages.push({ type: 'edge.put', slot, packet });
    if (isListed(context, slot) && !waiting.includes(slot)) {
      messages.push({ type: 'edge.serve', slot, ids });
    }
    const [onEdge] = toArray(onto);
    if (onEdge !== undefined) messages.push({ type: 'packet.destroy', packet: onEdge, slot });
  }
  const [here] = toArray(queue);
  if (here !== undefined) {
    messages.push({ type: 'packet.leave', packet: here, slot: -1 });
    messages.push({ type: 'port.pick', packets: [here] });
    messages.push({ type: 'port.took', count: 1 });
  }
  return messages;
}

const sizes = (snapshot: AnyMachineSnapshot): string => {
  const context = contextOf(snapshot);
  const { queue, queues, waiting } = context;
  const onEdges = queues.flat().map((onto, slot) => [sizeOf(onto), isListed(context, slot)]);
  return JSON.stringify([snapshot.value, sizeOf(queue), onEdges, waiting]);
};

function paths(slots: number | null) {
  return getShortestPaths(machine, {
    input: input(slots),
    events: (snapshot) => asked(snapshot, 2) as never[],
    serializeState: (snapshot) => sizes(snapshot),
    limit: 20_000,
    stopWhen: (snapshot) => sizeOf(contextOf(snapshot).queue) > 3,
  });
}

describe('an input port', () => {
  it('is empty, partial or full by its packets, whatever way it came there', () => {
    for (const slots of [1, 2, 3]) {
      const all = paths(slots);
      const seen = new Set<unknown>();
      for (const { state } of all) {
        const { queue } = contextOf(state);
        const count = sizeOf(queue);
        const expected = count === 0 ? 'empty' : count === slots ? 'full' : 'partial';
        expect(state.value, sizes(state)).toBe(expected);
        seen.add(state.value);
      }
      expect(all.length).toBeGreaterThan(20);
      expect(seen).toEqual(new Set(slots === 1 ? ['empty', 'full'] : ['empty', 'partial', 'full']));
    }
  });

  it('is never full where it has infinite slots', () => {
    const all = paths(null);
    expect(all.length).toBeGreaterThan(20);
    for (const { state } of all) expect(state.value).not.toBe('full');
  });

  it('has every edge with packets listed or waiting, and those that wait only while it is full', () => {
    for (const { state } of paths(2)) {
      const { queues, idle, waiting } = contextOf(state);
      const sizes = queues.flat().map(sizeOf);
      for (const slot of idle) expect(sizes[slot], 'an idle edge has nothing on it').toBe(0);
      for (const slot of waiting) expect(isListed(contextOf(state), slot)).toBe(true);
      expect(new Set(idle).size).toBe(idle.length);
      if (waiting.length > 0) expect(state.value).toBe('full');
      expect(new Set(waiting).size).toBe(waiting.length);
    }
  });

  it('refuses what is one too many, and stays as it is', () => {
    let [port] = initialTransition(machine, input(1));
    [port] = transition(machine, port, { type: 'packet.inject', packet: 1, retryOf: null });
    expect(port.value).toBe('full');
    const [after, actions] = transition(machine, port, {
      type: 'packet.inject',
      packet: 2,
      retryOf: null,
    });
    expect(after.context).toEqual(port.context);
    expect(emissions(actions)).toMatchObject([{ type: 'rejected', code: 'INPUT_PORT_FULL' }]);
  });

  it('gives the oldest packets first', () => {
    let [port] = initialTransition(machine, input(null));
    for (const packet of [4, 2, 9]) {
      [port] = transition(machine, port, { type: 'packet.inject', packet, retryOf: null });
    }
    for (const type of ['port.take', 'port.took'] as const) {
      const [after] = transition(machine, port, { type, count: 2 });
      expect(toArray(after.context.queue)).toEqual([9]);
      expect(after.value).toBe('partial');
    }
  });
});
