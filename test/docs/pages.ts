/** The pages of the documentation, laid out as folders in which their examples can be checked and run. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { readFiles, root } from '../architecture/tree.ts';
import { readBlocks } from './markdown.ts';
import type { Block } from './markdown.ts';

/** A block and where its text lies as a file. */
export interface Example extends Block {
  /** Page and line, as a reader would look for it. */
  readonly title: string;
  readonly path: string;
}

export interface Page {
  readonly name: string;
  readonly folder: string;
  readonly examples: readonly Example[];
}

const scripts = new Set(['ts', 'js']);

export const isScript = ({ language }: Block): boolean => scripts.has(language);

/**
 * Writes every page's blocks to a folder of its own below a new folder in the project, where packages
 * are found: a block with `file=` under that name, a script under a name made of its line.
 */
export function layOutPages(): { folder: string; pages: Page[] } {
  mkdirSync(join(root, '.netrun'), { recursive: true });
  const folder = mkdtempSync(join(root, '.netrun', 'docs-'));
  const texts = readFiles((path) => path === 'README.md' || /^docs\/.*\.md$/.test(path));
  const pages = [...texts].map(([name, text]) => {
    const own = join(folder, name.replace(/\.md$/, '').replaceAll('/', '-').toLowerCase());
    const examples = readBlocks(text).map((block) => ({
      ...block,
      title: `${name}:${block.line}`,
      path: join(own, block.file ?? `line-${block.line}.${block.language || 'txt'}`),
    }));
    for (const { path, text: content, file, language } of examples) {
      if (file === undefined && !scripts.has(language)) continue;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    return { name, folder: own, examples };
  });
  return { folder, pages };
}

/** The types that are built from a source: they are read, and not checked again. */
function builtTypes(source: string): string {
  const built = join(root, source.replace('/src/', '/dist/').replace(/\.ts$/, '.d.ts'));
  if (!existsSync(built)) throw new Error('dist is missing: npm run build comes first');
  return built;
}

/** Type-checks all scripts below `folder` against the types that are built, in one go: problems as `page:line: message`. */
export function checkTypes(folder: string, pages: readonly Page[]): string[] {
  const examples = pages.flatMap((page) => page.examples);
  const files = examples.filter(({ path }) => path.endsWith('.ts')).map(({ path }) => path);
  if (files.length === 0) return [];
  const base = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: { paths: Record<string, string[]> };
  };
  const { paths } = base.compilerOptions;
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      checkJs: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
      paths: Object.fromEntries(
        Object.entries(paths).map(([name, to]) => [name, to.map(builtTypes)]),
      ),
    },
    files,
    include: [],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const compiler = join(root, 'node_modules', '.bin', 'tsc');
  const { stdout, stderr, status } = spawnSync(compiler, ['-p', folder, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status === 0) return [];
  const told = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
  return told.map((line) => {
    const [, path = '', row = '', message = ''] = /^(.+?)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
    const example = examples.find((one) => one.path === join(folder, path));
    if (example === undefined) return line;
    const page = example.title.replace(/:\d+$/, '');
    return `${page}:${example.line + Number(row) - 1}: ${message}`;
  });
}

/**
 * Gives a folder the built package as an installed one, so that `npx netrun` works in it. What comes back is
 * where commands are looked up then: where npx would.
 */
export function installBuilt(folder: string): string {
  const command = join(root, 'dist', 'cli', 'main.js');
  if (!existsSync(command)) throw new Error('dist is missing: npm run build comes first');
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules', 'netrun'), 'dir');
  const commands = join(folder, 'node_modules', '.bin');
  symlinkSync(command, join(commands, 'netrun'));
  return [commands, join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
}
