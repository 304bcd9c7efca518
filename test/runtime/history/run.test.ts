/** Nets whose settings name a history file: what is written when, and what a failure of it does. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atExit } from '../../../src/runtime/drive/signals.ts';
import { openHistory } from '../../../src/runtime/history/recorded-history.ts';
import type { ActionRecord, HistoryRecord } from '../../../src/runtime/history/record.ts';
import type { Net } from '../../../src/runtime/net.ts';
import type { NetOptions } from '../../../src/runtime/setup/net-options.ts';
import { ValueDecoder } from '../../../src/runtime/values/value-decoding.ts';
import { ValueRecorder } from '../../../src/runtime/values/recorded-value.ts';
import { mapping, nextRound, single } from '../nets.ts';
import { freshFolder } from './records.ts';

const twice = mapping((n: number) => n * 2);

function kept(options: NetOptions = {}, exec = twice): { net: Net; path: string } {
  const path = join(freshFolder(), 'history.jsonl');
  return { net: single(exec, {}, { historyFile: path, ...options }).net, path };
}

const read = (path: string): readonly HistoryRecord[] => [...openHistory(path).records()];

/** The records of a net's memory, without what only a file has. */
function withoutOutside(records: readonly HistoryRecord[]): unknown[] {
  return records.map((record) => {
    const { values: _1, thrown: _2, ...rest } = record as ActionRecord;
    return rest;
  });
}

