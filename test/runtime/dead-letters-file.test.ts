/** Dead letters in a file: appended, read again, and never lost silently. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { Graph } from '../../src/dsl/graph.ts';
import { limits } from '../../src/limits.ts';
import { DeadLetterFile, type WriteBytes } from '../../src/runtime/failure/dead-letter-file.ts';
import {
  headerLine,
  letterLine,
  parseLine,
  readLetter,
} from '../../src/runtime/failure/dead-letter-lines.ts';
import type { DeadLetter } from '../../src/runtime/failure/dead-letter.ts';
import { DeadLetters } from '../../src/runtime/failure/dead-letters.ts';
import { type EpochStory, newStory } from '../../src/runtime/epochs/epoch-story.ts';
import { Net } from '../../src/runtime/net.ts';
import { chain, mapping, single } from './nets.ts';

const scratch = mkdtempSync(join(tmpdir(), 'netrun-letters-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let count = 0;
function fresh(): string {
  count += 1;
  return join(scratch, `letters-${count}.jsonl`);
}

/** Fails for values that are listed. */
function failing(bad: readonly unknown[]) {
  return mapping((value: unknown) => {
    if (bad.includes(value)) throw new Error(`bad ${String(value)}`);
    return value;
  });
}

function netOn(path: string, bad: readonly unknown[]): Net {
  const settings = { deadLetterQueue: 'file', deadLetterPath: path, onError: 'continue' } as const;
  return single(failing(bad), {}, settings).net;
}

async function runWith(path: string, values: readonly unknown[], bad: readonly unknown[]) {
  const net = netOn(path, bad);
  for (const value of values) await net.inject('A.in', value);
  await net.start();
  return net;
}

function typesIn(path: string): unknown[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { type: unknown }).type);
}

/** A node that fires when two packets are there, and takes both. */
function pairGraph(): Graph {
  return new Graph({
    nodes: [
      {
        name: 'A',
        inPorts: ['in'],
        inConditions: [{ name: 'both', when: 'count(in) >= 2', ports: [{ port: 'in', count: 2 }] }],
      },
    ],
  });
}

const idsOf = (net: Net): string[] => net.deadLetters.all().map(({ id }) => id);

const letter: DeadLetter = {
  id: 'd1',
  run: 'R',
  node: 'A',
  epoch: 'e1',
  condition: 'default',
  outcome: 'failed',
  at: 5,
  errors: [{ name: 'Error', message: 'm', stack: 's', at: 5 }],
  packets: [],
  retryOf: [],
  losses: [],
};

it('a letter is one line after a header, and the next net has it with all that it held', async () => {
  const path = fresh();
  const bad = { map: new Map([[1, new Date(3)]]), big: 2n };
  const first = await runWith(path, ['good', bad], [bad]);
  await first.stop();
  expect(typesIn(path)).toEqual(['header', 'letter']);
  const second = netOn(path, []);
  const [found] = second.deadLetters.all();
  expect(found).toStrictEqual(first.deadLetters.get('d1'));
  second.deadLetters.retry('d1');
  expect((await second.start()).outputs).toEqual({ 'A.out': [bad] });
  expect(typesIn(path)).toEqual(['header', 'letter', 'retried']);
  expect(idsOf(netOn(path, []))).toEqual([]);
});

it('letters of later runs go on counting, and a discarded one is gone for the next', async () => {
  const path = fresh();
  await runWith(path, [1, 2], [1, 2]);
  const second = await runWith(path, [3], [3]);
  expect(idsOf(second)).toEqual(['d1', 'd2', 'd3']);
  second.deadLetters.discard('d2');
  expect(typesIn(path)).toEqual(['header', 'letter', 'letter', 'letter', 'discarded']);
  const third = await runWith(path, [4], [4]);
  expect(idsOf(third)).toEqual(['d1', 'd3', 'd4']);
});

it('a letter that was put back and not used up is open again for the next run', async () => {
  const path = fresh();
  await runWith(path, [1], [1]);
  const second = netOn(path, []);
  second.deadLetters.retry('d1');
  expect(idsOf(second)).toEqual([]);
  await second.stop();
  expect(idsOf(netOn(path, []))).toEqual(['d1']);
});

it('the file does not have a letter as retried while its epoch runs, nor where the stop cancels it', async () => {
  const path = fresh();
  await runWith(path, [1], [1]);
  const second = netOn(path, []);
  second.setNodeExec('A', () => new Promise(() => undefined));
  second.deadLetters.retry('d1');
  const running = second.runStep({ startEpochs: false });
  await running;
  void second.start();
  await new Promise((done) => {
    setImmediate(done);
  });
  await second.stop();
  expect(typesIn(path)).toEqual(['header', 'letter']);
});

