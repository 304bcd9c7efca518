/** How files are called and how long they are. */
import type { Problem } from './problem.ts';

/** Lines of a source file. */
export const maxLines = 500;

const emptyNames = new Set(['util', 'utils', 'common', 'helper', 'helpers', 'misc']);

/** Files that the world knows by a name of its own. */
const givenNames = new Set([
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'RESULTS.md',
  'CONTRIBUTING.md',
  'DESIGN.md',
  'SECURITY.md',
]);

const kebabCase = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;

/** Files that runs have written, as they name them. */
const recorded = 'test/histories/recorded/';

/** Every part of every path: kebab-case, and never a name that says nothing. */
export function checkNames(paths: Iterable<string>): Problem[] {
  const problems = new Map<string, Problem>();
  for (const path of paths) {
    if (path.startsWith(recorded)) continue;
    for (const part of path.split('/')) {
      const message = nameProblem(part);
      if (message !== undefined) problems.set(part, { rule: 'name', file: path, line: 1, message });
    }
  }
  return [...problems.values()];
}

function nameProblem(part: string): string | undefined {
  if (emptyNames.has(part.split('.')[0] ?? '')) return `${part} says nothing: name what is in it`;
  if (givenNames.has(part) || kebabCase.test(part)) return undefined;
  return `${part} is not kebab-case`;
}

/** Source files that have grown beyond one purpose. */
export function checkLengths(files: ReadonlyMap<string, string>): Problem[] {
  return [...files].flatMap(([file, text]) => {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    if (lines <= maxLines) return [];
    const message = `${lines} lines: split it by purpose (at most ${maxLines})`;
    return [{ rule: 'length', file, line: maxLines + 1, message }];
  });
}

/** The words are spelt so that this file does not say them itself. */
const unfinished = /\b(T[O]DO|F[I]XME|X[X]X|H[A]CK)\b|\.(only|skip)\(/;

/** Work that says it is unfinished, and tests that do not run. */
export function checkFinished(files: ReadonlyMap<string, string>): Problem[] {
  return [...files].flatMap(([file, text]) =>
    text.split('\n').flatMap((content, index) => {
      const [found] = unfinished.exec(content) ?? [];
      if (found === undefined) return [];
      return [
        {
          rule: 'unfinished',
          file,
          line: index + 1,
          message: `says ${found}: finish it, or open an issue`,
        },
      ];
    }),
  );
}
