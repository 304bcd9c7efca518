/** `netrun dlq` lists, shows, retries and discards what a flow has kept in a file. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { Workspace, documentOf, netrun } from './workspace.ts';

const workspace = new Workspace();

/** Fails for the orders that the file `bad.json` beside it lists. */
const nodes = `
import { readFileSync } from 'node:fs';
export function rows(ctx) {
  for (const id of [1, 2, 3, 4]) ctx.loadOutputPort('out', ctx.createPacket({ id, when: new Date(id) }));
  ctx.sendOutputSalvo('send');
}
export function load(ctx, packets) {
  const bad = JSON.parse(readFileSync(new URL('./bad.json', import.meta.url), 'utf8'));
  for (const packet of packets.in) {
    const { id, when } = ctx.consumePacketSync(packet);
    if (bad.includes(id)) throw new RangeError('order ' + id + ' is bad', { cause: new Error('deep') });
    ctx.loadOutputPort('out', ctx.createPacket([id, when.getTime()]));
  }
  ctx.sendOutputSalvo('send');
}
`;

function flowText(slots: string): string {
  return `
[net]
on_error = "continue"
outputs = ["Load.out"]
dead_letter_queue = "file"
dead_letter_path = "./dead-letters.jsonl"
[nodes.Rows]
exec_node_func = "./nodes.mjs#rows"
out_ports = ["out"]
[nodes.Load]
exec_node_func = "./nodes.mjs#load"
in_ports = { in = { slots = ${slots} } }
out_ports = ["out"]
[[edges]]
from = "Rows.out"
to = "Load.in"
`;
}

let count = 0;
let folder = '';
let flow = '';
let firstRun: unknown;
const letters = (): string => `${folder}/dead-letters.jsonl`;
const lineCount = (): number => readFileSync(letters(), 'utf8').split('\n').length - 1;

/** A flow that has run once: orders 2 and 3 are dead letters d1 and d2. */
beforeEach(async () => {
  count += 1;
  const name = `flow-${count}`;
  folder = workspace.path(name);
  workspace.file(`${name}/nodes.mjs`, nodes);
  workspace.file(`${name}/bad.json`, '[2, 3]');
  flow = workspace.file(`${name}/flow.toml`, flowText('4'));
  firstRun = documentOf(await netrun(['run', flow, '--json']));
});

it('run keeps what failed in the file, and tells it', () => {
  expect(firstRun).toMatchObject({
    state: 'drained',
    outputs: {
      'Load.out': [
        [1, 1],
        [4, 4],
      ],
    },
    failures: [{ message: 'order 2 is bad' }, { message: 'order 3 is bad' }],
  });
});

