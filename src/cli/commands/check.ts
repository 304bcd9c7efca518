/** `netrun check`: everything that is wrong with definitions, their functions included. */
import { readDefinitionFile } from '../definition-file.ts';
import { counted, paint, printable } from '../display-text.ts';
import { CommandFailure } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { reportProblems, writeJson } from '../report.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export interface CheckOptions {
  readonly json?: boolean;
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
}

async function checkFile(file: string): Promise<FileCheck> {
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
    return { ...counts, ok: problems.length === 0, imports, problems };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { file, ok: false, nodes: 0, edges: 0, imports: 0, problems: error.problems };
  }
}

/** As `checkFile`; what the modules write while they are imported goes to standard error. */
async function checkQuietly(file: string, terminal: Terminal): Promise<FileCheck> {
  const undivert = terminal.divert((text) => terminal.stderr.write(text));
  try {
    return await checkFile(file);
  } finally {
    undivert();
  }
}

/** Checks every file; 1 where any of them has a problem. */
export async function check(
  files: readonly string[],
  options: CheckOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const checks: FileCheck[] = [];
  for (const file of files) {
    const result = await checkQuietly(file, terminal);
    checks.push(result);
    reportProblems(terminal, result.problems);
    if (options.json === true || !result.ok) continue;
    const { nodes, edges, imports } = result;
    const parts = [
      counted(nodes, 'node'),
      counted(edges, 'edge'),
      `${counted(imports, 'import')} found`,
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
