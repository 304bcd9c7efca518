/** The layers, and what may not be named in them, hold in src; each rule is shown to fail where it is broken. */
import { describe, expect, it } from 'vitest';
import { checkCycles, checkDirection } from './direction.ts';
import { checkLengths, checkNames, maxLines } from './naming.ts';
import type { Problem } from './problem.ts';
import { checkPurity } from './purity.ts';
import { readModule } from './source-tree.ts';
import { readFiles } from './tree.ts';

/** All problems of a project given as path → text. */
function check(files: ReadonlyMap<string, string>): Problem[] {
  const modules = new Map([...files].map(([path, text]) => [path, readModule(path, text)]));
  return [
    ...checkDirection(modules),
    ...checkCycles(modules),
    ...checkPurity(modules),
    ...checkNames(files.keys()),
    ...checkLengths(files),
  ];
}

const told = ({ file, line, rule, message }: Problem): string =>
  `${file}:${line} [${rule}] ${message}`;

const clean: Readonly<Record<string, string>> = {
  'src/errors.ts': 'export class Problem extends Error {}',
  'src/limits.ts': 'export const limits = { nodes: 3 };',
  'src/machines/net.machine.ts':
    "import { setup } from 'xstate';\nimport { limits } from '../limits.ts';\nimport type { Message } from './protocol.ts';\nexport const net: [unknown, unknown, Message[]] = [setup, limits, []];",
  'src/machines/protocol.ts': 'export type Message = { at: number };',
  'src/dsl/graph.ts':
    "import * as z from 'zod';\nimport { net } from '../machines/net.machine.ts';\nexport const graph = [z, net];",
  'src/actors/engine.ts':
    "import { net } from '../machines/net.machine.ts';\nexport const engine = new Date(net.length);",
  'src/runtime/kernel/kernel.ts':
    "import { engine } from '../../actors/engine.ts';\nimport { graph } from '../../dsl/graph.ts';\nexport const kernel = [engine, graph];",
  'src/runtime/net.ts':
    "import { kernel } from './kernel/kernel.ts';\nexport const at = () => [kernel, Date.now()];",
  'src/index.ts': "export { kernel } from './runtime/kernel/kernel.ts';",
  'src/cli/main.ts': "import { kernel } from '../index.ts';\nprocess.exitCode = kernel.length;",
};

