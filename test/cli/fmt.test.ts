/** `netrun fmt` writes the canonical form, and never loses anything without being told to. */
import { chmodSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Graph } from '../../src/dsl/graph.ts';
import { findComments, withoutComments } from '../../src/cli/toml-comments.ts';
import { Workspace, documentOf, netrun } from './workspace.ts';

const workspace = new Workspace();
const loose =
  '[nodes]\nA = { out_ports=["out"] }\n\n\n[nodes.B]\nin_ports=["in"]\n[[edges]]\nfrom="A.out"\nto="B.in"\n';
const canonical = Graph.fromToml(loose).toToml();
const read = (file: string): string => readFileSync(file, 'utf8');

it('rewrites a file in canonical form, and leaves nothing else behind', async () => {
  const file = workspace.file('one/flow.toml', loose);
  chmodSync(file, 0o640);
  expect(await netrun(['fmt', file])).toEqual({ code: 0, stdout: `changed ${file}\n`, stderr: '' });
  expect(read(file)).toBe(canonical);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readdirSync(workspace.path('one'))).toEqual(['flow.toml']);
  expect((await netrun(['fmt', file])).stdout).toBe(`unchanged ${file}\n`);
});

it('writes through a link instead of replacing it', async () => {
  const file = workspace.file('linked.toml', loose);
  symlinkSync(file, workspace.path('link.toml'));
  expect((await netrun(['fmt', workspace.path('link.toml')])).code).toBe(0);
  expect(read(file)).toBe(canonical);
});

it('refuses to lose comments, and says where the first one is', async () => {
  const text = `# why\n${loose}`;
  const file = workspace.file('comments.toml', text);
  const { code, stderr } = await netrun(['fmt', file]);
  expect(code).toBe(1);
  expect(stderr).toContain(`error COMMENTS_LOST ${file}:1:1 1 comment would be lost`);
  expect(stderr).toContain('--drop-comments');
  expect(read(file)).toBe(text);
  expect((await netrun(['fmt', file, '--drop-comments'])).code).toBe(0);
  expect(read(file)).toBe(canonical);
});

it('refuses a definition with problems, formats the others, and exits with 1', async () => {
  const bad = workspace.file('bad.toml', '[nodes.A]\nwhat = 1\n');
  const good = workspace.file('good.toml', loose);
  const ran = await netrun(['fmt', bad, good, '--json']);
  expect(ran.code).toBe(1);
  const { ok, files } = documentOf(ran) as { ok: boolean; files: { state: string }[] };
  expect([ok, files.map(({ state }) => state)]).toEqual([false, ['refused', 'changed']]);
  expect(read(bad)).toBe('[nodes.A]\nwhat = 1\n');
  expect(read(good)).toBe(canonical);
});

it('--check changes nothing, looks past comments, and exits with 1 where a file differs', async () => {
  const differs = workspace.file('differs.toml', loose);
  const commented = workspace.file(
    'commented.toml',
    `# head\n\n${canonical.replace('\n', ' # tail\n')}`,
  );
  const ran = await netrun(['fmt', '--check', differs, commented]);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain(`error NOT_CANONICAL ${differs} `);
  expect(ran.stdout).toBe(`unchanged ${commented}\n`);
  expect(read(differs)).toBe(loose);
});

it('--stdout prints the result and changes nothing', async () => {
  const file = workspace.file('print.toml', `# kept\n${loose}`);
  expect(await netrun(['fmt', '--stdout', file])).toEqual({
    code: 0,
    stdout: canonical,
    stderr: '',
  });
  expect(read(file)).toBe(`# kept\n${loose}`);
});

it('a hash within any kind of string is no comment', () => {
  const strings = [
    'a = "# \\" #"',
    "b = '#'",
    'c = """#\n"" # \\""""""',
    "d = '''#\n'' #'''''",
  ].join('\n');
  expect(findComments(strings)).toEqual([]);
  expect(findComments(`${strings}\n\ne = 1 # here # and`)).toEqual([{ line: 8, column: 7 }]);
  expect(withoutComments(`${strings}\n# gone\n  # too\n`)).toBe(strings);
});
