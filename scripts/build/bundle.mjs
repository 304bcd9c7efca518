/**
 * The code of the package, in few files: loading several hundred costs a process more than running most flows.
 *
 * B1 each entry point of package.json has a file of its own, and what several of them share is in files that all
 *    of them import: a class is the same one wherever it comes from.
 * B2 a file imports nothing but what its entry points need: `netrun/compiled` is the compiler alone.
 * B3 names stay as they were written, for stacks and profiles; the source maps have the sources.
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { rolldown } from 'rolldown';

/** @typedef {{ bin: Record<string, string>, exports: Record<string, string | { default: string }> }} Manifest */

/**
 * The source of each entry point, by its name in dist: what `exports` and `bin` of package.json name.
 *
 * @param {string} root
 * @returns {Record<string, string>}
 */
function entryPoints(root) {
  const manifest = /** @type {Manifest} */ (
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  );
  const targets = [...Object.values(manifest.bin), ...Object.values(manifest.exports)];
  const files = targets.map((target) => (typeof target === 'string' ? target : target.default));
  const names = files.flatMap((file) => /^(?:\.\/)?dist\/(.*)\.js$/.exec(file)?.[1] ?? []);
  return Object.fromEntries(names.map((name) => [name, join(root, 'src', `${name}.ts`)]));
}

/** @param {string} root the folder of package.json; what is written goes to `dist` there */
export async function bundle(root) {
  const source = join(root, 'src');
  const build = await rolldown({
    input: entryPoints(root),
    cwd: root,
    platform: 'node',
    tsconfig: join(root, 'tsconfig.build.json'),
    external: /^[^./]/,
  });
  await build.write({
    dir: join(root, 'dist'),
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: ({ name, moduleIds }) => {
      const module = moduleIds.find((id) => id.endsWith(`/${name}.ts`)) ?? name;
      return `chunks/${relative(source, module).replaceAll('/', '-').replace(/\.ts$/, '')}.js`;
    },
  });
  await build.close();
}
