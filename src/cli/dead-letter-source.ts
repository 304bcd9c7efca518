/** Where the dead letters of a file, a folder or a flow are, and what is in there. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { DeadLetter } from '../runtime/failure/dead-letter.ts';
import { type DeadLetterScan, readDeadLetters } from '../runtime/failure/dead-letter-reading.ts';
import { readValidDefinition } from './definition-file.ts';
import type { DefinitionFile } from './definition-file.ts';
import { fileFailure } from './files.ts';
import { refusal } from './problem.ts';
import type { CommandFailure, Problem } from './problem.ts';
import { counted } from '../runtime/counted-noun.ts';

/** What the file in a folder is called, where no flow says otherwise. */
const usualName = 'dead-letters.jsonl';

/** The file that the flow keeps its dead letters in. Throws CommandFailure where it keeps them in memory. */
export function lettersOfFlow({ file, path, graph }: DefinitionFile): string {
  const { deadLetterQueue, deadLetterPath } = graph.settings;
  if (deadLetterQueue === 'file' && deadLetterPath !== undefined)
    return resolve(dirname(path), deadLetterPath);
  throw refusal(
    'ARGUMENT_INVALID',
    `${file} keeps its dead letters in memory: they are gone with the run`,
    'Set dead_letter_queue = "file" and dead_letter_path under [net].',
  );
}

/** The file of dead letters that `path` means: itself, that of a folder, or that of a flow. */
export function findLetters(path: string): string {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    throw fileFailure('FILE_UNREADABLE', path, error);
  }
  if (isFolder) {
    const usual = join(path, usualName);
    const flow = join(path, 'flow.toml');
    if (existsSync(usual)) return usual;
    if (existsSync(flow)) return lettersOfFlow(readValidDefinition(flow));
    throw refusal(
      'FILE_UNREADABLE',
      `${path} has neither a ${usualName} nor a flow.toml`,
      'Name a file of dead letters, a flow that keeps them in one, or the folder of either.',
    );
  }
  return path.endsWith('.toml') ? lettersOfFlow(readValidDefinition(path)) : path;
}

export interface Letters {
  readonly file: string;
  /** Open ones, oldest first. */
  readonly letters: readonly DeadLetter[];
  /** What in the file cannot be read. */
  readonly damage: readonly Problem[];
}

function damageOf(file: string, { damaged, half }: DeadLetterScan): Problem[] {
  const code = 'DEAD_LETTER_FILE_DAMAGED';
  const hint = 'The other lines are read; look at this one with a text editor.';
  const problems = damaged.map(({ line, why }) => ({
    code,
    message: `a line cannot be read: ${why}`,
    hint,
    file,
    line,
  }));
  if (half === 0) return problems;
  const bytes = `${counted(half, 'byte')} ${half === 1 ? 'is' : 'are'}`;
  const message = `the last line is half written: its ${bytes} cut off when the file is next written`;
  return [...problems, { code, message, hint: 'The run that wrote it was killed.', file }];
}

/** Reads the letters that are open; changes nothing. A file that is not there yet has none. Throws CommandFailure. */
export function readLetters(path: string): Letters {
  const file = findLetters(path);
  if (!existsSync(file)) return { file, letters: [], damage: [] };
  const letters: DeadLetter[] = [];
  try {
    const scan = readDeadLetters(file, (letter) => letters.push(letter));
    return { file, letters, damage: damageOf(file, scan) };
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw fileFailure('FILE_UNREADABLE', file, error);
    throw error;
  }
}

/** The letters of these ids, in their order. Throws CommandFailure with every id that is none. */
export function pickLetters(
  ids: readonly string[],
  letters: readonly DeadLetter[],
  fail: (problems: readonly Problem[]) => CommandFailure,
): readonly DeadLetter[] {
  const found = new Map(letters.map((letter) => [letter.id as string, letter]));
  const missing = ids.filter((id) => !found.has(id));
  if (missing.length > 0) {
    throw fail(
      missing.map((id) => ({
        code: 'DEAD_LETTER_NOT_FOUND',
        message: `there is no open dead letter ${id}`,
        hint: 'netrun dlq list shows those there are.',
      })),
    );
  }
  return [...new Set(ids)].flatMap((id) => found.get(id) ?? []);
}
