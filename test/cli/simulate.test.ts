/** netrun simulate and netrun assert: what they print, what they exit with, and what they refuse. */
import { existsSync, mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SimulationProgress } from '../../src/cli/run/simulation-progress.ts';
import { FakeTerminal } from './fake-terminal.ts';
import { Workspace, documentOf, netrun } from './workspace.ts';

/** Whoever asks for the time has waited for half a tick. */
class TickingTerminal extends FakeTerminal {
  override now(): number {
    this.nowMs += 50;
    return this.nowMs;
  }
}

const work = new Workspace();

work.file(
  'nodes.mjs',
  `
const sending = async (ctx, packets) => {
  for (const packet of packets.in) ctx.loadOutputPort('out', ctx.createPacket(await ctx.consumePacket(packet)));
  ctx.sendOutputSalvo('send');
};
export const pass = sending;
`,
);
const flow = work.file(
  'flow.toml',
  `
[net]
on_error = "continue"
inputs = ["A.in"]
outputs = ["A.out"]

[nodes.A]
in_ports = ["in"]
out_ports = ["out"]
exec_node_func = "./nodes.mjs#pass"
`,
);
const rules = work.file(
  'rules.toml',
  '[rules.small]\nwhen = { port = "A.out" }\nalways = { "<" = 10 }\n',
);
const input = ['--in', 'A.in=1', '--in', 'A.in=2'];

/** A path in a command: in quotes where a shell would take it for several. */
function written(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path}'`;
}

