/** Every example of the documentation type-checks, runs, and prints what the page says it prints. */
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { Graph } from '../../src/dsl/graph.ts';
import { outputOf } from './output.ts';
import { checkTypes, installBuilt, isScript, layOutPages } from './pages.ts';
import type { Example, Page } from './pages.ts';

const { folder, pages } = layOutPages();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The examples that `wanted` picks, each with its title first. */
function pick(
  wanted: (example: Example) => boolean,
): [title: string, example: Example, page: Page][] {
  return pages.flatMap((page) =>
    page.examples
      .filter(wanted)
      .map((example): [string, Example, Page] => [example.title, example, page]),
  );
}

const runnable = pick(
  (example) => isScript(example) && example.file === undefined && !example.words.has('no-run'),
);
const flows = pick(({ language, words }) => language === 'toml' && words.has('flow'));
const commands = pick(({ language, words }) => language === 'sh' && words.has('run'));

describe('the examples of the documentation', () => {
  it('are there', () => {
    expect(pages.map(({ name }) => name)).toContain('README.md');
    expect(runnable.length).toBeGreaterThan(0);
    expect(flows.length).toBeGreaterThan(0);
    expect(commands.length).toBeGreaterThan(0);
  });

  it('type-check', () => {
    expect(checkTypes(folder, pages)).toEqual([]);
  });

  it.each(runnable)('run and print what the page says: %s', async (_title, { path, output }) => {
    const printed = await outputOf(() => import(/* @vite-ignore */ path));
    expect(printed.trimEnd()).toBe((output ?? printed).trimEnd());
  });

  it.each(flows)('are whole flows: %s', (_title, { text, path }) => {
    expect(Graph.fromToml(text, { file: path })).toBeInstanceOf(Graph);
  });

  it.each(commands)('work on the command line: %s', (_title, { text, output, line }, page) => {
    const copy = `${page.folder}-${line}`;
    cpSync(page.folder, copy, { recursive: true });
    const PATH = installBuilt(copy);
    // Five seconds are the time of a test where nothing else is said: too little for a machine that is busy.
    const patient = text.replaceAll('npx vitest run', 'npx vitest run --test-timeout=600000');
    // npx itself takes longer than what it starts; the packed package is started by it in test/package.
    const script = `npx() { "$@"; }\n${patient}`;
    const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: copy,
      encoding: 'utf8',
      env: { ...process.env, PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.trimEnd()).toBe((output ?? stdout).trimEnd());
  });
});
