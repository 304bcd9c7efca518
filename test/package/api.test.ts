/** The public API of the built package is the one that is written down in api.txt. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../architecture/tree.ts';
import { readApi, renderApi } from './api-listing.ts';

const entryPoints = [
  ['netrun', 'index'],
  ['netrun/kernel', 'kernel'],
  ['netrun/compiled', 'compiled'],
  ['netrun/testing', 'testing/index'],
  ['netrun/testing/vitest', 'testing/vitest'],
] as const;

const values = new Set(['class', 'function', 'const']);

const built = (file: string): string => join(root, 'dist', file);

beforeAll(() => {
  if (!existsSync(built('index.js'))) throw new Error('dist is missing: npm run build comes first');
});

describe('the public API', () => {
  it('is the one in api.txt (npm run api writes it anew)', async () => {
    const listing = entryPoints.map(([name, file]) =>
      renderApi(name, readApi(built(`${file}.d.ts`))),
    );
    await expect(listing.join('\n')).toMatchFileSnapshot('api.txt');
  });

  it.each(entryPoints)(
    'of %s has at run time the values that its types promise',
    async (_name, file) => {
      const module = (await import(/* @vite-ignore */ built(`${file}.js`))) as Record<
        string,
        unknown
      >;
      const promised = readApi(built(`${file}.d.ts`)).filter(({ kinds }) =>
        kinds.some((kind) => values.has(kind)),
      );
      expect(Object.keys(module).sort()).toEqual(promised.map(({ name }) => name));
      for (const { name, kinds } of promised) {
        const isFunction = typeof module[name] === 'function';
        if (!kinds.includes('const')) expect(isFunction, name).toBe(true);
      }
    },
  );
});
