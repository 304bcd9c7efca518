/** Saves random nets at a random turn, and holds what becomes of them against what becomes of loaded ones. */
import { execFile } from 'node:child_process';
import fs, { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, vi } from 'vitest';
import { type Outcome, type SavedNet, loadedNet, outcomeOf, pausedNet } from './checkpoints.ts';
import { bundledProgram } from './program.ts';

/** Every so many seeds a net is loaded in the process that saved it, too. */
const loadedHereEvery = 5;

/** Nothing is lost here that a disk would have kept: no machine fails. */
function withoutSyncing(): () => void {
  const spy = vi.spyOn(fs, 'fsyncSync').mockReturnValue(undefined);
  syncBuiltinESMExports();
  return () => {
    spy.mockRestore();
    syncBuiltinESMExports();
  };
}

/** The net goes on as if it had not been saved, and one that is loaded in this process ends as it does. */
async function expectLoaded(seed: number, folder: string): Promise<[SavedNet, Outcome]> {
  try {
    const [saved, driven] = await pausedNet(seed, folder);
    const loaded = seed % loadedHereEvery === 0 ? await loadedNet(saved) : null;
    const outcome = await outcomeOf(driven, `${folder}.end`);
    if (loaded !== null) expect(await outcomeOf(loaded, `${folder}.loaded`)).toEqual(outcome);
    return [saved, outcome];
  } catch (cause) {
    throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
  }
}

/** Runs `count` seeds from `first` on: saved, gone on with, and loaded in one other process. */
export async function expectCheckpoints(first: number, count: number): Promise<void> {
  const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'netrun-saved-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const program = bundledProgram('loaded-elsewhere', root);
  const syncing = withoutSyncing();
  const ends: [SavedNet, Outcome][] = [];
  try {
    for (let seed = first; seed < first + count; seed++)
      ends.push(await expectLoaded(seed, join(root, `seed-${seed}`)));
  } finally {
    syncing();
  }
  const list = join(root, 'saved.json');
  writeFileSync(list, JSON.stringify(ends.map(([saved]) => saved)));
  await promisify(execFile)(process.execPath, [await program, list]);
  for (const [{ seed, folder }, outcome] of ends) {
    const elsewhere: unknown = JSON.parse(readFileSync(`${folder}.outcome.json`, 'utf8'));
    expect(elsewhere, `seed ${seed} in a process of its own`).toEqual(outcome);
  }
  const events = ends.flatMap(([, { events: all }]) => all as { readonly event: string }[]);
  for (const event of ['EpochFinished', 'EpochFailed', 'AttemptStarted', 'EpochTimedOut'])
    expect(new Set(events.map((one) => one.event)), 'after the pauses').toContain(event);
}
