/** How the tests run; `netrun` stands for the sources, so that documentation and examples use them as they are. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const source = (path: string): string => file(`src/${path}`);

export default defineConfig({
  resolve: {
    alias: [
      { find: /^netrun$/, replacement: source('index.ts') },
      { find: /^netrun\/kernel$/, replacement: source('kernel.ts') },
      { find: /^netrun\/compiled$/, replacement: source('compiled.ts') },
      { find: /^netrun\/testing$/, replacement: source('testing/index.ts') },
      { find: /^netrun\/testing\/([\w-]+)$/, replacement: source('testing/$1.ts') },
    ],
  },
  test: {
    allowOnly: process.env['CI'] === undefined,
    // Every core: the suite is long, and waits for nothing.
    maxWorkers: '100%',
    // For what hangs: what is only slow, on a machine that does other things, is no failure.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    coverage: { include: ['src/**/*.ts'], reporter: ['text-summary', 'html'] },
    // Everything runs on the default engine, and what runs nets on XState's interpreter as well.
    projects: [
      {
        extends: true,
        test: {
          name: 'compiled',
          include: ['test/**/*.test.ts'],
          exclude: ['test/inspector/**/*.browser.test.ts'],
        },
      },
      // The built page in a browser, which is started once for all of them.
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/inspector/**/*.browser.test.ts'],
          globalSetup: ['test/inspector/chromium.ts'],
          // Longer than anything is waited for: what was waited for in vain is said by the wait.
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        resolve: {
          alias: [
            {
              find: /^\.\/default-engine\.ts$/,
              replacement: file('test/kernel/interpreted-default.ts'),
            },
          ],
        },
        test: {
          name: 'interpreted',
          include: ['test/{kernel,runtime,simulation,statecharts,testing/net}/**/*.test.ts'],
          exclude: [
            'test/kernel/both-engines.property.test.ts',
            // Encodings and files, in which no engine has a part.
            'test/runtime/{values,history}/**',
            'test/runtime/**/hostile.test.ts',
            // How large nets may be, which takes the interpreter twenty times as long.
            'test/runtime/size.test.ts',
            'test/simulation/checkpoints-*.test.ts',
            // A quarter of the seeds: what both engines do alike is shown by them and by the kernel's tests.
            'test/simulation/seeds-{2,3,4}.test.ts',
            'test/simulation/simulated-flows.test.ts',
            'test/simulation/elsewhere.test.ts',
          ],
        },
      },
    ],
  },
});
