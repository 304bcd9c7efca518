/** A machine that takes long over everything does in a simulation what any other does. */
import { afterEach, expect, test, vi } from 'vitest';
import { simulate } from './simulation.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Between two looks at the clock of the machine ten milliseconds are over. */
function slowDown(): void {
  let now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 10));
}

test('the history of a seed is the same on a machine that is slow', async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const { lines } = await simulate(seed);
    slowDown();
    const slow = await simulate(seed);
    vi.restoreAllMocks();
    expect(slow.lines, `seed ${seed}`).toEqual(lines);
  }
});