const planted: readonly [title: string, rule: string, file: string, text: string][] = [
  [
    'a leaf imports a machine',
    'direction',
    'src/limits.ts',
    "import type { Message } from './machines/protocol.ts'; export type L = Message;",
  ],
  [
    'machines import the dsl',
    'direction',
    'src/machines/extra.ts',
    "import { graph } from '../dsl/graph.ts'; export const x = graph;",
  ],
  [
    'machines import a package other than xstate',
    'direction',
    'src/machines/extra.ts',
    "import * as z from 'zod'; export const x = z;",
  ],
  [
    'machines import a type from the runtime',
    'direction',
    'src/machines/extra.ts',
    "import type { at } from '../runtime/net.ts'; export type X = typeof at;",
  ],
  [
    'machines name a type of the runtime inline',
    'direction',
    'src/machines/extra.ts',
    "export type X = import('../runtime/net.ts').at;",
  ],
  [
    'the dsl imports actors',
    'direction',
    'src/dsl/extra.ts',
    "import { engine } from '../actors/engine.ts'; export const x = engine;",
  ],
  [
    'actors re-export the dsl',
    'direction',
    'src/actors/extra.ts',
    "export { graph } from '../dsl/graph.ts';",
  ],
  [
    'actors load the dsl later',
    'direction',
    'src/actors/extra.ts',
    "export const x = () => import('../dsl/graph.ts');",
  ],
  [
    'actors import the runtime',
    'direction',
    'src/actors/extra.ts',
    "import { at } from '../runtime/net.ts'; export const x = at;",
  ],
  [
    'the runtime imports the command line',
    'direction',
    'src/runtime/extra.ts',
    "import '../cli/main.ts';",
  ],
  [
    'the runtime imports the public entry',
    'direction',
    'src/runtime/extra.ts',
    "export * from '../index.ts';",
  ],
  [
    'the package imports itself by name',
    'direction',
    'src/runtime/extra.ts',
    "export * from 'netrun/kernel';",
  ],
  [
    'the tools for tests import the command line',
    'direction',
    'src/testing/extra.ts',
    "import '../cli/main.ts';",
  ],
  ['an import leads nowhere', 'direction', 'src/runtime/extra.ts', "export * from './gone.ts';"],
  ['a folder is not in the layout', 'layout', 'src/extra/extra.ts', 'export const x = 1;'],
  [
    'a module imports itself in a circle',
    'cycle',
    'src/machines/protocol.ts',
    "import type { net } from './net.machine.ts'; export type Message = typeof net;",
  ],
  [
    'the process is used outside the command line',
    'process',
    'src/runtime/extra.ts',
    'export const { env } = process;',
  ],
  [
    'the process is reached through globalThis',
    'process',
    'src/runtime/extra.ts',
    'export const x = globalThis.process;',
  ],
  [
    'the process is imported',
    'process',
    'src/dsl/extra.ts',
    "import { cwd } from 'node:process'; export const x = cwd;",
  ],
  ['a machine reads the clock', 'purity', 'src/machines/extra.ts', 'export const x = Date.now();'],
  [
    'a machine makes a date of now',
    'purity',
    'src/machines/extra.ts',
    'export const x = new Date();',
  ],
  ['an actor rolls dice', 'purity', 'src/actors/extra.ts', 'export const x = Math.random();'],
  [
    'an actor reaches for chance by brackets',
    'purity',
    'src/actors/extra.ts',
    "export const x = Math['random']();",
  ],
  ['the kernel sets a timer', 'purity', 'src/runtime/kernel/extra.ts', 'setTimeout(() => {}, 1);'],
  [
    'the kernel sets a timer through globalThis',
    'purity',
    'src/runtime/kernel/kernel.ts',
    'globalThis.setTimeout(() => {}, 1);',
  ],
  ['a machine measures', 'purity', 'src/machines/extra.ts', 'export const x = performance.now();'],
  [
    'a machine uses crypto',
    'purity',
    'src/machines/extra.ts',
    'export const x = crypto.randomUUID();',
  ],
  [
    'an actor imports crypto',
    'purity',
    'src/actors/extra.ts',
    "import { randomUUID } from 'node:crypto'; export const x = randomUUID;",
  ],
  ['an actor waits', 'purity', 'src/actors/extra.ts', 'export const x = async () => {};'],
  [
    'an actor makes a promise',
    'purity',
    'src/actors/extra.ts',
    'export const x = Promise.resolve(1);',
  ],
  [
    'an actor sorts by locale',
    'purity',
    'src/actors/extra.ts',
    "export const x = 'a'.localeCompare('b');",
  ],
  [
    'a machine waits by itself',
    'purity',
    'src/machines/extra.ts',
    "export const x = { after: { 100: 'done' } };",
  ],
  ['a file is called utils', 'name', 'src/runtime/utils.ts', 'export const x = 1;'],
  ['a folder is called helpers', 'name', 'src/runtime/helpers/extra.ts', 'export const x = 1;'],
  ['a file is not kebab-case', 'name', 'src/runtime/deadLetters.ts', 'export const x = 1;'],
  ['a file is too long', 'length', 'src/runtime/extra.ts', '//\n'.repeat(maxLines + 1)],
];

describe('the dependency direction', () => {
  it('holds in src, and so does everything that its layers may not name', () => {
    const files = readFiles((path) => path.startsWith('src/') && path.endsWith('.ts'));
    expect(files.size).toBeGreaterThan(10);
    expect(check(files).map(told)).toEqual([]);
  });

  it('has nothing to say about a project that keeps it', () => {
    expect(check(new Map(Object.entries(clean))).map(told)).toEqual([]);
  });

  it.each(planted)('fails when %s', (_title, rule, file, text) => {
    const problems = check(new Map(Object.entries({ ...clean, [file]: text })));
    const found = problems.filter(
      (problem) => problem.file === file || problem.message.includes(file),
    );
    expect(found.map((problem) => problem.rule)).toContain(rule);
  });

  it('does not take a key, a type or a name of the file itself for a global', () => {
    const text = `
      export interface Timed { readonly performance: number; readonly crypto: string }
      export type Later = Promise<number>;
      export function process(performance: number): Timed { return { performance, crypto: 'none' }; }
      export const x = [process(1).performance, new Date(0)];
    `;
    expect(
      check(new Map(Object.entries({ ...clean, 'src/machines/extra.ts': text }))).map(told),
    ).toEqual([]);
  });
});
