/** `netrun check`: everything that is wrong with definitions, their functions included. */
import { NetrunError } from '../../errors.ts';
import { counted } from '../../runtime/counted-noun.ts';
import type { Finding } from '../../testing/exploration/explore.ts';
import { readDefinitionFile } from '../definition-file.ts';
import type { DefinitionFile } from '../definition-file.ts';
import { paint, printable } from '../display-text.ts';
import { CommandFailure, errorProblems, refusal } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { reportProblems, writeJson } from '../report.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export interface CheckOptions {
  readonly json?: boolean;
  readonly explore?: boolean;
  readonly exploreLimit?: string;
}

/** What `--explore` adds for each file. */
interface FileExploration {
  /** States walked through. */
  readonly states: number;
  readonly limit: number;
  /** Nodes and cycles about which nothing is said, for the limit was reached. */
  readonly unexplored: readonly string[];
}

/** What `--json` prints for each file. */
interface FileCheck {
  readonly file: string;
  readonly ok: boolean;
  readonly nodes: number;
  readonly edges: number;
  /** Functions and port types that were imported. */
  readonly imports: number;
  readonly problems: readonly Problem[];
  readonly exploration?: FileExploration;
}

/** How many states may be walked through; undefined = as many as usual, null = nothing is explored. */
function exploreLimit({ explore, exploreLimit: given }: CheckOptions): number | undefined | null {
  if (given === undefined) return explore === true ? undefined : null;
  const limit = Number(given);
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw refusal(
    'ARGUMENT_INVALID',
    `--explore-limit ${given} is no number of states`,
    'Give a whole number from 1 on.',
  );
}

/** A finding with its place in the file. */
function findingProblem({ file, find }: DefinitionFile, finding: Finding): Problem {
  const { code, message, hint, node, condition, port, witness } = finding;
  const parts = [
    ...(condition === undefined ? [] : ['in_salvo_conditions', condition]),
    ...(port === undefined ? [] : ['in_ports', port]),
  ];
  const path = ['nodes', node, ...parts];
  const place = find(path, { at: 'key' }) ?? find(['nodes', node], { at: 'key' });
  return {
    code,
    message,
    hint,
    file,
    path: path.join('.'),
    node,
    witness,
    ...(place === undefined ? {} : { line: place.line, column: place.column }),
  };
}

/** What can never happen in a definition that is otherwise right. */
async function explored(
  definition: DefinitionFile,
  limit: number | undefined,
): Promise<Pick<FileCheck, 'problems' | 'exploration'>> {
  const { explore } = await import('../../testing/exploration/explore.ts');
  try {
    const { findings, ...exploration } = explore(
      definition.graph,
      limit === undefined ? {} : { limit },
    );
    return {
      problems: findings.map((finding) => findingProblem(definition, finding)),
      exploration,
    };
  } catch (error) {
    if (!(error instanceof NetrunError)) throw error;
    const problems = errorProblems(error, error.code, '');
    return { problems: problems.map((problem) => ({ file: definition.file, ...problem })) };
  }
}

async function checkFile(file: string, limit: number | undefined | null): Promise<FileCheck> {
  try {
    const definition = readDefinitionFile(file);
    const { nodes, edges } = definition.graph;
    const counts = { file, nodes: nodes.length, edges: edges.length };
    if (definition.problems.length > 0) {
      return { ...counts, ok: false, imports: 0, problems: definition.problems };
    }
    const { importProblems, unsupportedProblems } = await import('../runnable.ts');
    const { imports, problems: broken } = await importProblems(definition);
    const problems = [...unsupportedProblems(definition), ...broken];
    if (limit === null || problems.length > 0) {
      return { ...counts, ok: problems.length === 0, imports, problems };
    }
    const result = await explored(definition, limit);
    return { ...counts, ok: result.problems.length === 0, imports, ...result };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { file, ok: false, nodes: 0, edges: 0, imports: 0, problems: error.problems };
  }
}

/** As `checkFile`; what the modules write while they are imported goes to standard error. */
async function checkQuietly(
  file: string,
  limit: number | undefined | null,
  terminal: Terminal,
): Promise<FileCheck> {
  const undivert = terminal.divert((text) => terminal.stderr.write(text));
  try {
    return await checkFile(file, limit);
  } finally {
    undivert();
  }
}

/** Says where the exploration came to its limit: nothing is claimed of what is beyond it. */
function tellUnexplored(terminal: Terminal, { file, exploration }: FileCheck): void {
  if (exploration === undefined || exploration.unexplored.length === 0) return;
  const { limit, unexplored } = exploration;
  const names = unexplored.map(printable).join(', ');
  terminal.stderr.write(
    `${printable(file)}: the limit of ${counted(limit, 'state')} was reached, so nothing is known of ${names} (--explore-limit)\n`,
  );
}

/** Checks every file; 1 where any of them has a problem. */
export async function check(
  files: readonly string[],
  options: CheckOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const checks: FileCheck[] = [];
  const limit = exploreLimit(options);
  for (const file of files) {
    const result = await checkQuietly(file, limit, terminal);
    checks.push(result);
    reportProblems(terminal, result.problems);
    if (options.json === true) continue;
    tellUnexplored(terminal, result);
    if (!result.ok) continue;
    const { nodes, edges, imports } = result;
    const parts = [
      counted(nodes, 'node'),
      counted(edges, 'edge'),
      `${counted(imports, 'import')} found`,
      ...(result.exploration === undefined
        ? []
        : [`${counted(result.exploration.states, 'state')} explored`]),
    ];
    terminal.stdout.write(
      `${paint(terminal.stdout, 'green', 'ok')} ${printable(file)}: ${parts.join(', ')}\n`,
    );
  }
  const ok = checks.every((result) => result.ok);
  if (options.json === true) writeJson(terminal, { ok, files: checks });
  else if (!ok) {
    const count = checks.reduce((sum, { problems }) => sum + problems.length, 0);
    terminal.stderr.write(
      `${counted(count, 'problem')} in ${counted(checks.filter((one) => !one.ok).length, 'file')}\n`,
    );
  }
  return ok ? 0 : 1;
}
