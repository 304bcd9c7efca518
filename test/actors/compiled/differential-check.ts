/** One engine held against XState on random machines. */
import fc from 'fast-check';
import { type EngineUnderTest, differenceOf, runCase, xstateEngine } from './case-run.ts';
import { machineCases } from './machine-arbitrary.ts';

/** Four files with these run side by side: 10,000 cases in all. */
const casesPerEngine = 2500;
/** Enough for it on a machine that has other work too. */
export const differentialTimeout = 600_000;

/**
 * Throws where the engine differs from XState: in what it does on the way, in what it persists, and
 * in how each of the two goes on from what the other persisted.
 */
export async function checkEngine(engine: EngineUnderTest, seed: number): Promise<void> {
  const property = fc.asyncProperty(machineCases(), async (spec) => {
    const expected = await runCase(spec, xstateEngine);
    const found = await runCase(spec, engine, expected.persisted);
    const difference = differenceOf(expected, found);
    if (difference !== null) throw new Error(difference);
    if (found.persisted.length === 0) return;
    const restored = await runCase(spec, xstateEngine, found.persisted);
    const lost = differenceOf(expected, restored);
    if (lost !== null) throw new Error(`restored by XState:\n${lost}`);
  });
  await fc.assert(property, { numRuns: casesPerEngine, seed });
}
