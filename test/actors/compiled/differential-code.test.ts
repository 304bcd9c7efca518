/** The differential test of generated code, in actors of the engine's own. */
import { expect, test } from 'vitest';
import { compiledEngines } from './compiled-engines.ts';
import { checkEngine, differentialTimeout } from './differential-check.ts';

test(
  'random machines do the same from generated code, in actors of the engine’s own, as in XState',
  async () => {
    await expect(checkEngine(compiledEngines.code, 303)).resolves.toBeUndefined();
  },
  differentialTimeout,
);
