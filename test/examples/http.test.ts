/** The HTTP flow: every request is answered in the end, and none is sent too soon after another. */
import { expect, it } from 'vitest';
import type { Net } from '../../src/runtime/net.ts';
import { HeldClock } from '../../src/runtime/time/clock.ts';
import { runExample } from './example-run.ts';
import type { ExampleRun } from './example-run.ts';

const ratePerSecond = 20;

/** Turns in which nothing happens, after which nothing will: who asks and who answers share this thread. */
const quietTurns = 30;

/** Moves the time on to the next alarm whenever everything has happened that needs none of it. */
async function passTime(net: Net, clock: HeldClock): Promise<void> {
  while (net.status().state !== 'stopped') {
    for (let quiet = 0, seen = -1; quiet < quietTurns; quiet++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (net.history.lastSeq !== seen) quiet = 0;
      seen = net.history.lastSeq;
    }
    if (clock.next !== null) await clock.advance(clock.next - clock.now());
  }
}

/** A run in which no request takes so long as to run out of its time by that alone. */
async function run(): Promise<ExampleRun> {
  const clock = new HeldClock();
  let passing: Promise<void> | undefined;
  const ran = await runExample(
    'examples/http',
    (net) => {
      passing = passTime(net, clock);
    },
    { clock },
  );
  await passing;
  return ran;
}

/** When epochs of the node were started, in milliseconds, as the history has it. */
function startsOf(history: ExampleRun['history'], node: string): number[] {
  const epochs = new Set<unknown>();
  for (const record of history.events())
    if (record.event === 'EpochCreated' && record['node'] === node) epochs.add(record['epoch']);
  return [...history.actions()]
    .filter((record) => record.action === 'StartEpoch' && epochs.has(record['epoch']))
    .map((record) => Number(record['now']));
}

it('every item is answered, after as many attempts as the server wants at least', async () => {
  const { result, epochs, lines, history } = await run();
  expect(result.blocked).toBe('drained');
  expect(epochs).toEqual({ Server: 1, Requests: 1, Fetch: 12, Print: 12 });
  const attempts = new Map(
    lines.map((line) => {
      const [, item, attempt] = /^item (\d+), attempt (\d+)$/.exec(line) ?? [];
      return [Number(item), Number(attempt)];
    }),
  );
  expect([...attempts.keys()].sort((a, b) => a - b)).toEqual([...Array(12).keys()]);
  const wanted = [1, 2, 2, 3];
  for (const [item, attempt] of attempts)
    expect(attempt).toBeGreaterThanOrEqual(wanted[item % 4] ?? 0);

  const starts = startsOf(history, 'Fetch');
  expect(starts).toHaveLength(12);
  const pauses = starts.slice(1).map((start, at) => start - (starts[at] ?? 0));
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1000 / ratePerSecond);
  const failed = [...history.events()].filter(({ event }) => event === 'EpochFailed');
  const codes = failed.map((record) => (record['error'] as { code?: string }).code);
  expect(codes.filter((code) => code === 'ATTEMPT_TIMEOUT').length).toBeGreaterThanOrEqual(3);
  expect(codes.filter((code) => code === undefined).length).toBeGreaterThanOrEqual(9);
});

it('waits between attempts grow to twice as long each time', async () => {
  const { history } = await run();
  const waits = [...history.events()]
    .filter(({ event }) => event === 'EpochRetryScheduled')
    .map((record) => {
      const action = [...history.actions()].find(({ id }) => id === record.action_id);
      return [Number(record['attempt']), Number(record['due']) - Number(action?.['now'])] as const;
    });
  expect(waits.length).toBeGreaterThanOrEqual(12);
  for (const [attempt, wait] of waits) expect(wait).toBe(50 * 2 ** (attempt - 1));
});
