/** The project's own files as they are checked: everything that git tracks or would track. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Paths from the root, ignored files left out. */
export function trackedPaths(): string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '-z'],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  return listed
    .split('\0')
    .filter((path) => path !== '' && existsSync(`${root}${path}`))
    .sort();
}

/** Path → text of the tracked files that `wanted` picks. */
export function readFiles(wanted: (path: string) => boolean): Map<string, string> {
  const paths = trackedPaths().filter(wanted);
  return new Map(paths.map((path) => [path, readFileSync(`${root}${path}`, 'utf8')]));
}
