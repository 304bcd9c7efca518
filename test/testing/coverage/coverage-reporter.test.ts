/** The reporter: what the test files of a run hand on, merged, printed, written and judged. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { collectCoverage } from '../../../src/testing/coverage/coverage-collector.ts';
import { coverageMeta } from '../../../src/testing/coverage/coverage-meta.ts';
import { mergeCoverage, readCoverage } from '../../../src/testing/coverage/coverage-record.ts';
import StatechartCoverageReporter, {
  type CoverageReporterOptions,
} from '../../../src/testing/coverage-reporter.ts';
import { pair, runOnce } from './flows.ts';

async function recordOf(failures: number) {
  const collector = collectCoverage();
  await runOnce(pair({ retries: 2, deferNetActions: true }, failures));
  return collector.stop();
}
const plain = await recordOf(0);
const failing = await recordOf(1);

const exitCode = process.exitCode;
afterEach(() => {
  process.exitCode = exitCode;
});

const moduleOf = (moduleId: string, record?: unknown) => ({
  moduleId,
  project: { name: '' },
  meta: () => (record === undefined ? {} : { [coverageMeta]: record }),
});

/** A run of test files with these metas; what the reporter printed, and the exit code that it set. */
function report(options: CoverageReporterOptions, modules: ReturnType<typeof moduleOf>[]) {
  const root = mkdtempSync(join(tmpdir(), 'netrun-reporter-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const printed: string[] = [];
  const reporter = new StatechartCoverageReporter(options);
  reporter.onInit({ config: { root }, logger: { log: (text) => printed.push(text) } });
  process.exitCode = 0;
  reporter.onTestRunEnd(modules);
  return { root, printed: printed.join('\n'), failed: process.exitCode === 1, reporter };
}

it('merges what the files reached, prints it and writes it', () => {
  const { root, printed, failed } = report({}, [
    moduleOf('a', plain),
    moduleOf('b', failing),
    moduleOf('c'),
  ]);
  expect(printed).toMatch(/^epoch +\d+ +\d+ +\d+\.\d$/m);
  expect(printed).not.toContain('backingOff → attempting');
  expect(failed).toBe(false);
  const written: unknown = JSON.parse(
    readFileSync(join(root, 'coverage/statecharts.json'), 'utf8'),
  );
  expect(readCoverage(written)).toEqual(mergeCoverage([plain, failing]));
});

it('fails a run that reached too little, and names what it did not reach', () => {
  const both = report({ min: 70 }, [moduleOf('a', plain), moduleOf('b', failing)]);
  expect(both.failed).toBe(false);
  const one = report({ min: 70 }, [moduleOf('a', plain)]);
  expect(one.failed).toBe(true);
  expect(one.printed).toContain('epoch: backingOff → attempting');
  expect(one.printed).toContain('below 70 % in: total');
  const nodes = report({ min: 95, perNode: true }, [moduleOf('a', plain)]);
  expect(nodes.printed).toContain('below 95 % in: net, Add, Double');
});

it('takes a file that is run again in the place of its earlier run', () => {
  const { reporter, root } = report({ file: 'here.json' }, [
    moduleOf('a', failing),
    moduleOf('b', plain),
  ]);
  reporter.onTestRunEnd([moduleOf('a', plain)]);
  expect(readCoverage(JSON.parse(readFileSync(join(root, 'here.json'), 'utf8')))).toEqual(plain);
});

it('says what is missing where no file handed on anything', () => {
  const silent = report({}, [moduleOf('a')]);
  expect(silent.printed).toContain('netrun/testing/coverage-setup');
  expect(silent.failed).toBe(false);
  expect(existsSync(join(silent.root, 'coverage'))).toBe(false);
  expect(report({ min: 1 }, [moduleOf('a')]).failed).toBe(true);
});

it.each([-1, 101, Number.NaN])('refuses %s as a percentage', (min) => {
  expect(() => new StatechartCoverageReporter({ min })).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID' }),
  );
});
