/**
 * The command line and all that it depends on in one file: a process begins with it a tenth of a second sooner,
 * which counts where hundreds of processes are started.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Writes what `dist/cli/main.js` and all that it imports come to into a folder; its path is returned. */
export async function bundledCli(folder: string): Promise<string> {
  const main = join(folder, 'dist', 'cli', 'main.js');
  const bundle = await rolldown({ input: file('dist/cli/main.js'), platform: 'node' });
  await bundle.write({ file: main, format: 'esm', minify: true, codeSplitting: false });
  await bundle.close();
  // Where the command line looks up its version.
  copyFileSync(file('package.json'), join(folder, 'package.json'));
  return main;
}
