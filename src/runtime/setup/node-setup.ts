/**
 * What may be set about the nodes of a net before it runs: functions, options, configuration.
 *
 * Owns: the nodes' functions and configurations, and the changes of options that the graph does not
 * have yet.
 */
import { NetrunError } from '../../errors.ts';
import type { NodeDefinition } from '../../dsl/definition.ts';
import { GraphValidationError } from '../../dsl/errors.ts';
import { Graph } from '../../dsl/graph.ts';
import { nearest } from '../../dsl/nearest-name.ts';
import type { ExecContext, InputPackets, NodeFunctions } from '../../dsl/node-functions.ts';
import { configProblems, isNodeType, type NodeType } from '../../dsl/node-type.ts';
import { formatPath } from '../../dsl/diagnostic.ts';
import type { NodeOptions } from '../../dsl/schema.ts';
import type { NetSpec } from '../../machines/spec.ts';
import { noEpochs } from '../drive/tally.ts';
import { FunctionLoader, type ImportPlace } from './function-loader.ts';
import { PortTypes } from '../epochs/port-types.ts';
import type { RunNode } from './run-node.ts';

export type ExecFunction = (ctx: ExecContext, packets: InputPackets) => unknown;

/** Options of a node, and under `config` what its functions are given as configuration. */
export type NodeConfig = NodeOptions & { readonly config?: unknown };

