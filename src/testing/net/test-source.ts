/**
 * What tests are given to run: a definition in text or in a file, a graph, a flow of the builder.
 *
 * U1 a net under test writes no file and reads the whole of its history, whatever its definition says of
 * files and of how much is kept.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Flow } from '../../dsl/builder.ts';
import { GraphValidationError } from '../../dsl/errors.ts';
import { Graph } from '../../dsl/graph.ts';
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import type { NetSettings } from '../../dsl/schema.ts';
import { NetrunError } from '../../errors.ts';

/**
 * A Graph, a flow of the builder, the URL of a definition in TOML, or a string: its path, or, where it has more than one
 * line, its text.
 */
export type TestSource = string | URL | Graph | Flow;

/** A source, read. */
export interface ReadSource {
  /** Without the settings that name files. */
  readonly graph: Graph;
  /** By node, where the source has functions. */
  readonly functions: ReadonlyMap<string, NodeFunctions>;
  /** The definition's file; undefined without one. */
  readonly file: string | undefined;
}

/** Settings that name files, or forget parts of the history. */
const fileSettings = [
  'historyFile',
  'historyFileSize',
  'historyMaxSize',
  'packetStoragePath',
  'deadLetterQueue',
  'deadLetterPath',
  'checkpointDir',
] as const satisfies readonly (keyof NetSettings)[];

/** A setting that a net under test does not have. */
export type FileSetting = (typeof fileSettings)[number];

const left: ReadonlySet<string> = new Set(fileSettings);

/** Throws `OPTION_INVALID` where the options have a setting that a net under test does not. */
export function assertNoFiles(options: object): void {
  const found = Object.keys(options).find((key) => left.has(key));
  if (found === undefined) return;
  throw new NetrunError('OPTION_INVALID', `a net under test has no ${found}`, {
    hint: 'It writes no files and keeps its whole history: take historyText(), or run a Net.',
  });
}

/** The graph of the same net that writes no file. Throws GraphValidationError. */
function withoutFiles(graph: Graph): Graph {
  const diagnostics = graph.validate();
  if (diagnostics.length > 0) throw new GraphValidationError(diagnostics);
  const { definition } = graph;
  const kept = Object.entries(definition.net).filter(([key]) => !left.has(key));
  if (kept.length === Object.keys(definition.net).length) return graph;
  return new Graph({ ...definition, net: Object.fromEntries(kept) });
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new NetrunError('DEFINITION_UNREADABLE', `the definition ${path} cannot be read`, {
      cause,
      hint: 'Check the path. A string of one line is a path; the text of a definition has several.',
    });
  }
}

/**
 * Reads a source. `file` is what the paths in a definition that is given as a text are relative to. Throws
 * `DEFINITION_UNREADABLE`, GraphValidationError.
 */
export function readSource(given: TestSource, file?: string): ReadSource {
  const source = given instanceof URL ? fileURLToPath(given) : given;
  if (typeof source !== 'string') {
    const isGraph = source instanceof Graph;
    const graph = withoutFiles(isGraph ? source : source.graph);
    return { graph, functions: isGraph ? new Map() : source.functions, file };
  }
  const isText = source.includes('\n');
  const path = isText ? file : resolve(source);
  const text = isText ? source : readFile(path ?? source);
  const reading = { readFile: (name: string): Buffer => readFileSync(name) };
  const graph = Graph.fromToml(text, path === undefined ? reading : { ...reading, file: path });
  return { graph: withoutFiles(graph), functions: new Map(), file: path };
}
