/** Random flows, simulated by the product: what it guarantees is kept in every order and after every crash. */
import { expect, it } from 'vitest';
import { simulateFlow, toldFailure } from './simulated-flows.ts';

it('kernel, runner, history and recovery keep G1–G8 in random flows, whatever goes wrong', async () => {
  const events = new Set<string>();
  let crashes = 0;
  for (let flow = 1; flow <= 14; flow++) {
    const result = await simulateFlow(flow, {
      seeds: 3,
      onRun: ({ lines }) => {
        for (const line of lines) events.add((JSON.parse(line) as { event?: string }).event ?? '');
      },
    });
    expect(toldFailure(flow, result)).toBeNull();
    crashes += result.crashes;
  }
  // Without these the runs would show nothing.
  expect([...events]).toEqual(
    expect.arrayContaining([
      'AttemptStarted',
      'BatchDropped',
      'EpochFailed',
      'EpochFinished',
      'EpochTimedOut',
      'LateResult',
      'NetPaused',
      'NetRecovered',
      'NetResumed',
    ]),
  );
  expect(crashes).toBeGreaterThan(5);
});
