/** XState's own tests, with its sources, in which `createActor`, the pure functions and those of graphs compile machines. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const core = process.env['XSTATE_CORE'] ?? '';
const here = fileURLToPath(new URL('.', import.meta.url));
const netrun = fileURLToPath(new URL('../../src/', import.meta.url));
const source = (...names: readonly string[]): string => join(core, 'src', ...names);
const index = source('index.ts');

/** What stands in for the sources that tests import. */
const stands: ReadonlyMap<string, string> = new Map([
  [index, join(here, 'xstate.ts')],
  [source('transition.ts'), join(here, 'xstate.ts')],
  [source('graph', 'index.ts'), join(here, 'graph.ts')],
]);

/** Where what our files import is. */
const entries: ReadonlyMap<string, string> = new Map([
  ['xstate', index],
  ['xstate/dev', source('dev', 'index.ts')],
  ['xstate/graph', source('graph', 'index.ts')],
]);

const tests = [join(core, 'test'), source('graph', 'test')];

export default defineConfig({
  root: core,
  server: { fs: { strict: false } },
  plugins: [
    {
      name: 'compiled-xstate',
      enforce: 'pre',
      async resolveId(name, importer) {
        if (importer === undefined) return null;
        const isOurs = importer.startsWith(here) || importer.startsWith(netrun);
        const entry = isOurs ? entries.get(name) : undefined;
        if (entry !== undefined) return entry;
        if (name === '@xstate-repo/jest-utils') return join(here, 'sleep.ts');
        if (!tests.some((folder) => importer.startsWith(folder))) return null;
        const found = await this.resolve(name, importer, { skipSelf: true });
        return stands.get(found?.id ?? '') ?? null;
      },
    },
  ],
  test: {
    globals: true,
    include: ['test/**/*.test.ts', 'src/graph/test/**/*.test.ts'],
    exclude: ['**/*.types.test.ts'],
    setupFiles: [join(here, 'setup.ts')],
    // What nobody handles is part of what is tested: it is told to the listeners of `window`.
    dangerouslyIgnoreUnhandledErrors: true,
  },
});
