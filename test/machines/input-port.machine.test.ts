/** The machine of an input port, alone: every way it can go, by paths through its states. */
import { describe, expect, it } from 'vitest';
import { type AnyMachineSnapshot, initialTransition, transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { sizeOf, toArray } from '../../src/machines/fifo.ts';
import {
  type InputPortContext,
  type InputPortInput,
  inputPortMachine,
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
  const { queue, edges, waiting } = contextOf(snapshot);
  const used = [queue, ...edges.map((edge) => edge.queue)].flatMap((fifo) => toArray(fifo));
  const packet = [1, 2, 3, 4, 5, 6, 7, 8].find((id) => !used.includes(id)) ?? 9;
  const messages: InputPortMessage[] = [
    { type: 'packet.inject', packet, retryOf: null },
    { type: 'port.take', count: 1 },
    { type: 'port.take', count: null },
  ];
  for (const [slot, edge] of edges.entries()) {
    if (sizeOf(edge.queue) < most) messages.push({ type: 'edge.put', slot, packet });
    if (edge.listed && !waiting.includes(slot)) messages.push({ type: 'edge.serve', slot, ids });
    const [onEdge] = toArray(edge.queue);
    if (onEdge !== undefined) messages.push({ type: 'packet.destroy', packet: onEdge, slot });
  }
  const [here] = toArray(queue);
  if (here !== undefined) {
    messages.push({ type: 'packet.leave', packet: here, slot: -1 });
    messages.push({ type: 'port.pick', packets: [here] });
  }
  return messages;
}

const sizes = (snapshot: AnyMachineSnapshot): string => {
  const { queue, edges, waiting } = contextOf(snapshot);
  const onEdges = edges.map((edge) => [sizeOf(edge.queue), edge.listed]);
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
      const { edges, waiting } = contextOf(state);
      for (const edge of edges) if (sizeOf(edge.queue) > 0) expect(edge.listed).toBe(true);
      for (const slot of waiting) expect(edges[slot]?.listed).toBe(true);
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
    [port] = transition(machine, port, { type: 'port.take', count: 2 });
    expect(port.context.taken).toEqual([4, 2]);
    expect(toArray(port.context.queue)).toEqual([9]);
    expect(port.value).toBe('partial');
  });
});
