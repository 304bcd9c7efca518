/** Checkpoints that are not as they were saved: refused in words, whatever is wrong with them. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NetrunError } from '../../../src/errors.ts';
import { Net } from '../../../src/runtime/net.ts';
import { HeldClock } from '../../../src/runtime/time/clock.ts';
import { chain, mapping } from '../nets.ts';

const root = mkdtempSync(join(tmpdir(), 'netrun-hostile-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const whole = join(root, 'whole');
const functions = { A: mapping((value: unknown) => value), B: mapping((value: unknown) => value) };
const options = { logLevel: 'silent' as const, functions };
let copies = 0;

beforeAll(async () => {
  const graph = chain(['A', 'B'], { A: { rateLimitPerSecond: 1 } });
  const net = new Net(graph, { logLevel: 'silent', clock: new HeldClock(1000) });
  net.setNodeExec('A', (ctx, packets) => {
    ctx.memory.set('seen', new Map([[1, 2]]));
    ctx.pauseNet();
    functions.A(ctx, packets);
  });
  net.setNodeExec('B', functions.B);
  for (const value of [new Date(5), { deep: [1n] }, 'text']) await net.inject('A.in', value);
  await net.start();
  await net.saveCheckpoint(whole);
});

type File = 'definition.toml' | 'net_state.json' | 'packets.jsonl' | 'history.jsonl';
type State = Record<string, unknown>;

function changed(file: File, change: (text: string) => string | null): string {
  const folder = join(root, `copy-${(copies += 1)}`);
  cpSync(whole, folder, { recursive: true });
  const path = join(folder, file);
  const text = change(readFileSync(path, 'utf8'));
  if (text === null) rmSync(path);
  else writeFileSync(path, text);
  return folder;
}

const state = (change: (state: State) => unknown) => (text: string) => {
  const document = JSON.parse(text) as State;
  const result = change(document);
  return JSON.stringify(result === undefined ? document : result);
};

const cases: readonly [what: string, file: File, change: (text: string) => string | null][] = [
  ['no state', 'net_state.json', () => null],
  ['an empty state', 'net_state.json', () => ''],
  ['half a state', 'net_state.json', (text) => text.slice(0, 200)],
  ['a list for a state', 'net_state.json', () => '[]'],
  ['a state of another version', 'net_state.json', state((all) => ({ ...all, version: 99 }))],
  ['a field that no state has', 'net_state.json', state((all) => ({ ...all, more: 1 }))],
  [
    'a field that reaches a prototype',
    'net_state.json',
    (text) => text.replace('{', '{"__proto__":{"a":1},'),
  ],
  ['no kernel', 'net_state.json', state((all) => ({ ...all, kernel: null }))],
  [
    'a kernel of its own making',
    'net_state.json',
    state((all) => ({
      ...all,
      kernel: { version: 2, spec: '', actors: [], worklist: {}, copies: [] },
    })),
  ],
  ['an epoch that is none', 'net_state.json', state((all) => ({ ...all, due: ['e999'] }))],
  [
    'what is known of an epoch that is none',
    'net_state.json',
    state((all) => ({
      ...all,
      epochs: [{ epoch: 'e9', attempt: 0, errors: [], failed_at: [], received: [], salvaged: [] }],
    })),
  ],
  [
    'the memory of a node that is none',
    'net_state.json',
    state((all) => ({ ...all, memory: [['Z', []]] })),
  ],
  [
    'a memory of an unknown kind',
    'net_state.json',
    state((all) => ({ ...all, memory: [['A', [['seen', { $: 'code' }]]]] })),
  ],
  [
    'an output that is inside',
    'net_state.json',
    state((all) => ({ ...all, outputs: [['B.out', ['p3']]] })),
  ],
  ['timers that are not armed', 'net_state.json', state((all) => ({ ...all, timers: [] }))],
  [
    'a letter that is none',
    'net_state.json',
    state((all) => ({ ...all, letters: { count: 1, open: ['{}'], retried: [] } })),
  ],
  ['counts below zero', 'net_state.json', state((all) => ({ ...all, seq: -1 }))],
  [
    'another end of the history',
    'net_state.json',
    state((all) => ({ ...all, seq: (all['seq'] as number) + 1 })),
  ],
  [
    'the hash of another net',
    'net_state.json',
    state((all) => ({ ...all, spec_hash: 'sha256-0' })),
  ],
  ['no packets', 'packets.jsonl', () => null],
  ['packets without a header', 'packets.jsonl', (text) => text.split('\n').slice(1).join('\n')],
  ['a packet less', 'packets.jsonl', (text) => `${text.split('\n').slice(0, -2).join('\n')}\n`],
  ['half a packet', 'packets.jsonl', (text) => text.slice(0, -5)],
  [
    'a packet that is none',
    'packets.jsonl',
    (text) => text.replaceAll('"packet":"p', '"packet":"q'),
  ],
  [
    'a packet that does not live',
    'packets.jsonl',
    (text) => text.replace(/"packet":"p\d+"/, '"packet":"p999"'),
  ],
  [
    'a value of an unknown kind',
    'packets.jsonl',
    (text) => text.replace('"$":"date"', '"$":"code"'),
  ],
  [
    'a value with a field that reaches a prototype',
    'packets.jsonl',
    (text) => text.replace('{"deep"', '{"__proto__"'),
  ],
  ['no history', 'history.jsonl', () => null],
  ['half a record', 'history.jsonl', (text) => text.slice(0, -10)],
  [
    'a record less',
    'history.jsonl',
    (text) => text.split('\n').slice(0, -2).join('\n').concat('\n'),
  ],
  [
    'a gap in the history',
    'history.jsonl',
    (text) =>
      text
        .split('\n')
        .filter((_, at) => at !== 5)
        .join('\n'),
  ],
  [
    'the history of another run',
    'history.jsonl',
    (text) => text.replace(/"run":"\w+"/, '"run":"other"'),
  ],
  ['a definition that is none', 'definition.toml', () => '[[['],
  [
    'the definition of another net',
    'definition.toml',
    (text) => text.replaceAll('rate_limit_per_second = 1', 'rate_limit_per_second = 2'),
  ],
];

it('the checkpoint as it was saved is loaded', async () => {
  const loaded = await Net.loadCheckpoint(whole, { ...options, clock: new HeldClock(1000) });
  expect(loaded.status().state).toBe('paused');
});

it.each(cases)('%s is refused, with the file', async (_, file, change) => {
  const folder = changed(file, change);
  const failure = (await Net.loadCheckpoint(folder, options).catch(
    (error: unknown) => error,
  )) as NetrunError;
  expect(failure).toMatchObject({ code: 'CHECKPOINT_INVALID' });
  expect(failure.message).toContain(folder);
});

it('whatever bytes are changed, loading ends in a checkpoint or in an error of ours', async () => {
  const files: readonly File[] = [
    'net_state.json',
    'packets.jsonl',
    'history.jsonl',
    'definition.toml',
  ];
  const garbled = fc.record({
    file: fc.constantFrom(...files),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 0, max: 8 }),
    text: fc.string({ maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(garbled, async ({ file, at, length, text }) => {
      const folder = changed(file, (whole) => {
        const place = Math.floor(at * whole.length);
        return whole.slice(0, place) + text + whole.slice(place + length);
      });
      try {
        await Net.loadCheckpoint(folder, { ...options, clock: new HeldClock(1000) });
      } catch (error) {
        expect(error).toBeInstanceOf(NetrunError);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }),
    { numRuns: 80, seed: 7 },
  );
});
