/** The dependency direction: leaves ← machines ← { dsl | actors } ← runtime ← entry points ← testing ← cli. */
import type { Problem } from './problem.ts';
import type { Import, Module } from './source-tree.ts';

type Layer = 'leaves' | 'machines' | 'dsl' | 'actors' | 'runtime' | 'entry' | 'cli' | 'testing';

const folders: readonly Layer[] = ['machines', 'dsl', 'actors', 'runtime', 'cli', 'testing'];

const below: Readonly<Record<Layer, readonly Layer[]>> = {
  leaves: [],
  machines: ['leaves', 'machines'],
  dsl: ['leaves', 'machines', 'dsl'],
  actors: ['leaves', 'machines', 'actors'],
  runtime: ['leaves', 'machines', 'dsl', 'actors', 'runtime'],
  entry: ['leaves', 'machines', 'dsl', 'actors', 'runtime', 'entry'],
  cli: ['leaves', 'machines', 'dsl', 'actors', 'runtime', 'entry', 'testing', 'cli'],
  testing: ['leaves', 'machines', 'dsl', 'actors', 'runtime', 'entry', 'testing'],
};

/** The layer of a file in src; `undefined` for a folder that the layout does not know. */
function layerOf(path: string): Layer | undefined {
  if (path === 'src/errors.ts' || path === 'src/limits.ts') return 'leaves';
  const [, first = '', ...rest] = path.split('/');
  return rest.length === 0 ? 'entry' : folders.find((folder) => folder === first);
}

/** Imports against the direction, imports that lead nowhere, and packages that a layer may not use. */
export function checkDirection(modules: ReadonlyMap<string, Module>): Problem[] {
  return [...modules.values()].flatMap((module) => {
    const layer = layerOf(module.path);
    if (layer === undefined)
      return [
        {
          rule: 'layout',
          file: module.path,
          line: 1,
          message: 'src has no such folder in its layout',
        },
      ];
    return module.imports.flatMap((one) => {
      const message =
        one.target === undefined ? packageProblem(layer, one) : fileProblem(layer, one, modules);
      return message === undefined
        ? []
        : [{ rule: 'direction', file: module.path, line: one.line, message }];
    });
  });
}

function packageProblem(layer: Layer, { specifier }: Import): string | undefined {
  if (specifier === 'netrun' || specifier.startsWith('netrun/'))
    return `imports ${specifier}: name the file itself`;
  if (layer === 'machines' && specifier !== 'xstate')
    return `src/machines imports ${specifier}: xstate is the only package it may know`;
  return undefined;
}

function fileProblem(
  layer: Layer,
  { specifier, target = '' }: Import,
  modules: ReadonlyMap<string, Module>,
): string | undefined {
  if (!modules.has(target)) return `imports ${specifier}, which is not a file of src`;
  const other = layerOf(target);
  if (other !== undefined && below[layer].includes(other)) return undefined;
  const may = below[layer].length === 0 ? 'nothing of ours' : below[layer].join(', ');
  return `${layer} imports ${target} (${other ?? 'no layer'}): it may import ${may}`;
}

/** Each cycle of imports once, type-only imports included. */
export function checkCycles(modules: ReadonlyMap<string, Module>): Problem[] {
  const problems: Problem[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at !== -1) {
      const cycle = [...path.slice(at), file].join(' → ');
      problems.push({ rule: 'cycle', file, line: 1, message: `imports itself: ${cycle}` });
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const { target } of modules.get(file)?.imports ?? [])
      if (target !== undefined) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of modules.keys()) visit(file);
  return problems;
}
