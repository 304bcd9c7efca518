/** The HTTP flow: every request is answered in the end, and none is sent too soon after another. */
import { expect, it } from 'vitest';
import { runExample } from './example-run.ts';
import type { ExampleRun } from './example-run.ts';

const ratePerSecond = 20;

/** When epochs of the node were started, in milliseconds, as the history has it. */
function startsOf({ history }: ExampleRun, node: string): number[] {
  const epochs = new Set<unknown>();
  for (const record of history.events())
    if (record.event === 'EpochCreated' && record['node'] === node) epochs.add(record['epoch']);
  return [...history.actions()]
    .filter((record) => record.action === 'StartEpoch' && epochs.has(record['epoch']))
    .map((record) => Number(record['now']));
}

it('every item is answered, after as many attempts as the server wants at least', async () => {
  const run = await runExample('examples/http');
  expect(run.result.blocked).toBe('drained');
  expect(run.epochs).toEqual({ Server: 1, Requests: 1, Fetch: 12, Print: 12 });
  const attempts = new Map(
    run.lines.map((line) => {
      const [, item, attempt] = /^item (\d+), attempt (\d+)$/.exec(line) ?? [];
      return [Number(item), Number(attempt)];
    }),
  );
  expect([...attempts.keys()].sort((a, b) => a - b)).toEqual([...Array(12).keys()]);
  const wanted = [1, 2, 2, 3];
  for (const [item, attempt] of attempts)
    expect(attempt).toBeGreaterThanOrEqual(wanted[item % 4] ?? 0);

  const starts = startsOf(run, 'Fetch');
  expect(starts).toHaveLength(12);
  const pauses = starts.slice(1).map((start, at) => start - (starts[at] ?? 0));
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1000 / ratePerSecond);
  const failed = [...run.history.events()].filter(({ event }) => event === 'EpochFailed');
  const codes = failed.map((record) => (record['error'] as { code?: string }).code);
  expect(codes.filter((code) => code === 'ATTEMPT_TIMEOUT').length).toBeGreaterThanOrEqual(3);
  expect(codes.filter((code) => code === undefined).length).toBeGreaterThanOrEqual(9);
});

it('waits between attempts grow to twice as long each time', async () => {
  const run = await runExample('examples/http');
  const waits = [...run.history.events()]
    .filter(({ event }) => event === 'EpochRetryScheduled')
    .map((record) => {
      const action = [...run.history.actions()].find(({ id }) => id === record.action_id);
      return [Number(record['attempt']), Number(record['due']) - Number(action?.['now'])] as const;
    });
  expect(waits.length).toBeGreaterThanOrEqual(12);
  for (const [attempt, wait] of waits) expect(wait).toBe(50 * 2 ** (attempt - 1));
});
