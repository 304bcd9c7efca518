/** The version of this package, as its package.json says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from './package-folder.ts';

let known: string | undefined;

export function packageVersion(): string {
  if (known === undefined) {
    const text = readFileSync(join(packageFolder(), 'package.json'), 'utf8');
    known = (JSON.parse(text) as { version: string }).version;
  }
  return known;
}
