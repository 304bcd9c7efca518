/** The house rules that hold for every committed file. */
import { describe, expect, it } from 'vitest';
import { checkSeeds } from './chance.ts';
import { checkFinished, checkNames } from './naming.ts';
import { readFiles, trackedPaths } from './tree.ts';

const binary = /\.(png|jpg|gif|ico|wasm|bin|gz)$/;

describe('every committed file', () => {
  it('is called by a kebab-case name that says something', () => {
    expect(checkNames(trackedPaths())).toEqual([]);
  });

  it('is finished, and skips no test', () => {
    const files = readFiles((path) => path !== 'package-lock.json' && !binary.test(path));
    expect(checkFinished(files)).toEqual([]);
  });

  it('tries its properties on values of a seed', () => {
    expect(checkSeeds(readFiles((path) => /^test\/.*\.ts$/.test(path)))).toEqual([]);
  });
});

describe('the house rules', () => {
  it.each([
    'src/dsl/SalvoTerm.ts',
    'src/dsl/salvo_term.ts',
    'test/common/term.ts',
    'src/misc.ts',
    'docs/-a.md',
  ])('refuse the name %s', (path) => {
    expect(checkNames([path]).map(({ rule }) => rule)).toContain('name');
  });

  it.each([
    ['TO', 'DO'],
    ['FIX', 'ME'],
    ['X', 'XX'],
    ['HA', 'CK'],
    ['it.on', "ly('a', run)"],
    ['describe.sk', "ip('a', run)"],
  ])('refuse a file that says %s%s', (first, second) => {
    expect(
      checkFinished(new Map([['src/a.ts', `// one\n// ${first}${second} later`]])),
    ).toMatchObject([{ rule: 'unfinished', file: 'src/a.ts', line: 2 }]);
  });

  it.each(['', ', { numRuns: 9 }', ', { numRuns: 9, verbose: seed }'])(
    'refuse a property that is tried on other values each time (%s)',
    (options) => {
      const text = `fc.assert(fc.property(fc.nat(), (seed) => seed >= 0)${options});`;
      expect(checkSeeds(new Map([['test/a.test.ts', text]]))).toMatchObject([
        { rule: 'chance', file: 'test/a.test.ts', line: 1 },
      ]);
      const seeded = text.replace(/\);$/, ', { seed: 1 });');
      if (options === '') expect(checkSeeds(new Map([['test/a.test.ts', seeded]]))).toEqual([]);
    },
  );

  it('let words pass that only contain such a word', () => {
    const text = 'hackneyed TODOS; only(x); skip(3); skipped';
    expect(checkFinished(new Map([['src/a.ts', text]]))).toEqual([]);
  });
});
