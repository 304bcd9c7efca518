/** Simulates seeds, each of them twice, and says of one that fails how it is run alone. */
import { vi } from 'vitest';
import { expectAccounts } from './accounts.ts';
import { simulate } from './simulation.ts';

/** The seeds from `first` on; only the one that NETRUN_SEED names, if it names one. */
export function seeds(first: number, count: number): readonly number[] {
  const all = Array.from({ length: count }, (_, at) => first + at);
  const only = process.env['NETRUN_SEED'];
  return only === undefined ? all : all.filter((seed) => seed === Number(only));
}

/** Two runs of the seed whose accounts are right and whose histories are the same to the byte. */
export async function expectSeed(seed: number): Promise<void> {
  // The loop of a run looks at this clock alone for when to yield: held, it yields at the same places.
  const held = vi.spyOn(performance, 'now').mockReturnValue(0);
  try {
    const first = await simulate(seed);
    expectAccounts(first);
    const second = await simulate(seed);
    const at = first.lines.findIndex((line, index) => line !== second.lines[index]);
    if (at >= 0 || first.lines.length !== second.lines.length) {
      throw new Error(
        `two runs differ at line ${at}:\n${first.lines[at]}\n${second.lines[at] ?? 'nothing'}`,
      );
    }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `seed ${seed}: ${message}\nto run it alone: NETRUN_SEED=${seed} npx vitest run test/simulation/seeds`,
      { cause },
    );
  } finally {
    held.mockRestore();
  }
}
