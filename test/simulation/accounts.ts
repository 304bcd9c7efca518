/** What must hold at the end of every simulated run: of its history and its actors, and of what its letters hold. */
import { expect } from 'vitest';
import { FlowStory } from '../../src/testing/simulation/flow-story.ts';
import { assertStanding } from '../../src/testing/simulation/standing.ts';
import type { Simulated } from './simulation.ts';

/** What dead letters hold is what the attempts were given, with errors that say something. */
function expectDeadLetters({ net, values }: Simulated): void {
  for (const letter of net.deadLetters.all()) {
    for (const error of letter.errors) {
      expect(error.message).not.toBe('');
      expect(error.stack).not.toBe('');
      expect(error.at).toBeLessThanOrEqual(letter.at);
    }
    for (const { packet, value, lazy } of letter.packets) {
      const seen = values.get(packet);
      if (!lazy) expect(value, `the value of ${packet}`).toBeTypeOf('object');
      if (!lazy && seen !== undefined) expect(value).toEqual(seen);
    }
  }
}

/** Throws where anything of a run that has ended does not add up. */
export function expectAccounts(simulated: Simulated): void {
  const { net, alarms, stopped } = simulated;
  const story = new FlowStory();
  story.read(net.history);
  assertStanding(net, story);
  for (const { id, starts, ends } of story.epochs.values())
    if (starts > 0) expect(ends, `ends of ${id}`).toHaveLength(1);
  expect([...story.armed], 'timers that are armed').toEqual([]);
  expect(alarms, 'alarms that are set').toBe(0);
  expectDeadLetters(simulated);
  const { state, waitingInputs } = net.status();
  // A net with a value that waits for a slot is not blocked.
  expect(state).toBe(stopped ? 'stopped' : waitingInputs > 0 ? 'running' : 'blocked');
}
