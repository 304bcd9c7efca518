/**
 * Where this package lies, and where in it the code that runs.
 *
 * P1 no other module works out a place from where its own file lies: what is built has many modules in one file.
 */
import { existsSync } from 'node:fs';
import { dirname, extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

let known: string | undefined;

/** The folder of this package's package.json. */
export function packageFolder(): string {
  if (known === undefined) {
    known = dirname(fileURLToPath(import.meta.url));
    while (!existsSync(join(known, 'package.json')) && dirname(known) !== known)
      known = dirname(known);
  }
  return known;
}

/** The folder of the code that runs, the sources or what is built of them; ends with a separator. */
export function codeFolder(): string {
  const [name = ''] = relative(packageFolder(), fileURLToPath(import.meta.url)).split(sep);
  return join(packageFolder(), name, sep);
}

/** The file of an entry point of the code that runs, as `index` or `kernel`. */
export function entryFile(name: string): string {
  return join(codeFolder(), `${name}${extname(import.meta.url)}`);
}
