/**
 * What tests are given to run: a definition in text or in a file, a graph, a flow of the builder.
 *
 * U1 a net under test writes no file, keeps the whole of its history, and runs all functions in this thread,
 * whatever its definition says.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Flow } from '../../dsl/builder.ts';
import { GraphValidationError } from '../../dsl/errors.ts';
import { Graph } from '../../dsl/graph.ts';
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import type { NetSettings, NodeOptions } from '../../dsl/schema.ts';
import { TestError } from '../test-error.ts';

/**
 * A Graph, a flow of the builder, the URL of a definition in TOML, or a string: its path, or, where it has more than one
 * line, its text.
 */
export type TestSource = string | URL | Graph | Flow;

/** A source, read. */
export interface ReadSource {
  /** Without the settings that a net under test does not have. */
  readonly graph: Graph;
  /** By node, where the source has functions. */
  readonly functions: ReadonlyMap<string, NodeFunctions>;
  /** The definition's file; undefined without one. */
  readonly file: string | undefined;
}

/** Settings that name files, forget parts of the history, or have functions run elsewhere. */
const settingsLeft = [
  'historyFile',
  'historyFileSize',
  'historyMaxSize',
  'packetStoragePath',
  'deadLetterQueue',
  'deadLetterPath',
  'checkpointDir',
  'poolInitMode',
  'poolSelection',
  'threadPools',
  'processPools',
] as const satisfies readonly (keyof NetSettings)[];

/** A setting that a net under test does not have. */
export type SettingLeft = (typeof settingsLeft)[number];

const left: ReadonlySet<string> = new Set(settingsLeft);

/** Throws `OPTION_INVALID` where the options have a setting that a net under test does not. */
export function assertOwnSettings(options: object): void {
  const found = Object.keys(options).find((key) => left.has(key));
  if (found === undefined) return;
  throw new TestError('OPTION_INVALID', `a net under test has no ${found}`, {
    hint: 'It writes no files, keeps its whole history and runs its functions here: see historyText(), or run a Net.',
  });
}

function withoutPool<T extends NodeOptions>(options: T): T {
  const { pool: _1, poolInitMode: _2, ...rest } = options;
  return rest as T;
}

/** The graph of the same net, all in memory and in one thread. Throws GraphValidationError. */
function withoutWorld(graph: Graph): Graph {
  const diagnostics = graph.validate();
  if (diagnostics.length > 0) throw new GraphValidationError(diagnostics);
  const { definition } = graph;
  const { defaults, ...settings } = definition.net;
  const kept: NetSettings = Object.fromEntries(
    Object.entries(settings).filter(([key]) => !left.has(key)),
  );
  const usesPools = [defaults ?? {}, ...definition.nodes.map(({ options }) => options)].some(
    (options) => 'pool' in options || 'poolInitMode' in options,
  );
  if (!usesPools && Object.keys(kept).length === Object.keys(settings).length) return graph;
  return new Graph({
    ...definition,
    nodes: definition.nodes.map((node) => ({ ...node, options: withoutPool(node.options) })),
    net: defaults === undefined ? kept : { ...kept, defaults: withoutPool(defaults) },
  });
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new TestError('DEFINITION_UNREADABLE', `the definition ${path} cannot be read`, {
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
    const graph = withoutWorld(isGraph ? source : source.graph);
    return { graph, functions: isGraph ? new Map() : source.functions, file };
  }
  const isText = source.includes('\n');
  const path = isText ? file : resolve(source);
  const text = isText ? source : readFile(path ?? source);
  const reading = { readFile: (name: string): Buffer => readFileSync(name) };
  const graph = Graph.fromToml(text, path === undefined ? reading : { ...reading, file: path });
  return { graph: withoutWorld(graph), functions: new Map(), file: path };
}
