/** `netrun run` runs a flow to its end, and its exit code says how it ended. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FakeTerminal } from './fake-terminal.ts';
import { Screen } from './screen.ts';
import { isPending } from '../runtime/nets.ts';
import { Workspace, documentOf, netrun, nodesModule } from './workspace.ts';

const workspace = new Workspace();
workspace.file('nodes.mjs', nodesModule);

const node = (name: string, exec: string, more = ''): string =>
  `[nodes.${name}]\nexec_node_func = "./nodes.mjs#${exec}"\n${more}`;
const flow = (name: string, text: string): string => workspace.file(`${name}.toml`, text);

const line = flow(
  'line',
  `[net]\noutputs = ["B.out"]\n${node('A', 'source', 'out_ports = ["out"]\n')}${node('B', 'pass', 'in_ports = ["in"]\nout_ports = ["out"]\n')}[[edges]]\nfrom = "A.out"\nto = "B.in"\n`,
);
const join = flow(
  'join',
  `[net]\noutputs = ["J.out"]\n${node('J', 'pass', 'in_ports = ["x", "y"]\nout_ports = ["out"]\n')}`,
);

/** What tests hold epochs of the module's \`gate\` function with, by node. */
const gates = ((globalThis as { netrunTestGates?: Map<string, Promise<void>> }).netrunTestGates ??=
  new Map());

/** A flow whose node runs until the test opens its gate. */
function gated(name: string, more = ''): { readonly file: string; readonly open: () => void } {
  let open = (): void => undefined;
  gates.set(name, new Promise<void>((resolve) => (open = resolve)));
  const text = `${more}${node('Feed', 'source', 'out_ports = ["out"]\n')}${node(name, 'gate', 'in_ports = ["in"]\noptions = { max_parallel_epochs = 1 }\n')}[[edges]]\nfrom = "Feed.out"\nto = "${name}.in"\n`;
  return { file: flow(name, text), open: () => open() };
}

describe('a flow that drains', () => {
  it('exits with 0, after a summary of nodes, packets and outputs', async () => {
    const { code, stdout, stderr } = await netrun(['run', line]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      [
        'drained after 0 ms',
        '',
        'node  epochs  done  failed',
        'A          1     1       0',
        'B          3     3       0',
        '',
        'packets: 3 created, 0 consumed, 0 destroyed',
        '',
        'B.out: 3 values',
        '  1',
        '  2',
        '  3',
        '',
      ].join('\n'),
    );
  });

  it('prints the outputs alone with --out json, and the summary elsewhere', async () => {
    const ran = await netrun(['run', line, '--out', 'json']);
    expect(documentOf(ran)).toEqual({ 'B.out': [1, 2, 3] });
    expect(ran.stderr).toMatch(/^drained after /);
  });

  it('prints one document with --json, and the log elsewhere', async () => {
    const file = flow('talk', node('A', 'talk'));
    const terminal = new FakeTerminal();
    const ran = await netrun(['run', file, '--json'], terminal);
    const document = documentOf(ran);
    expect(document).toMatchObject({
      ok: true,
      exitCode: 0,
      file,
      state: 'drained',
      reason: null,
      packets: { created: 0, consumed: 0, destroyed: 0 },
      outputs: {},
      problems: [],
      failures: [],
      explanation: null,
    });
    expect(document['nodes']).toEqual([
      expect.objectContaining({ node: 'A', started: 1, finished: 1 }),
    ]);
    expect(ran.stderr).toContain('warn A e1: warned by a node\n');
    expect(ran.stderr).not.toContain('logged by a node');
  });

  it('shows the log from the level on that is asked for', async () => {
    const { stderr } = await netrun(['run', flow('log', node('A', 'talk')), '--log', 'info']);
    expect(stderr).toContain('info A e1: logged by a node\n');
  });
});

