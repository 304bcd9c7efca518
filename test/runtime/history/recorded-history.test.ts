/** Histories in files: read whole, in parts, cut off anywhere, and refused where they are damaged. */
import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordLine } from '../../../src/runtime/history/record-line.ts';
import { openHistory, repairHistory } from '../../../src/runtime/history/recorded-history.ts';
import type { HeaderRecord, HistoryRecord } from '../../../src/runtime/history/record.ts';
import { anyAnswer, freshFolder, historyOf } from './records.ts';

const textOf = (records: readonly HistoryRecord[]): string =>
  records.map((record) => `${recordLine(record)}\n`).join('');

/** Three actions with their events: records 0 to 8. */
const records = [
  ...historyOf([
    { events: ['StartNet', 2] },
    { events: ['ResumeNet', 1] },
    { events: ['ResumeNet', 2] },
  ]),
];
const [header, ...rest] = records as [HeaderRecord, ...HistoryRecord[]];

function written(text: string): string {
  const path = join(freshFolder(), 'history.jsonl');
  writeFileSync(path, text);
  return path;
}

/** The records in parts that begin at these numbers. */
function inParts(path: string, starts: readonly number[]): void {
  const all = [0, ...starts];
  for (const [part, first] of all.entries()) {
    const own = rest.filter(({ seq }) => seq >= first && seq < (all[part + 1] ?? Infinity));
    const head = part === 0 ? header : { ...header, part, first_seq: first };
    const file = part === 0 ? path : path.replace('.jsonl', `.${part}.jsonl`);
    writeFileSync(file, textOf([head, ...own]));
  }
}

describe('a history in files', () => {
  it('has the records that were written, from any number on, by its file or its folder', () => {
    const path = written(textOf(records));
    const history = openHistory(path);
    expect(history.header).toEqual(header);
    expect(history.repair).toBeNull();
    expect([...history.records()]).toEqual(records);
    expect([...openHistory(join(path, '..')).records(5)]).toEqual(
      records.filter(({ seq }) => seq >= 5),
    );
    expect(history.end()).toMatchObject({ path, part: 0, nextSeq: 9, actions: 3 });
  });

  it('is read from any number on once more, wherever reading was before', () => {
    const many = [...historyOf(Array.from({ length: 4000 }, () => ({ events: ['StartNet', 2] })))];
    const numbers = many.map(({ seq }) => seq);
    const lines = many.map((record) => `${recordLine(record)}\n`);
    const path = written(lines.slice(0, 7000).join(''));
    const first = { ...many[0], part: 1, first_seq: 7000 } as unknown as HistoryRecord;
    writeFileSync(
      path.replace('.jsonl', '.1.jsonl'),
      recordLine(first) + '\n' + lines.slice(7000).join(''),
    );
    const history = openHistory(path);
    const seqs = (from: number): number[] => Array.from(history.records(from), ({ seq }) => seq);
    for (const from of [9000, 0, 11_999, 7001, 7000, 2048, 2049, 4096, 8200, 12_001, 1]) {
      expect(seqs(from)).toEqual(numbers.filter((seq) => seq >= from));
      expect(history.end()).toEqual(openHistory(path).end());
    }
    expect(history.end()).toMatchObject({ part: 1, nextSeq: 12_001, actions: 4000 });
    expect([...history.records(6543)]).toEqual(many.slice(6543));
  });

  it('in several parts is read as one', () => {
    const path = written('');
    inParts(path, [4, 6]);
    const history = openHistory(path);
    expect(history.files).toHaveLength(3);
    for (let from = 0; from < 10; from++)
      expect([...history.records(from)]).toEqual(records.filter(({ seq }) => seq >= from));
    expect(history.end()).toMatchObject({ part: 2, nextSeq: 9, actions: 3 });
  });

  it('whose last part has no record yet ends where the part before does', () => {
    const path = written('');
    inParts(path, [4, 9]);
    expect(openHistory(path).end()).toMatchObject({ part: 2, nextSeq: 9, actions: 3 });
  });

  it('without events has numbers that count them', () => {
    const actions = rest.filter(({ type }) => type === 'action');
    const path = written(textOf([{ ...header, level: 'actions' }, ...actions]));
    expect([...openHistory(path).records(1)]).toEqual(actions);
  });

  it('of format 1 is read as if it were of today', () => {
    const old = '{"seq":0,"type":"header","format":1,"run":"R","at":"x"}\n';
    const path = written(old + textOf(rest));
    const history = openHistory(path);
    expect(history.header).toMatchObject({ format: 2, run: 'R', spec_hash: null });
    expect([...history.records(1)]).toEqual(rest);
  });

  it('whose oldest records were dropped begins later', () => {
    const path = written(textOf([header, ...rest.slice(3)]));
    expect([...openHistory(path).records(1)]).toEqual(rest.slice(3));
  });
});