describe('a net with a history file', () => {
  it('has in it what it has in memory, and the values that came from outside the kernel', async () => {
    const { net, path } = kept();
    await net.inject('A.in', new Map([['n', 1n]]));
    net.setNodeExec(
      'A',
      mapping((map: Map<string, bigint>) => map.get('n')),
    );
    await net.start();
    const records = read(path);
    expect(withoutOutside(records)).toEqual([...net.history]);
    const values = records.flatMap((record) => ('values' in record ? [record['values']] : []));
    expect(values).toHaveLength(2);
    const [[injected], [made]] = values as { value: unknown }[][] as [
      [{ value: unknown }],
      [{ value: unknown }],
    ];
    expect(new ValueDecoder().decode(injected.value)).toEqual(new Map([['n', 1n]]));
    expect(new ValueDecoder().decode(made.value)).toBe(1n);
    await net.stop();
    expect(withoutOutside(read(path))).toEqual([...net.history]);
  });

  it('has its definition, seed and spec in the header', async () => {
    const { net, path } = kept({ seed: 'of the test' });
    await net.start();
    await net.stop();
    const { header } = openHistory(path);
    expect(header).toEqual(net.history.header);
    expect(header.seed).toBe('of the test');
    expect(header.definition).toBe(net.graph.toToml());
    expect(header.spec_hash).toMatch(/^sha256-[0-9a-f]{64}$/);
  });

  it('has the error of a failure with its cause and stack', async () => {
    const cause = new RangeError('deep');
    const { net, path } = kept({ onError: 'continue' }, () => {
      throw new TypeError('bad', { cause });
    });
    await net.inject('A.in', 1);
    await net.start();
    const failed = read(path).find(
      (record) => record.type === 'action' && record.action === 'FailAttempt',
    );
    const thrown = new ValueDecoder().decode((failed as ActionRecord).thrown) as Error;
    expect(thrown).toMatchObject({ name: 'TypeError', message: 'bad' });
    expect(thrown.stack).toContain('run.test.ts');
    expect(thrown.cause).toMatchObject({ name: 'RangeError', message: 'deep' });
    await net.stop();
  });

  it('has no values where it is to keep none', async () => {
    const { net, path } = kept({ historyValues: 'none' });
    await net.inject('A.in', 1);
    await net.start();
    await net.stop();
    expect(withoutOutside(read(path))).toEqual(read(path));
  });

  it('has hashes where it is to keep no more of values', async () => {
    const { net, path } = kept({ historyValues: 'hash' });
    await net.inject('A.in', 'secret');
    await net.stop();
    const { hash } = new ValueRecorder({ mode: 'hash' }).record('secret') as { hash: string };
    const injected = [...read(path)].find(
      (record) => record.type === 'action' && record.action === 'InjectPacket',
    );
    expect(injected).toMatchObject({ values: [{ hash }] });
    expect(readFileSync(path, 'utf8')).not.toContain('secret');
  });

  it('has actions alone where that is its level', async () => {
    const { net, path } = kept({ historyLevel: 'actions' });
    await net.inject('A.in', 1);
    await net.start();
    await net.stop();
    expect(withoutOutside(read(path)).slice(1)).toEqual([...net.history.actions()]);
  });

  it('has a file of its own size', async () => {
    const { net, path } = kept({ historyFileSize: 2000 });
    for (let n = 0; n < 10; n++) await net.inject('A.in', n, { wait: true });
    await net.start();
    await net.stop();
    expect(openHistory(path).files.length).toBeGreaterThan(3);
    expect(withoutOutside(read(path))).toEqual([...net.history]);
  });

  it('an input that was injected is in the file when that is told', async () => {
    for (const historyFsync of ['never', 'batch', 'always'] as const) {
      const { net, path } = kept({ historyFsync });
      await net.inject('A.in', 1);
      expect(read(path).at(-1)).toMatchObject({ event: 'PacketMoved' });
      await net.stop();
    }
  });

  it('everything is in the file when the net is blocked, paused, stepped or stopped', async () => {
    const { net, path } = kept();
    await net.inject('A.in', 1);
    await net.runStep();
    expect(withoutOutside(read(path))).toEqual([...net.history]);
    await net.start();
    expect(withoutOutside(read(path))).toEqual([...net.history]);
    await net.pause();
    expect(read(path).at(-1)).toMatchObject({ event: 'NetPaused' });
    await net.resume();
    await net.stop();
    expect(
      read(path).some((record) => record.type === 'event' && record.event === 'NetStopped'),
    ).toBe(true);
    expect(withoutOutside(read(path))).toEqual([...net.history]);
  });

  it('history_flush_on_pause = false leaves it to the chunk', async () => {
    const { net, path } = kept({ historyFlushOnPause: false, historyFsync: 'never' });
    await net.start();
    const before = read(path).length;
    const pausing = net.pause();
    for (let turn = 0; turn < 3; turn++) await Promise.resolve();
    expect(read(path)).toHaveLength(before);
    await pausing;
    await nextRound();
    expect(read(path).at(-1)).toMatchObject({ event: 'NetPaused' });
    await net.stop();
  });

  it('what comes after the stop is in the file too', async () => {
    const releases: (() => void)[] = [];
    const { net, path } = kept({}, () => new Promise<void>((done) => releases.push(done)));
    await net.inject('A.in', 1);
    const ended = net.start();
    while (releases.length === 0) await nextRound();
    await net.stop();
    await ended;
    releases[0]?.();
    while (net.history.get(net.history.lastSeq)?.type !== 'event') await nextRound();
    await nextRound();
    expect(read(path).at(-1)).toMatchObject({ event: 'LateResult', outcome: 'returned' });
  });

  it('a path is relative to the definition', async () => {
    const folder = freshFolder();
    const options = { historyFile: 'kept/h.jsonl', file: join(folder, 'flow.toml') };
    const { net } = single(twice, {}, options);
    await net.start();
    await net.stop();
    expect(openHistory(join(folder, 'kept', 'h.jsonl')).header.file).toBe(
      join(folder, 'flow.toml'),
    );
  });

  it('is refused where a history is there already, and leaves it alone', async () => {
    const { net, path } = kept();
    writeFileSync(path, 'of another run');
    const exists = expect.objectContaining({ code: 'HISTORY_FILE_EXISTS' }) as unknown;
    await expect(net.start()).rejects.toThrow(exists);
    await expect(net.inject('A.in', 1)).rejects.toThrow(exists);
    expect(readFileSync(path, 'utf8')).toBe('of another run');
  });

  it('nothing is written before anything is done with the net', () => {
    const { path } = kept();
    expect(existsSync(path)).toBe(false);
  });
});