describe('inputs', () => {
  it('are JSON, text, files or standard input, in the order given', async () => {
    const json = workspace.file('value.json', '{ "a": [1, null] }');
    const text = workspace.file('value.txt', 'plain\n');
    const terminal = new FakeTerminal();
    terminal.stdin = '"from stdin"\n';
    const values = ['{"id":1}', 'no json', `@${json}`, `@${text}`, '@-', '"@text"', '', 'a=b'];
    const args = values.flatMap((value) => ['--in', `J.x=${value}`, '--in', 'J.y=0']);
    const ran = await netrun(['run', join, ...args, '--out', 'json'], terminal);
    expect(ran.code).toBe(0);
    const given = documentOf(ran)['J.out'] as unknown[];
    expect(given.filter((value) => value !== 0)).toEqual([
      { id: 1 },
      'no json',
      { a: [1, null] },
      'plain\n',
      'from stdin',
      '@text',
      '',
      'a=b',
    ]);
  });

  it('beyond the slots of a port wait until there is room', async () => {
    const file = flow('slots', `${node('A', 'eat')}[nodes.A.in_ports.in]\nslots = 1\n`);
    const ran = await netrun([
      'run',
      file,
      '--json',
      ...['1', '2', '3'].flatMap((value) => ['--in', `A.in=${value}`]),
    ]);
    expect(documentOf(ran)).toMatchObject({
      state: 'drained',
      packets: { created: 3, consumed: 3 },
    });
  });

  it('that are wrong are all told before anything runs', async () => {
    const bad = workspace.file('bad.json', '{ "a": }');
    const args = ['J.z=1', 'J=1', 'J.x', `J.x=@${bad}`, 'J.x=@missing.json', 'J.x=@-', 'J.x=@-'];
    const ran = await netrun(['run', join, ...args.flatMap((value) => ['--in', value])]);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toBe('');
    expect(ran.stderr.match(/^error \w+/gm)).toEqual([
      'error PORT_NOT_INPUT',
      'error INPUT_INVALID',
      'error INPUT_INVALID',
      'error INPUT_INVALID',
      'error FILE_UNREADABLE',
      'error INPUT_INVALID',
    ]);
  });
});

