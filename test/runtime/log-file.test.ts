/** A log in a file is read as it was written, also while it is. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LogFile, LogFileWriter } from '../../src/runtime/logs/log-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'netrun-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lineOf = (number: number): string =>
  `${JSON.stringify({ level: 30, time: 1000 + number, run: 'r', msg: `line ${number}` })}\n`;

function readAll(file: LogFile): readonly (string | undefined)[] {
  for (const _ of file.read());
  return Array.from(
    { length: file.count - file.first },
    (_, at) => file.line(file.first + at)?.msg,
  );
}

describe('a log in a file', () => {
  it('has every line that was handed over, in order, and goes on with what is there', () => {
    const path = join(folder, 'whole.jsonl');
    for (const number of [0, 1]) {
      const writer = new LogFileWriter(path);
      writer.write(lineOf(number));
      writer.close();
    }
    const file = new LogFile(path);
    expect(file.isThere).toBe(true);
    expect(readAll(file)).toEqual(['line 0', 'line 1']);
    expect(file.line(0)).toMatchObject({ level: 30, time: 1000 });
    expect(file.line(2)).toBeUndefined();
  });

  it('is read on as it grows, by whole lines', () => {
    const path = join(folder, 'grows.jsonl');
    const file = new LogFile(path);
    expect(file.isThere).toBe(false);
    expect(readAll(file)).toEqual([]);
    writeFileSync(path, lineOf(0) + lineOf(1).slice(0, 9));
    expect(readAll(file)).toEqual(['line 0']);
    appendFileSync(path, lineOf(1).slice(9));
    expect(readAll(file)).toEqual(['line 0', 'line 1']);
  });

  it('says of what is no line that it is none', () => {
    const path = join(folder, 'damaged.jsonl');
    writeFileSync(path, `${lineOf(0)}{"level":\n[]\nnull\n${lineOf(1)}`);
    const none = (number: number): string =>
      `line ${number} of damaged.jsonl is not a line of a log`;
    expect(readAll(new LogFile(path))).toEqual(['line 0', none(2), none(3), none(4), 'line 1']);
    expect(readAll(new LogFile(path))).toHaveLength(5);
  });

  it('keeps the last lines of very many, by their own numbers', () => {
    const path = join(folder, 'long.jsonl');
    writeFileSync(path, Array.from({ length: 200_002 }, (_, at) => lineOf(at)).join(''));
    const file = new LogFile(path);
    readAll(file);
    expect(file.count).toBe(200_002);
    expect(file.first).toBe(100_001);
    expect(file.line(file.first)?.msg).toBe('line 100001');
    expect(file.line(5)).toBeUndefined();
  });

  it('goes on after a line that was cut short on a line of its own', () => {
    const path = join(folder, 'cut.jsonl');
    writeFileSync(path, lineOf(0) + lineOf(1).slice(0, 9));
    const writer = new LogFileWriter(path);
    writer.write(lineOf(2));
    writer.write(lineOf(3));
    writer.close();
    expect(readAll(new LogFile(path))).toEqual([
      'line 0',
      'line 2 of cut.jsonl is not a line of a log',
      'line 2',
      'line 3',
    ]);
  });

  it('does not grow for ever: the lines before the last files of it are dropped, and that is said', () => {
    const path = join(folder, 'bounded.jsonl');
    const whole = lineOf(0).length;
    const writer = new LogFileWriter(path, 3 * whole);
    const file = new LogFile(path);
    const read: (string | undefined)[][] = [];
    for (let number = 0; number < 5; number++) writer.write(lineOf(number));
    read.push([...readAll(file)]);
    for (let number = 5; number < 9; number++) {
      writer.write(lineOf(number));
      read.push([...readAll(file)]);
    }
    writer.close();
    const upTo = (count: number): string[] =>
      Array.from({ length: count }, (_, at) => `line ${at}`);
    const dropped = `the log is longer than ${6 * whole} bytes: its oldest ${3 * whole} are dropped`;
    expect(read).toEqual([
      upTo(5),
      upTo(6),
      [...upTo(6), dropped, 'line 6'],
      expect.any(Array),
      expect.any(Array),
    ]);
    expect(statSync(path).size + statSync(join(folder, 'bounded.1.jsonl')).size).toBeLessThan(
      8 * whole,
    );
    expect(readAll(new LogFile(path)).at(-1)).toBe('line 8');
    expect(read.at(-1)?.filter((line) => line?.startsWith('line'))).toEqual(upTo(9));
  });

  it('that cannot be read is a line that says so, once', () => {
    const path = join(folder, 'unreadable.jsonl');
    writeFileSync(path, lineOf(0));
    const file = new LogFile(path);
    expect(readAll(file)).toEqual(['line 0']);
    appendFileSync(path, lineOf(1));
    const failing = new LogFile(path, () => {
      throw new Error('EACCES');
    });
    for (let time = 0; time < 2; time++)
      expect(readAll(failing)).toEqual(['unreadable.jsonl cannot be read: EACCES']);
    const none = join(folder, 'none.jsonl');
    mkdirSync(none);
    expect(readAll(new LogFile(none))).toEqual([]);
  });
});
