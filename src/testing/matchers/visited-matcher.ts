/** Whether an actor of a net has been in states of its statechart. */
import { type Verdict, asTestNet } from './verdict.ts';
import { TestError } from '../test-error.ts';

/** Throws `ACTOR_NOT_FOUND`, `TEST_STATE_UNKNOWN` for what no run could come to. */
export function visited(received: unknown, address: string, states: readonly string[]): Verdict {
  const net = asTestNet('toHaveVisited', received);
  const been = net.visited(address);
  const known = net.statesOf(address);
  for (const state of states) {
    if (known.includes(state)) continue;
    throw new TestError('TEST_STATE_UNKNOWN', `${address} has no state ${state}`, {
      hint: `It has: ${known.join(', ')}.`,
    });
  }
  const missed = states.filter((state) => !been.includes(state));
  const pass = missed.length === 0;
  const list = been.map((state) => `  ${state}`).join('\n');
  return {
    pass,
    message: () =>
      pass
        ? `expected ${address} not to have been in ${states.join(' and ')}; it has been in\n${list}`
        : `expected ${address} to have been in ${missed.join(' and ')}; it has been in\n${list}\n\n${net.standing()}`,
  };
}