it('what fails again is in the file before the first letter is closed', async () => {
  const path = fresh();
  const net = await runWith(path, [1], [1]);
  net.deadLetters.retry('d1');
  await net.start();
  expect(typesIn(path)).toEqual(['header', 'letter', 'letter', 'retried']);
  expect(idsOf(netOn(path, []))).toEqual(['d2']);
});

it.each([1, 20, 150])(
  'a last line of which %s bytes are missing is cut off, and that is said',
  async (missing) => {
    const path = fresh();
    await runWith(path, [1, 2], [1, 2]);
    const whole = readFileSync(path);
    truncateSync(path, whole.length - 1 - missing);
    const net = await runWith(path, [3], [3]);
    expect(idsOf(net)).toEqual(['d1', 'd2']);
    expect(net.deadLetters.get('d2').packets[0]?.value).toBe(3);
    expect(net.deadLetters.problems).toMatchObject([
      { kind: 'damaged', message: expect.stringContaining('half written') as string },
    ]);
    expect(net.log().some(({ msg }) => msg?.includes('half written') === true)).toBe(true);
    expect(typesIn(path)).toEqual(['header', 'letter', 'letter']);
  },
);

it('a last line that only lacks its end is kept', async () => {
  const path = fresh();
  await runWith(path, [1], [1]);
  truncateSync(path, readFileSync(path).length - 1);
  const net = await runWith(path, [2], [2]);
  expect(idsOf(net)).toEqual(['d1', 'd2']);
  expect(net.deadLetters.problems).toEqual([]);
  expect(idsOf(netOn(path, []))).toEqual(['d1', 'd2']);
});

it('a half-written header is cut off', async () => {
  const path = fresh();
  writeFileSync(path, headerLine.slice(0, 20));
  await runWith(path, [1], [1]);
  expect(typesIn(path)).toEqual(['header', 'letter']);
});