describe('what a crash left half-written', () => {
  it('whatever records there are and wherever the file is cut: whole records are read, the rest is cut off', () => {
    fc.assert(
      fc.property(fc.array(anyAnswer, { maxLength: 4 }), fc.nat(), (answers, at) => {
        const all = historyOf(answers);
        const path = written(textOf(all));
        const bytes = readFileSync(path);
        const head = bytes.indexOf(10) + 1;
        const cut = head + (at % (bytes.length - head + 1));
        truncateSync(path, cut);
        const before = readFileSync(path);
        const history = openHistory(path);
        const read = [...history.records()];
        expect(read).toEqual(all.slice(0, read.length));
        const whole = Buffer.byteLength(textOf(read));
        expect(whole).toBeLessThanOrEqual(cut);
        expect(history.repair).toEqual(
          cut === whole ? null : expect.objectContaining({ keep: whole, cut: cut - whole }),
        );
        expect(readFileSync(path)).toEqual(before);
        expect(repairHistory(path)).toEqual(history.repair);
        expect(readFileSync(path)).toEqual(before.subarray(0, whole));
        expect(repairHistory(path)).toBeNull();
        expect([...openHistory(path).records()]).toEqual(read);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('is cut off at every byte of a history', () => {
    const bytes = Buffer.from(textOf(records));
    const path = written('');
    for (let cut = bytes.indexOf(10) + 1; cut <= bytes.length; cut++) {
      writeFileSync(path, bytes.subarray(0, cut));
      const read = [...openHistory(path).records()];
      expect(read).toEqual(records.slice(0, read.length));
      expect(cut - Buffer.byteLength(textOf(read))).toBeLessThan(
        Buffer.byteLength(`${recordLine(records[read.length] ?? header)}\n`),
      );
    }
  });

  it('is said in words', () => {
    const path = written(`${textOf(records)}{"seq":9`);
    expect(openHistory(path).repair?.notice).toBe(
      `the last line of ${path} is half-written: 8 bytes are no record`,
    );
  });

  it('zeros at the end are no record', () => {
    const path = written(textOf(records));
    appendFileSync(path, Buffer.alloc(5000));
    expect(openHistory(path).repair).toMatchObject({ cut: 5000 });
    expect([...openHistory(path).records()]).toEqual(records);
  });

  it.each([
    ['nothing', ''],
    ['half a header', '{"seq":0,"ty'],
  ])('a part that was begun and holds %s is left out, and removed by the repair', (_, text) => {
    const path = written('');
    inParts(path, [4]);
    const begun = path.replace('.jsonl', '.2.jsonl');
    writeFileSync(begun, text);
    const history = openHistory(path);
    expect(history.repair).toMatchObject({ removed: begun, cut: 0 });
    expect([...history.records()]).toEqual(records);
    repairHistory(path);
    expect(openHistory(path).repair).toBeNull();
    expect(openHistory(path).files).toHaveLength(2);
  });
});

describe('what is no history is refused, with file and line', () => {
  const invalid = { code: 'HISTORY_INVALID' };
  const at = (line: number): unknown => expect.stringContaining(`history.jsonl, line ${line}`);
  const reads = (path: string) => () => [...openHistory(path).records()];

  it('a file that is not there, is a folder of none, or is no regular file', () => {
    const folder = freshFolder();
    const unreadable: unknown = expect.objectContaining({ code: 'HISTORY_UNREADABLE' });
    expect(reads(join(folder, 'none.jsonl'))).toThrow(unreadable);
    expect(reads(folder)).toThrow(unreadable);
    mkdirSync(join(folder, 'history.jsonl'));
    expect(reads(folder)).toThrow(unreadable);
    expect(reads('/dev/null')).toThrow(unreadable);
  });

  it.each([
    ['an empty file', '', 1],
    ['half a header', '{"seq":0', 1],
    ['a file without a header', textOf(rest), 1],
    ['a text', 'Dear diary,\n', 1],
    [
      'bytes that are no text',
      Buffer.concat([Buffer.from(textOf([header])), Buffer.from([34, 0xff, 34, 10])]),
      2,
    ],
    ['an empty line', `${textOf([header])}\n`, 2],
    ['a record twice', textOf([...records.slice(0, 3), ...records.slice(2)]), 4],
    ['a record left out', textOf([...records.slice(0, 3), ...records.slice(4)]), 4],
    ['a second header', textOf([header, header]), 2],
    ['an event first', textOf([header, ...rest.slice(1)]), 2],
    ['another part', textOf([{ ...header, part: 1 }]), 1],
    ['an event where there are none', textOf([{ ...header, level: 'actions' }, ...rest]), 3],
    [
      'an event of another action',
      textOf(records).replace('"action_id":"a2"', '"action_id":"a1"'),
      6,
    ],
    ['an event with the number of another', textOf(records).replace('"id":"v3"', '"id":"v4"'), 6],
    ['an action with the number of another', textOf(records).replace('"id":"a2"', '"id":"a3"'), 5],
  ])('%s', (_, text, line) => {
    expect(reads(written(text as string))).toThrow(
      expect.objectContaining({ ...invalid, message: at(line) }),
    );
  });

  it('a format of later', () => {
    const path = written('{"seq":0,"type":"header","format":99}\n');
    expect(() => openHistory(path)).toThrow(
      expect.objectContaining({ code: 'HISTORY_FORMAT_UNKNOWN' }),
    );
  });

  it('a part that is missing, of another run, or not the next one', () => {
    const path = written('');
    inParts(path, [4, 6]);
    const second = path.replace('.jsonl', '.1.jsonl');
    const text = readFileSync(second, 'utf8');
    for (const [wrong, why] of [
      [text.replace('"part":1', '"part":2'), 'in the place of part 1'],
      [text.replace(header.run, 'another'), 'of run another'],
      [text.replace('"first_seq":4', '"first_seq":5'), 'it begins with record 5'],
      [text.replace(',"first_seq":4', ''), 'first_seq'],
      [text.slice(0, -5), 'half-written'],
    ] as const) {
      writeFileSync(second, wrong);
      expect(reads(path)).toThrow(why);
      expect(reads(path)).toThrow(expect.objectContaining(invalid));
    }
    writeFileSync(second, text);
    writeFileSync(path.replace('.jsonl', '.4.jsonl'), text);
    expect(reads(path)).toThrow('part 3 is missing');
  });

  it('whatever byte is changed: records are read, or an error of a history tells', () => {
    const bytes = Buffer.from(textOf(records));
    const path = written('');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (place, byte) => {
        const damaged = Buffer.from(bytes);
        damaged[place] = byte;
        writeFileSync(path, damaged);
        try {
          for (const record of openHistory(path).records()) expect(record.seq).toBeLessThan(9);
        } catch (error) {
          expect((error as { code?: unknown }).code).toMatch(/^HISTORY_(INVALID|FORMAT_UNKNOWN)$/);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
