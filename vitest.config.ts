/** How the tests run; `netrun` stands for the sources, so that documentation and examples use them as they are. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^netrun$/, replacement: source('index.ts') },
      { find: /^netrun\/kernel$/, replacement: source('kernel.ts') },
      { find: /^netrun\/compiled$/, replacement: source('compiled.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    allowOnly: process.env['CI'] === undefined,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    coverage: { include: ['src/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
});
