/** A disk that is full in the middle of a run: the run fails, and goes on once there is room (G5, G6). */
import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { randomStream } from '../../src/runtime/epochs/random.ts';
import { openHistory } from '../../src/runtime/history/recorded-history.ts';
import {
  CrashingRun,
  type Ended,
  expectedOutputs,
  outputsOf,
  packagedCli,
} from './crashing-run.ts';

const packets = 40;

/** The run has failed because it could not be written down, and what was written is whole. */
function expectFailed({ code, stderr }: Ended, runDir: string): void {
  expect(code).toBe(2);
  expect(stderr).toContain('HISTORY_UNWRITABLE');
  expect(openHistory(runDir).repair).toBe(null);
}

it(
  'a disk that is full again and again, in the middle of a record, costs nothing once there is room',
  { timeout: 1_800_000 },
  async () => {
    const draw = randomStream('disk', 'full');
    const whole = new CrashingRun(packets, packagedCli);
    onTestFinished(() => whole.remove());
    expect(outputsOf(await whole.goOnToTheEnd())).toEqual(expectedOutputs(packets));
    const { size } = statSync(join(whole.runDir, 'history.jsonl'));
    const run = new CrashingRun(packets, packagedCli);
    onTestFinished(() => run.remove());
    // The header has to fit: without it there is no run.
    let room = 8192;
    let times = 0;
    let ended = await run.goOnToTheEnd(room);
    for (; ended.code !== 0; ended = await run.goOnToTheEnd(room)) {
      expectFailed(ended, run.runDir);
      times += 1;
      room = 1 + Math.floor((draw() * size) / 5);
    }
    expect(outputsOf(ended)).toEqual(expectedOutputs(packets));
    expect(times).toBeGreaterThan(5);
  },
);

/** A run on a file system of 64 KiB, where one can be mounted; elsewhere as much room is left to it. */
function runOnSmallDisk(): { run: CrashingRun; room?: number; free: () => void } {
  const parent = new CrashingRun(packets, packagedCli);
  onTestFinished(() => parent.remove());
  const folder = join(parent.folder, 'small');
  mkdirSync(folder);
  const mount = (options: string) =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status;
  if (mount('size=64k') !== 0) return { run: parent, room: 65_536, free: () => undefined };
  onTestFinished(() => void spawnSync('umount', [folder]));
  const run = new CrashingRun(packets, packagedCli, join(folder, 'run'));
  onTestFinished(() => run.remove());
  return { run, free: () => expect(mount('remount,size=16m')).toBe(0) };
}

it('a file system that is full is given room, and the run goes on', async () => {
  const { run, room, free } = runOnSmallDisk();
  expectFailed(await run.goOnToTheEnd(room), run.runDir);
  const again = await run.goOnToTheEnd(room === undefined ? room : 1);
  expect(again.code).toBeOneOf([1, 2]);
  expect(again.stderr).toContain('cannot be written');
  free();
  expect(outputsOf(await run.goOnToTheEnd())).toEqual(expectedOutputs(packets));
});
