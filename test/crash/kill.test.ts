/** Processes that are killed at any instant: whoever goes on loses nothing and doubles nothing (G5, G6). */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { randomStream } from '../../src/runtime/epochs/random.ts';
import { bundledCli } from './bundled-cli.ts';
import { CrashingRun, type Ended, type Kill, expectedOutputs, outputsOf } from './crashing-run.ts';

const packets = 24;

/** Kills in all, over as many runs as it takes. */
const kills = 200;

/** Cuts bytes off the last part of the history, as a disk that did not get them would. */
function cutTail(runDir: string, bytes: number): void {
  if (!existsSync(runDir)) return;
  const parts = readdirSync(runDir).filter((name) => /^history(\.\d+)?\.jsonl$/.test(name));
  const number = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);
  const last = parts.toSorted((a, b) => number(a) - number(b)).at(-1);
  if (last === undefined) return;
  const file = join(runDir, last);
  const { size } = statSync(file);
  // The header stays: a run whose very first line is gone has not begun.
  if (size > 8192) truncateSync(file, size - bytes);
}

/** At times before a function was called, while the process begins or the run is recovered; at times late. */
function nextKill(draw: () => number): Kill {
  const at = draw();
  if (draw() < 0.1) return { ms: 50 + Math.floor(at * 400) };
  return { marks: draw() < 0.1 ? 1 : 1 + Math.floor(at * 40) };
}

/** Runs, kills and goes on until the flow is done; says how often it was killed. */
async function crash(
  cli: string,
  seed: string,
  tear: boolean,
): Promise<{ ended: Ended; killed: number }> {
  const draw = randomStream(seed, 'kill');
  const run = new CrashingRun(packets, cli);
  onTestFinished(() => run.remove());
  let killed = 0;
  for (;;) {
    const ended = await run.goOn(nextKill(draw));
    if (ended !== null) return { ended, killed };
    killed += 1;
    if (tear && draw() < 0.5) cutTail(run.runDir, 1 + Math.floor(draw() * 300));
  }
}

describe('a run whose process is killed again and again', { timeout: 1_800_000 }, () => {
  it('gives exactly what it would have given, 200 kills later', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netrun-cli-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const cli = await bundledCli(folder);
    let killed = 0;
    let seed = 0;
    const worker = async (): Promise<void> => {
      while (killed < kills) {
        const own = seed++;
        const { ended, killed: times } = await crash(cli, `whole-${own}`, own % 2 === 1);
        expect(outputsOf(ended), `seed ${own}`).toEqual(expectedOutputs(packets));
        killed += times;
      }
    };
    await Promise.all([worker(), worker()]);
    expect(killed).toBeGreaterThanOrEqual(kills);
  });
});
