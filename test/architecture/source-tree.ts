/** The files of a project as parsed modules: what each imports, and a walk over its syntax. */
import { posix } from 'node:path';
import { parseSync, visitorKeys } from 'oxc-parser';
import type { Comment, ParseResult } from 'oxc-parser';

/** A syntax node, as far as the checks look at it. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

export interface Import {
  readonly from: string;
  /** What the import names, as written. */
  readonly specifier: string;
  /** The project's file it leads to; absent for packages. */
  readonly target?: string;
  readonly line: number;
}

export interface Module {
  readonly path: string;
  readonly text: string;
  readonly program: SyntaxNode;
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
}

/** Where a node hangs: its parent and the parent's field. */
export interface Place {
  readonly parent: SyntaxNode;
  readonly field: string;
}

/** Line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Reads one file. Throws where it is not TypeScript. */
export function readModule(path: string, text: string): Module {
  const result = parseSync(path, text);
  const first = result.errors[0];
  if (first !== undefined) throw new Error(`${path}: ${first.message}`);
  const program = result.program as unknown as SyntaxNode;
  return {
    path,
    text,
    program,
    comments: result.comments,
    imports: specifiersOf(result, program).map(({ specifier, start }) => ({
      from: path,
      specifier,
      ...(specifier.startsWith('.') ? { target: posix.join(posix.dirname(path), specifier) } : {}),
      line: lineAt(text, start),
    })),
  };
}

interface Specifier {
  readonly specifier: string;
  readonly start: number;
}

/** Static, dynamic and type-only imports, and what is exported from elsewhere. */
function specifiersOf({ module }: ParseResult, program: SyntaxNode): Specifier[] {
  const found: Specifier[] = [];
  const add = (request: { value: string; start: number } | null | undefined): void => {
    if (request) found.push({ specifier: request.value, start: request.start });
  };
  for (const { moduleRequest } of module.staticImports) add(moduleRequest);
  for (const { entries } of module.staticExports)
    for (const { moduleRequest } of entries) add(moduleRequest);
  walk(program, (node) => {
    if (node.type !== 'ImportExpression' && node.type !== 'TSImportType') return;
    const source = node['source'] as SyntaxNode;
    if (typeof source['value'] === 'string') add({ value: source['value'], start: source.start });
  });
  return found;
}

/** Visits every node, parents first. */
export function walk(root: SyntaxNode, visit: (node: SyntaxNode, place?: Place) => void): void {
  const open: { node: SyntaxNode; place?: Place }[] = [{ node: root }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, place } = next;
    visit(node, place);
    for (const field of visitorKeys[node.type] ?? []) {
      const value = node[field];
      for (const child of Array.isArray(value) ? (value as unknown[]) : [value])
        if (isSyntaxNode(child)) open.push({ node: child, place: { parent: node, field } });
    }
  }
}

function isSyntaxNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value;
}
