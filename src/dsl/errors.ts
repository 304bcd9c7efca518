/** The errors of describing a net: one for a single mistake in the API's use, one for a definition's list of them. */
import { NetrunError } from '../errors.ts';
import type { NetrunErrorDetails } from '../errors.ts';
import { formatDiagnostic } from './diagnostic.ts';
import type { Diagnostic } from './diagnostic.ts';

/** A mistake in the use of the description language: a term that does not parse, a graph that cannot be printed. */
export class DslError extends NetrunError {
  override readonly name: string = 'DslError';
}

/** Where in a term's text a problem is; lines and columns from 1. */
export interface TermPosition {
  readonly line: number;
  readonly column: number;
  /** Characters (UTF-16 code units) before it. */
  readonly offset: number;
}

/** A salvo term that does not parse. The message shows the text with a caret; `code` starts with `TERM_`. */
export class TermError extends DslError {
  override readonly name: string = 'TermError';
  readonly line: number;
  readonly column: number;

  constructor(
    code: string,
    message: string,
    position: TermPosition,
    details: NetrunErrorDetails = {},
  ) {
    super(code, message, details);
    this.line = position.line;
    this.column = position.column;
  }
}

/**
 * A definition that cannot become a net. `diagnostics` has every problem found, sorted by place;
 * `code` is `GRAPH_INVALID`.
 */
export class GraphValidationError extends DslError {
  override readonly name: string = 'GraphValidationError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const count = diagnostics.length === 1 ? 'a problem' : `${diagnostics.length} problems`;
    super(
      'GRAPH_INVALID',
      `The graph has ${count}:\n${diagnostics.map(formatDiagnostic).join('\n')}`,
      {
        hint: diagnostics[0]?.hint,
      },
    );
    this.diagnostics = diagnostics;
  }
}
