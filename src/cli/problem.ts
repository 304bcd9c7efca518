/** What a command has to say against its input or a run: one shape for diagnostics and errors. */
import type { Diagnostic } from '../dsl/diagnostic.ts';
import { GraphValidationError } from '../dsl/errors.ts';
import { NetrunError } from '../errors.ts';
import type { ExitCode } from './terminal.ts';

/** As it stands in the output of `--json`. Lines and columns from 1; absent where there is none. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Where in the definition: `nodes.A.in_ports.x`. */
  readonly path?: string;
  readonly node?: string;
  readonly epoch?: string;
  /** What led to it, the nearest cause first. */
  readonly causes?: readonly string[];
  /** What happens in a run until it shows, in order. */
  readonly witness?: readonly string[];
}

/** Ends a command: its problems are reported, and the process exits with the code. */
export class CommandFailure extends Error {
  override readonly name: string = 'CommandFailure';
  readonly problems: readonly Problem[];
  readonly exitCode: ExitCode;

  constructor(problems: readonly Problem[], exitCode: ExitCode = 1, cause?: unknown) {
    super(problems.map(({ code, message }) => `${code} ${message}`).join('\n'), { cause });
    this.problems = problems;
    this.exitCode = exitCode;
  }
}

/** A command that ends because of one problem with its input. */
export function refusal(
  code: string,
  message: string,
  hint: string,
  more: Partial<Problem> = {},
): CommandFailure {
  return new CommandFailure([{ code, message, hint, ...more }]);
}

export function diagnosticProblem(
  { code, message, hint, path, place }: Diagnostic,
  file?: string,
): Problem {
  const named = place?.file ?? file;
  return {
    code,
    message,
    hint,
    ...(named === undefined ? {} : { file: named }),
    ...(place === undefined ? {} : { line: place.line, column: place.column }),
    ...(path === '' ? {} : { path }),
  };
}

/** Causes told at most: a chain of errors may be a ring. */
const maxCauses = 5;

function causesOf(error: Error): string[] {
  const causes: string[] = [];
  let shown = error.message;
  for (let at = error.cause; at instanceof Error && causes.length < maxCauses; at = at.cause) {
    if (!shown.includes(at.message)) causes.push(`${at.name}: ${at.message}`);
    shown += at.message;
  }
  return causes;
}

/** An error as problems; `code` is for one that has none of its own. */
export function errorProblems(error: unknown, code: string, hint: string): readonly Problem[] {
  if (error instanceof CommandFailure) return error.problems;
  if (error instanceof GraphValidationError) {
    return error.diagnostics.map((diagnostic) => diagnosticProblem(diagnostic));
  }
  if (!(error instanceof Error))
    return [{ code, message: `a value that is no error was thrown: ${String(error)}`, hint }];
  const causes = causesOf(error);
  const known = error instanceof NetrunError ? error : undefined;
  const told = known?.hint ?? (known === undefined ? hint : undefined);
  return [
    {
      code: known?.code ?? code,
      message: error.message === '' ? error.name : error.message,
      ...(told === undefined ? {} : { hint: told }),
      ...(known?.nodeName === undefined ? {} : { node: known.nodeName }),
      ...(known?.epochId === undefined ? {} : { epoch: known.epochId }),
      ...(causes.length === 0 ? {} : { causes }),
    },
  ];
}