it.each<[string, string]>([
  ['no JSON', 'nonsense'],
  ['another type', '{"type":"other"}'],
  [
    'a prototype',
    letterLine({ ...letter, packets: [{ port: 'in', packet: 'p1', value: { x: 1 }, lazy: false }] })
      .trim()
      .replace('"x"', '"__proto__"')
      .replace('"d1"', '"d7"'),
  ],
  ['an id that is none', letterLine(letter).trim().replace('"d1"', '"__proto__"')],
  ['too many bytes', `"${'x'.repeat(limits.deadLetterLineBytes)}"`],
])('a line with %s is passed over and said', async (_what, line) => {
  const path = fresh();
  await runWith(path, [1], [1]);
  appendFileSync(path, `${line}\n`);
  appendFileSync(path, letterLine({ ...letter, id: 'd9' }));
  const net = netOn(path, []);
  expect(idsOf(net)).toEqual(['d1', 'd9']);
  expect(net.deadLetters.problems).toMatchObject([
    { kind: 'damaged', message: expect.stringContaining('line 3 of') as string },
  ]);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

it.each([
  ['another file', '{"name":"mine"}\n'],
  ['text without an end', 'my notes'],
  ['a later version', headerLine.replace('"version":1', '"version":2')],
])('%s is refused, and not touched', (_what, text) => {
  const path = fresh();
  writeFileSync(path, text);
  expect(() => netOn(path, []).deadLetters).toThrow(
    expect.objectContaining({ code: 'DEAD_LETTER_FILE_INVALID' }),
  );
  expect(readFileSync(path, 'utf8')).toBe(text);
});

it('a folder in the place of the file is refused before anything runs', async () => {
  const path = fresh();
  mkdirSync(path);
  await expect(netOn(path, []).start()).rejects.toMatchObject({
    code: 'DEAD_LETTER_FILE_UNUSABLE',
  });
});

it('the folder of the file is made with the first letter', async () => {
  const path = join(scratch, 'deep', 'folder', 'letters.jsonl');
  netOn(path, []).status();
  expect(existsSync(join(scratch, 'deep'))).toBe(false);
  await runWith(path, [1], [1]);
  expect(typesIn(path)).toEqual(['header', 'letter']);
});

it('the path is relative to the file of the definition', async () => {
  const file = join(scratch, 'flow.toml');
  const net = new Net(chain(['A']), {
    file,
    deadLetterQueue: 'file',
    deadLetterPath: './own/letters.jsonl',
    onError: 'continue',
  });
  net.setNodeExec('A', failing([1]));
  await net.inject('A.in', 1);
  await net.start();
  expect(typesIn(join(scratch, 'own', 'letters.jsonl'))).toEqual(['header', 'letter']);
});

it('a value that a file cannot keep keeps its letter from being retried from there', async () => {
  const path = fresh();
  const odd = { call: () => 1 };
  const first = await runWith(path, [odd], [odd]);
  expect(first.deadLetters.all()[0]?.losses).toEqual([]);
  const second = netOn(path, []);
  expect(second.deadLetters.all()[0]?.losses).toEqual([
    { path: 'packets[0].value.call', kind: 'unstorable', what: 'a function' },
  ]);
  expect(() => second.deadLetters.retry('d1')).toThrow(
    expect.objectContaining({ code: 'DEAD_LETTER_VALUE_MISSING', nodeName: 'A' }),
  );
  expect(first.deadLetters.retry('d1')).toHaveLength(1);
});

it('a lazy value that could not be made keeps its letter from being retried by another run', async () => {
  const path = fresh();
  const settings = { deadLetterQueue: 'file', deadLetterPath: path, onError: 'continue' } as const;
  const first = new Net(chain(['A', 'B']), settings);
  first.setNodeExec('A', (ctx, packets) => {
    for (const packet of packets['in'] ?? []) ctx.consumePacketSync(packet);
    const lazy = ctx.createPacketFromValueFunc(() => Promise.reject(new Error('no value')));
    ctx.loadOutputPort('out', lazy);
    ctx.sendOutputSalvo('send');
  });
  first.setNodeExec('B', () => {
    throw new Error('boom');
  });
  await first.inject('A.in', 1);
  await first.start();
  const second = new Net(chain(['A', 'B']), settings);
  const [found] = second.deadLetters.all();
  expect(found?.packets).toMatchObject([{ lazy: true, error: { code: 'VALUE_FUNCTION_FAILED' } }]);
  expect(() => second.deadLetters.retry('d1')).toThrow(
    expect.objectContaining({ code: 'DEAD_LETTER_VALUE_MISSING' }),
  );
  expect(idsOf(second)).toEqual(['d1']);
});

it('a letter of which only some packets are used up is not closed', async () => {
  const path = fresh();
  const settings = { deadLetterQueue: 'file', deadLetterPath: path, onError: 'continue' } as const;
  const pair: Net[] = [];
  let fail = true;
  for (let at = 0; at < 2; at += 1) {
    const net = new Net(pairGraph(), settings);
    net.setNodeExec('A', (ctx, packets) => {
      for (const packet of packets['in'] ?? []) ctx.consumePacketSync(packet);
      if (fail) throw new Error('boom');
    });
    pair.push(net);
    if (at > 0) continue;
    await net.inject('A.in', 1);
    await net.inject('A.in', 2);
    await net.start();
    fail = false;
  }
  const [, second] = pair;
  const packets = second?.deadLetters.retry('d1') ?? [];
  expect(packets).toHaveLength(2);
  second?.apply({ type: 'CreateEpoch', node: 'A', salvo: [['in', packets[0] ?? 'p0']] });
  await second?.start();
  expect(typesIn(path)).toEqual(['header', 'letter']);
  await second?.inject('A.in', 3);
  await second?.start();
  expect(typesIn(path)).toEqual(['header', 'letter', 'retried']);
});

it('a letter too large for a line is written without its values', () => {
  const value = 'x'.repeat(limits.deadLetterLineBytes);
  const line = letterLine({
    ...letter,
    packets: [{ port: 'in', packet: 'p1', value, lazy: false }],
  });
  expect(line.length).toBeLessThan(2000);
  const read = parseLine(line);
  if (read.type !== 'letter') throw new Error(read.type);
  expect(readLetter(read)).toMatchObject({
    packets: [{ packet: 'p1', value: undefined }],
    losses: [
      {
        path: 'packets[0].value',
        kind: 'unstorable',
        what: expect.stringContaining('too large') as string,
      },
    ],
  });
});

/** A disk that is full until `free` is said; `first` bytes of a write go through before it says so. */
class FullDisk {
  free = false;
  readonly #first: number;

  constructor(first: number) {
    this.#first = first;
  }

  readonly write: WriteBytes = (handle, bytes, offset) => {
    if (this.free) return writeSync(handle, bytes, offset);
    if (offset === 0 && this.#first > 0) return writeSync(handle, bytes, 0, this.#first);
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
}

function failedStory(name: `e${number}`): EpochStory {
  const run = { name: 'A', options: {} } as EpochStory['node'];
  const story = newStory(name, run);
  story.condition = 'default';
  story.salvo = [['in', 'p1']];
  story.salvaged = new Map([['p1', name]]);
  story.errors.push(new Error('boom'));
  return story;
}

function lettersOn(file: DeadLetterFile | null, lines: string[]): DeadLetters {
  return new DeadLetters({
    run: 'R',
    log: pino({}, { write: (line) => lines.push(line) }),
    file,
    onLetter: null,
    now: () => 7,
    assertRoom: () => undefined,
    mark: () => undefined,
    putBack: () => 'p1',
    openEpoch: () => 'e9',
    closed: () => undefined,
  });
}

it.each([0, 1, 90])(
  'after a full disk that took %s bytes everything is in the file, once and in order',
  (first) => {
    const path = fresh();
    const disk = new FullDisk(first);
    const lines: string[] = [];
    const letters = lettersOn(new DeadLetterFile(path, disk.write), lines);
    void letters.add(failedStory('e1'), 'failed', 1);
    void letters.add(failedStory('e2'), 'failed', 2);
    letters.discard('d1');
    expect(letters.unwritten).toBe(3);
    expect(letters.all().map(({ id }) => id)).toEqual(['d2']);
    expect(letters.problems).toMatchObject([
      { kind: 'write', letter: 'd1', message: expect.stringContaining('ENOSPC') as string },
      { kind: 'write', letter: 'd2' },
      { kind: 'write', letter: 'd1' },
    ]);
    expect(lines).toHaveLength(3);
    expect(readFileSync(path, 'utf8')).toBe('');
    letters.flush();
    expect(lines.at(-1)).toContain('3 lines of dead letters could not be written');
    disk.free = true;
    void letters.add(failedStory('e3'), 'failed', 3);
    expect(letters.unwritten).toBe(0);
    expect(typesIn(path)).toEqual(['header', 'letter', 'letter', 'discarded', 'letter']);
    expect(idsOf(netOn(path, []))).toEqual(['d2', 'd3']);
  },
);

it('the half of a line that another process has written after is left, and costs no other line', () => {
  const path = fresh();
  const own = lettersOn(new DeadLetterFile(path), []);
  void own.add(failedStory('e1'), 'failed', 1);
  let turn = 0;
  const write: WriteBytes = (handle, bytes, offset) => {
    turn += 1;
    if (turn === 1) return writeSync(handle, bytes, offset, 10);
    if (turn > 2) return writeSync(handle, bytes, offset);
    appendFileSync(path, 'other\n');
    throw new Error('ENOSPC');
  };
  const letters = lettersOn(new DeadLetterFile(path, write), []);
  void letters.add(failedStory('e2'), 'failed', 2);
  void letters.add(failedStory('e3'), 'failed', 3);
  const again = netOn(path, []);
  expect(idsOf(again)).toEqual(['d1', 'd2', 'd3']);
  expect(again.deadLetters.problems).toMatchObject([{ kind: 'damaged' }]);
});

it('of more letters than the limit the oldest goes, and that is said', () => {
  const lines: string[] = [];
  const letters = lettersOn(null, lines);
  for (let at = 0; at <= limits.deadLetters; at += 1)
    void letters.add(failedStory('e1'), 'failed', at);
  const all = letters.all();
  expect([all.length, all[0]?.id]).toEqual([limits.deadLetters, 'd2']);
  expect(letters.problems).toMatchObject([{ kind: 'dropped', letter: 'd1' }]);
  expect(lines).toHaveLength(1);
});

/** A place on a file system of one page, where one can be mounted; elsewhere the device that is always full. */
function fullPlace(): { path: string; free: () => void } {
  const folder = join(scratch, 'tiny');
  mkdirSync(folder);
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder]);
  if (mount.status !== 0) return { path: '/dev/full', free: () => undefined };
  onTestFinished(() => void spawnSync('umount', [folder]));
  const ballast = join(folder, 'ballast');
  const fill = Buffer.alloc(1024);
  try {
    for (;;) appendFileSync(ballast, fill);
  } catch {
    return { path: join(folder, 'letters.jsonl'), free: () => rmSync(ballast) };
  }
}

it('a disk that is really full stops nothing, and what could not be written is told', async () => {
  const { path, free } = fullPlace();
  const net = await runWith(path, [1, 'good', 2], [1, 2]);
  expect(await net.outputs('A.out')).toEqual(['good']);
  expect(idsOf(net)).toEqual(['d1', 'd2']);
  expect(net.deadLetters.unwritten).toBe(2);
  expect(net.deadLetters.problems).toMatchObject([{ kind: 'write' }, { kind: 'write' }]);
  free();
  await net.stop();
  const isDevice = path.startsWith('/dev/');
  expect(net.deadLetters.unwritten).toBe(isDevice ? 2 : 0);
  if (!isDevice) expect(idsOf(netOn(path, []))).toEqual(['d1', 'd2']);
});
