/** The differential test itself: silent where nothing differs, loud where anything does, and small in what it shows. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EngineUnderTest, differenceOf, runCase, xstateEngine } from './case-run.ts';
import { differentialTimeout } from './differential-check.ts';
import { machineCases } from './machine-arbitrary.ts';
import { type CaseSpec, statesOf } from './machine-spec.ts';
import { wrongEngines } from './wrong-machines.ts';

const seed = 20_240_917;

function property(engine: EngineUnderTest) {
  return fc.asyncProperty(machineCases(), async (spec) => {
    const expected = await runCase(spec, xstateEngine);
    const found = await runCase(spec, engine, expected.persisted);
    return differenceOf(expected, found) === null;
  });
}

test(
  'XState does not differ from itself',
  async () => {
    await fc.assert(property(xstateEngine), { numRuns: 300, seed });
  },
  differentialTimeout,
);

test.each(wrongEngines)(
  'an engine that $name is found out, by a small machine',
  async (engine) => {
    const details = await fc.check(property(engine), { numRuns: 3000, seed });
    expect(details.failed).toBe(true);
    const [spec] = details.counterexample ?? [];
    expect(statesOf((spec as CaseSpec).root).length).toBeLessThanOrEqual(6);
    expect((spec as CaseSpec).steps.length).toBeLessThanOrEqual(3);
  },
  differentialTimeout,
);
