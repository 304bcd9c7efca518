/** The packed package, installed in an empty folder, does what the README shows. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../architecture/tree.ts';
import { readBlocks } from '../docs/markdown.ts';
import type { Block } from '../docs/markdown.ts';

const folder = mkdtempSync(join(tmpdir(), 'netrun-packed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The environment without what `npm test` says about this package. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(package|lifecycle|command|config_local_prefix)|INIT_CWD$|NODE_ENV$|VITEST)/.test(
        name,
      ),
  ),
);

/** Runs a command to its end; throws with its output where it fails. */
function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
}

function readme(): Block[] {
  const path = join(root, 'README.md');
  if (!existsSync(path)) throw new Error('README.md is missing');
  return readBlocks(readFileSync(path, 'utf8'));
}

/** The README's first library example. */
function libraryExample(): { text: string; output: string; language: string } {
  const example = readme().find(
    ({ heading, language, file }) =>
      heading.startsWith('Library') && /^(ts|js)$/.test(language) && file === undefined,
  );
  if (example === undefined)
    throw new Error(
      'README.md has no ```ts or ```js block under a heading that begins with "Library"',
    );
  const { text, output, language } = example;
  if (output === undefined)
    throw new Error(
      `README.md:${example.line}: no \`\`\`text block with what the example prints follows it`,
    );
  return { text, output, language };
}

/** The README's command that runs a flow, and the files it needs. */
function commandExample(): { command: Block; files: [name: string, text: string][] } {
  const blocks = readme();
  const command = blocks.find(
    ({ language, words, text }) =>
      language === 'sh' && words.has('run') && text.includes('npx netrun run '),
  );
  if (command === undefined)
    throw new Error('README.md has no ```sh run block with "npx netrun run FILE"');
  const files = blocks.flatMap(({ file, text }): [string, string][] =>
    file === undefined ? [] : [[file, text]],
  );
  const [, flow = ''] = /npx netrun run (\S+)/.exec(command.text) ?? [];
  if (!files.some(([name]) => name === flow))
    throw new Error(
      `README.md has no \`\`\`toml flow file=${flow} block for its "npx netrun run ${flow}"`,
    );
  return { command, files };
}

describe('the packed package in an empty folder', () => {
  beforeAll(() => {
    if (!existsSync(join(root, 'dist', 'index.js')))
      throw new Error('dist is missing: npm run build comes first');
    run('npm', ['pack', '--ignore-scripts', '--silent', `--pack-destination=${folder}`], root);
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
    writeFileSync(
      join(folder, 'package.json'),
      '{ "name": "empty", "private": true, "type": "module" }\n',
    );
    const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
    const patient = ['--fetch-retries=6', '--fetch-timeout=300000'];
    run('npm', ['install', ...quiet, ...patient, join(folder, tarball)], folder);
  });

  it('has what a user needs, and no sources or tests', () => {
    const files = readdirSync(join(folder, 'node_modules', 'netrun')).sort();
    expect(files).toEqual(
      expect.arrayContaining(['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json']),
    );
    expect(
      files.filter((name) => ['src', 'test', 'scripts', 'bench', 'node_modules'].includes(name)),
    ).toEqual([]);
  });

  it("runs the README's first library example, which prints what the README says", () => {
    const { text, output, language } = libraryExample();
    writeFileSync(join(folder, `example.${language === 'ts' ? 'ts' : 'mjs'}`), text);
    const printed =
      language === 'ts'
        ? run(join('node_modules', '.bin', 'jiti'), ['example.ts'], folder)
        : run(process.execPath, ['example.mjs'], folder);
    expect(printed.trimEnd()).toBe(output.trimEnd());
  });

  it('has types that stand on their own, and know the library example', () => {
    writeFileSync(join(folder, 'typed.ts'), libraryExample().text);
    const options = {
      target: 'ES2022',
      module: 'NodeNext',
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
    };
    const config = { compilerOptions: options, files: ['typed.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const compiler = join(root, 'node_modules', '.bin', 'tsc');
    expect(run(compiler, ['-p', folder, '--pretty', 'false'], folder)).toBe('');
  });

  it('tests flows with any runner, for it needs no vitest', () => {
    const script = `
      import test from 'node:test';
      import assert from 'node:assert/strict';
      import { flowPaths, testNet, testPaths } from 'netrun/testing';

      const flow = '[nodes.A]\\nin_ports = ["in"]\\nout_ports = ["out"]\\n[net]\\noutputs = ["A.out"]\\n';
      test('A sends what it is told', async () => {
        const t = testNet(flow, { nodes: 'held' });
        await t.inject('A.in', 1);
        await t.epoch('A').succeed(2);
        assert.deepEqual([await t.untilBlocked(), t.sent('A.out')], ['drained', [2]]);
        assert.equal(await testPaths(flowPaths(flow, { inputs: { 'A.in': [1] } })), 2);
      });
    `;
    writeFileSync(join(folder, 'any.test.mjs'), script);
    expect(existsSync(join(folder, 'node_modules', 'vitest'))).toBe(false);
    expect(run(process.execPath, ['--test', 'any.test.mjs'], folder)).toMatch(/# pass 1\n/);
  });

  it("runs the README's flow from the command line", () => {
    const { command, files } = commandExample();
    for (const [name, text] of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const printed = run('bash', ['-euo', 'pipefail', '-c', command.text], folder);
    expect(printed.trimEnd()).toBe((command.output ?? printed).trimEnd());
  });
});
