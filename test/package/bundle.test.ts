/** The built code, which is many modules in few files: what a process loads of it, and from how many. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { readFiles, root } from '../architecture/tree.ts';

const dist = join(root, 'dist');

interface Loaded {
  /** Files of the package, from `dist`. */
  readonly files: ReadonlySet<string>;
  /** Modules of Node and of other packages. */
  readonly others: ReadonlySet<string>;
}

/** All that is loaded before the first line of a file runs. */
function loadedBy(entry: string): Loaded {
  const files = new Set<string>();
  const others = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(relative(dist, file))) return;
    files.add(relative(dist, file));
    if (!existsSync(file)) throw new Error(`${file} is missing: npm run build comes first`);
    const { module } = parseSync(file, readFileSync(file, 'utf8'));
    const exported = module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest ?? []),
    );
    const imported = module.staticImports.map(({ moduleRequest }) => moduleRequest);
    for (const { value } of [...imported, ...exported]) {
      if (value.startsWith('.')) visit(join(dirname(file), value));
      else others.add(value);
    }
  };
  visit(join(dist, entry));
  return { files, others };
}

/** The sources that files are made of, from `src`. */
function sourcesOf(files: Iterable<string>): string[] {
  return [...files].flatMap((file) => {
    const map = join(dist, `${file}.map`);
    if (!existsSync(map)) return [];
    const { sources } = JSON.parse(readFileSync(map, 'utf8')) as { sources: string[] };
    return sources.map((source) => relative(join(root, 'src'), join(dirname(map), source)));
  });
}

describe('what is built', () => {
  it('is made of modules of which one alone asks where its file lies', () => {
    const sources = readFiles((path) => /^src\/.*\.ts$/.test(path));
    const asking = [...sources].filter(([, text]) => text.includes('import.meta'));
    const [starter, ...others] = asking.map(([path]) => path);
    // The files of a first flow, as text: theirs are where they are written to.
    expect(starter).toBe('src/cli/starter-files.ts');
    expect(others).toEqual(['src/runtime/package-folder.ts']);
  });

  it('is loaded from few files', () => {
    for (const entry of ['index.js', 'testing/index.js', 'cli/main.js'])
      expect(loadedBy(entry).files.size, entry).toBeLessThan(60);
  });

  it('loads what few flows need only where they do', () => {
    for (const rarely of ['jiti', 'ws', 'node:http'])
      expect(loadedBy('index.js').others).not.toContain(rarely);
  });

  it('has the compiler of machines by itself', () => {
    const { files, others } = loadedBy('compiled.js');
    expect([...others].every((other) => other.startsWith('xstate'))).toBe(true);
    const sources = sourcesOf(files);
    expect(sources).toContain('actors/compiled/compile-machine.ts');
    const foreign = sources.filter((source) => !/^(actors\/|errors\.ts$)/.test(source));
    expect(foreign).toEqual([]);
  });

  it('has a kernel that needs nothing of Node', () => {
    const { others } = loadedBy('kernel.js');
    expect([...others].filter((other) => other.startsWith('node:'))).toEqual([]);
  });

  it('exports one and the same thing wherever it has the same name', async () => {
    const entries = ['index.js', 'kernel.js', 'compiled.js', 'testing/index.js'];
    const modules = await Promise.all(
      entries.map(
        async (entry) =>
          (await import(/* @vite-ignore */ join(dist, entry))) as Record<string, unknown>,
      ),
    );
    const seen = new Map<string, unknown>();
    let shared = 0;
    for (const [name, value] of modules.flatMap((module) => Object.entries(module))) {
      if (seen.has(name)) shared += 1;
      expect(seen.get(name) ?? value, name).toBe(value);
      seen.set(name, value);
    }
    expect(shared).toBeGreaterThan(0);
  });

  it('names the sources in the stacks of errors', () => {
    const script = `
      const { Graph } = await import('netrun');
      try { Graph.fromToml('[nodes'); } catch (error) { console.log(error.name, error.stack); }
    `;
    const { stdout } = spawnSync(
      process.execPath,
      ['--enable-source-maps', '--input-type=module', '--eval', script],
      { cwd: root, encoding: 'utf8' },
    );
    expect(stdout).toMatch(/^GraphValidationError /);
    expect(stdout).toMatch(/at .*fromToml .*src[\\/]dsl[\\/]graph\.ts:\d+/);
  });
});
