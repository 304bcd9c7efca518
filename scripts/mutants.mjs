/**
 * Whether the tests catch every mutant of the machines' guards: `npm run mutants [part of an id] [--list]`.
 * First all of them against the scenarios that walk through every statechart, in one process; what
 * survives those against the kernel's tests, up to the first that fails. Exits with 1 where one
 * survives without a reason.
 */
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { equivalent } from './mutants/equivalent.mjs';
import { allMutants } from './mutants/mutations.mjs';

/** How long a mutant may take until it counts as one that never ends, in milliseconds. */
const patienceMs = 240_000;
const scenarioPatienceMs = 60_000;
const startPatienceMs = 300_000;

const args = process.argv.slice(2);
const wanted = args.filter((arg) => !arg.startsWith('--'));
const mutants = allMutants().filter(
  ({ id }) => wanted.length === 0 || wanted.some((part) => id.includes(part)),
);

/** @param {string} report @returns {(readonly [id: string, result: string])[]} */
function readReport(report) {
  if (!existsSync(report)) return [];
  return readFileSync(report, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', result = ''] = line.split('\t');
      return [id, result];
    });
}

/**
 * Runs the scenarios on mutants until all were tried or one does not end.
 *
 * @param {readonly string[]} ids
 * @returns {Promise<(readonly [id: string, result: string])[]>}
 */
async function tryScenarios(ids) {
  const folder = mkdtempSync(join(tmpdir(), 'netrun-mutants-'));
  const report = join(folder, 'report');
  writeFileSync(`${report}.todo`, ids.join('\n'));
  const child = fork(fileURLToPath(new URL('mutants/scenario-runner.mjs', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NETRUN_MUTANTS_REPORT: report },
  });
  let length = -1;
  let since = Date.now();
  const watch = setInterval(() => {
    const now = readReport(report).length;
    if (now !== length) since = Date.now();
    length = now;
    const patience = now === 0 ? startPatienceMs : scenarioPatienceMs;
    if (Date.now() - since > patience) child.kill('SIGKILL');
  }, 1000);
  const code = await /** @type {Promise<unknown>} */ (
    new Promise((resolve) => {
      child.once('exit', resolve);
    })
  );
  clearInterval(watch);
  const results = readReport(report);
  rmSync(folder, { recursive: true });
  if (code !== 0 && results.length === 0) throw new Error('the scenarios fail without a mutant');
  for (const [id, result] of results) {
    if (result !== 'survived') tell(id, result === '' ? 'endless' : result);
  }
  return results;
}

/** @returns {Promise<Set<string>>} the ids of those that the scenarios catch */
async function caughtByScenarios() {
  /** @type {Map<string, string>} */
  const results = new Map();
  const ids = mutants.map(({ id }) => id).filter((id) => !(id in equivalent));
  for (let left = ids; left.length > 0; left = ids.filter((id) => !results.has(id))) {
    for (const [id, result] of await tryScenarios(left)) results.set(id, result);
  }
  return new Set([...results].flatMap(([id, result]) => (result === 'survived' ? [] : [id])));
}

/** A child that tries mutants; made anew after one that never ended. */
class Runner {
  /** @type {import('node:child_process').ChildProcess | null} */
  #child = null;

  /** @returns {Promise<import('node:child_process').ChildProcess>} */
  async #ready() {
    if (this.#child !== null) return this.#child;
    const child = fork(fileURLToPath(new URL('mutants/runner.mjs', import.meta.url)), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child = child;
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`the runner ended with ${code}`)));
    });
    return child;
  }

  /**
   * @param {import('./mutants/mutations.mjs').Mutant} mutant
   * @returns {Promise<string | null>}
   */
  async try(mutant) {
    const child = await this.#ready();
    return new Promise((resolve) => {
      /** @param {string | null} result */
      const settle = (result) => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve(result);
      };
      const timer = setTimeout(() => {
        this.stop();
        settle('it never ends');
      }, patienceMs);
      child.once('exit', (code) => {
        this.#child = null;
        settle(`the process ends with ${code}`);
      });
      child.once('message', (answer) => {
        settle(/** @type {{ caught: string | null }} */ (answer).caught);
      });
      child.send(mutant);
    });
  }

  stop() {
    this.#child?.removeAllListeners();
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }
}

/** @param {string} id @param {string} text */
const tell = (id, text) => console.log(`${text.padEnd(10)}${id}`);

async function run() {
  const runner = new Runner();
  /** @type {string[]} */
  const survivors = [];
  let caught = 0;
  let without = 0;
  const atOnce = await caughtByScenarios();
  for (const mutant of mutants) {
    if (mutant.id in equivalent) {
      without += 1;
      continue;
    }
    const by = atOnce.has(mutant.id) ? 'the scenarios' : await runner.try(mutant);
    if (by === null) survivors.push(`${mutant.id} (${mutant.file}:${mutant.line})`);
    else caught += 1;
    if (!atOnce.has(mutant.id)) tell(mutant.id, by === null ? 'SURVIVED' : 'caught');
  }
  runner.stop();
  for (const survivor of survivors) console.log(`survived: ${survivor}`);
  console.log(
    `${caught} of ${caught + survivors.length} mutants caught, ${without} make no difference`,
  );
  return survivors.length === 0 ? 0 : 1;
}

if (args.includes('--list'))
  for (const { id, file, line } of mutants) console.log(`${id}  ${file}:${line}`);
else process.exitCode = await run();
