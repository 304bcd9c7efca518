/** Runs of random nets, and their histories as a replay reads them. */
import { vi } from 'vitest';
import { Graph } from '../../../src/dsl/graph.ts';
import { parseRecord } from '../../../src/runtime/history/record-line.ts';
import type { HistoryRecord } from '../../../src/runtime/history/record.ts';
import type { Net } from '../../../src/runtime/net.ts';
import type { RecordSource } from '../../../src/runtime/replay/record-source.ts';
import { simulate } from '../../simulation/simulation.ts';

/** A run and the records of its history, the header first. */
export interface RecordedRun {
  readonly net: Net;
  readonly graph: Graph;
  readonly records: readonly HistoryRecord[];
}

/** Records in memory as a source. */
export function sourceOf([header, ...records]: readonly HistoryRecord[]): RecordSource {
  if (header?.type !== 'header') throw new Error('the first record is no header');
  return { header, records: (from = 0) => records.filter(({ seq }) => seq >= from) };
}

/** The history as it would be read from a file. */
export function recordsOf(net: Net): HistoryRecord[] {
  return Array.from(net.history.lines(), (line) => parseRecord(line));
}

/** The run of a seed to its end, the same every time. */
export async function recordedRun(seed: number): Promise<RecordedRun> {
  const held = vi.spyOn(performance, 'now').mockReturnValue(0);
  try {
    const { net, input } = await simulate(seed);
    return { net, graph: new Graph(input), records: recordsOf(net) };
  } finally {
    held.mockRestore();
  }
}

/** A copy of the records with one of them changed. */
export function tampered(
  records: readonly HistoryRecord[],
  seq: number,
  change: (record: Record<string, unknown>) => void,
): HistoryRecord[] {
  const copy = structuredClone([...records]);
  const record = copy.find((one) => one.seq === seq);
  if (record === undefined) throw new Error(`there is no record ${seq}`);
  change(record as unknown as Record<string, unknown>);
  return copy;
}
