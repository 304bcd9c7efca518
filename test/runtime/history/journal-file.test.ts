/** Histories written while a run goes on: what is written when, what is durable, and what a failure leaves. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JournalFile } from '../../../src/runtime/history/journal-file.ts';
import type { JournalFileOptions } from '../../../src/runtime/history/journal-options.ts';
import { openHistory, repairHistory } from '../../../src/runtime/history/recorded-history.ts';
import type { HistoryRecord } from '../../../src/runtime/history/record.ts';
import { isPending, nextRound } from '../nets.ts';
import { FailingDisk } from './failing-disk.ts';
import { type Told, answerOf, freshFolder, headerOf, historyOf } from './records.ts';

const three: readonly Told[] = [
  { events: ['StartNet', 2] },
  { events: ['ResumeNet', 1] },
  { events: ['ResumeNet', 2] },
];

function add(file: JournalFile, all: readonly Told[]): void {
  for (const told of all) {
    const { action, answer } = answerOf(told);
    file.append(action, answer, 1000);
  }
}

function fresh(options: JournalFileOptions = {}): { path: string; file: JournalFile } {
  const path = join(freshFolder(), 'history.jsonl');
  return { path, file: JournalFile.create(path, headerOf(), options) };
}

const read = (path: string): readonly HistoryRecord[] => [...openHistory(path).records()];
const seqs = (path: string): readonly number[] => read(path).map(({ seq }) => seq);

describe('what is written when', () => {
  it('the header at once, the rest at the end of the slice of the event loop', async () => {
    const { path, file } = fresh();
    expect(seqs(path)).toEqual([0]);
    add(file, three);
    expect(seqs(path)).toEqual([0]);
    await nextRound();
    expect(read(path)).toEqual(historyOf(three));
    file.close();
  });

  it('as many records as a chunk has at once, what is asked for by flush, and what is left by close', () => {
    const { path, file } = fresh({ chunkSize: 3 });
    add(file, three.slice(0, 2));
    expect(seqs(path)).toEqual([0, 1, 2, 3]);
    file.flush();
    expect(seqs(path)).toEqual([0, 1, 2, 3, 4, 5]);
    add(file, three.slice(1, 2));
    file.close();
    expect(seqs(path)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(() => add(file, three)).toThrow(expect.objectContaining({ code: 'NET_STATE' }));
  });

  it('with fsync = always every action at once', () => {
    const { path, file } = fresh({ fsync: 'always' });
    add(file, three.slice(0, 1));
    expect(seqs(path)).toEqual([0, 1, 2, 3]);
    file.close();
  });

  it('the outside data with its action', () => {
    const { path, file } = fresh();
    const outside = { values: [{ value: { $: 'bigint', value: '1' } }], thrown: 'x' };
    file.append({ type: 'CreatePacket', now: 1 }, { ok: true, events: [] }, 0, outside);
    file.close();
    expect(read(path)[1]).toMatchObject(outside);
  });

  it('of a level of actions the actions alone, numbered as if the events were there', () => {
    const path = join(freshFolder(), 'history.jsonl');
    const file = JournalFile.create(path, headerOf({ level: 'actions' }));
    add(file, three);
    file.close();
    expect(read(path).slice(1)).toEqual(historyOf(three).filter(({ type }) => type === 'action'));
  });

  it('after rest what still comes is written at once', () => {
    const { path, file } = fresh();
    add(file, three.slice(0, 1));
    file.rest();
    expect(seqs(path)).toHaveLength(4);
    add(file, three.slice(1, 2));
    expect(seqs(path)).toHaveLength(6);
    file.close();
  });

  it('at the end of the process what waits, unless it was closed or given up', () => {
    const exits: (() => void)[] = [];
    let listening = 0;
    const atExit = (flush: () => void): (() => void) => {
      exits.push(flush);
      listening += 1;
      return () => {
        listening -= 1;
      };
    };
    const { path, file } = fresh({ atExit });
    add(file, three);
    for (const exit of exits) exit();
    expect(read(path)).toEqual(historyOf(three));
    expect(listening).toBe(1);
    file.close();
    expect(listening).toBe(0);
  });
});

describe('what is durable', () => {
  it('never: what is with the system', async () => {
    const disk = new FailingDisk();
    const { path, file } = fresh({ fsync: 'never', disk });
    add(file, three);
    await file.durable();
    expect(read(path)).toEqual(historyOf(three));
    expect(disk.calls).not.toContain('sync');
    expect(disk.calls).not.toContain('syncLater');
    file.close();
    expect(disk.calls).not.toContain('sync');
  });

  it('batch: one sync at a time, what comes meanwhile waits for the next', async () => {
    const disk = new FailingDisk();
    disk.held = [];
    const { file } = fresh({ disk });
    add(file, three);
    const first = file.durable();
    await nextRound();
    expect(disk.held).toHaveLength(1);
    add(file, three);
    const second = file.durable();
    await nextRound();
    add(file, three);
    const third = file.durable();
    await nextRound();
    expect(disk.held).toHaveLength(1);
    expect(await isPending(first)).toBe(true);
    disk.release();
    await first;
    expect(await isPending(second)).toBe(true);
    expect(disk.held).toHaveLength(1);
    disk.release();
    await Promise.all([second, third]);
    await file.durable();
    expect(disk.calls.filter((call) => call === 'syncLater')).toHaveLength(2);
    file.close();
  });

  it('always: everything, as soon as it is appended', async () => {
    const disk = new FailingDisk();
    const { file } = fresh({ fsync: 'always', disk });
    add(file, three.slice(0, 1));
    expect(disk.calls.at(-1)).toBe('sync');
    expect(await isPending(file.durable())).toBe(false);
    file.close();
  });

  it('a file that is closed while a sync is under way is closed after it', async () => {
    const disk = new FailingDisk();
    disk.held = [];
    const { file } = fresh({ disk });
    add(file, three);
    file.flush();
    file.close();
    expect(disk.calls).not.toContain('close');
    disk.release();
    await nextRound();
    expect(disk.calls.at(-1)).toBe('close');
  });
});

describe('parts', () => {
  it('a file that would be too large is followed by another, and no action is split', () => {
    const { path, file } = fresh({ maxBytes: 1200 });
    const many = Array.from({ length: 20 }, (_, at): Told => ({ events: ['ResumeNet', at % 4] }));
    add(file, many);
    file.close();
    const history = openHistory(path);
    expect(history.files.length).toBeGreaterThan(3);
    expect([...history.records()]).toEqual(historyOf(many));
    for (const part of history.files) {
      const text = readFileSync(part, 'utf8');
      expect(text.length).toBeLessThanOrEqual(1200);
      expect(text.split('\n')[1]).toContain('"type":"action"');
    }
  });

  it('an action larger than a file has one of its own', () => {
    const { path, file } = fresh({ maxBytes: 10 });
    add(file, three);
    file.close();
    expect(readdirSync(join(path, '..')).sort()).toEqual([
      'history.1.jsonl',
      'history.2.jsonl',
      'history.jsonl',
    ]);
    expect(read(path)).toEqual(historyOf(three));
  });

  it('a part is durable before the next one is there', () => {
    const disk = new FailingDisk();
    const { file } = fresh({ maxBytes: 10, disk });
    add(file, three.slice(0, 2));
    const made = disk.calls.lastIndexOf('create');
    expect(disk.calls.slice(0, made).slice(-2)).toEqual(['write', 'sync']);
    file.close();
  });
});

describe('files that are there already', () => {
  it('a history, or a part of one, is never overwritten', () => {
    const { path, file } = fresh();
    file.close();
    const exists = expect.objectContaining({ code: 'HISTORY_FILE_EXISTS' }) as unknown;
    expect(() => JournalFile.create(path, headerOf())).toThrow(exists);
    const folder = freshFolder();
    writeFileSync(join(folder, 'history.3.jsonl'), 'of somebody');
    expect(() => JournalFile.create(join(folder, 'history.jsonl'), headerOf())).toThrow(exists);
    expect(readdirSync(folder)).toEqual(['history.3.jsonl']);
  });

  it('folders are made; where that is impossible, that is said', () => {
    const folder = freshFolder();
    const path = join(folder, 'a', 'b', 'history.jsonl');
    JournalFile.create(path, headerOf()).close();
    expect(existsSync(path)).toBe(true);
    expect(() => JournalFile.create(join(path, 'c.jsonl'), headerOf())).toThrow(
      expect.objectContaining({ code: 'HISTORY_UNWRITABLE' }),
    );
  });

  it('one that was repaired is gone on with, from the numbers where it ends', () => {
    const { path, file } = fresh();
    add(file, three.slice(0, 2));
    file.close();
    writeFileSync(path, '{"seq":6', { flag: 'a' });
    const { repair } = openHistory(path);
    expect(repair).toMatchObject({ cut: 8 });
    expect(() => JournalFile.open(openHistory(path).end())).toThrow(
      expect.objectContaining({ code: 'HISTORY_UNWRITABLE' }),
    );
    repairHistory(path);
    const again = JournalFile.open(openHistory(path).end());
    add(again, three.slice(2));
    again.close();
    expect(read(path)).toEqual(historyOf(three));
  });

  it.each(['full', 'actions'] as const)(
    'events of the last action that are not there are completed, with a level of %s',
    (level) => {
      const header = headerOf({ level });
      const path = join(freshFolder(), 'history.jsonl');
      const file = JournalFile.create(path, header);
      file.append({ type: 'StartNet', now: 1 }, { ok: true, events: [] }, 1000);
      file.close();
      const again = JournalFile.open(openHistory(path).end());
      again.complete([{ event: 'NetResumed' }, { event: 'NetResumed' }], 1000);
      add(again, three.slice(1));
      again.close();
      const whole = historyOf(three, () => header);
      const kept = level === 'full' ? whole : whole.filter(({ type }) => type !== 'event');
      expect(read(path)).toEqual(kept);
    },
  );

  it('one of format 1 is gone on with in another part', () => {
    const path = join(freshFolder(), 'history.jsonl');
    writeFileSync(path, '{"seq":0,"type":"header","format":1,"run":"R","at":"x"}\n');
    const file = JournalFile.open(openHistory(path).end());
    add(file, three);
    file.close();
    expect(openHistory(path).files).toHaveLength(2);
    expect(read(path).slice(1)).toEqual(historyOf(three).slice(1));
  });
});

describe('a disk that fails', () => {
  const unwritable = expect.objectContaining({ code: 'HISTORY_UNWRITABLE' }) as unknown;

  it('full at any byte: the file ends at a whole record, and everybody is told', async () => {
    const whole = historyOf(three);
    const { path: all, file } = fresh();
    add(file, three);
    file.close();
    const size = readFileSync(all).length;
    const head = readFileSync(all).indexOf(10) + 1;
    for (let room = head; room < size; room++) {
      const disk = new FailingDisk();
      disk.room = room;
      const told: unknown[] = [];
      const made = fresh({ disk, onFailure: (failure) => told.push(failure) });
      add(made.file, three);
      const durable = made.file.durable();
      await expect(durable).rejects.toThrow(unwritable);
      expect(told).toEqual([made.file.failure]);
      expect(() => made.file.flush()).toThrow(unwritable);
      expect(() => add(made.file, three)).toThrow(unwritable);
      await expect(made.file.durable()).rejects.toThrow(unwritable);
      made.file.close();
      const history = openHistory(made.path);
      expect(history.repair).toBeNull();
      const records = [...history.records()];
      expect(records).toEqual(whole.slice(0, records.length));
      expect(readFileSync(made.path).length).toBeLessThanOrEqual(room);
    }
  });

  it('whatever call fails: no history is damaged, and nothing is told to be durable that is not there', async () => {
    const count = await outcomeOf(new FailingDisk());
    expect(count).toBe(3);
    for (let failing = 0; failing < 30; failing++)
      for (const fsync of ['never', 'batch', 'always'] as const) {
        const disk = new FailingDisk((_, number) => number === failing);
        disk.most = 50;
        await outcomeOf(disk, fsync);
      }
  });

  it('where the half that was written cannot be taken back, readers cut it off', () => {
    const disk = new FailingDisk((call) => call === 'truncate');
    const { path, file } = fresh({ disk });
    disk.room = 10;
    add(file, three);
    expect(() => file.flush()).toThrow(unwritable);
    expect(openHistory(path).repair).toMatchObject({ cut: 10 });
    expect(seqs(path)).toEqual([0]);
  });

  it('a file that somebody else has changed is left alone', () => {
    const { path, file } = fresh();
    add(file, three);
    file.flush();
    writeFileSync(path, 'of somebody else');
    add(file, three);
    expect(() => file.flush()).toThrow('somebody else has changed it');
    file.close();
    expect(readFileSync(path, 'utf8')).toBe('of somebody else');
  });

  it('a header that cannot be written leaves no file', () => {
    const disk = new FailingDisk();
    disk.room = 20;
    const path = join(freshFolder(), 'history.jsonl');
    expect(() => JournalFile.create(path, headerOf(), { disk })).toThrow(unwritable);
    expect(existsSync(path)).toBe(false);
  });
});

/** Appends three actions in parts; what was told to be durable must be there afterwards. How many were. */
async function outcomeOf(
  disk: FailingDisk,
  fsync: 'never' | 'batch' | 'always' = 'batch',
): Promise<number> {
  const path = join(freshFolder(), 'history.jsonl');
  let durable = 0;
  let file: JournalFile;
  try {
    file = JournalFile.create(path, headerOf(), { disk, fsync, maxBytes: 700 });
  } catch (error) {
    expect(error).toMatchObject({ code: 'HISTORY_UNWRITABLE' });
    return 0;
  }
  for (const told of three) {
    try {
      add(file, [told]);
      await file.durable();
      durable += 1;
    } catch (error) {
      expect(error).toMatchObject({ code: 'HISTORY_UNWRITABLE' });
    }
  }
  file.close();
  repairHistory(path);
  const records = read(path);
  const whole = historyOf(three);
  expect(records).toEqual(whole.slice(0, records.length));
  expect(records.length).toBeGreaterThanOrEqual(historyOf(three.slice(0, durable)).length);
  return durable;
}