describe('a flow that does not drain', () => {
  it('exits with 2 where it is stuck, and says what is missing and what could be done', async () => {
    const { code, stdout } = await netrun(['run', join, '--in', 'J.x=1']);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^stuck after /);
    expect(stdout).toContain('1 more at J.y');
    expect(stdout).toContain('first steps\n  {"type":"InjectPacket","port":"J.y"}');
  });

  it('exits with 2 where a node has no function', async () => {
    const ran = await netrun(['run', flow('starved', '[nodes.A]\n'), '--json']);
    expect(ran.code).toBe(2);
    expect(documentOf(ran)).toMatchObject({
      ok: false,
      state: 'starved',
      exitCode: 2,
      epochs: { startable: 1 },
    });
  });

  it('exits with 2 where an epoch failed, with the place in the node it was thrown at and no stack', async () => {
    const { code, stdout, stderr } = await netrun(['run', flow('boom', node('A', 'boom'))]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^paused after /);
    expect(stderr).toMatch(
      /^error NODE_EXECUTION_FAILED .*nodes\.mjs:\d+ node A failed in epoch e1: it broke$/m,
    );
    expect(stderr).toMatch(/^ {2}\d+ \| export function boom/m);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each([
    ['an option', ['--debug'], false],
    ['the environment', [], true],
  ])('shows the stack where %s asks for it', async (_who, args, debug) => {
    const terminal = new FakeTerminal();
    terminal.debug = debug;
    const { stderr } = await netrun(['run', flow('boom', node('A', 'boom')), ...args], terminal);
    expect(stderr).toMatch(/^TypeError: it broke\n\s+at /m);
  });

  it('exits with 2 where on_error is raise, and with 0 where it is continue', async () => {
    const raise = await netrun([
      'run',
      flow('raise', `[net]\non_error = "raise"\n${node('A', 'boom')}`),
      '--json',
    ]);
    expect([raise.code, documentOf(raise)]).toMatchObject([
      2,
      { problems: [{ code: 'NODE_EXECUTION_FAILED', node: 'A' }] },
    ]);
    const goesOn = await netrun([
      'run',
      flow('continue', `[net]\non_error = "continue"\n${node('A', 'boom')}`),
    ]);
    expect(goesOn.code).toBe(0);
    expect(goesOn.stdout).toContain('failed epochs\n  A e1 failed: it broke\n');
  });

  it.each([
    ['pauses', 'paused', 'seen enough'],
    ['stops', 'stopped', 'bad data'],
  ])('exits with 2 where a node %s the net, and says why', async (exec, state, reason) => {
    const ran = await netrun(['run', flow(exec, node('A', exec)), '--json']);
    expect([ran.code, documentOf(ran)]).toMatchObject([2, { ok: false, state, reason }]);
  });

  it('exits with 2 where a stop function fails, although everything was done', async () => {
    const file = flow('bad-stop', node('A', 'eat', 'stop_node_func = "./nodes.mjs#badStop"\n'));
    const ran = await netrun(['run', file, '--json']);
    expect([ran.code, documentOf(ran)]).toMatchObject([
      2,
      { ok: false, state: 'drained', problems: [{ code: 'NODE_STOP_FAILED' }] },
    ]);
  });

  it('exits with 1 where a function cannot be imported, and tells all that cannot', async () => {
    const { code, stderr } = await netrun([
      'run',
      flow('imports', node('A', 'nope') + node('B', 'nothing')),
    ]);
    expect(code).toBe(1);
    expect(stderr.match(/^error \w+/gm)).toEqual([
      'error FUNCTION_EXPORT_NOT_FOUND',
      'error FUNCTION_NOT_A_FUNCTION',
    ]);
  });

  it('ends as hanging where nothing can ever go on', async () => {
    const terminal = new FakeTerminal();
    const file = flow('hang', node('A', 'never'));
    const running = netrun(['run', file, '--json'], terminal);
    await flowing(terminal, 'A');
    terminal.happen({ type: 'idle' });
    const ran = await running;
    expect([ran.code, documentOf(ran)]).toMatchObject([
      2,
      {
        state: 'hanging',
        problems: [
          { code: 'FLOW_HANGS', message: expect.stringContaining('A (1 epoch)') as string },
        ],
      },
    ]);
  });

  it('ends as hanging where a value waits before a port that nothing empties', async () => {
    const terminal = new FakeTerminal();
    const ports = 'in_ports = { x = { slots = 1 }, y = {} }\nout_ports = ["out"]\n';
    const file = flow('full', `[net]\noutputs = ["J.out"]\n${node('J', 'pass', ports)}`);
    const args = ['--in', 'J.x=1', '--in', 'J.x=2'];
    const running = netrun(['run', file, ...args, '--json'], terminal);
    while (await isPending(running)) terminal.happen({ type: 'idle' });
    const ran = await running;
    expect([ran.code, documentOf(ran)]).toMatchObject([
      2,
      {
        state: 'hanging',
        problems: [
          {
            code: 'FLOW_HANGS',
            message: expect.stringContaining('J.x (1 value outside without a slot)') as string,
          },
        ],
      },
    ]);
  });

  it('ends where an error is caught by nobody', async () => {
    const terminal = new FakeTerminal();
    const running = netrun(['run', flow('fault', node('A', 'never')), '--json'], terminal);
    await flowing(terminal, 'A');
    terminal.happen({ type: 'fault', error: new Error('thrown late') });
    const ran = await running;
    expect([ran.code, documentOf(ran)]).toMatchObject([
      2,
      { state: 'failed', problems: [{ code: 'UNCAUGHT_ERROR', message: 'thrown late' }] },
    ]);
  });
});

/** Resolves once an epoch of the node runs: as long as the flow goes on, a second of the terminal's passes in every turn. */
async function flowing(terminal: FakeTerminal, name: string): Promise<void> {
  while (!terminal.stderr.text.includes(`${name} 1 running`)) {
    terminal.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('interrupts', () => {
  it('the first lets running epochs finish and starts no other; the exit code is 130', async () => {
    const { file, open } = gated('First');
    const terminal = new FakeTerminal();
    const running = netrun(['run', file, '--json'], terminal);
    await flowing(terminal, 'First');
    terminal.happen({ type: 'interrupt' });
    await terminal.stderr.has(
      'interrupted: 1 running epoch may finish, interrupt again to stop at once\n',
    );
    open();
    const ran = await running;
    expect([ran.code, documentOf(ran)]).toMatchObject([
      130,
      { ok: false, state: 'interrupted', epochs: { finished: 2, cancelled: 0, startable: 2 } },
    ]);
  });

  it.each([
    ['a second interrupt', ['interrupt', 'interrupt']],
    ['a termination', ['terminate']],
  ] as const)('%s stops the flow at once', async (_what, types) => {
    const { file } = gated('AtOnce');
    const terminal = new FakeTerminal();
    const running = netrun(['run', file, '--json'], terminal);
    await flowing(terminal, 'AtOnce');
    for (const type of types) terminal.happen({ type });
    const ran = await running;
    expect([ran.code, documentOf(ran)]).toMatchObject([
      130,
      { state: 'interrupted', epochs: { running: 1 } },
    ]);
  });

  it('a third waits for nothing, not even for a stop function that hangs', async () => {
    const file = flow('hung-stop', node('A', 'never', 'stop_node_func = "./nodes.mjs#never"\n'));
    const terminal = new FakeTerminal();
    const running = netrun(['run', file], terminal);
    await flowing(terminal, 'A');
    for (let count = 0; count < 3; count += 1) terminal.happen({ type: 'interrupt' });
    expect((await running).code).toBe(130);
  });
});

describe('--step', () => {
  it('goes step by step and tells each', async () => {
    const { code, stderr } = await netrun(['run', line, '--step']);
    expect(code).toBe(0);
    expect(stderr.split('\n')).toEqual([
      'step 1: ran 1 epoch: A e1; running',
      'step 2: ran 3 epochs: B e2 e3 e4; running',
      'step 3: nothing started; drained',
      '',
    ]);
  });

  it('asks for Enter where somebody is there, and ends the run where they want no more', async () => {
    const terminal = new FakeTerminal();
    terminal.interactive = true;
    terminal.lines = ['', 'q'];
    const ran = await netrun(['run', line, '--step', '--json'], terminal);
    expect(ran.stderr.split('\n').slice(0, 3)).toEqual([
      'Enter for step 1, q to end the run',
      'step 1: ran 1 epoch: A e1; running',
      'Enter for step 2, q to end the run',
    ]);
    expect([ran.code, documentOf(ran)]).toMatchObject([
      130,
      { state: 'interrupted', epochs: { finished: 1 } },
    ]);
  });
});

describe('--run-dir', () => {
  it('keeps the history and the summary, which explain reads', async () => {
    const folder = workspace.path('runs', 'stuck');
    const ran = await netrun(['run', join, '--in', 'J.x=1', '--run-dir', folder, '--json']);
    expect(ran.code).toBe(2);
    expect(readdirSync(folder).sort()).toEqual([
      'history.jsonl',
      'inputs.json',
      'log.jsonl',
      'summary.json',
    ]);
    expect(JSON.parse(readFileSync(`${folder}/summary.json`, 'utf8'))).toEqual(documentOf(ran));
    const records = readFileSync(`${folder}/history.jsonl`, 'utf8')
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as { seq: number; type: string });
    expect(records.map(({ seq }) => seq)).toEqual(records.map((_, at) => at));
    expect(records[0]).toMatchObject({ type: 'header', run: documentOf(ran)['run'] });
    expect(records).toContainEqual(
      expect.objectContaining({ type: 'action', action: 'InjectPacket', port: 'J.x' }),
    );
    const explained = await netrun(['explain', folder]);
    expect(explained.code).toBe(0);
    expect(explained.stdout).toContain('1 more at J.y');
    expect(documentOf(await netrun(['explain', folder, '--json']))).toMatchObject({
      ok: true,
      state: 'stuck',
      explanation: { blocked: 'stuck' },
    });
  });

  it('keeps the log, also of what is not shown', async () => {
    const folder = workspace.path('runs', 'log');
    const talking = flow('talk-kept', node('A', 'talk'));
    const ran = await netrun(['run', talking, '--run-dir', folder]);
    expect(ran.stderr).toContain('warned by a node');
    expect(ran.stderr).not.toContain('logged by a node');
    const lines = readFileSync(`${folder}/log.jsonl`, 'utf8')
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { level: 30, node: 'A', epoch: 'e1', msg: 'logged by a node' },
      { level: 40, node: 'A', epoch: 'e1', msg: 'warned by a node' },
    ]);
  });

  it('runs also where the log cannot be kept, and says so', async () => {
    const talking = flow('talk-unkept', node('A', 'talk'));
    const folder = workspace.path('runs', 'unlogged');
    mkdirSync(`${folder}/log.jsonl`, { recursive: true });
    writeFileSync(`${folder}/inputs.json`, '[]');
    const resumed = await netrun(['run', talking, '--run-dir', folder, '--resume']);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr.match(/the log cannot be kept/g)).toHaveLength(1);
  });

  it('refuses a folder that has a run, before anything runs', async () => {
    const folder = workspace.path('runs', 'twice');
    expect((await netrun(['run', line, '--run-dir', folder])).code).toBe(0);
    const before = readFileSync(`${folder}/history.jsonl`, 'utf8');
    const { code, stdout, stderr } = await netrun(['run', line, '--run-dir', folder]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error FILE_EXISTS /);
    expect(readFileSync(`${folder}/history.jsonl`, 'utf8')).toBe(before);
  });

  it('tells the run where its summary cannot be kept, and exits with 1', async () => {
    const folder = workspace.path('runs', 'unkept');
    const { file, open } = gated('Unkept');
    const terminal = new FakeTerminal();
    const running = netrun(['run', file, '--run-dir', folder], terminal);
    await flowing(terminal, 'Unkept');
    rmSync(`${folder}/summary.json`);
    mkdirSync(`${folder}/summary.json`);
    open();
    const { code, stdout, stderr } = await running;
    expect(code).toBe(1);
    expect(stdout).toMatch(/^drained after /);
    expect(stderr).toMatch(/^error FILE_UNWRITABLE /m);
  });

  it('fails the run where its history cannot be written, and touches no file that is not its own', async () => {
    const folder = workspace.path('runs', 'spoilt');
    const { file, open } = gated('Spoilt');
    const terminal = new FakeTerminal();
    const running = netrun(['run', file, '--run-dir', folder], terminal);
    await flowing(terminal, 'Spoilt');
    const foreign = workspace.file('runs/spoilt/history.jsonl', 'of somebody else');
    open();
    const { code, stderr } = await running;
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error HISTORY_UNWRITABLE .*somebody else has changed it/m);
    expect(readFileSync(foreign, 'utf8')).toBe('of somebody else');
  });

  it('says while it runs that it runs', async () => {
    const folder = workspace.path('runs', 'going');
    const { file, open } = gated('Going');
    const terminal = new FakeTerminal();
    const running = netrun(['run', file, '--run-dir', folder], terminal);
    await flowing(terminal, 'Going');
    const { stdout } = await netrun(['explain', folder]);
    expect(stdout).toContain('It has not ended: ');
    open();
    expect((await running).code).toBe(0);
    expect((await netrun(['explain', folder])).stdout).toContain('Everything was done');
  });
});

