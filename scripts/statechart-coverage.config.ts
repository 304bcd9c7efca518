/** The tests of the machines, the kernel and the runtime, with the coverage of statecharts: `npm run coverage:statecharts`. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import StatechartCoverageReporter from '../src/testing/coverage-reporter.ts';

const file = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export default defineConfig({
  root: file(''),
  resolve: {
    alias: [
      { find: /^netrun$/, replacement: file('src/index.ts') },
      { find: /^netrun\/(kernel|compiled)$/, replacement: file('src/$1.ts') },
      { find: /^netrun\/testing$/, replacement: file('src/testing/index.ts') },
    ],
  },
  test: {
    include: ['test/kernel/*.test.ts', 'test/runtime/*.test.ts', 'test/statecharts/*.test.ts'],
    // What random nets are made of by the thousand says nothing of what the named tests reach.
    exclude: ['**/*.property.test.ts', '**/size.test.ts'],
    testTimeout: 120_000,
    setupFiles: [file('src/testing/coverage-setup.ts')],
    reporters: ['default', new StatechartCoverageReporter({ detail: 'transitions', min: 100 })],
  },
});
