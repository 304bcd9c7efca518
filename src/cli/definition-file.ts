/** A definition file, read and judged. */
import { resolve } from 'node:path';
import type { PlaceFinder } from '../dsl/diagnostic.ts';
import { Graph } from '../dsl/graph.ts';
import { readDefinition } from '../dsl/toml/read.ts';
import { readBytes } from './files.ts';
import { CommandFailure, diagnosticProblem } from './problem.ts';
import type { Problem } from './problem.ts';

export interface DefinitionFile {
  /** As it was named. */
  readonly file: string;
  readonly path: string;
  readonly text: string;
  /** Complete only where there are no problems. */
  readonly graph: Graph;
  readonly find: PlaceFinder;
  readonly problems: readonly Problem[];
}

/** Reads a definition, with everything that is wrong with it. Throws CommandFailure where there is no such file. */
export function readDefinitionFile(file: string): DefinitionFile {
  const bytes = readBytes(file);
  const { definition, find, diagnostics } = readDefinition(bytes, { file, readFile: readBytes });
  return {
    file,
    path: resolve(file),
    text: Buffer.from(bytes).toString('utf8'),
    graph: new Graph(definition, find),
    find,
    problems: diagnostics.map((diagnostic) => diagnosticProblem(diagnostic, file)),
  };
}

/** As `readDefinitionFile`; throws CommandFailure with all problems where there are any. */
export function readValidDefinition(file: string): DefinitionFile {
  const read = readDefinitionFile(file);
  if (read.problems.length > 0) throw new CommandFailure(read.problems);
  return read;
}
