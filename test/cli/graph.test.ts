/** `netrun graph` draws definitions and the statecharts of their parts. */
import { expect, it } from 'vitest';
import { Workspace, documentOf, netrun } from './workspace.ts';

const workspace = new Workspace();
const file = workspace.file(
  'flow.toml',
  '[nodes.A]\nout_ports = ["out"]\n[nodes.net]\nin_ports = ["in"]\n[[edges]]\nfrom = "A.out"\nto = "net.in"\ncapacity = 2\n',
);
const printed = async (...args: string[]): Promise<string> =>
  (await netrun(['graph', file, ...args])).stdout;

it('prints a Mermaid flowchart unless another form is asked for', async () => {
  const mermaid = await printed();
  expect(mermaid).toMatch(/^flowchart LR\n/);
  expect(mermaid).toContain('capacity 2');
  expect(await printed('--mermaid')).toBe(mermaid);
  expect(await printed('--dot')).toMatch(/^digraph net \{\n/);
  expect(documentOf(await netrun(['graph', file, '--json']))).toEqual({
    ok: true,
    file,
    format: 'mermaid',
    diagram: mermaid,
  });
});

it.each([
  ['A', ['intake', 'gate', 'service']],
  ['node:A', ['intake', 'gate', 'service']],
  ['node:net', ['intake', 'gate', 'service']],
  ['net', ['lifecycle', 'activity', 'mode']],
  ['A/epoch', ['startable', 'running', 'finished']],
  ['net/in:in', ['empty', 'partial', 'full']],
  ['A/out:out', ['open', 'blocked', 'unconnected']],
])('draws the statechart of %s', async (part, states) => {
  const diagram = await printed('--statechart', part);
  expect(diagram).toMatch(/^stateDiagram-v2\n/);
  for (const state of states) expect(diagram).toContain(`state "${state}" as`);
});

it.each([
  ['Elsewhere', /there is no node Elsewhere[^]*hint: There are: A, net/],
  ['A/in:out', /there is no input port of A called out/],
  ['A/out:oot', /no output port of A called oot[^]*Did you mean out\?/],
  ['/', /there is no node \//],
  ['', /there is no node/],
])('refuses the part %s, and says what there is', async (part, message) => {
  const { code, stdout, stderr } = await netrun(['graph', file, '--statechart', part]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(message);
});

it('refuses two forms at once', async () => {
  const { code, stderr } = await netrun(['graph', file, '--dot', '--mermaid']);
  expect(code).toBe(1);
  expect(stderr).toContain(
    'error ARGUMENT_INVALID --mermaid, --dot and --statechart exclude each other',
  );
});
