/**
 * `netrun/testing/coverage-setup`, a setup file for vitest: collects the coverage of statecharts of
 * each test file, and hands it to the reporter with the file's result.
 */
import { afterAll } from 'vitest';
import { collectCoverage } from './coverage/coverage-collector.ts';
import { coverageMeta } from './coverage/coverage-meta.ts';

const collector = collectCoverage();

// oxlint-disable-next-line eslint/no-empty-pattern -- vitest reads from the pattern that no fixture is asked for
afterAll(({}, { file }) => {
  (file.meta as Record<string, unknown>)[coverageMeta] = collector.stop();
});
