/** The differential test of generated code, in XState's actors. */
import { expect, test } from 'vitest';
import { compiledEngines } from './compiled-engines.ts';
import { checkEngine, differentialTimeout } from './differential-check.ts';

test(
  'random machines do the same from generated code, in XState’s actors, as in XState',
  async () => {
    await expect(checkEngine(compiledEngines.codeHosted, 404)).resolves.toBeUndefined();
  },
  differentialTimeout,
);
