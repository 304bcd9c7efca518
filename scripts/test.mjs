/** Everything that must hold, step by step: stops at the first that does not; the last line counts the tests. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const ci = process.env['CI'] !== undefined && process.env['CI'] !== 'false';

/** @param {string} name */
function tool(name) {
  return join(root, 'node_modules', '.bin', name);
}

/** @type {[name: string, command: string[]][]} */
const steps = [
  ['format', [tool('oxfmt'), '--check']],
  ['lint', [tool('oxlint')]],
  ['types', [tool('tsc'), '-p', 'tsconfig.json']],
  ['types of the inspector', [tool('tsc'), '-p', 'inspector']],
  ['build', [process.execPath, 'scripts/build.mjs']],
  ['browser', [process.execPath, 'scripts/chromium.mjs']],
  ['unused code and dependencies', [tool('knip')]],
  ['package (publint, attw)', [process.execPath, 'scripts/package-check.mjs']],
];

/**
 * @param {string[]} command
 * @param {'pipe' | 'inherit'} output
 */
function run([program = '', ...args], output) {
  return spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', output, output],
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
}

/** @param {bigint} since */
function seconds(since) {
  return `${(Number(process.hrtime.bigint() - since) / 1e9).toFixed(1)} s`;
}

/** @returns {boolean} whether all of them hold */
function runSteps() {
  for (const [name, command] of steps) {
    const since = process.hrtime.bigint();
    const { status, stdout, stderr, error } = run(command, 'pipe');
    if (status === 0) {
      console.log(`ok      ${name} (${seconds(since)})`);
      continue;
    }
    console.log(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trimEnd());
    console.log(`FAILED  ${name} (${seconds(since)})`);
    return false;
  }
  return true;
}

/**
 * @typedef {object} Report vitest's JSON report, as far as it is read here
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults one per file
 */

/**
 * What vitest's JSON report says; a file that failed without a failed test (it did not load) counts as one.
 *
 * @param {string} file
 * @returns {{ passed: number, failed: number, left: number }} `left`: skipped or still to do
 */
function readCounts(file) {
  if (!existsSync(file)) return { passed: 0, failed: 0, left: 0 };
  const report = /** @type {Report} */ (JSON.parse(readFileSync(file, 'utf8')));
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    left: report.numPendingTests + report.numTodoTests,
  };
}

/** Runs all tests, and says how many passed and failed; whether all did, and there were some. */
function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'netrun-test-'));
  const report = join(folder, 'report.json');
  const since = process.hrtime.bigint();
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status } = run([tool('vitest'), 'run', ...reporters], 'inherit');
  const { passed, failed, left } = readCounts(report);
  rmSync(folder, { recursive: true, force: true });
  const refused = ci && left > 0;
  const ok = status === 0 && passed > 0 && failed === 0 && !refused;
  if (refused) console.log(`${left} tests were skipped or left to do, which CI does not accept`);
  console.log(`${ok ? 'ok     ' : 'FAILED '} tests (${seconds(since)})`);
  return { ok, passed, failed };
}

const { ok, passed, failed } = runSteps() ? runTests() : { ok: false, passed: 0, failed: 0 };
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = ok ? 0 : 1;
