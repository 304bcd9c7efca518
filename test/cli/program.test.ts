/** The command line as a whole: help, versions, wrong arguments. */
import { describe, expect, it } from 'vitest';
import { documentOf, netrun } from './workspace.ts';

describe.each([
  'run',
  'check',
  'fmt',
  'graph',
  'init',
  'explain',
  'replay',
  'at',
  'history',
  'diff',
  'packet',
])('netrun %s', (command) => {
  it('has help with an example, --json and --debug', async () => {
    const { code, stdout, stderr } = await netrun([command, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`Examples?:\n  \\$ netrun ${command} `));
    expect(stdout).toContain('--json');
    expect(stdout).toContain('--debug');
  });

  it('refuses an option it does not have, as an error with a code and a hint', async () => {
    const { code, stdout, stderr } = await netrun([command, 'x', '--jsn']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      "error ARGUMENT_INVALID unknown option '--jsn'\n  hint: Did you mean --json?\n",
    );
  });
});

it('without a command it prints its help to standard error, and exits with 1', async () => {
  const { code, stdout, stderr } = await netrun([]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('Usage: netrun');
});

it('prints its version', async () => {
  expect(await netrun(['--version'])).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    stderr: '',
  });
});

it.each([
  [['rnu', 'x'], "unknown command 'rnu'", 'Did you mean run?'],
  [['run'], "missing required argument 'file'", 'netrun --help'],
  [['run', 'a', 'b'], 'too many arguments', 'netrun --help'],
  [['run', 'a', '--in'], "option '--in <node.port=value>' argument missing", 'netrun --help'],
])('refuses %j', async (args, message, hint) => {
  const { code, stderr } = await netrun(args);
  expect(code).toBe(1);
  expect(stderr).toContain(`error ARGUMENT_INVALID ${message}`);
  expect(stderr).toContain(`hint: ${hint}`);
});

it('with --json wrong arguments are a document too', async () => {
  const ran = await netrun(['fmt', '--json']);
  expect(ran.code).toBe(1);
  expect(documentOf(ran)).toMatchObject({ ok: false, problems: [{ code: 'ARGUMENT_INVALID' }] });
});
