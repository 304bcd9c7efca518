/** Where in the user's own code an error was thrown. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeFolder } from '../runtime/package-folder.ts';

/** Causes followed at most: a chain of errors may be a ring. */
const maxCauses = 10;

const frame = /^\s*at (?:.*\()?(?<file>(?:file:\/\/|[A-Za-z]:[\\/]|\/).*?):(?<line>\d+):\d+\)?$/;

function pathOf(file: string): string {
  return file.startsWith('file://') ? fileURLToPath(file) : file;
}

/**
 * The place of the innermost error's first frame outside of the package, of Node and of other packages.
 * Without the column: a file that was compiled on loading keeps its lines only.
 */
export function thrownAt(
  error: Error,
): { readonly file: string; readonly line: number } | undefined {
  let innermost = error;
  for (let depth = 0; innermost.cause instanceof Error && depth < maxCauses; depth += 1) {
    innermost = innermost.cause;
  }
  const own = codeFolder();
  for (const text of (innermost.stack ?? '').split('\n')) {
    const { file: written, line } = frame.exec(text)?.groups ?? {};
    if (written === undefined) continue;
    const file = pathOf(written);
    if (file.startsWith(own) || /[\\/]node_modules[\\/]/.test(file)) continue;
    const near = relative('', file);
    return { file: near.startsWith('..') ? file : near, line: Number(line) };
  }
  return undefined;
}
