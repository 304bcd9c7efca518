/** `netrun run --resume`: a run that was interrupted, paused or killed goes on where it was. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FakeTerminal } from './fake-terminal.ts';
import { Workspace, documentOf, netrun } from './workspace.ts';

const workspace = new Workspace();
workspace.file(
  'nodes.mjs',
  `
const gates = (globalThis.netrunResumeGates ??= new Map());
const calls = (globalThis.netrunResumeCalls ??= []);
export async function twice(ctx, { in: [packet] }) {
  const value = ctx.consumePacketSync(packet);
  calls.push(value);
  await gates.get(value);
  if (value === 'pause') ctx.pauseNet('asked to');
  if (globalThis.netrunResumeBroken === value) throw new Error('not yet');
  ctx.loadOutputPort('out', ctx.createPacket([value, value]));
  ctx.sendOutputSalvo('send');
}
export function never() { return new Promise(() => {}); }
`,
);
const flow = workspace.file(
  'flow.toml',
  `
[net]
outputs = ["Twice.out"]
[nodes.Twice]
exec_node_func = "./nodes.mjs#twice"
in_ports = { in = { slots = 1 } }
out_ports = ["out"]
[nodes.Twice.options]
max_parallel_epochs = 1
`,
);

interface Shared {
  netrunResumeGates?: Map<unknown, Promise<void>>;
  netrunResumeCalls?: unknown[];
  netrunResumeBroken?: unknown;
}
const shared = globalThis as Shared;

/** The functions called since the last look, by the value they had. */
function calls(): unknown[] {
  return (shared.netrunResumeCalls ??= []).splice(0);
}

/** Holds the function that gets this value; the function returned lets it go on. */
function hold(value: unknown): () => void {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  (shared.netrunResumeGates ??= new Map()).set(value, gate);
  return () => {
    shared.netrunResumeGates?.delete(value);
    open();
  };
}

const inputs = (...values: readonly string[]): string[] =>
  values.flatMap((value) => ['--in', `Twice.in=${value}`]);

function records(folder: string): Record<string, unknown>[] {
  return readFileSync(`${folder}/history.jsonl`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setImmediate(done));
}

describe('a run that was interrupted', () => {
  it('goes on with what is left, and injects nothing twice', async () => {
    const folder = workspace.path('interrupted');
    const open = hold('b');
    const terminal = new FakeTerminal();
    const args = ['run', flow, '--run-dir', folder, ...inputs('a', 'b', 'c', 'd')];
    const running = netrun(args, terminal);
    await until(() => calls().includes('b'));
    terminal.happen({ type: 'interrupt' });
    open();
    expect((await running).code).toBe(130);
    const resumed = await netrun([...args, '--resume', '--json']);
    expect(resumed.stderr).toContain('going on with run ');
    expect(resumed.code).toBe(0);
    expect(documentOf(resumed)).toMatchObject({
      state: 'drained',
      outputs: { 'Twice.out': ['a', 'b', 'c', 'd'].map((value) => [value, value]) },
      epochs: { started: 4, finished: 4 },
    });
    expect(calls()).toEqual(['c', 'd']);
    expect(records(folder).filter(({ action }) => action === 'InjectPacket')).not.toHaveLength(0);
  });

  it('says that it is done, and runs nothing, where it is', async () => {
    const folder = workspace.path('done');
    expect((await netrun(['run', flow, '--run-dir', folder, ...inputs('a')])).code).toBe(0);
    calls();
    const before = readFileSync(`${folder}/history.jsonl`, 'utf8');
    const again = await netrun(['run', flow, '--run-dir', folder, '--resume']);
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/^the run \S+ is done: it drained, and nothing is left/);
    expect(calls()).toEqual([]);
    expect(readFileSync(`${folder}/history.jsonl`, 'utf8')).toBe(before);
  });

  it('at once by a second interrupt, runs the epoch again that it left', async () => {
    const folder = workspace.path('twice');
    const open = hold('a');
    const terminal = new FakeTerminal();
    const running = netrun(['run', flow, '--run-dir', folder, ...inputs('a', 'b')], terminal);
    await until(() => calls().includes('a'));
    terminal.happen({ type: 'interrupt' });
    terminal.happen({ type: 'interrupt' });
    expect((await running).code).toBe(130);
    open();
    const resumed = await netrun(['run', flow, '--run-dir', folder, '--resume', '--json']);
    expect(resumed.stderr).toContain('1 epoch will be run again');
    expect(documentOf(resumed)).toMatchObject({
      outputs: {
        'Twice.out': [
          ['a', 'a'],
          ['b', 'b'],
        ],
      },
      epochs: { started: 2, finished: 2, cancelled: 0 },
    });
    expect(calls()).toEqual(['a', 'b']);
  });
});

