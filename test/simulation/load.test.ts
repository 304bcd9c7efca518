/** What many epochs cost in time, in memory and in promises. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LoadReport } from './load-report.ts';

describe('ten thousand epochs', () => {
  let report: LoadReport;

  beforeAll(async () => {
    const program = fileURLToPath(new URL('load-report.ts', import.meta.url));
    const args = ['--expose-gc', '--import', 'jiti/register', program];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    report = JSON.parse(stdout) as LoadReport;
  });

  it('that sleep 100 ms each, 256 at once, take forty sleeps of simulated time', () => {
    expect(report).toMatchObject({ finished: 10_000, atOnce: 256 });
    expect(report.sleptMs).toBe(Math.ceil(10_000 / 256) * 100);
  });

  it('leave the heap as it was when a tenth of them was done', () => {
    const ratio = report.heapAtTheEnd / report.heapAtATenth;
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.2);
  });

  it('cost no promise where the function is synchronous', () => {
    // 900 epochs more; the runtime around them makes a promise more or less.
    expect(report.promisesOfMany - report.promisesOfFew).toBeLessThan(20);
  });
});
