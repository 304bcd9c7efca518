/** Histories that somebody changed: whatever is in them, reading ends, in an answer or in an error with a code. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordFilter } from '../../../src/cli/record-filter.ts';
import { recordText } from '../../../src/cli/record-text.ts';
import { NetrunError } from '../../../src/errors.ts';
import { packetLineage } from '../../../src/runtime/explain/packet-lineage.ts';
import { packetTrace } from '../../../src/runtime/explain/packet-trace.ts';
import {
  RecordUnreadable,
  parseRecord,
  recordLine,
} from '../../../src/runtime/history/record-line.ts';
import type { HistoryRecord } from '../../../src/runtime/history/record.ts';
import { diffRuns } from '../../../src/runtime/replay/diff-runs.ts';
import { Replay } from '../../../src/runtime/replay/replay.ts';
import { runStateLines } from '../../../src/runtime/replay/run-state-text.ts';
import { FakeTerminal } from '../../cli/fake-terminal.ts';
import { recordedRun, sourceOf } from './runs.ts';

const hostile = fc.constantFrom<unknown[]>(
  null,
  -1,
  1e308,
  '',
  'p0',
  'p99999999999999999999',
  'e1',
  '__proto__',
  'constructor',
  [],
  [[]],
  [['x', 'p1', 3], 7],
  {},
  { type: 'Node' },
  { type: 'Edge', from: 3 },
  { type: 'InputPort', node: {}, port: [] },
  { name: 1 },
  true,
  '\u001b[2J',
);

/** One change: of which record, of which of its fields (or a new one), to what. */
const change = fc.tuple(fc.nat(), fc.nat(), hostile);

const spare = ['packet', 'epoch', 'packets', 'from', 'to', 'copyOf', 'retryOf', 'now', 'rejected'];

function changed(
  records: readonly HistoryRecord[],
  changes: readonly (readonly [number, number, unknown])[],
): HistoryRecord[] {
  const copy = structuredClone([...records]) as unknown as Record<string, unknown>[];
  for (const [which, field, value] of changes) {
    const record = copy[1 + (which % (copy.length - 1))] as Record<string, unknown>;
    const fields = [...Object.keys(record).slice(4), ...spare];
    record[fields[field % fields.length] as string] = value;
  }
  return copy as unknown as HistoryRecord[];
}

/** The records as they would be read from a file; null where a line of it is refused. */
function asRead(records: readonly HistoryRecord[]): HistoryRecord[] | null {
  try {
    return records.map((record) => parseRecord(recordLine(record)));
  } catch (error) {
    if (error instanceof RecordUnreadable) return null;
    throw error;
  }
}

/** Throws where it throws anything but an error of ours. */
function judge(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof NetrunError) || error.code === 'KERNEL_FAILED') throw error;
  }
}

describe('a history that was changed', () => {
  it('is gone through to an answer, or to an error with a code', async () => {
    const { records } = await recordedRun(94_000);
    const output = new FakeTerminal().stdout;
    output.isTTY = true;
    let read = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const told = asRead(changed(records, changes));
        if (told === null) return;
        read += 1;
        const source = sourceOf(told);
        judge(() => new Replay(source).verify());
        judge(() => {
          const replay = new Replay(source, { onDifference: 'report' });
          replay.verify();
          runStateLines(replay.seek(replay.seq >> 1).state());
        });
        judge(() => diffRuns(source, sourceOf(records)));
        for (const direction of ['up', 'down'] as const)
          judge(() => packetLineage(source, 'p2', { direction }));
        judge(() => packetTrace(source, 'p2'));
        const filter = new RecordFilter({
          node: 'N1',
          packet: 'p2',
          epoch: 'e1',
          events: new Set(),
          actions: new Set(),
          from: 1,
          to: Infinity,
        });
        for (const record of source.records()) {
          filter.wants(record);
          if (record.type === 'header') continue;
          const text = recordText(output, record);
          expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
          for (const line of text.split('\n')) expect(line.length).toBeLessThan(80);
        }
      }),
      { numRuns: 80, seed: 11 },
    );
    expect(read).toBeGreaterThan(30);
  });

  it('is refused line by line where a line is cut or spoilt', async () => {
    const { net } = await recordedRun(94_001);
    const lines = [...net.history.lines()];
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.string({ maxLength: 8 }), (which, where, text) => {
        const spoilt = [...lines];
        const at = which % lines.length;
        const line = lines[at] ?? '';
        const place = where % line.length;
        spoilt[at] = line.slice(0, place) + text + line.slice(place + text.length);
        let records: HistoryRecord[];
        try {
          records = spoilt.map((one) => parseRecord(one));
        } catch (error) {
          expect(error).toBeInstanceOf(RecordUnreadable);
          return;
        }
        if (records[0]?.type === 'header') judge(() => new Replay(sourceOf(records)).verify());
      }),
      { numRuns: 300, seed: 12 },
    );
  });

  it('that leads in a circle has an end all the same', async () => {
    const { records } = await recordedRun(94_002);
    const [header] = records;
    const made = [
      ['p1', 'p3'],
      ['p2', 'p1'],
      ['p3', 'p2'],
    ].map(([packet, retryOf], at) => ({
      seq: at + 1,
      type: 'event',
      id: `v${at + 1}`,
      action_id: 'a1',
      at: '',
      event: 'PacketCreated',
      packet,
      retryOf,
    }));
    const source = sourceOf([header, ...made] as unknown as HistoryRecord[]);
    expect(packetTrace(source, 'p1').lineage).toEqual(['p3']);
    expect(packetTrace(source, 'p3').lineage).toEqual(['p2', 'p1', 'p3']);
    expect(packetLineage(source, 'p1').size).toBe(4);
    expect(packetLineage(source, 'p1', { direction: 'down' }).size).toBe(4);
  });
});
