/** Saves random nets at a random turn, and holds what becomes of them against what becomes of loaded ones. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { type Outcome, type SavedNet, loadedNet, outcomeOf, pausedNet } from './checkpoints.ts';

const program = fileURLToPath(new URL('loaded-elsewhere.ts', import.meta.url));

/** The net goes on as if it had not been saved, and a net that is loaded in this process ends as it does. */
async function expectLoaded(seed: number, folder: string): Promise<[SavedNet, Outcome]> {
  try {
    const [saved, driven] = await pausedNet(seed, folder);
    const loaded = await loadedNet(saved);
    const outcome = await outcomeOf(driven, `${folder}.end`);
    expect(await outcomeOf(loaded, `${folder}.loaded`)).toEqual(outcome);
    return [saved, outcome];
  } catch (cause) {
    throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
  }
}

/** Runs `count` seeds from `first` on: saved, gone on with, loaded here, and loaded in one other process. */
export async function expectCheckpoints(first: number, count: number): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'netrun-saved-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const ends: [SavedNet, Outcome][] = [];
  for (let seed = first; seed < first + count; seed++)
    ends.push(await expectLoaded(seed, join(root, `seed-${seed}`)));
  const list = join(root, 'saved.json');
  writeFileSync(list, JSON.stringify(ends.map(([saved]) => saved)));
  await promisify(execFile)(process.execPath, ['--import', 'jiti/register', program, list]);
  for (const [{ seed, folder }, outcome] of ends) {
    const elsewhere: unknown = JSON.parse(readFileSync(`${folder}.outcome.json`, 'utf8'));
    expect(elsewhere, `seed ${seed} in a process of its own`).toEqual(outcome);
  }
  const events = ends.flatMap(([, { events: all }]) => all as { readonly event: string }[]);
  for (const event of ['EpochFinished', 'EpochFailed', 'AttemptStarted', 'EpochTimedOut'])
    expect(new Set(events.map((one) => one.event)), 'after the pauses').toContain(event);
}