describe('a history that cannot be written any more', () => {
  const unwritable = expect.objectContaining({ code: 'HISTORY_UNWRITABLE' }) as unknown;

  it('where it cannot be begun, nothing is', async () => {
    const { net } = kept({ historyFile: '/dev/full/history.jsonl' });
    await expect(net.start()).rejects.toThrow(unwritable);
  });

  it('fails the run before anything follows; the net can be stopped, and its stop function is called', async () => {
    const called: unknown[] = [];
    const { net, path } = kept({ historyFileSize: 6000, historyFsync: 'always' });
    const exec = (_: unknown, packets: { in?: readonly unknown[] }): Promise<void> => {
      called.push(packets.in?.length);
      return new Promise(() => undefined);
    };
    net.setNodeExec('A', { exec, stop: () => called.push('stop') });
    await net.start();
    const { files } = openHistory(path);
    // The next part cannot be made: its place is taken.
    writeFileSync(path.replace('.jsonl', `.${files.length}.jsonl`), 'of somebody else');
    const before = [...net.history].length;
    let injected = 0;
    const flood = async (): Promise<void> => {
      for (; injected < 100; injected++) await net.inject('A.in', injected, { wait: true });
    };
    // What could not be written is an injection, or what the net did meanwhile; then it takes no other.
    await expect(flood()).rejects.toMatchObject({
      code: expect.stringMatching(/^(HISTORY_UNWRITABLE|NET_STATE)$/) as string,
    });
    expect(injected).toBeLessThan(20);
    expect(injected).toBeGreaterThan(0);
    expect(net.status().state).toBe('failed');
    expect(called.length).toBeLessThanOrEqual(injected);
    await expect(net.start()).rejects.toThrow(unwritable);
    await expect(net.pause()).rejects.toThrow(unwritable);
    await expect(net.inject('A.in', 2)).rejects.toThrow(
      expect.objectContaining({ code: 'NET_STATE' }),
    );
    expect(() => net.apply({ type: 'CreateEpoch', node: 'A' })).toThrow(unwritable);
    await net.stop();
    expect(called.at(-1)).toBe('stop');
    const inMemory = [...net.history];
    expect(inMemory.length).toBeGreaterThan(before);
    expect(net.log().some(({ msg }) => msg?.includes('cannot be written') === true)).toBe(true);
    const text = files.map((file) => readFileSync(file, 'utf8')).join('');
    expect(text.endsWith('\n')).toBe(true);
    const lines = text
      .trimEnd()
      .split('\n')
      .filter((line) => !line.includes('"type":"header"'));
    expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual(
      inMemory.slice(1).map(({ seq }) => seq),
    );
  });

  it('a stop that cannot be written down is told, when everything is stopped', async () => {
    const called: string[] = [];
    const { net, path } = kept({ historyFileSize: 10 });
    net.setNodeExec('A', { stop: () => called.push('stop') });
    await net.start();
    const { files } = openHistory(path);
    writeFileSync(path.replace('.jsonl', `.${files.length}.jsonl`), 'of somebody else');
    await expect(net.stop()).rejects.toThrow(unwritable);
    expect(called).toEqual(['stop']);
  });
});

it('at the end of the process everybody is called who has not left', () => {
  const exits: (() => void)[] = [];
  const source = { on: (_: 'exit', listener: () => void) => exits.push(listener) };
  const called: string[] = [];
  const leave = atExit(() => called.push('first'), source);
  atExit(() => called.push('second'), source);
  leave();
  for (const exit of exits) exit();
  expect(exits).toHaveLength(1);
  expect(called).toEqual(['second']);
});
