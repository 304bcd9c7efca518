/** `netrun explain` tells a definition in words, and a run by what its folder keeps. */
import { expect, it } from 'vitest';
import { Workspace, documentOf, netrun, nodesModule } from './workspace.ts';

const workspace = new Workspace();
workspace.file('nodes.mjs', nodesModule);

it('tells what starts each node, what it takes and sends, and where that goes', async () => {
  const file = workspace.file(
    'flow.toml',
    [
      '[net]',
      'mode = "dag"',
      'on_error = "continue"',
      'outputs = ["B.out"]',
      '[nodes.A]',
      'exec_node_func = "./nodes.mjs#source"',
      'out_ports = ["out", "lost"]',
      '[nodes.B]',
      'out_ports = ["out"]',
      '[nodes.B.in_ports.in]',
      'slots = 2',
      '[nodes.B.in_salvo_conditions.pair]',
      'when = "count(in) >= 2"',
      'ports = { in = 2 }',
      '[nodes.B.out_salvo_conditions.send]',
      'when = "nonempty(out)"',
      'max_salvos = 1',
      '[[edges]]',
      'from = "A.out"',
      'to = "B.in"',
    ].join('\n'),
  );
  const { code, stdout } = await netrun(['explain', file]);
  expect(code).toBe(0);
  expect(stdout.replaceAll(file, 'FILE').split('\n')).toEqual([
    'FILE: 2 nodes, 1 edge, each node runs at most once; an epoch that fails for good does not stop the others',
    'values come in at: no port',
    'values leave at: B.out',
    '',
    'A  (./nodes.mjs#source)',
    '  starts by itself, once',
    '  sends send: when nonempty(out) or nonempty(lost), takes all of out, all of lost',
    '  out out: to B.in',
    '  out lost: leads nowhere: what is sent there is an error',
    '',
    'B',
    '  has no function: its epochs are never started',
    '  fires pair: when count(in) >= 2, takes 2 packets of in',
    '  in in: from A.out, 2 slots',
    '  sends send: when nonempty(out), takes all of out, at most 1 time an epoch',
    '  out out: to outside',
    '',
  ]);
  expect(documentOf(await netrun(['explain', file, '--json']))).toMatchObject({
    ok: true,
    mode: 'dag',
    onError: 'continue',
    nodes: [
      { node: 'A', autostart: true },
      { node: 'B', exec: null, autostart: false },
    ],
  });
});

it('refuses a definition with problems', async () => {
  const { code, stderr } = await netrun([
    'explain',
    workspace.file('bad.toml', '[nodes.A]\nx = 1\n'),
  ]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error UNKNOWN_KEY /);
});

it.each([
  ['has no JSON', 'not { json'],
  ['has other JSON', '{ "ok": true }'],
  ['has a list', '[]'],
])('refuses a folder whose summary %s', async (what, text) => {
  const folder = workspace.path(what);
  workspace.file(`${what}/summary.json`, text);
  const { code, stdout, stderr } = await netrun(['explain', folder]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^error RUN_DIR_INVALID [^]*\n {2}hint: /);
});
