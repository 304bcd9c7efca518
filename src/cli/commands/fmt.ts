/** `netrun fmt`: definitions in their canonical form. */
import { readDefinitionFile } from '../definition-file.ts';
import type { DefinitionFile } from '../definition-file.ts';
import { counted } from '../../runtime/counted-noun.ts';
import { paint, printable } from '../display-text.ts';
import { writeAtomically } from '../files.ts';
import { CommandFailure, errorProblems, refusal } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { reportProblems, writeJson } from '../report.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { findComments, withoutComments } from '../toml-comments.ts';

export interface FmtOptions {
  readonly check?: boolean;
  readonly stdout?: boolean;
  readonly dropComments?: boolean;
  readonly json?: boolean;
}

/** What `--json` prints for each file. */
interface FileFormat {
  readonly file: string;
  /** `different`: `--check` found that it is not in canonical form; `refused`: it has problems. */
  readonly state: 'unchanged' | 'changed' | 'printed' | 'different' | 'refused';
  /** The canonical form, with `--stdout`. */
  readonly text?: string;
  readonly problems: readonly Problem[];
}

function canonicalText({ graph, problems }: DefinitionFile): string {
  if (problems.length > 0) throw new CommandFailure(problems);
  try {
    return graph.toToml();
  } catch (error) {
    throw new CommandFailure(
      errorProblems(error, 'NOT_PRINTABLE', 'Look at the definition.'),
      1,
      error,
    );
  }
}

/** Whether the file is as `fmt` would write it, its comments aside. */
function isCanonical(text: string, canonical: string): boolean {
  if (text === canonical) return true;
  return findComments(text).length > 0 && withoutComments(text) === withoutComments(canonical);
}

function checked(file: string, text: string, canonical: string): FileFormat {
  if (isCanonical(text, canonical)) return { file, state: 'unchanged', problems: [] };
  const message = 'is not in canonical form';
  const hint = `Run netrun fmt ${file} to write it so.`;
  return { file, state: 'different', problems: [{ code: 'NOT_CANONICAL', message, hint, file }] };
}

function rewritten(
  definition: DefinitionFile,
  canonical: string,
  dropComments: boolean,
): FileFormat {
  const { file, text, path } = definition;
  if (isCanonical(text, canonical)) return { file, state: 'unchanged', problems: [] };
  const [first, ...rest] = findComments(text);
  if (first !== undefined && !dropComments) {
    const message = `${counted(rest.length + 1, 'comment')} would be lost, beginning here: comments are not kept`;
    const hint =
      'Use --drop-comments to rewrite it without them, or --stdout to look at the result first.';
    throw refusal('COMMENTS_LOST', message, hint, { file, ...first });
  }
  writeAtomically(path, canonical);
  return { file, state: 'changed', problems: [] };
}

function formatFile(file: string, options: FmtOptions): FileFormat {
  try {
    const definition = readDefinitionFile(file);
    const canonical = canonicalText(definition);
    if (options.check === true) return checked(file, definition.text, canonical);
    if (options.stdout === true) return { file, state: 'printed', text: canonical, problems: [] };
    return rewritten(definition, canonical, options.dropComments === true);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { file, state: 'refused', problems: error.problems };
  }
}

/** Formats every file that can be; 1 where one could not, or with `--check` where one is not in canonical form. */
export function fmt(files: readonly string[], options: FmtOptions, terminal: Terminal): ExitCode {
  if (options.check === true && options.stdout === true) {
    throw refusal(
      'ARGUMENT_INVALID',
      '--check and --stdout exclude each other',
      'Use one of them.',
    );
  }
  const formats: FileFormat[] = [];
  for (const file of files) {
    const format = formatFile(file, options);
    formats.push(format);
    reportProblems(terminal, format.problems);
    if (options.json === true || format.problems.length > 0) continue;
    if (format.text !== undefined) terminal.stdout.write(format.text);
    else
      terminal.stdout.write(
        `${paint(terminal.stdout, 'green', format.state)} ${printable(file)}\n`,
      );
  }
  const ok = formats.every(({ problems }) => problems.length === 0);
  if (options.json === true) writeJson(terminal, { ok, files: formats });
  return ok ? 0 : 1;
}
