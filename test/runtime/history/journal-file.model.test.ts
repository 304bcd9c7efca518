/** A history that is appended to, flushed, cut off by crashes and gone on with, against a list of records. */
import fc from 'fast-check';
import { it } from 'vitest';
import { type Model, Real, anyCommands, anySettings } from './journal-commands.ts';
import { headerOf } from './records.ts';

it('whatever is appended, flushed and lost in crashes, the files hold what the list holds', () => {
  fc.assert(
    fc.property(anySettings, anyCommands, (chosen, list) => {
      const setup = (): { model: Model; real: Real } => ({
        model: { records: [headerOf()], safe: 1 },
        real: new Real(chosen),
      });
      fc.modelRun(setup, list);
    }),
    { numRuns: 80, seed: 1 },
  );
});