describe('netrun simulate', () => {
  it('says that everything holds, of how much, with a digest that is the same again', async () => {
    const args = ['simulate', flow, '--runs', '5', '--seed', '3', '--rules', rules, ...input];
    const first = await netrun(args);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(
      /^5 runs of .*flow.toml: \d+ actions, \d crash(es)?, \d+ choices? out of the usual\neverything holds\ndigest sha256-[0-9a-f]{64}\n$/,
    );
    expect((await netrun(args)).stdout).toBe(first.stdout);
  });

  it('prints what does not hold, and one command that runs it again', async () => {
    const args = [flow, '--rules', rules, ...input, '--in', 'A.in=10', '--faults', 'delay,late'];
    const { code, stdout } = await netrun(['simulate', ...args]);
    expect(code).toBe(2);
    expect(stdout).toContain('rule small: packet p2 with 10 at A.out is not {"<":10}\n');
    expect(stdout).toContain('inputs:\n  A.in = 10\nnothing out of the usual leads to it\n');
    expect(stdout).toContain('where the packet comes from:\n  p2  made in e1 A; lives\n');
    const command = /to run it again:\n {2}npx netrun (.*)\n$/.exec(stdout)?.[1] ?? '';
    expect(command).toContain('--choices without.1=1,without.2=1 --faults delay,late');
    const words = command.match(/(?:'[^']*'|[^\s'])+/g) ?? [];
    const again = await netrun(words.map((word) => word.replaceAll("'", '')));
    expect(again.code).toBe(2);
    expect(again.stdout).toContain('rule small: packet p2 with 10 at A.out is not {"<":10}\n');
  });

  it('gives all of it to machines', async () => {
    const args = ['simulate', flow, '--json', '--rules', rules, '--in', 'A.in=10'];
    const found = documentOf(await netrun(args));
    expect(found).toMatchObject({
      ok: false,
      runs: 1,
      file: flow,
      failure: {
        seed: 1,
        choices: 'none',
        breach: { kind: 'rule', name: 'small', packet: 'p2' },
        inputs: [{ port: 'A.in', value: 10 }],
        found: { choices: 0 },
      },
    });
    expect(
      documentOf(await netrun([...args, '--rules', rules, '--in', 'A.in=1', '--runs', '1'])),
    ).toMatchObject({ ok: false });
  });

  it('takes functions, inputs and invariants from a module', async () => {
    const world = work.file(
      'world.mjs',
      `export const world = ({ seed }) => ({
        nodes: { A: () => { throw new Error('not today') } },
        inputs: [{ port: 'A.in', value: seed }],
        invariants: { 'all is well': ({ deadLetters }) => deadLetters.length === 0 || 'a letter' },
      });`,
    );
    const { code, stdout } = await netrun(['simulate', flow, '--with', world]);
    expect(code).toBe(2);
    expect(stdout).toContain('invariant all is well: a letter\n');
    expect(stdout).toContain(`--with ${written(world)}\n`);
    const object = work.file(
      'object.mjs',
      'export const own = { inputs: [{ port: "A.in", value: 1 }] };',
    );
    expect(
      await netrun(['simulate', flow, '--with', `${object}#own`, '--runs', '2']),
    ).toMatchObject({
      code: 0,
    });
  });

  it('keeps the history of the run that went wrong, to be replayed', async () => {
    const folder = work.path('wrong');
    const args = ['simulate', flow, '--rules', rules, '--in', 'A.in=10', '--save', folder];
    const { code, stdout } = await netrun(args);
    expect(code).toBe(2);
    expect(stdout).toContain(
      `the run that went wrong, to look at:\n  npx netrun inspect ${written(folder)}\n`,
    );
    const replayed = await netrun(['replay', folder]);
    expect(replayed.stdout).toContain(`of ${flow}, 2026-01-01T00:00:00.000Z\n`);
    expect(replayed).toMatchObject({ code: 0, stderr: '' });
    expect((await netrun(['history', folder])).stdout).toContain('A.in · value 10');
    expect((await netrun(['assert', folder, rules])).code).toBe(2);
    // The functions of the definition do what those of the simulation did.
    expect(await netrun(['replay', folder, '--reexec'])).toMatchObject({ code: 0 });
    const again = await netrun(args);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('error FILE_EXISTS ');
  });

  it('keeps the first run where everything holds', async () => {
    const folder = work.path('right');
    const { stdout } = await netrun(['simulate', flow, ...input, '--runs', '2', '--save', folder]);
    expect(stdout).toContain(
      `the run of the first seed, to look at:\n  npx netrun inspect ${written(folder)}`,
    );
    expect(await netrun(['replay', folder])).toMatchObject({ code: 0 });
  });

  it('says where nothing came into the flow, and where choices are of another one', async () => {
    const empty = await netrun(['simulate', flow, '--runs', '2']);
    expect(empty).toMatchObject({
      code: 0,
      stderr: 'note: no epoch was opened in any run: give packets by --in, or inputs by --with\n',
    });
    const other = await netrun(['simulate', flow, ...input, '--choices', 'Gone.1=fails']);
    expect(other.stderr).toMatch(/^note: these choices did not come up, .*: Gone\.1=fails\. /);
    const none = await netrun(['simulate', flow, ...input, '--runs', '0']);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('error ARGUMENT_INVALID --runs 0 runs nothing\n');
  });

  it('says on standard error what makes a simulation worth less', async () => {
    const world = work.file(
      'unsteady.mjs',
      `export const world = { nodes: { A: (ctx, packets) => {
        for (const packet of packets.in) ctx.consumePacketSync(packet);
        ctx.loadOutputPort('out', ctx.createPacket(Math.random()));
        ctx.sendOutputSalvo('send');
      } } };`,
    );
    const args = ['simulate', flow, '--with', world, '--runs', '1', '--in', 'A.in=1'];
    const { code, stderr } = await netrun(args);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^note: the same choices do not give the same run, .*: record \d+, \w+ of A \(e1\): \S+ is 0\.\d+, and 0\.\d+ the second time\. /,
    );
    const slow = work.file(
      'slow.mjs',
      `export const world = { nodes: { A: async (ctx, packets) => {
        for (const packet of packets.in) await ctx.consumePacket(packet);
        for (let n = 0; n < 100; n += 1) await new Promise((done) => setTimeout(done, 1));
      } } };`,
    );
    const waiting = ['simulate', flow, '--with', slow, '--runs', '1', '--in', 'A.in=1'];
    expect(await netrun(waiting)).toMatchObject({ code: 0, stderr: '' });
    const told = documentOf(await netrun([...waiting, '--real-time', '--json']));
    expect(told).toMatchObject({ unsteady: null, waits: [{ node: 'A' }] });
  });

  it('lets runs end as they are allowed to, and says so in the command', async () => {
    const join = work.file(
      'join.toml',
      '[net]\ninputs = ["J.a", "J.b"]\n[nodes.J]\nin_ports = ["a", "b"]\nexec_node_func = "./nodes.mjs#pass"\n',
    );
    const args = ['simulate', join, '--in', 'J.a=1', '--runs', '2'];
    expect((await netrun(args)).stdout).toContain('the net is stuck');
    expect(await netrun([...args, '--ends', 'drained,stuck'])).toMatchObject({ code: 0 });
    const failing = await netrun([...args, '--ends', 'starved']);
    expect(failing.stdout).toContain('--ends starved');
  });

  it.each([
    ['a flow that there is not', ['nowhere.toml'], 'FILE_UNREADABLE'],
    ['runs that are no number', [flow, '--runs', 'many'], 'ARGUMENT_INVALID'],
    ['faults that there are not', [flow, '--faults', 'rain'], 'OPTION_INVALID'],
    ['choices that are none', [flow, '--choices', 'crash'], 'CHOICES_INVALID'],
    ['an end that there is not', [flow, '--ends', 'happy'], 'ARGUMENT_INVALID'],
    ['a folder without a name', [flow, '--save', ''], 'ARGUMENT_INVALID'],
    ['a folder that cannot be made', [flow, '--save', `${flow}/x`], 'FILE_UNWRITABLE'],
    ['an input that is none', [flow, '--in', 'B.in=1'], 'PORT_NOT_INPUT'],
    ['rules that there are not', [flow, '--rules', 'nowhere.toml'], 'FILE_UNREADABLE'],
    ['a module that there is not', [flow, '--with', 'nowhere.mjs'], 'FUNCTION_FILE_NOT_FOUND'],
  ])('refuses %s', async (_, args, problem) => {
    const { code, stderr } = await netrun(['simulate', ...args]);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^error ${problem} `));
    expect(stderr).toContain('hint: ');
  });

  it('makes no folder for what is refused', async () => {
    const folder = work.path('refused');
    for (const wrong of [
      ['--ends', 'happy'],
      ['--in', 'B.in=1'],
      ['--seed', 'x'],
      ['--faults', 'rain'],
      ['--choices', 'crash'],
    ])
      expect((await netrun(['simulate', flow, '--save', folder, ...wrong])).code).toBe(1);
    expect(existsSync(folder)).toBe(false);
    const within = work.path('above', 'refused');
    expect((await netrun(['simulate', flow, '--save', within, '--faults', 'rain'])).code).toBe(1);
    expect(existsSync(work.path('above'))).toBe(false);
  });

  it('leaves a folder that was there before where it is', async () => {
    const folder = work.path('before');
    mkdirSync(folder);
    expect((await netrun(['simulate', flow, '--save', folder, '--faults', 'rain'])).code).toBe(1);
    expect(existsSync(folder)).toBe(true);
  });

  it('shows how far it is, where somebody looks on, in one line that is gone at the end', async () => {
    const terminal = new TickingTerminal();
    terminal.stderr.isTTY = true;
    const args = ['simulate', flow, '--runs', '12', '--faults', 'none', ...input];
    const { code, stdout } = await netrun(args, terminal);
    expect(code).toBe(0);
    expect(stdout).toBe((await netrun(args)).stdout);
    const [first, ...others] = terminal.stderr.writes;
    expect(first).toMatch(/^\r1 of 12 runs, \d+ actions {2}\d+ ms\u001b\[K$/);
    expect(others.at(-2)).toMatch(/^\r1[12] of 12 runs, \d+ actions {2}\d+ ms\u001b\[K$/);
    expect(others.at(-1)).toBe('\r\u001b[K');
    // A run takes half a tick.
    expect(others).toHaveLength(6);
  });

  it('shows it above nothing that nodes print, and not in the middle of their lines', () => {
    const terminal = new TickingTerminal();
    terminal.stderr.columns = 24;
    const progress = new SimulationProgress(terminal, 9);
    const run = { actions: 1, breach: null };
    progress.ran(run);
    progress.print('half');
    for (let over = 0; over < 3; over++) progress.ran(run);
    progress.print(' a line\n');
    progress.ran({ actions: 2, breach: {} });
    progress.end();
    progress.end();
    expect(terminal.stderr.writes).toEqual([
      '\r1 of 9 runs, 1 action …\u001b[K',
      '\r\u001b[K',
      'half',
      ' a line\n',
      '\r5 of 9 runs, one went …\u001b[K',
      '\r\u001b[K',
    ]);
  });

  it.each([
    ['a document is asked for', ['--json'], true],
    ['nobody looks on', [], false],
  ])('shows nothing of that where %s', async (_, more, isTTY) => {
    const terminal = new TickingTerminal();
    terminal.stderr.isTTY = isTTY;
    const args = ['simulate', flow, '--runs', '3', ...input, ...more];
    expect(await netrun(args, terminal)).toMatchObject({ code: 0, stderr: '' });
  });

  it('refuses a module without a world, and tells all problems of rules with their places', async () => {
    const number = work.file('number.mjs', 'export const world = 3;');
    const { code, stderr } = await netrun(['simulate', flow, '--with', number]);
    expect({ code, isRefused: stderr.startsWith('error ARGUMENT_INVALID ') }).toEqual({
      code: 1,
      isRefused: true,
    });
    const wrong = work.file('wrong.toml', '[rules.a]\nnever = { port = "B.out" }\n[rules.b]\n');
    const told = await netrun(['simulate', flow, '--rules', wrong]);
    expect(told.code).toBe(1);
    expect(told.stderr).toContain(`error UNKNOWN_PORT ${wrong}:2:18 `);
    expect(told.stderr).toContain(`error KEY_MISSING ${wrong}:3:8 `);
  });
});

describe('netrun assert', () => {
  async function recorded(name: string, value: number): Promise<string> {
    const runDir = work.path(name);
    const args = ['run', flow, '--run-dir', runDir, '--in', `A.in=${value}`];
    expect(await netrun(args)).toMatchObject({ code: 0 });
    return runDir;
  }

  it('says that every rule holds of a run', async () => {
    const { code, stdout } = await netrun(['assert', await recorded('small', 1), rules]);
    expect(stdout).toMatch(
      /^run 01\w+ of .*\nevery rule holds: 1 rule held against \d+ records\n$/,
    );
    expect(code).toBe(0);
  });

  it('says which rule is broken, at which record, and where the packet comes from', async () => {
    const runDir = await recorded('large', 10);
    const { code, stdout } = await netrun(['assert', runDir, rules]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^small {2}record \d+: packet p2 with 10 at A.out is not {"<":10}$/m);
    expect(stdout).toContain('  where the packet comes from:\n    p2  made in e1 A; lives\n');
    expect(stdout).toMatch(/1 rule held against \d+ records: 1 violation\n$/);
    expect(documentOf(await netrun(['assert', runDir, rules, '--json']))).toMatchObject({
      ok: false,
      rules: ['small'],
      count: 1,
      violations: [{ rule: 'small', packet: 'p2', node: 'A' }],
      problems: [],
    });
  });

  it('says where a rule cannot be judged, and that names are wrong', async () => {
    const hashed = work.file(
      'hashed.toml',
      `[net]\nhistory_values = "hash"\ninputs = ["A.in"]\noutputs = ["A.out"]\n[nodes.A]\nin_ports = ["in"]\nout_ports = ["out"]\nexec_node_func = "./nodes.mjs#pass"\n`,
    );
    const runDir = work.path('hashed');
    await netrun(['run', hashed, '--run-dir', runDir, '--in', 'A.in=10']);
    const { code, stderr } = await netrun(['assert', runDir, rules]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error RULE_UNCHECKED .* rule small could not be judged once/);
    const wrong = work.file('other.toml', '[rules.a]\nnever = { port = "B.out" }\n');
    const told = await netrun(['assert', runDir, wrong]);
    expect(told.code).toBe(1);
    expect(told.stderr).toContain('error UNKNOWN_PORT ');
  });
});
