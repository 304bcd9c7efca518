/** What the deterministic part of the sources may not name: clocks, chance, timers, promises, the process. */
import { builtinModules } from 'node:module';
import type { Problem } from './problem.ts';
import { lineAt, walk } from './source-tree.ts';
import type { Module, Place, SyntaxNode } from './source-tree.ts';

/** Globals whose mention alone is a problem, and what is to be used in their place. */
const impureGlobals: ReadonlyMap<string, string> = new Map([
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].map(
    (name) => [name, 'emit a timer and let the action FireTimer come back'] as const,
  ),
  ['performance', 'take the time from the action'],
  ['crypto', 'number what needs a name by a counter'],
  ['Promise', 'the kernel is synchronous'],
  ['Intl', 'order must not depend on the machine it runs on'],
]);

const impureMembers: ReadonlyMap<string, string> = new Map([
  ['Date.now', 'take the time from the action'],
  ['Math.random', 'chance comes in as a recorded value'],
]);

const localeMethods = new Set([
  'localeCompare',
  'toLocaleString',
  'toLocaleLowerCase',
  'toLocaleUpperCase',
]);

const builtins = new Set(builtinModules);

function isDeterministic(path: string): boolean {
  return (
    path.startsWith('src/machines/') ||
    path.startsWith('src/actors/') ||
    path.startsWith('src/runtime/kernel/')
  );
}

/**
 * The signals of the process, which a net may ask to be ended by, and its number, by which others know that it
 * lives, are known to one file of the runtime each; a reporter fails the test runner's process by its exit code, for want of another way.
 */
const processFiles = new Set([
  'src/runtime/drive/process-lock.ts',
  'src/runtime/drive/signals.ts',
  'src/testing/coverage-reporter.ts',
]);

function mayUseProcess(path: string): boolean {
  return path.startsWith('src/cli/') || processFiles.has(path);
}

/** Uses of the process outside the command line, and of anything impure in the deterministic folders. */
export function checkPurity(modules: ReadonlyMap<string, Module>): Problem[] {
  return [...modules.values()].flatMap((module) => [
    ...(mayUseProcess(module.path) ? [] : processUses(module)),
    ...(isDeterministic(module.path) ? [...impureUses(module), ...builtinImports(module)] : []),
    ...(module.path.startsWith('src/machines/') ? delayedTransitions(module) : []),
  ]);
}

function processUses(module: Module): Problem[] {
  const imported = module.imports
    .filter(({ specifier }) => specifier === 'process' || specifier === 'node:process')
    .map(({ line }) => line);
  const used = references(module)
    .filter(({ name }) => name === 'process')
    .map(({ node }) => lineAt(module.text, node.start));
  return [...imported, ...used].map((line) => ({
    rule: 'process',
    file: module.path,
    line,
    message: `uses the process: only src/cli and ${[...processFiles].join(', ')} do`,
  }));
}

function builtinImports(module: Module): Problem[] {
  return module.imports
    .filter(({ specifier }) => specifier.startsWith('node:') || builtins.has(specifier))
    .map(({ specifier, line }) => ({
      rule: 'purity',
      file: module.path,
      line,
      message: `imports ${specifier}: what touches the world belongs to the runtime`,
    }));
}

function impureUses(module: Module): Problem[] {
  const problems: Problem[] = [];
  const add = (node: SyntaxNode, what: string, instead: string): void => {
    const line = lineAt(module.text, node.start);
    problems.push({ rule: 'purity', file: module.path, line, message: `uses ${what}: ${instead}` });
  };
  for (const { name, node } of references(module)) {
    const instead = impureGlobals.get(name);
    if (instead !== undefined) add(node, name, instead);
  }
  walk(module.program, (node) => {
    const member = memberName(node);
    const instead = impureMembers.get(member ?? '');
    if (instead !== undefined) add(node, member ?? '', instead);
    if (localeMethods.has(member?.split('.').at(-1) ?? ''))
      add(node, member ?? '', 'order must not depend on the machine it runs on');
    if (readsTheClock(node)) add(node, 'new Date()', 'take the time from the action');
    if (node['async'] === true || node.type === 'AwaitExpression')
      add(node, 'async', 'the kernel is synchronous');
  });
  return problems;
}

/** `new Date()` and `Date()`; a date made from a value is pure. */
function readsTheClock(node: SyntaxNode): boolean {
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return false;
  const callee = node['callee'] as SyntaxNode;
  const ofNothing = (node['arguments'] as unknown[]).length === 0;
  return nameOf(callee) === 'Date' && (ofNothing || node.type === 'CallExpression');
}

function delayedTransitions(module: Module): Problem[] {
  const problems: Problem[] = [];
  walk(module.program, (node) => {
    if (node.type !== 'Property' || nameOf(node['key']) !== 'after') return;
    problems.push({
      rule: 'purity',
      file: module.path,
      line: lineAt(module.text, node.start),
      message: 'uses after: emit a timer and let the action FireTimer come back',
    });
  });
  return problems;
}

/** `a.b` as text; of a longer chain its last two names. */
function memberName(node: SyntaxNode): string | undefined {
  if (node.type !== 'MemberExpression') return undefined;
  const property = node['property'] as SyntaxNode;
  const name = node['computed'] === true ? property['value'] : property['name'];
  if (typeof name !== 'string') return undefined;
  const object = node['object'] as SyntaxNode;
  return `${nameOf(object) ?? memberName(object)?.split('.').at(-1) ?? ''}.${name}`;
}

function nameOf(node: unknown): string | undefined {
  const { type, name } = node as SyntaxNode;
  return type === 'Identifier' && typeof name === 'string' ? name : undefined;
}

interface Reference {
  readonly name: string;
  readonly node: SyntaxNode;
}

/** Names that stand for globals: not declared in the file, and neither keys, members nor types. */
function references(module: Module): Reference[] {
  const found: Reference[] = [];
  const declared = new Set<string>();
  walk(module.program, (node, place) => {
    const global = memberName(node)?.match(/^globalThis\.(.+)$/)?.[1];
    if (global !== undefined) found.push({ name: global, node });
    const name = nameOf(node);
    if (name === undefined || place === undefined) return;
    if (isDeclaration(place)) declared.add(name);
    else if (!isMention(place)) found.push({ name, node });
  });
  return found.filter(({ name, node }) => node.type !== 'Identifier' || !declared.has(name));
}

function isDeclaration({ parent, field }: Place): boolean {
  return (
    field === 'id' ||
    field === 'params' ||
    field === 'local' ||
    (field === 'left' && parent.type === 'AssignmentPattern')
  );
}

function isMention({ parent, field }: Place): boolean {
  if (field === 'property' || field === 'key')
    return parent['computed'] !== true && parent['shorthand'] !== true;
  return field === 'typeName' || (parent.type.startsWith('TS') && field !== 'expression');
}