describe('list', () => {
  it.each(['the flow', 'its folder', 'the file'])('takes %s', async (what) => {
    const path = { 'the flow': flow, 'its folder': folder, 'the file': letters() }[what] ?? '';
    const { code, stdout, stderr } = await netrun(['dlq', 'list', path]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [titles = '', first = '', second = '', ...rest] = stdout.split('\n');
    expect(titles).toMatch(/^id +node +epoch +at +outcome +attempts +packets +error$/);
    expect(first).toMatch(/^d1 +Load +e\d+ +\d{4}-\S+Z +failed +1 +1 +order 2 is bad$/);
    expect(second).toMatch(/^d2 /);
    expect(rest).toEqual(['']);
  });

  it('as JSON, of one node', async () => {
    const all = documentOf(await netrun(['dlq', 'list', flow, '--json']));
    expect(all).toMatchObject({
      ok: true,
      file: letters(),
      letters: [
        { id: 'd1', node: 'Load', outcome: 'failed', attempts: 1, packets: 1 },
        { id: 'd2', error: 'order 3 is bad' },
      ],
    });
    const none = documentOf(await netrun(['dlq', 'list', flow, '--json', '--node', 'Rows']));
    expect(none).toMatchObject({ letters: [] });
  });

  it('tells damaged lines, and lists the others', async () => {
    appendFileSync(letters(), 'nonsense\n{"type":"letter","id":"d9"');
    const { code, stdout, stderr } = await netrun(['dlq', 'list', flow]);
    expect(code).toBe(1);
    expect(stdout).toContain('\nd2 ');
    expect(stderr).toContain('dead-letters.jsonl:4 a line cannot be read: it is no JSON');
    expect(stderr).toContain('the last line is half written');
    expect(readFileSync(letters(), 'utf8')).toMatch(/"d9"$/);
  });

  it('of a file that is not there yet says so', async () => {
    const text = flowText('4').replace('dead-letters', 'none');
    const { code, stdout } = await netrun([
      'dlq',
      'list',
      workspace.file(`flow-${count}/other.toml`, text),
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('none.jsonl has no open dead letters');
  });

  it('refuses a file of something else, a flow that keeps letters in memory, and what is not there', async () => {
    const other = await netrun(['dlq', 'list', `${folder}/bad.json`]);
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/^error DEAD_LETTER_FILE_INVALID .*\n {2}hint: /);
    const memory = workspace.file('memory.toml', '[nodes.A]\n');
    expect((await netrun(['dlq', 'list', memory])).stderr).toMatch(
      /^error ARGUMENT_INVALID .*memory/,
    );
    expect((await netrun(['dlq', 'list', workspace.path('no')])).stderr).toMatch(
      /^error FILE_UNREADABLE /,
    );
    workspace.file('empty/a.txt', '');
    expect((await netrun(['dlq', 'list', workspace.path('empty')])).stderr).toMatch(
      /^error FILE_UNREADABLE .*neither/,
    );
  });
});

describe('show', () => {
  it('has every attempt with its stack and causes, and the values', async () => {
    const { code, stdout } = await netrun(['dlq', 'show', flow, 'd1']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^d1 Load failed at \d{4}-/);
    expect(stdout).toContain('RangeError: order 2 is bad');
    expect(stdout).toContain('caused by: Error: deep');
    expect(stdout).toContain('packet p2 at in\n    { id: 2, when: 1970-01-01T00:00:00.002Z }');
  });

  it('as JSON, whole', async () => {
    expect(documentOf(await netrun(['dlq', 'show', flow, 'd2', '--json']))).toMatchObject({
      letter: {
        id: 'd2',
        errors: [{ name: 'RangeError' }],
        packets: [{ port: 'in', value: { id: 3, when: '1970-01-01T00:00:00.003Z' } }],
      },
    });
  });

  it('of a letter that is not open is refused', async () => {
    const { code, stdout, stderr } = await netrun(['dlq', 'show', flow, 'd7']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error DEAD_LETTER_NOT_FOUND .*d7\n {2}hint: /);
  });
});

describe('retry', () => {
  it('runs what the letters held, and nothing else, and closes them', async () => {
    writeFileSync(`${folder}/bad.json`, '[]');
    const ran = await netrun(['dlq', 'retry', flow, '--all', '--json']);
    expect(ran.code).toBe(0);
    const document = documentOf(ran);
    expect(document).toMatchObject({
      ok: true,
      state: 'drained',
      outputs: {
        'Load.out': [
          [2, 2],
          [3, 3],
        ],
      },
      failures: [],
      retried: ['d1', 'd2'],
      left: [],
      failedAgain: [],
    });
    expect(document['nodes']).toMatchObject([
      { node: 'Rows', opened: 0 },
      { node: 'Load', finished: 2 },
    ]);
    expect(documentOf(await netrun(['dlq', 'list', flow, '--json']))).toMatchObject({
      letters: [],
    });
    expect(lineCount()).toBe(5);
    const again = await netrun(['dlq', 'retry', flow, '--all']);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('no open dead letters to retry');
  });

  it('of one letter leaves the others', async () => {
    writeFileSync(`${folder}/bad.json`, '[]');
    const { code, stdout } = await netrun(['dlq', 'retry', flow, 'd2']);
    expect(code).toBe(0);
    expect(stdout).toContain('[3,3]');
    const { letters: left } = documentOf(await netrun(['dlq', 'list', flow, '--json']));
    expect(left).toMatchObject([{ id: 'd1' }]);
  });

  it('puts back one after the other where the port has room for one only', async () => {
    writeFileSync(flow, flowText('1'));
    writeFileSync(`${folder}/bad.json`, '[]');
    const ran = await netrun(['dlq', 'retry', flow, '--all', '--json']);
    expect(documentOf(ran)).toMatchObject({ ok: true, retried: ['d1', 'd2'] });
  });

  it('of what fails again makes a new letter, which says so, and exits with 2', async () => {
    const ran = await netrun(['dlq', 'retry', flow, 'd1', '--json']);
    expect(ran.code).toBe(2);
    expect(documentOf(ran)).toMatchObject({ ok: false, retried: ['d1'], failedAgain: ['d3'] });
    const { letters: open } = documentOf(await netrun(['dlq', 'list', flow, '--json']));
    expect(open).toMatchObject([{ id: 'd2' }, { id: 'd3', retryOf: ['d1'] }]);
  });

  it('leaves a letter open whose node is gone', async () => {
    writeFileSync(flow, flowText('1').replaceAll('Load', 'Save'));
    const ran = await netrun(['dlq', 'retry', flow, 'd1', '--json']);
    expect(ran.code).toBe(2);
    expect(documentOf(ran)).toMatchObject({
      problems: [{ code: 'INPUT_PORT_NOT_FOUND' }],
      retried: [],
    });
    expect(documentOf(await netrun(['dlq', 'list', flow, '--json']))).toMatchObject({
      letters: [{ id: 'd1' }, { id: 'd2' }],
    });
  });

  it.each([
    ['no letter', [], 'no letter is named'],
    ['all and one', ['--all', 'd1'], 'exclude each other'],
    ['a node without --all', ['d1', '--node', 'Load'], '--node goes with --all'],
  ])('refuses %s', async (_what, args, message) => {
    const { code, stderr } = await netrun(['dlq', 'retry', flow, ...args]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error ARGUMENT_INVALID /);
    expect(stderr).toContain(message);
  });

  it('names every letter that is none, and runs nothing', async () => {
    const before = readFileSync(letters(), 'utf8');
    const { code, stderr } = await netrun(['dlq', 'retry', flow, 'd1', 'd8', 'd9']);
    expect(code).toBe(1);
    expect(stderr.match(/DEAD_LETTER_NOT_FOUND/g)).toHaveLength(2);
    expect(readFileSync(letters(), 'utf8')).toBe(before);
  });
});

describe('discard', () => {
  it('appends a mark, and cuts a half-written line off first', async () => {
    appendFileSync(letters(), '{"half');
    const before = lineCount();
    const { code, stdout } = await netrun(['dlq', 'discard', flow, 'd1']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'discarded d1\n' });
    expect(lineCount()).toBe(before + 1);
    expect(documentOf(await netrun(['dlq', 'list', flow, '--json']))).toMatchObject({
      ok: true,
      letters: [{ id: 'd2' }],
    });
    expect((await netrun(['dlq', 'discard', flow, 'd1'])).code).toBe(1);
  });
});

it('dlq without a command shows what there is', async () => {
  const { code, stderr } = await netrun(['dlq']);
  expect(code).toBe(1);
  for (const name of ['list', 'show', 'retry', 'discard']) expect(stderr).toContain(name);
});
