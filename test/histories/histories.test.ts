/** Runs that earlier versions have recorded: this one replays them, runs them again, and goes on with them. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openHistory } from '../../src/runtime/history/recorded-history.ts';
import { Net } from '../../src/runtime/net.ts';
import { reexecute } from '../../src/runtime/replay/reexecution.ts';
import { replayHistories } from '../../src/runtime/replay/replay-histories.ts';
import { HeldClock } from '../../src/runtime/time/clock.ts';
import { scenarios } from './scenarios.ts';

const recorded = fileURLToPath(new URL('recorded', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'netrun-histories-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it('each scenario is recorded, and nothing else is', () => {
  expect(readdirSync(recorded).toSorted()).toEqual(scenarios.map(({ name }) => name).toSorted());
});

it.each(['interpreted', 'compiled'] as const)(
  'what they tell is what this version does, on the %s engine',
  async (engine) => {
    const verdicts = [];
    for await (const verdict of replayHistories(recorded, { engine })) verdicts.push(verdict);
    expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
    // That of the checkpoint has a history, too.
    expect(verdicts).toHaveLength(scenarios.length + 1);
  },
);

describe.each(scenarios)('the run of $name', ({ name, functions }) => {
  const folder = join(recorded, name);
  const options = { functions, clock: new HeldClock(), logLevel: 'silent' as const };

  it('has functions that act today as they did', async () => {
    const history = openHistory(folder);
    const otherwise: unknown[] = [];
    let same = 0;
    const given = { ...options, file: join(folder, 'flow.toml'), waitMs: 500 };
    for await (const result of reexecute(history, { ...given, onDifference: 'report' })) {
      if (result.outcome === 'same') same += 1;
      else if (result.outcome !== 'unfinished') otherwise.push(result);
    }
    expect(otherwise).toEqual([]);
    expect(same).toBeGreaterThan(0);
  });

  it('can be gone on with', async () => {
    const copy = join(scratch, name);
    cpSync(folder, copy, { recursive: true });
    const net = await Net.recover(copy, {
      ...options,
      file: join(copy, 'flow.toml'),
      historyFile: join(copy, 'history.jsonl'),
    });
    expect(net.status().state).toBe('paused');
    expect(net.recovered).toMatchObject({ repair: null, runAgain: [] });
    await net.suspend();
  });
});

it('a checkpoint is loaded, and ends as it did', async () => {
  const scenario = scenarios.find(({ name }) => name === 'checkpoint');
  const clock = new HeldClock(Date.UTC(2026, 0, 1));
  const net = await Net.loadCheckpoint(join(recorded, 'checkpoint', 'checkpoint'), {
    clock,
    logLevel: 'silent',
    functions: scenario?.functions ?? {},
    historyFile: join(scratch, 'loaded', 'history.jsonl'),
  });
  expect(net.status().state).toBe('paused');
  const running = net.start();
  while (net.status().state !== 'blocked') {
    await clock.advance(0);
    if (clock.next !== null) await clock.advance(clock.next - clock.now());
  }
  expect((await running).blocked).toBe('drained');
  expect(await net.outputs('B.out')).toHaveLength(3);
  await net.stop();
});
