/** The public API as text: every name that an entry point exports, with its declaration as users get it. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from 'oxc-parser';
import type { ParseResult } from 'oxc-parser';
import type { SyntaxNode } from '../architecture/source-tree.ts';

export interface ApiEntry {
  readonly name: string;
  /** `class`, `function`, `const`, `interface` or `type`. */
  readonly kinds: readonly string[];
  /** The declarations without comments, one after the other. */
  readonly signature: string;
}

interface Declaration {
  readonly name: string;
  readonly kind: string;
  readonly text: string;
}

interface DeclarationFile {
  readonly path: string;
  readonly module: ParseResult['module'];
  readonly declarations: readonly Declaration[];
}

const kinds: Readonly<Record<string, string>> = {
  ClassDeclaration: 'class',
  FunctionDeclaration: 'function',
  TSDeclareFunction: 'function',
  VariableDeclaration: 'const',
  TSInterfaceDeclaration: 'interface',
  TSTypeAliasDeclaration: 'type',
};

/** Everything that the declaration file at `path` exports, by name in code-unit order. */
export function readApi(path: string): ApiEntry[] {
  const files = new Map<string, DeclarationFile>();
  const open = (at: string): DeclarationFile => {
    const known = files.get(at) ?? readDeclarations(at);
    files.set(at, known);
    return known;
  };
  return exportsOf(open(path), open).sort((a, b) => (a.name < b.name ? -1 : 1));
}

type Open = (path: string) => DeclarationFile;

function exportsOf(file: DeclarationFile, open: Open): ApiEntry[] {
  return file.module.staticExports.flatMap(({ entries }) =>
    entries.flatMap((entry): ApiEntry[] => {
      const name = entry.exportName.name;
      if (name === null) {
        if (entry.moduleRequest === null || entry.moduleRequest === undefined) return [];
        throw new Error(`${file.path} exports a whole module: name what is public`);
      }
      const local = entry.importName.name ?? entry.localName.name ?? name;
      const found = declarationsOf(file, local, entry.moduleRequest?.value, open);
      return [
        {
          name,
          kinds: [...new Set(found.map(({ kind }) => kind))],
          signature: found.map(({ text }) => text).join('\n'),
        },
      ];
    }),
  );
}

/** The declarations that `name` leads to, followed through re-exports and imports. */
function declarationsOf(
  file: DeclarationFile,
  name: string,
  request: string | undefined,
  open: Open,
): readonly Declaration[] {
  if (request !== undefined) {
    if (!request.startsWith('.')) return [{ name, kind: 'external', text: `from '${request}'` }];
    const next = open(join(dirname(file.path), request.replace(/\.[jt]s$/, '.d.ts')));
    const onward = next.module.staticExports
      .flatMap(({ entries }) => entries)
      .find((entry) => entry.exportName.name === name);
    if (onward === undefined) throw new Error(`${next.path} does not export ${name}`);
    const local = onward.importName.name ?? onward.localName.name ?? name;
    return declarationsOf(next, local, onward.moduleRequest?.value, open);
  }
  const own = file.declarations.filter((declaration) => declaration.name === name);
  if (own.length > 0) return own;
  for (const { entries, moduleRequest } of file.module.staticImports) {
    const imported = entries.find(({ localName }) => localName.value === name);
    if (imported !== undefined)
      return declarationsOf(file, imported.importName.name ?? name, moduleRequest.value, open);
  }
  throw new Error(`${file.path} declares no ${name}`);
}

function readDeclarations(path: string): DeclarationFile {
  const source = readFileSync(path, 'utf8');
  const { program, module, comments } = parseSync(path, source);
  const bare = comments.reduce(
    (text, { start, end }) => text.slice(0, start) + ' '.repeat(end - start) + text.slice(end),
    source,
  );
  const declarations = (program.body as unknown as SyntaxNode[]).flatMap((statement) => {
    const node = (statement['declaration'] ?? statement) as SyntaxNode;
    const kind = kinds[node.type];
    if (kind === undefined) return [];
    const text = tidy(bare.slice(node.start, node['end'] as number));
    return namesOf(node).map((name) => ({ name, kind, text }));
  });
  return { path, module, declarations };
}

function namesOf(node: SyntaxNode): string[] {
  const declarators = node['declarations'] as SyntaxNode[] | undefined;
  const ids = (declarators ?? [node]).map(({ id }) => id as SyntaxNode);
  return ids.map(({ name }) => String(name));
}

/** Without `declare`, blank lines and trailing blanks. */
function tidy(text: string): string {
  return text
    .replace(/^declare /, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
}

/** The listing of one entry point. */
export function renderApi(entryPoint: string, entries: readonly ApiEntry[]): string {
  const parts = entries.map(
    ({ name, kinds: own, signature }) => `## ${name} (${own.join(', ')})\n\n${signature}\n`,
  );
  return [`# ${entryPoint}\n`, ...parts].join('\n');
}
