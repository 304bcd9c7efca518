/** The rule that a property is tried on values of a seed: what fails once fails again, and on every machine. */
import type { Problem } from './problem.ts';
import { type SyntaxNode, lineAt, readModule, walk } from './source-tree.ts';

/** The call is `fc.assert` or `fc.check`. */
function isTrial({ callee }: SyntaxNode): boolean {
  const { object, property } = (callee ?? {}) as {
    readonly object?: SyntaxNode;
    readonly property?: SyntaxNode;
  };
  return object?.['name'] === 'fc' && /^(assert|check)$/.test(String(property?.['name']));
}

/** Every property that is tried without options which have a seed, or come from elsewhere. */
export function checkSeeds(files: ReadonlyMap<string, string>): Problem[] {
  const found: Problem[] = [];
  for (const [file, text] of files) {
    if (!text.includes('fc.')) continue;
    walk(readModule(file, text).program, (node) => {
      if (node.type !== 'CallExpression' || !isTrial(node)) return;
      const [, options] = node['arguments'] as readonly SyntaxNode[];
      const fields = (options?.['properties'] ?? []) as readonly SyntaxNode[];
      const isSeeded = fields.some(
        ({ type, key }) =>
          type === 'SpreadElement' || (key as SyntaxNode | undefined)?.['name'] === 'seed',
      );
      if (isSeeded || options?.type === 'Identifier') return;
      found.push({
        rule: 'chance',
        file,
        line: lineAt(text, node.start),
        message: 'the property is tried on other values each time: give it a seed',
      });
    });
  }
  return found;
}