/** The functions of a node, the keys of its definition, and their spelling in TOML. */
const functionKeys = [
  ['exec', 'execNodeFunc', 'exec_node_func'],
  ['start', 'startNodeFunc', 'start_node_func'],
  ['stop', 'stopNodeFunc', 'stop_node_func'],
  ['failed', 'execFailedNodeFunc', 'exec_failed_node_func'],
] as const satisfies readonly (readonly [keyof NodeFunctions, keyof NodeDefinition, string])[];

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export class NodeSetup {
  #graph: Graph;
  readonly #functions = new Map<string, NodeFunctions>();
  readonly #configs = new Map<string, unknown>();
  readonly #options = new Map<string, NodeOptions>();
  readonly #inTypes = new Map<string, PortTypes>();
  readonly #outTypes = new Map<string, PortTypes>();
  readonly #loader: FunctionLoader;
  #loading: Promise<void> | null = null;

  constructor(
    graph: Graph,
    functions: ReadonlyMap<string, NodeFunctions>,
    file: string | undefined,
  ) {
    this.#graph = graph;
    this.#loader = new FunctionLoader(file);
    for (const [node, given] of functions) this.#functions.set(node, given);
    for (const node of this.#graph.nodes) {
      this.#configs.set(node.name, node.config);
      this.#inTypes.set(node.name, new PortTypes(node.inPorts));
      this.#outTypes.set(node.name, new PortTypes(node.outPorts));
    }
  }

  /** The graph with all changes of options. */
  get graph(): Graph {
    if (this.#options.size > 0) {
      const { definition } = this.#graph;
      const nodes = definition.nodes.map((node) => ({
        ...node,
        options: this.#options.get(node.name) ?? node.options,
      }));
      this.#graph = new Graph({ ...definition, nodes });
      this.#options.clear();
    }
    return this.#graph;
  }

  functionsOf(node: string): NodeFunctions {
    return this.#functions.get(node) ?? {};
  }

  configOf(node: string): unknown {
    return this.#configs.get(node);
  }

  /** Throws `NODE_UNKNOWN`. */
  node(name: string): NodeDefinition {
    const node = this.#graph.node(name);
    if (node !== undefined) return node;
    const close = nearest(
      name,
      this.#graph.nodes.map((known) => known.name),
    );
    throw new NetrunError('NODE_UNKNOWN', `the graph has no node ${name}`, {
      nodeName: name,
      hint: close === undefined ? 'Check the spelling.' : `Did you mean ${close}?`,
    });
  }

  /** Adds functions to those the node has. Throws `NODE_UNKNOWN`, `FUNCTION_INVALID`. */
  setFunctions(name: string, given: ExecFunction | NodeFunctions): NodeFunctions {
    this.node(name);
    const functions: NodeFunctions = typeof given === 'function' ? { exec: given } : given;
    const invalid = functionProblem(functions);
    if (invalid !== null) {
      throw new NetrunError('FUNCTION_INVALID', `node ${name}: ${invalid}`, {
        nodeName: name,
        hint: 'Give a function, or an object of the functions exec, start, stop and failed.',
      });
    }
    const merged = { ...this.functionsOf(name), ...functions };
    this.#functions.set(name, merged);
    return merged;
  }

  /** Merges the node's configuration where both are plain objects, else replaces it. */
  setConfig(name: string, config: unknown): unknown {
    this.node(name);
    const before = this.configOf(name);
    const merged = isPlain(before) && isPlain(config) ? { ...before, ...config } : config;
    this.#configs.set(name, merged);
    return merged;
  }

  /** Merges options over those the node has. Throws GraphValidationError with every problem of them. */
  setOptions(name: string, options: NodeOptions): void {
    const node = this.node(name);
    const merged = { ...(this.#options.get(name) ?? node.options), ...options };
    const { threadPools, processPools, defaults } = this.#graph.settings;
    const alone = new Graph({
      nodes: [{ ...node, options: merged }],
      net: {
        ...(threadPools === undefined ? {} : { threadPools }),
        ...(processPools === undefined ? {} : { processPools }),
        ...(defaults === undefined ? {} : { defaults }),
      },
    });
    const diagnostics = alone.validate();
    if (diagnostics.length > 0) throw new GraphValidationError(diagnostics);
    this.#options.set(name, merged);
  }

  /** Imports functions and port types that are named by path; once, unless it failed. */
  load(): Promise<void> {
    this.#loading ??= this.#import().catch((error: unknown) => {
      this.#loading = null;
      throw error;
    });
    return this.#loading;
  }

  /** The nodes as a run has them, in declaration order. */
  runNodes(spec: NetSpec): Map<string, RunNode> {
    const { nodes, settings } = this.graph;
    return new Map(
      spec.nodes.map((nodeSpec, index) => {
        const { name } = nodeSpec;
        const node: RunNode = {
          name,
          spec: nodeSpec,
          options: { ...settings.defaults, ...nodes[index]?.options },
          config: this.configOf(name),
          functions: this.functionsOf(name),
          memory: new Map(),
          inTypes: this.#inTypes.get(name) ?? new PortTypes([]),
          outTypes: this.#outTypes.get(name) ?? new PortTypes([]),
          outSlots: nodeSpec.outPorts.map(({ slots }) => slots),
          counts: noEpochs(),
        };
        return [name, node];
      }),
    );
  }

  async #import(): Promise<void> {
    for (const node of this.#graph.nodes) {
      const given = this.functionsOf(node.name);
      for (const [key, pathKey, tomlKey] of functionKeys) {
        const path = node[pathKey];
        if (path === undefined || given[key] !== undefined) continue;
        const place = { key: `nodes.${node.name}.${tomlKey}`, nodeName: node.name };
        const loaded = await this.#loader.load(path, place);
        if (key === 'exec' && isNodeType(loaded)) this.#useType(node, loaded, path);
        else
          this.#functions.set(node.name, {
            ...this.functionsOf(node.name),
            [key]: asFunction(loaded, path, place),
          });
      }
      await this.#importTypes(node.name, 'in_ports', this.#inTypes.get(node.name));
      await this.#importTypes(node.name, 'out_ports', this.#outTypes.get(node.name));
    }
  }

  /**
   * Takes the functions of a node type, and the types of ports for which the definition has none. Ports,
   * conditions and options are the definition's.
   */
  #useType({ name, inPorts, outPorts }: NodeDefinition, type: NodeType, path: string): void {
    const problems = [
      ...portProblems('in_ports', inPorts, Object.keys(type.in)),
      ...portProblems('out_ports', outPorts, Object.keys(type.out)),
    ];
    if (problems.length > 0) {
      throw new NetrunError(
        'NODE_TYPE_MISMATCH',
        `nodes.${name}: ${path} has other ports: ${problems.join('; ')}`,
        {
          nodeName: name,
          hint: 'Give the node the ports that the function declares under `in` and `out`.',
        },
      );
    }
    const wrong = configProblems(type.configSchema, this.configOf(name));
    if (wrong.length > 0) {
      const told = wrong.map(
        ({ message, path: at }) => `${formatPath(['config', ...at])}: ${message}`,
      );
      throw new NetrunError(
        'CONFIG_INVALID',
        `nodes.${name}: the configuration does not fit: ${told.join('; ')}`,
        {
          nodeName: name,
          hint: 'Set what the schema of the node asks for.',
        },
      );
    }
    this.#functions.set(name, { ...type.functions, ...this.functionsOf(name) });
    for (const [types, given] of [
      [this.#inTypes.get(name), type.in],
      [this.#outTypes.get(name), type.out],
    ] as const) {
      for (const [port, of] of Object.entries(given))
        if (types?.get(port) === undefined) types?.set(port, of);
    }
  }

  async #importTypes(nodeName: string, ports: string, types: PortTypes | undefined): Promise<void> {
    for (const [port, path] of types?.imports() ?? []) {
      const key = `nodes.${nodeName}.${ports}.${port}.type`;
      const schema = await this.#loader.load(path, { key, nodeName });
      if (typeof schema !== 'object' || schema === null || !('_zod' in schema)) {
        throw new NetrunError('PORT_TYPE_NOT_FOUND', `${key}: ${path} is not a zod schema`, {
          nodeName,
          hint: 'Export a zod schema under this name.',
        });
      }
      types?.set(port, schema as Parameters<PortTypes['set']>[1]);
    }
  }
}

/** Throws `FUNCTION_NOT_A_FUNCTION`. */
function asFunction(loaded: unknown, path: string, { key, nodeName }: ImportPlace): unknown {
  if (typeof loaded === 'function') return loaded;
  throw new NetrunError(
    'FUNCTION_NOT_A_FUNCTION',
    `${key}: ${path} is ${typeof loaded}, not a function`,
    {
      nodeName,
      hint: 'Export a function under this name; exec_node_func also takes what defineNode returns.',
    },
  );
}

function portProblems(
  key: string,
  ports: readonly { readonly name: string }[],
  declared: readonly string[],
): string[] {
  const names = ports.map(({ name }) => name);
  if (names.length === declared.length && declared.every((name) => names.includes(name))) return [];
  const list = (ports: readonly string[]): string => `[${ports.join(', ')}]`;
  return [`${key} = ${list(names)}, the function declares ${list(declared)}`];
}

function functionProblem(functions: unknown): string | null {
  if (typeof functions !== 'object' || functions === null)
    return `${String(functions)} is no function`;
  const known = new Set<string>(functionKeys.map(([key]) => key));
  for (const [key, value] of Object.entries(functions)) {
    if (!known.has(key)) return `there is no function called ${key}`;
    if (typeof value !== 'function') return `${key} is not a function`;
  }
  return null;
}
