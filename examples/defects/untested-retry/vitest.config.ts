import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*.test.ts'],
    setupFiles: ['netrun/testing/coverage-setup'],
    reporters: ['default', ['netrun/testing/coverage-reporter', { min: 70 }]],
  },
});