describe('options that are wrong', () => {
  it.each([
    [['--out', 'xml'], 'ARGUMENT_INVALID'],
    [['--out', 'json', '--json'], 'ARGUMENT_INVALID'],
    [['--log', 'loud'], 'ARGUMENT_INVALID'],
    [['--resume'], 'RUN_DIR_INVALID'],
    [['--inspect', '--step'], 'ARGUMENT_INVALID'],
    [['--inspect=http'], 'ARGUMENT_INVALID'],
  ])('%j is refused', async (args, expected) => {
    const folder = workspace.path('runs', 'refused');
    const { code, stderr } = await netrun(['run', line, ...args, '--run-dir', folder]);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^error ${expected} [^]*\n  hint: `));
    expect(existsSync(folder)).toBe(false);
  });

  it.each([[[]], [['--resume']]])('so is a folder without a name: %j', async (more) => {
    const { code, stderr } = await netrun(['run', line, '--run-dir', '', ...more]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'error ARGUMENT_INVALID --run-dir names no folder: it is empty\n  hint: Name the folder for the run.\n',
    );
  });
});

describe('progress', () => {
  it('in a terminal is a view that is there while the flow runs, and gone when it ends', async () => {
    const { file, open } = gated('Live');
    const terminal = new FakeTerminal();
    terminal.stderr.isTTY = true;
    const running = netrun(['run', file], terminal);
    while (!/Live +saturated +1 +2 +0 +0/.test(terminal.stderr.text)) {
      terminal.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    terminal.other('said by a node\n', terminal.stderr);
    open();
    const { code, stdout, stderr } = await running;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^drained after /);
    const screen = new Screen(80, 24);
    screen.write(stderr);
    expect(screen.lines).toEqual(['said by a node', '']);
  });

  it('without a terminal is a line when something changed, at most one a second', async () => {
    const { file, open } = gated('Plain');
    const terminal = new FakeTerminal();
    const running = netrun(['run', file], terminal);
    await flowing(terminal, 'Plain');
    const shown = [...terminal.stderr.writes];
    expect(shown.at(-1)).toMatch(
      /^[\d.]+ s running: 1 epoch running, 2 waiting, 1 done, 0 failed \(Plain 1 running, 2 waiting\)\n$/,
    );
    for (let count = 0; count < 100; count += 1) terminal.advance(100);
    expect(terminal.stderr.writes).toEqual(shown);
    open();
    expect((await running).code).toBe(0);
    expect(terminal.ticks.size).toBe(0);
  });
});
