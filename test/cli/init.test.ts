/** `netrun init` writes a flow that is complete, canonical and runs. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Workspace, documentOf, netrun } from './workspace.ts';

const workspace = new Workspace();

it('the flow it writes passes the check and runs to its end', async () => {
  const folder = workspace.path('new', 'flow');
  const { code, stdout } = await netrun(['init', folder]);
  expect(code).toBe(0);
  expect(stdout).toContain(`Run it: netrun run ${join(folder, 'flow.toml')}\n`);
  expect(readdirSync(folder).sort()).toEqual(['README.md', 'flow.toml', 'nodes.ts']);
  expect((await netrun(['check', join(folder, 'flow.toml')])).stdout).toContain(
    '3 nodes, 2 edges, 3 imports found',
  );
  const ran = await netrun(['run', join(folder, 'flow.toml'), '--json']);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  const { state, outputs, nodes } = documentOf(ran) as {
    state: string;
    outputs: Record<string, string[]>;
    nodes: { node: string; finished: number }[];
  };
  expect(state).toBe('drained');
  expect(nodes.map(({ node, finished }) => [node, finished])).toEqual([
    ['Files', 1],
    ['Measure', 3],
    ['Describe', 3],
  ]);
  const told = ['README.md', 'flow.toml', 'nodes.ts'].map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return `${name} has ${text.split('\n').length - 1} lines, ${Buffer.byteLength(text)} bytes`;
  });
  expect(outputs['Describe.sentence']?.toSorted()).toEqual(told);
});

it('overwrites nothing: where one file is there, none is written', async () => {
  workspace.file('taken/nodes.ts', 'mine');
  const ran = await netrun(['init', workspace.path('taken'), '--json']);
  expect(ran.code).toBe(1);
  expect(documentOf(ran)).toMatchObject({ ok: false, problems: [{ code: 'FILE_EXISTS' }] });
  expect(readFileSync(workspace.path('taken', 'nodes.ts'), 'utf8')).toBe('mine');
  expect(existsSync(workspace.path('taken', 'flow.toml'))).toBe(false);
});

it('a folder that cannot be made is a problem', async () => {
  const file = workspace.file('file', '');
  const { code, stderr } = await netrun(['init', join(file, 'below')]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error FILE_UNWRITABLE .* cannot be written: /);
});
