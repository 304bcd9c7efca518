/** `netrun coverage` reads what test runs reached of the statecharts. */
import { expect, it } from 'vitest';
import { collectCoverage } from '../../src/testing/coverage/coverage-collector.ts';
import { pair, runOnce } from '../testing/coverage/flows.ts';
import { Workspace, documentOf, netrun } from './workspace.ts';

const workspace = new Workspace();

async function fileOf(name: string, failures: number): Promise<string> {
  const collector = collectCoverage();
  await runOnce(pair({ retries: 2, deferNetActions: true }, failures));
  return workspace.file(name, JSON.stringify(collector.stop()));
}
const plain = await fileOf('plain.json', 0);
const failing = await fileOf('failing.json', 1);

it('prints the figures of several files together, and what none of them reached', async () => {
  const one = await netrun(['coverage', plain]);
  expect(one.code).toBe(0);
  expect(one.stdout).toMatch(/^total +\d+ +\d+ +\d+\.\d$/m);
  expect(one.stdout).toContain('  epoch: backingOff → attempting\n');
  const both = await netrun(['coverage', plain, failing]);
  expect(both.stdout).not.toContain('backingOff → attempting');
});

it('exits with 2 where less than --min is reached, of the whole or of any node', async () => {
  const { code, stderr } = await netrun(['coverage', plain, '--min', '70']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: 'below 70 % in: total\n' });
  expect((await netrun(['coverage', plain, failing, '--min', '70'])).code).toBe(0);
  const nodes = await netrun(['coverage', failing, '--min', '80', '--per-node']);
  expect(nodes).toMatchObject({ code: 2, stderr: 'below 80 % in: net\n' });
});

it('prints one document with --json', async () => {
  const document = documentOf(await netrun(['coverage', plain, '--json', '--min', '99', '--all']));
  expect(document).toMatchObject({
    ok: false,
    files: [plain],
    min: 99,
    below: ['total'],
    detail: 'transitions',
    perNode: false,
  });
});

it('draws a part with what was reached', async () => {
  const { stdout } = await netrun(['coverage', failing, '--statechart', 'Add/epoch']);
  expect(stdout).toContain('#10003; timer.fire [firesRetry]');
});

it.each([
  ['a file that is no JSON', ['coverage', workspace.file('a.json', '{')], 'COVERAGE_INVALID'],
  ['another JSON', ['coverage', workspace.file('b.json', '{"nets":3}')], 'COVERAGE_INVALID'],
  ['no percentage', ['coverage', plain, '--min', 'most'], 'ARGUMENT_INVALID'],
  ['more than all', ['coverage', plain, '--min', '101'], 'ARGUMENT_INVALID'],
  ['an unknown part', ['coverage', plain, '--statechart', 'Sub/epoch'], 'NODE_UNKNOWN'],
])('refuses %s', async (_, args, problem) => {
  const { code, stderr } = await netrun(args);
  expect(code).toBe(1);
  expect(stderr).toContain(problem);
});
