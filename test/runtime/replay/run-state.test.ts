/** The state of a run as data, held against the kernel and against a plain reading of the history. */
import { describe, expect, it } from 'vitest';
import type { Location, PacketId } from '../../../src/machines/action.ts';
import type { HistoryRecord } from '../../../src/runtime/history/record.ts';
import { actionOf } from '../../../src/runtime/history/record.ts';
import { createKernel } from '../../../src/runtime/kernel/kernel.ts';
import { Replay } from '../../../src/runtime/replay/replay.ts';
import { runStateLines } from '../../../src/runtime/replay/run-state-text.ts';
import { runState } from '../../../src/runtime/replay/run-state.ts';
import { recordedRun, sourceOf } from './runs.ts';

interface Read {
  readonly packets: Map<string, Location>;
  readonly epochs: Map<string, { node: string; state: string }>;
  readonly timers: Map<string, number>;
}

/** What lives after the records, as their events tell it. */
function read(records: readonly HistoryRecord[]): Read {
  const found: Read = { packets: new Map(), epochs: new Map(), timers: new Map() };
  for (const record of records) {
    if (record.type !== 'event') continue;
    const fields = record as unknown as {
      packet: string;
      epoch: string;
      node: string;
      key: string;
      due: number;
      to: Location;
      final: boolean;
    };
    switch (record.event) {
      case 'PacketCreated':
        found.packets.set(
          fields.packet,
          fields.epoch === undefined
            ? { type: 'OutsideNet' }
            : { type: 'Node', epoch: fields.epoch as `e${number}` },
        );
        break;
      case 'PacketMoved':
        found.packets.set(fields.packet, fields.to);
        break;
      case 'PacketConsumed':
      case 'PacketDestroyed':
        found.packets.delete(fields.packet);
        break;
      case 'EpochCreated':
        found.epochs.set(fields.epoch, { node: fields.node, state: 'startable' });
        break;
      case 'EpochStarted':
        found.epochs.set(fields.epoch, {
          node: found.epochs.get(fields.epoch)?.node ?? '',
          state: 'running',
        });
        break;
      case 'EpochFinished':
      case 'EpochTimedOut':
      case 'EpochCancelled':
        found.epochs.delete(fields.epoch);
        break;
      case 'EpochFailed':
        if (fields.final) found.epochs.delete(fields.epoch);
        break;
      case 'TimerSet':
        found.timers.set(fields.key, fields.due);
        break;
      case 'TimerCleared':
        found.timers.delete(fields.key);
        break;
      default:
    }
  }
  return found;
}

/** Timers that fired are armed no more: the history tells it by the action. */
function fired(
  records: readonly HistoryRecord[],
  timers: Map<string, number>,
): Map<string, number> {
  const armed = new Map(timers);
  const last = new Map<string, number>();
  for (const record of records) {
    if (record.type === 'event' && record.event === 'TimerSet')
      last.set(record['key'] as string, record.seq);
    if (record.type !== 'action' || record.action !== 'FireTimer') continue;
    if (record.rejected !== undefined) continue;
    last.set(record['key'] as string, -1);
  }
  for (const [key, seq] of last) if (seq < 0) armed.delete(key);
  return armed;
}

describe('the state of a run', () => {
  it.each([92_000, 92_001, 92_003, 92_008, 92_004, 92_005, 92_006, 92_007])(
    'is what the history tells, at any point (seed %i)',
    async (seed) => {
      const { graph, records } = await recordedRun(seed);
      const spec = graph.toSpec();
      const kernel = createKernel(spec);
      const actions = records.filter((record) => record.type === 'action');
      for (const [at, record] of actions.entries()) {
        kernel.apply(actionOf(record));
        if (at % 7 !== 0) continue;
        const end = (actions[at + 1]?.seq ?? records.length) - 1;
        const state = runState(kernel, spec, end);
        const until = records.filter(({ seq: number }) => number <= end);
        const told = read(until);
        const placed = state.packets.flatMap(({ place, count, first }) => {
          const ids = kernel.packetsAt(place);
          expect({ count, first }).toEqual({ count: ids.length, first: ids.slice(0, 10) });
          return ids.map((id): [PacketId, Location] => [id, place]);
        });
        expect(new Map<string, Location>(placed)).toEqual(told.packets);
        expect(state.counts.packets).toBe(told.packets.size);
        expect(
          new Map(state.epochs.map(({ epoch, node, state: now }) => [epoch, { node, state: now }])),
        ).toEqual(told.epochs);
        expect(new Map(state.timers.map(({ key, due }) => [key, due]))).toEqual(
          fired(until, told.timers),
        );
        expect(state.counts).toMatchObject({
          startable: kernel.net().startable,
          running: kernel.net().running,
          timers: kernel.net().timers,
        });
        expect(state.nodes.map(({ node }) => node)).toEqual(spec.nodes.map(({ name }) => name));
        expect(
          state.epochs.map(({ sent, epoch }) => sent.length - kernel.epoch(epoch).outSalvos.length),
        ).toEqual(state.epochs.map(() => 0));
      }
    },
  );

  it('is plain data, and names every epoch as text', async () => {
    const { records } = await recordedRun(92_001);
    const replay = new Replay(sourceOf(records));
    for (let seq = 0; seq < records.length; seq += 40) {
      const state = replay.seek(seq).state();
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      const lines = runStateLines(state);
      expect(lines[0]).toContain(`after record ${state.seq}`);
      for (const { epoch, node } of state.epochs)
        expect(lines.some((line) => line.includes(epoch) && line.includes(node))).toBe(true);
      expect(lines.join('\n')).toContain('statecharts');
    }
  });

  it('names the first packets of a place only, and cuts long lists as text', () => {
    const spec = {
      nodes: [],
      edges: [],
      mode: 'cyclic',
      maxConcurrency: null,
      onError: 'pause',
    } as const;
    const kernel = createKernel(spec);
    for (let at = 0; at < 25; at++) kernel.apply({ type: 'CreatePacket' });
    const state = runState(kernel, spec, 50);
    expect(state.packets).toEqual([
      {
        place: { type: 'OutsideNet' },
        count: 25,
        first: Array.from({ length: 10 }, (_, at) => `p${at + 1}`),
      },
    ]);
    expect(runStateLines(state)).toContain('  outside  25  p1 p2 p3 p4 p5 p6 p7 p8 p9 p10 …');
    const many = Array.from({ length: 60 }, (_, at) => ({ key: `retry:e${at}`, due: at }));
    const lines = runStateLines({ ...state, timers: many });
    expect(lines).toContain('  … and 20 more');
  });
});