it('a run that paused itself goes on', async () => {
  const folder = workspace.path('paused');
  const args = ['run', flow, '--run-dir', folder, '--json'];
  const paused = await netrun([...args, ...inputs('pause', 'x')]);
  expect([paused.code, documentOf(paused)['state']]).toEqual([2, 'paused']);
  const resumed = await netrun([...args, '--resume']);
  expect([resumed.code, documentOf(resumed)['outputs']]).toEqual([
    0,
    {
      'Twice.out': [
        ['pause', 'pause'],
        ['x', 'x'],
      ],
    },
  ]);
  calls();
});

it('a run that failed goes on after what failed', async () => {
  const folder = workspace.path('failed');
  const args = ['run', flow, '--run-dir', folder, '--json'];
  shared.netrunResumeBroken = 'a';
  const failed = await netrun([...args, ...inputs('a', 'b')]);
  delete shared.netrunResumeBroken;
  expect(failed.code).toBe(2);
  const resumed = await netrun([...args, '--resume']);
  expect(documentOf(resumed)).toMatchObject({
    state: 'drained',
    outputs: { 'Twice.out': [['b', 'b']] },
    failures: [{ node: 'Twice', message: 'not yet' }],
  });
  calls();
});

it('a run that was killed goes on from any record, with a line half-written', async () => {
  const folder = workspace.path('whole');
  await netrun(['run', flow, '--run-dir', folder, ...inputs('a', 'b')]);
  const lines = readFileSync(`${folder}/history.jsonl`, 'utf8').trimEnd().split('\n');
  for (let kept = 1; kept < lines.length; kept += 7) {
    const killed = workspace.path(`killed-${kept}`);
    mkdirSync(killed);
    copyFileSync(`${folder}/inputs.json`, `${killed}/inputs.json`);
    writeFileSync(`${killed}/history.jsonl`, `${lines.slice(0, kept).join('\n')}\n`);
    appendFileSync(`${killed}/history.jsonl`, lines[kept]?.slice(0, 20) ?? '');
    const resumed = await netrun(['run', flow, '--run-dir', killed, '--resume', '--json']);
    expect(documentOf(resumed)).toMatchObject({
      state: 'drained',
      outputs: {
        'Twice.out': [
          ['a', 'a'],
          ['b', 'b'],
        ],
      },
    });
  }
  calls();
});

it('a run that was killed before anything of it was recorded begins, with what it was given', async () => {
  const folder = workspace.path('whole-again');
  await netrun(['run', flow, '--run-dir', folder, ...inputs('a', 'b')]);
  const [header = ''] = readFileSync(`${folder}/history.jsonl`, 'utf8').split('\n');
  for (const [at, left] of [null, '', header.slice(0, 50), header].entries()) {
    const killed = workspace.path(`unbegun-${at}`);
    mkdirSync(killed);
    copyFileSync(`${folder}/inputs.json`, `${killed}/inputs.json`);
    if (left !== null) writeFileSync(`${killed}/history.jsonl`, left);
    const resumed = await netrun(['run', flow, '--run-dir', killed, '--resume', '--json']);
    expect([resumed.code, documentOf(resumed)['packets']]).toEqual([
      0,
      { created: 4, consumed: 2, destroyed: 0 },
    ]);
  }
  calls();
});

describe('what cannot be gone on with is refused', () => {
  it('without a folder, or with one that has no run', async () => {
    const none = await netrun(['run', flow, '--resume']);
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('ARGUMENT_INVALID')]);
    const empty = await netrun(['run', flow, '--resume', '--run-dir', workspace.path('nothing')]);
    expect([empty.code, empty.stderr]).toEqual([1, expect.stringContaining('RUN_DIR_INVALID')]);
    expect(existsSync(workspace.path('nothing'))).toBe(false);
  });

  it('with other inputs, and with another flow', async () => {
    const folder = workspace.path('other');
    const paused = await netrun(['run', flow, '--run-dir', folder, ...inputs('pause')]);
    expect(paused.code).toBe(2);
    const args = ['--run-dir', folder, '--resume'];
    const inputsGiven = await netrun(['run', flow, ...args, ...inputs('other')]);
    expect(inputsGiven.stderr).toContain('ARGUMENT_INVALID');
    const changed = workspace.file(
      'changed.toml',
      readFileSync(flow, 'utf8').replace('slots = 1', 'slots = 2'),
    );
    const other = await netrun(['run', changed, ...args]);
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringContaining('HISTORY_OTHER_DEFINITION'),
    ]);
    calls();
  });
});
