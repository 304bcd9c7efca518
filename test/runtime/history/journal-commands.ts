/** What can happen to a history that is written, as commands against a list of records. */
import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { History } from '../../../src/runtime/history/history.ts';
import { JournalFile } from '../../../src/runtime/history/journal-file.ts';
import type { JournalFileOptions } from '../../../src/runtime/history/journal-options.ts';
import { openHistory, repairHistory } from '../../../src/runtime/history/recorded-history.ts';
import { type HistoryRecord, eventOf } from '../../../src/runtime/history/record.ts';
import { FailingDisk } from './failing-disk.ts';
import { type Told, anyAnswer, answerOf, freshFolder, headerOf } from './records.ts';

type Settings = Pick<JournalFileOptions, 'chunkSize' | 'fsync' | 'maxBytes'>;

/** What must be in the files: all that was appended, and how much of it no crash of the process takes. */
export interface Model {
  records: readonly HistoryRecord[];
  safe: number;
}

export class Real {
  readonly path = join(freshFolder(), 'history.jsonl');
  readonly settings: Settings;
  disk = new FailingDisk();
  file: JournalFile;

  constructor(settings: Settings) {
    this.settings = settings;
    this.file = JournalFile.create(this.path, headerOf(), this.options());
  }

  options(): JournalFileOptions {
    return { ...this.settings, disk: this.disk };
  }

  /** The process is gone: what it had not handed to the system is lost. */
  crash(): void {
    this.disk.isOff = true;
    this.disk = new FailingDisk();
  }
}

function read(path: string): readonly HistoryRecord[] {
  return [...openHistory(path).records()];
}

function assertWhole({ path }: Real, { records }: Model): void {
  expect(read(path)).toEqual(records);
}

/** What a crash left is the beginning of what was appended, with all that was safe. */
function assertPrefix(left: readonly HistoryRecord[], { records, safe }: Model): void {
  expect(left).toEqual(records.slice(0, left.length));
  expect(left.length).toBeGreaterThanOrEqual(safe);
}

/** The records with what comes of one more action. */
function withAction(records: readonly HistoryRecord[], told: Told): readonly HistoryRecord[] {
  const { action, answer } = answerOf(told);
  const actions = records.filter(({ type }) => type === 'action').length;
  const alone = new History({ header: headerOf, maxSize: null });
  alone.append(action, answer, 1000);
  const seq = records.length;
  const added = [...alone].slice(1).map((record, at) => {
    const place = { ...record, seq: seq + at };
    return record.type === 'action'
      ? { ...place, id: `a${actions + 1}` }
      : { ...place, id: `v${seq + at - actions - 1}`, action_id: `a${actions + 1}` };
  });
  return [...records, ...(added as HistoryRecord[])];
}

class Append implements fc.Command<Model, Real> {
  readonly told: Told;

  constructor(told: Told) {
    this.told = told;
  }

  check = (): boolean => true;

  run(model: Model, real: Real): void {
    const { action, answer } = answerOf(this.told);
    real.file.append(action, answer, 1000);
    model.records = withAction(model.records, this.told);
    if (real.settings.fsync === 'always') model.safe = model.records.length;
  }

  toString = (): string => `append(${JSON.stringify(answerOf(this.told).action.type)})`;
}

class Flush implements fc.Command<Model, Real> {
  check = (): boolean => true;

  run(model: Model, real: Real): void {
    real.file.flush();
    model.safe = model.records.length;
    assertWhole(real, model);
  }

  toString = (): string => 'flush';
}

class Rest implements fc.Command<Model, Real> {
  check = (): boolean => true;

  run(model: Model, real: Real): void {
    real.file.close();
    model.safe = model.records.length;
    real.file = JournalFile.open(openHistory(real.path).end(), real.options());
  }

  toString = (): string => 'close and open';
}

/** The process is gone, and with `torn` bytes of what it had written last, but for what was safe. */
class Crash implements fc.Command<Model, Real> {
  readonly torn: number;

  constructor(torn: number) {
    this.torn = torn;
  }

  check = (): boolean => true;

  run(model: Model, real: Real): void {
    real.crash();
    this.#tear(real.path, model.safe);
    repairHistory(real.path);
    const left = read(real.path);
    assertPrefix(left, model);
    real.file = JournalFile.open(openHistory(real.path).end(), real.options());
    model.records = completed(model.records, left.length);
    const missing = model.records
      .slice(left.length)
      .flatMap((record) => (record.type === 'event' ? [eventOf(record)] : []));
    real.file.complete(missing, 1000);
    real.file.flush();
    model.safe = model.records.length;
    assertWhole(real, model);
  }

  /** Takes bytes off the last file, as far as no record goes that is safe. */
  #tear(path: string, safe: number): void {
    const last = openHistory(path).files.at(-1) ?? path;
    const lines = readFileSync(last, 'utf8').split(/(?<=\n)/);
    const kept = lines.filter((line) => {
      const { seq, type } = JSON.parse(line) as { seq: number; type: string };
      return type === 'header' || seq < safe;
    });
    const least = Buffer.byteLength(kept.join(''));
    const { length } = readFileSync(last);
    truncateSync(last, Math.max(least, length - this.torn));
  }

  toString = (): string => `crash(${this.torn})`;
}

/** The records up to a place, and the events of the last action that come after it. */
function completed(records: readonly HistoryRecord[], length: number): readonly HistoryRecord[] {
  let end = length;
  while (records[end]?.type === 'event') end += 1;
  return records.slice(0, end);
}

export const anyCommands = fc.commands(
  [
    anyAnswer.map((told) => new Append(told)),
    anyAnswer.map((told) => new Append(told)),
    fc.constant(new Flush()),
    fc.constant(new Rest()),
    fc.nat(400).map((torn) => new Crash(torn)),
  ],
  { maxCommands: 25 },
);
export const anySettings = fc.record({
  chunkSize: fc.integer({ min: 1, max: 20 }),
  fsync: fc.constantFrom('never' as const, 'batch' as const, 'always' as const),
  maxBytes: fc.constantFrom(null, 300, 2000),
});
