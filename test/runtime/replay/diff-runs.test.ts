/** Where two runs part, and folders of histories: what is the same, what is not, what cannot be read. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { recordLine } from '../../../src/runtime/history/record-line.ts';
import type { HistoryRecord } from '../../../src/runtime/history/record.ts';
import { diffRuns } from '../../../src/runtime/replay/diff-runs.ts';
import {
  type HistoryVerdict,
  replayHistories,
} from '../../../src/runtime/replay/replay-histories.ts';
import { recordedRun, sourceOf, tampered } from './runs.ts';

describe('the difference of two runs', () => {
  it('is none of a run and the same run later', async () => {
    const { records } = await recordedRun(93_000);
    const later = records.map((record) => {
      const moved: Record<string, unknown> = { ...record, at: '2030-01-01T00:00:00.000Z' };
      if (typeof moved['now'] === 'number') moved['now'] += 5000;
      if (typeof moved['due'] === 'number') moved['due'] += 5000;
      return moved as unknown as HistoryRecord;
    });
    const found = diffRuns(sourceOf(records), sourceOf(later));
    expect(found).toMatchObject({ same: true, definitions: null, parted: null });
    expect(found.left).toEqual({ ...found.right, at: found.left.at });
  });

  it.each([93_001, 93_002, 93_003])('is where one of them was changed (seed %i)', async (seed) => {
    const { records } = await recordedRun(seed);
    for (const { seq, type } of records.slice(1).filter((_, at) => at % 17 === 3)) {
      const other = tampered(records, seq, (record) => {
        record[type === 'action' ? 'action' : 'event'] = 'Else';
      });
      const { same, parted } = diffRuns(sourceOf(records), sourceOf(other));
      expect(same).toBe(false);
      expect(parted).toMatchObject({ seq, right: 'Else', rightRecord: { seq } });
    }
  });

  it('counts what each run has come to', async () => {
    const { records, net } = await recordedRun(93_004);
    const { left } = diffRuns(sourceOf(records), sourceOf(records));
    const { epochs, packets } = net.status().counts;
    expect(left.packets).toEqual(packets);
    expect(left.epochs).toEqual({
      opened: epochs.opened,
      finished: epochs.finished,
      failed: epochs.failed,
      timedOut: epochs.timedOut,
      cancelled: epochs.cancelled,
    });
    expect(left.state).toBe(net.status().state);
  });

  it('tells that values were others where both runs kept them', async () => {
    const { records } = await recordedRun(93_005);
    const action = records.find((record) => record.type === 'action');
    const withValue = (value: unknown): HistoryRecord[] =>
      tampered(records, action?.seq ?? 0, (record) => {
        record['values'] = [{ value }];
      });
    expect(diffRuns(sourceOf(withValue(1)), sourceOf(withValue(2))).parted).toMatchObject({
      path: '$.values[0].value',
      left: 1,
      right: 2,
    });
    expect(diffRuns(sourceOf(withValue(1)), sourceOf(records)).same).toBe(true);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'netrun-histories-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const textOf = (records: readonly HistoryRecord[]): string =>
  `${records.map(recordLine).join('\n')}\n`;

async function verdicts(path: string): Promise<HistoryVerdict[]> {
  const found: HistoryVerdict[] = [];
  for await (const verdict of replayHistories(path)) found.push(verdict);
  return found;
}

describe('the histories of a folder', () => {
  it('are replayed one by one, and each gets its verdict', async () => {
    const { records } = await recordedRun(93_010);
    const event = records.find(
      (record) => record.type === 'event' && record.event === 'PacketMoved',
    );
    const bad = tampered(records, event?.seq ?? 0, (record) => {
      record['packet'] = 'p4242';
    });
    const expected = [
      write('a/history.jsonl', 'this is none\n'),
      write('b-history.jsonl', textOf(bad)),
      write('deep/er/recorded.jsonl', textOf(records)),
    ];
    write('dead-letters.jsonl', '{"type":"letter"}\n');
    write('notes.txt', 'nothing');
    write('empty.jsonl', '');
    symlinkSync(folder, join(folder, 'deep', 'ring'));
    const found = await verdicts(folder);
    expect(found.map(({ file }) => file)).toEqual(expected);
    expect(found).toMatchObject([
      { ok: false, error: { code: 'HISTORY_INVALID' } },
      { ok: false, difference: { seq: event?.seq, path: '$.packet', recorded: 'p4242' } },
      { ok: true, result: { seq: records.at(-1)?.seq, isWhole: true } },
    ]);
  });

  it('must be there', async () => {
    mkdirSync(join(folder, 'nothing'));
    for (const path of ['nothing', 'nowhere', 'notes.txt'])
      await expect(verdicts(join(folder, path))).rejects.toMatchObject({
        code: 'HISTORY_UNREADABLE',
      });
  });
});
