/** A planted defect: the only test of a retry is removed, and coverage says which. */
import { expect, it } from 'vitest';
import {
  type CoverageRecord,
  belowMinimum,
  collectCoverage,
  coverageReport,
  mergeCoverage,
} from '../../src/testing/index.ts';
import { fetchesPages, triesAgain } from '../../examples/defects/untested-retry/cases.ts';

/** As in the example's vitest.config.ts. */
const min = 70;

async function covered(run: () => Promise<unknown>): Promise<CoverageRecord> {
  const collector = collectCoverage();
  await run();
  return collector.stop();
}

it('coverage falls below its limit, and names the way back to another attempt', async () => {
  const plain = await covered(fetchesPages);
  const retry = await covered(triesAgain);
  const all = coverageReport(mergeCoverage([plain, retry]));
  const rest = coverageReport(plain);
  expect(belowMinimum(all, min)).toEqual([]);
  expect(belowMinimum(rest, min)).toEqual(['total']);
  const lost = rest.rows.flatMap((row) => row.unreached);
  const missing = all.rows.flatMap((row) => row.unreached);
  expect(lost.filter((name) => !missing.includes(name))).toEqual(
    expect.arrayContaining([
      'epoch: attempting → backingOff',
      'epoch: backingOff',
      'epoch: backingOff → attempting',
    ]),
  );
});
