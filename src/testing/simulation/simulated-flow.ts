/**
 * A flow made ready to be simulated: its functions imported once, its files left alone.
 *
 * Owns: the graphs that all runs share, with and without a file for the history.
 */
import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeDefinition } from '../../dsl/definition.ts';
import { Graph } from '../../dsl/graph.ts';
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import type { NetSettings, NodeOptions } from '../../dsl/schema.ts';
import type { PortTypes } from '../../runtime/epochs/port-types.ts';
import { NodeSetup } from '../../runtime/setup/node-setup.ts';
import { type ReadSource, type TestSource, readSource } from '../net/test-source.ts';
import { functionKey } from './operations.ts';

/** Settings of histories, beside those that name files, and of pools: a simulation has its own history and no pools. */
const leftOut: ReadonlySet<keyof NetSettings> = new Set([
  'historyChunkSize',
  'historyFlushOnPause',
  'historyLevel',
  'historyFsync',
  'historyValues',
  'poolInitMode',
  'poolSelection',
  'threadPools',
  'processPools',
]);

function withoutPool(options: NodeOptions): NodeOptions {
  const { pool: _1, poolInitMode: _2, ...rest } = options;
  return rest;
}

function settingsOf(settings: NetSettings): NetSettings {
  const kept = Object.entries(settings).filter(([key]) => !leftOut.has(key as keyof NetSettings));
  const rest: NetSettings = Object.fromEntries(kept);
  const { defaults } = rest;
  return defaults === undefined ? rest : { ...rest, defaults: withoutPool(defaults) };
}

function typed<T extends { readonly name: string }>(ports: readonly T[], types: PortTypes): T[] {
  return ports.map((port) => {
    const type = types.get(port.name);
    return type === undefined ? port : { ...port, type };
  });
}

/** The node with the types of its ports in place of their paths, and without the paths of its functions. */
function loaded(node: NodeDefinition, inTypes: PortTypes, outTypes: PortTypes): NodeDefinition {
  const {
    execNodeFunc: _1,
    startNodeFunc: _2,
    stopNodeFunc: _3,
    execFailedNodeFunc: _4,
    ...rest
  } = node;
  return {
    ...rest,
    inPorts: typed(node.inPorts, inTypes),
    outPorts: typed(node.outPorts, outTypes),
    options: withoutPool(node.options),
  };
}

/** Whether a function says of itself that it is asynchronous. */
function isDeclaredAsync(called: unknown): boolean {
  return typeof called === 'function' && called.constructor.name.startsWith('Async');
}

export class SimulatedFlow {
  /** As it was given. */
  readonly given: Graph;
  /** The file of its definition; undefined where it has none. */
  readonly file: string | undefined;
  readonly graph: Graph;
  /** The same flow, whose history is written to `historyPath`. */
  readonly journaled: Graph;
  /** A folder of its own, which goes with `close`. */
  readonly folder: string;
  readonly functions: ReadonlyMap<string, NodeFunctions>;
  /** Functions that are known to be asynchronous, `Node.exec`. */
  readonly asynchronous: ReadonlySet<string>;

  private constructor(
    { graph: given, file }: ReadSource,
    graph: Graph,
    folder: string,
    functions: ReadonlyMap<string, NodeFunctions>,
    asynchronous: ReadonlySet<string>,
  ) {
    this.given = given;
    this.file = file;
    this.graph = graph;
    this.folder = folder;
    this.functions = functions;
    this.asynchronous = asynchronous;
    const { definition } = graph;
    this.journaled = new Graph({
      ...definition,
      net: {
        ...definition.net,
        historyFile: this.historyPath,
        historyFsync: 'never',
        historyChunkSize: 1,
      },
    });
  }

  get historyPath(): string {
    return join(this.folder, 'history.jsonl');
  }

  /** Throws as `readSource` and `Net.load`. */
  static async open(source: TestSource, base: string | undefined): Promise<SimulatedFlow> {
    const read = readSource(source, base);
    const { graph: given, functions, file } = read;
    const setup = new NodeSetup(given, functions, file);
    await setup.load();
    const nodes = setup.runNodes(given.toSpec());
    const { definition } = given;
    const graph = new Graph({
      ...definition,
      net: settingsOf(definition.net),
      nodes: definition.nodes.map((node) => {
        const run = nodes.get(node.name);
        return run === undefined ? node : loaded(node, run.inTypes, run.outTypes);
      }),
    });
    const asynchronous = new Set<string>();
    for (const { name, options, functions: own } of nodes.values()) {
      if (options.pool !== undefined) asynchronous.add(functionKey(name, 'exec'));
      for (const kind of ['exec', 'start', 'stop', 'failed'] as const)
        if (isDeclaredAsync(own[kind])) asynchronous.add(functionKey(name, kind));
    }
    const folder = mkdtempSync(join(tmpdir(), 'netrun-simulation-'));
    const all = new Map([...nodes].map(([name, run]) => [name, run.functions]));
    return new SimulatedFlow(read, graph, folder, all, asynchronous);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
