/** The differential test of the tables, in XState's actors. */
import { expect, test } from 'vitest';
import { compiledEngines } from './compiled-engines.ts';
import { checkEngine, differentialTimeout } from './differential-check.ts';

test(
  'random machines do the same from the tables, in XState’s actors, as in XState',
  async () => {
    await expect(checkEngine(compiledEngines.tablesHosted, 202)).resolves.toBeUndefined();
  },
  differentialTimeout,
);
