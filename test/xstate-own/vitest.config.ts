/** XState's own tests, with its sources, in which `createActor` and the pure functions compile machines. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const core = process.env['XSTATE_CORE'] ?? '';
const here = fileURLToPath(new URL('.', import.meta.url));
const netrun = fileURLToPath(new URL('../../src/', import.meta.url));
const index = join(core, 'src', 'index.ts');

export default defineConfig({
  root: core,
  server: { fs: { strict: false } },
  plugins: [
    {
      name: 'compiled-xstate',
      enforce: 'pre',
      async resolveId(source, importer) {
        if (importer === undefined) return null;
        const isOurs = importer.startsWith(here) || importer.startsWith(netrun);
        if (isOurs && source === 'xstate') return index;
        if (isOurs && source === 'xstate/dev') return join(core, 'src', 'dev', 'index.ts');
        if (source === '@xstate-repo/jest-utils') return join(here, 'sleep.ts');
        if (!importer.startsWith(join(core, 'test'))) return null;
        const found = await this.resolve(source, importer, { skipSelf: true });
        return found?.id === index ? join(here, 'xstate.ts') : null;
      },
    },
  ],
  test: {
    globals: true,
    include: ['test/**/*.test.ts'],
    // Of types, and of what is built on machines themselves.
    exclude: ['test/**/*.types.test.ts', 'test/graph/**'],
    setupFiles: [join(here, 'setup.ts')],
    // What nobody handles is part of what is tested: it is told to the listeners of `window`.
    dangerouslyIgnoreUnhandledErrors: true,
  },
});
