/** Simulates seeds, each of them twice and replayed, and says of one that fails how it is run alone. */
import { expect } from 'vitest';
import type { KernelEvent } from '../../src/machines/action.ts';
import { expectAccounts } from './accounts.ts';
import { StateWatch, expectReplay } from './replayed.ts';
import { simulate } from './simulation.ts';

/** What must have happened somewhere in every few hundred runs: without it they show nothing. */
const adventures: readonly KernelEvent['event'][] = [
  'AttemptStarted',
  'BatchDropped',
  'DagViolation',
  'EpochCancelled',
  'EpochFailed',
  'EpochFinished',
  'EpochRetryScheduled',
  'EpochTimedOut',
  'LateResult',
  'NetPaused',
  'NetResumed',
  'NetStopped',
  'NodeFailed',
  'OutputSalvoTriggered',
  'TimerCleared',
  'ValueRecorded',
];

/** Runs the seeds from `first` on; only the one that NETRUN_SEED names, if it names one. */
export async function expectSeeds(first: number, count: number): Promise<void> {
  const only = process.env['NETRUN_SEED'];
  const seen = new Set<string>();
  for (let seed = first; seed < first + count; seed++) {
    if (only !== undefined && Number(only) !== seed) continue;
    for (const event of await expectSeed(seed)) seen.add(event);
  }
  if (only === undefined) expect([...seen]).toEqual(expect.arrayContaining([...adventures]));
}

/**
 * What happened in two runs of the seed whose accounts are right, whose histories are the same to the byte,
 * and whose replay has the same states.
 */
async function expectSeed(seed: number): Promise<ReadonlySet<string>> {
  try {
    const watch = new StateWatch();
    const first = await watch.watch(() =>
      simulate(seed, (net) => {
        watch.net = net;
      }),
    );
    expectAccounts(first);
    expectReplay(first.net, watch, seed);
    const second = await simulate(seed);
    const at = first.lines.findIndex((line, index) => line !== second.lines[index]);
    if (at >= 0 || first.lines.length !== second.lines.length) {
      throw new Error(
        `two runs differ at line ${at}:\n${first.lines[at]}\n${second.lines[at] ?? 'nothing'}`,
      );
    }
    return new Set(Array.from(first.net.history.events(), ({ event }) => event));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `seed ${seed}: ${message}\nto run it alone: NETRUN_SEED=${seed} npx vitest run test/simulation/seeds`,
      { cause },
    );
  }
}
