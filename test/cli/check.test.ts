/** `netrun check` says everything that is wrong with definitions, functions included. */
import { expect, it } from 'vitest';
import { Workspace, documentOf, netrun, nodesModule } from './workspace.ts';

const workspace = new Workspace();
workspace.file('nodes.mjs', nodesModule);
workspace.file('broken.mjs', 'export const x = ;');

const good = workspace.file(
  'good.toml',
  '[nodes.A]\nexec_node_func = "./nodes.mjs#source"\nout_ports = ["out"]\n[nodes.B]\nexec_node_func = "./nodes.mjs#eat"\nin_ports = ["in"]\n[[edges]]\nfrom = "A.out"\nto = "B.in"\n',
);
const bad = workspace.file(
  'bad.toml',
  '[nodes.A]\nexec_nod_func = "./nodes.mjs#source"\n\n[[edges]]\nfrom = "A.out"\nto = "B.in"\n',
);
const nodes =
  '[nodes.A]\nexec_node_func = "./nodes.mjs#source"\nout_ports = ["out"]\n[nodes.B]\nexec_node_func = "./nodes.mjs#eat"\nin_ports = ["in"]\n';
const edge = '[[edges]]\nfrom = "A.out"\nto = "B.in"\n';
const late = workspace.file(
  'late.toml',
  `${nodes}[nodes.B.in_salvo_conditions.early]\nwhen = "nonempty(in)"\n[nodes.B.in_salvo_conditions.late]\nwhen = "count(in) > 3"\n${edge}`,
);
const odd = workspace.file('odd.toml', `${nodes}[nodes.B.meta]\nsends = "much"\n${edge}`);

it('a good definition is ok, with counts', async () => {
  expect(await netrun(['check', good])).toEqual({
    code: 0,
    stdout: `ok ${good}: 2 nodes, 1 edge, 2 imports found\n`,
    stderr: '',
  });
});

it('all problems are told, each with code, place, line, caret and hint', async () => {
  const { code, stdout, stderr } = await netrun(['check', bad]);
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain(`error UNKNOWN_KEY ${bad}:2:1 `);
  expect(stderr).toContain(
    '  2 | exec_nod_func = "./nodes.mjs#source"\n    | ^\n  hint: Did you mean',
  );
  expect(stderr).toContain(`error UNKNOWN_PORT ${bad}:5:8 `);
  expect(stderr).toContain('  5 | from = "A.out"\n    |        ^\n');
  expect(stderr).toContain(`error UNKNOWN_NODE ${bad}:6:6 `);
  expect(stderr).toContain('3 problems in 1 file\n');
});

it('what cannot be imported is told at the place that names it, all of it', async () => {
  const file = workspace.file(
    'imports.toml',
    [
      '[nodes.A]',
      'exec_node_func = "./missing.mjs#x"',
      'start_node_func = "./nodes.mjs#nothing"',
      'stop_node_func = "./nodes.mjs#nowhere"',
      '[nodes.B]',
      'exec_node_func = "./broken.mjs#x"',
      '[nodes.B.in_ports.p]',
      'type = "./nodes.mjs#nothing"',
    ].join('\n'),
  );
  const ran = await netrun(['check', file, '--json']);
  expect(ran.code).toBe(1);
  const [checked] = documentOf(ran)['files'] as {
    problems: { code: string; line: number; path: string }[];
  }[];
  expect(checked?.problems.map(({ code, line, path }) => [code, line, path])).toEqual([
    ['FUNCTION_FILE_NOT_FOUND', 2, 'nodes.A.exec_node_func'],
    ['FUNCTION_NOT_A_FUNCTION', 3, 'nodes.A.start_node_func'],
    ['FUNCTION_EXPORT_NOT_FOUND', 4, 'nodes.A.stop_node_func'],
    ['FUNCTION_IMPORT_FAILED', 6, 'nodes.B.exec_node_func'],
    ['PORT_TYPE_NOT_FOUND', 8, 'nodes.B.in_ports.p.type'],
  ]);
});

it('what this version cannot run is told, with its place', async () => {
  const file = workspace.file('pools.toml', '[nodes.A]\nfactory = "./nodes.mjs#x"\n');
  const { code, stderr } = await netrun(['check', file]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error UNSUPPORTED .*pools\.toml:2:/m);
});

it('several files are all checked, and one bad one decides', async () => {
  const ran = await netrun(['check', bad, good, '--json']);
  expect(ran.code).toBe(1);
  const { ok, files } = documentOf(ran) as { ok: boolean; files: { file: string; ok: boolean }[] };
  expect(ok).toBe(false);
  expect(files.map(({ file, ok: good_ }) => [file, good_])).toEqual([
    [bad, false],
    [good, true],
  ]);
});

it('--explore says what can never happen, with a witness, and how far it looked', async () => {
  const { code, stderr } = await netrun(['check', late, '--explore']);
  expect(code).toBe(1);
  expect(stderr).toContain(
    `error SALVO_NEVER_FIRES ${late}:9:30 B.late (count(in) > 3) can never fire`,
  );
  expect(stderr).toContain('  1. an epoch of A opens\n');
  expect(stderr).toContain('  3. B fires early\n  hint: Make the term of early narrower');
  expect(await netrun(['check', late])).toMatchObject({ code: 0, stderr: '' });
  const good = await netrun(['check', late, '--explore-limit', '2']);
  expect(good.stderr).toContain('the limit of 2 states was reached, so nothing is known of B');
  expect(good.code).toBe(0);
});

it.each([
  ['a limit of no states', ['--explore-limit', '0'], late, 'ARGUMENT_INVALID'],
  ['sends that make no sense', ['--explore'], odd, 'OPTION_INVALID'],
])('--explore refuses %s', async (_, args, file, problem) => {
  const { code, stderr } = await netrun(['check', file, ...args]);
  expect(code).toBe(1);
  expect(stderr).toContain(problem);
});
