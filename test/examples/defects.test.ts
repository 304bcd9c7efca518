/** The planted defects: each runs to its end as it is, and is found, with what leads to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { root } from '../architecture/tree.ts';
import { runCommand } from './command.ts';

const file = (defect: string, name: string): string => `${root}examples/defects/${defect}/${name}`;

interface Found {
  readonly runs: number;
  readonly failure: {
    readonly seed: number;
    readonly choices: string;
    readonly breach: { readonly kind: string; readonly name: string; readonly message: string };
    readonly steps: readonly string[];
    readonly lineage: string | null;
    readonly command: string;
    readonly history: readonly object[];
  };
}

/** Simulates a defect; gives what was found. */
async function found(args: readonly string[]): Promise<Found> {
  const { exitCode, stdout, stderr } = await runCommand(['simulate', ...args, '--json']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
  return JSON.parse(stdout) as Found;
}

/** Runs the command that was printed, and nothing else; gives what that found. */
async function foundAgain({ failure }: Found): Promise<Found> {
  expect(failure.command).toMatch(/^npx netrun simulate [\w@%+=:,./ -]+$/);
  return found(failure.command.split(' ').slice(3));
}

it('a join that depends on who comes first: by one choice, and no fault', async () => {
  const flow = file('first-come-join', 'flow.toml');
  const rules = file('first-come-join', 'rules.toml');
  const first = await found([flow, '--rules', rules, '--faults', 'none']);
  expect(first.failure).toMatchObject({
    choices: 'order.1=1',
    steps: ['1st choice: Other (e3) runs, before Usual (e2) runs'],
    breach: { kind: 'rule', name: 'other_is_cheaper' },
  });
  // The first seed that finds it: none before it does.
  const { seed } = first.failure;
  for (let before = 1; before < seed; before += 1) {
    const one = ['--faults', 'none', '--runs', '1', '--seed', String(before)];
    expect((await runCommand(['simulate', flow, '--rules', rules, ...one])).exitCode).toBe(0);
  }
  expect((await foundAgain(first)).failure).toMatchObject({
    seed,
    history: first.failure.history,
  });
});

it('a retry that charges again: where the work was done, and its outcome lost', async () => {
  const flow = file('doubled-charge', 'flow.toml');
  const world = file('doubled-charge', 'simulation.ts');
  const first = await found([flow, '--with', world, '--faults', 'failure']);
  expect(first.failure.breach).toMatchObject({
    kind: 'invariant',
    name: 'no order is charged twice',
  });
  expect(first.failure.steps).toEqual([
    expect.stringMatching(/^the \w+ attempt of Charge does its work and fails then$/),
  ]);
  expect((await foundAgain(first)).failure.breach).toEqual(first.failure.breach);
  // A process that ends in the midst of it does the same.
  const crashed = await found([flow, '--with', world, '--faults', 'crash']);
  expect(crashed.failure.steps).toEqual([
    expect.stringMatching(/^the process ends after \w+ action, and another goes on$/),
  ]);
});

it('a bounded cycle that deadlocks: by order alone, with what holds what', async () => {
  const flow = file('deadlocked-cycle', 'flow.toml');
  const first = await found([flow, '--faults', 'none']);
  expect(first.failure.breach).toMatchObject({ kind: 'end', name: 'stuck' });
  expect(first.failure.breach.message).toContain('node:Print gate.backpressured');
  expect(first.failure.breach.message).toContain('node:Inspect gate.backpressured');
  expect(first.failure.steps.length).toBeLessThanOrEqual(3);
  expect((await foundAgain(first)).failure.breach).toEqual(first.failure.breach);
});

it('a rule that is broken two nodes away from its cause: the way back is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netrun-defects-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const flow = file('distant-cause', 'flow.toml');
  const rules = file('distant-cause', 'rules.toml');
  const runDir = join(folder, 'run');
  const ran = await runCommand(['run', flow, '--run-dir', runDir]);
  expect(ran.exitCode).toBe(0);
  const { exitCode, stdout } = await runCommand(['assert', runDir, rules]);
  expect(exitCode).toBe(2);
  expect(stdout).toContain(
    'sums_are_plausible  record 97: packet p8 with {"item":"book","cents":286} at Total.total is not {"cents":{">":300}}',
  );
  const way = ['made in e6 Total', 'made in e3 Tax', 'made in e1 Read'];
  const places = way.map((step) => stdout.indexOf(step));
  expect(places.every((place, at) => place > (places[at - 1] ?? 0))).toBe(true);
  expect(stdout).toContain('3 rules held against');
  const simulated = await found([flow, '--rules', rules]);
  expect(simulated.failure.lineage).toContain('made in e1 Read');
});
