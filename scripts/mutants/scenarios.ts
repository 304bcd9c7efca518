/** Tries mutants against the scenarios of test/statecharts, all in one process: run by scenario-runner.mjs in vitest. */
import { appendFileSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { scenarios } from '../../test/statecharts/scenarios.ts';
import { StatechartBook } from '../../test/statecharts/statechart-book.ts';

const global = globalThis as { netrunMutant?: string; netrunAsking?: () => void };

/** Guards that the scenarios ask in all are fewer by far: more are a machine that never comes to rest. */
const mostAsked = 200_000;
let asked = 0;
global.netrunAsking = () => {
  asked += 1;
  if (asked > mostAsked) throw new Error('the machine never comes to rest');
};

/** Whether a scenario fails, or something is never reached any more. */
function isCaught(): boolean {
  const book = new StatechartBook();
  asked = 0;
  try {
    for (const scenario of Object.values(scenarios)) scenario(book);
    return book.unreached().length > 0;
  } catch {
    return true;
  }
}

it('the scenarios hold without a mutant, and are tried on each', { timeout: 3_600_000 }, () => {
  expect(isCaught()).toBe(false);
  const report = process.env['NETRUN_MUTANTS_REPORT'] ?? '';
  for (const id of readFileSync(`${report}.todo`, 'utf8').split('\n')) {
    appendFileSync(report, `${id}\t`);
    global.netrunMutant = id;
    appendFileSync(report, `${isCaught() ? 'caught' : 'survived'}\n`);
  }
});
