/** The graph of a net: what a definition says, checked, and resolved to what machines are made from. */
import type { NetSpec } from '../machines/spec.ts';
import type { EdgeDefinition, GraphDefinition, GraphInput, NodeDefinition } from './definition.ts';
import { Problems } from './diagnostic.ts';
import type { Diagnostic, PlaceFinder } from './diagnostic.ts';
import { GraphValidationError } from './errors.ts';
import { Terms, indexNodes } from './graph-index.ts';
import type { IndexedNode } from './graph-index.ts';
import { normalForm } from './normal-form.ts';
import { reportUnsupported, resolveSpec } from './resolve.ts';
import type { NetSettings } from './schema.ts';
import { printDefinition } from './toml/print.ts';
import { readDefinition } from './toml/read.ts';
import type { ReadOptions } from './toml/read.ts';
import { validate } from './validate.ts';

/**
 * A graph of nodes and edges, in declaration order. Immutable.
 *
 * ```ts
 * const graph = new Graph({
 *   nodes: [
 *     { name: 'A', outPorts: ['out'], outConditions: [{ name: 'send', when: 'nonempty(out)' }] },
 *     { name: 'B', inPorts: ['in'], inConditions: [{ name: 'default', when: 'nonempty(in)' }] },
 *   ],
 *   edges: [{ from: 'A.out', to: 'B.in' }],
 * });
 * graph.validate(); // []
 * ```
 *
 * It has exactly what it is given: a node without conditions opens no epochs.
 */
export class Graph {
  /** The normal form: every default of ports, conditions and edges filled in. */
  readonly definition: GraphDefinition;
  readonly #shape: Problems;
  readonly #find: PlaceFinder | undefined;
  readonly #terms = new Terms();
  readonly #index: ReadonlyMap<string, IndexedNode>;
  #diagnostics: readonly Diagnostic[] | undefined;
  #inputs: readonly string[] | undefined;
  #spec: NetSpec | undefined;

  /** Never throws on a wrong definition: `validate` says what is wrong. `find` tells places in the text it came from. */
  constructor(input: GraphInput, find?: PlaceFinder) {
    const problems = new Problems(find);
    this.definition = normalForm(input, 'camel', problems);
    this.#shape = problems;
    this.#find = find;
    this.#index = indexNodes(this.definition);
  }

  /**
   * The graph of a definition in TOML. Throws GraphValidationError with all diagnostics: syntax, shape
   * and meaning. Comments are not kept.
   */
  static fromToml(text: string | Uint8Array, options: ReadOptions = {}): Graph {
    const { graph, diagnostics } = parseDefinition(text, options);
    if (graph === undefined) throw new GraphValidationError(diagnostics);
    return graph;
  }

  /**
   * The definition in TOML, in canonical form: order kept, the usual conditions left out. `Graph.fromToml` of it
   * gives the same graph. Throws GraphValidationError where the graph is not valid, and DslError
   * `NOT_PRINTABLE` where it holds what only code can say, such as a zod schema as a port type.
   */
  toToml(): string {
    const diagnostics = this.validate();
    if (diagnostics.length > 0) throw new GraphValidationError(diagnostics);
    return printDefinition(this.definition);
  }

  get nodes(): readonly NodeDefinition[] {
    return this.definition.nodes;
  }

  get edges(): readonly EdgeDefinition[] {
    return this.definition.edges;
  }

  get settings(): NetSettings {
    return this.definition.net;
  }

  /** Input ports that face the outside, `Node.port`: those named, else all that no edge ends in. */
  get inputs(): readonly string[] {
    this.#inputs ??= this.definition.inputs ?? this.#unconnected();
    return this.#inputs;
  }

  /** Output ports that face the outside, `Node.port`. */
  get outputs(): readonly string[] {
    return this.definition.outputs;
  }

  /** The node called `name`, or undefined. */
  node(name: string): NodeDefinition | undefined {
    return this.#index.get(name)?.node;
  }

  /** All problems at once, sorted by place, at most `limits.diagnostics` and one that counts the rest; none = valid. */
  validate(): readonly Diagnostic[] {
    this.#diagnostics ??= this.#judged().sorted();
    return this.#diagnostics;
  }

  /**
   * What machines are made from. Throws GraphValidationError with all diagnostics, also (`UNSUPPORTED`)
   * where the graph uses what this version cannot run. The same spec each time, so that nets of one graph
   * share what is made from it.
   */
  toSpec(): NetSpec {
    this.#spec ??= this.#resolved();
    return this.#spec;
  }

  #resolved(): NetSpec {
    const problems = this.#judged();
    reportUnsupported(this.definition, problems);
    if (!problems.none) throw new GraphValidationError(problems.sorted());
    return resolveSpec(this.definition, this.#index, this.#terms);
  }

  #judged(): Problems {
    const problems = new Problems(this.#find);
    problems.addAll(this.#shape);
    validate(this.definition, this.#index, this.#terms, problems);
    return problems;
  }

  #unconnected(): readonly string[] {
    const connected = new Set(this.edges.map(({ to }) => to));
    return this.nodes
      .flatMap((node) => node.inPorts.map((port) => `${node.name}.${port.name}`))
      .filter((ref) => !connected.has(ref));
  }
}

/** A definition in TOML, checked: the graph where nothing is wrong with it, and what is wrong otherwise. */
export function parseDefinition(
  text: string | Uint8Array,
  options: ReadOptions = {},
): { readonly graph?: Graph; readonly diagnostics: readonly Diagnostic[] } {
  const { definition, find, diagnostics } = readDefinition(text, options);
  return diagnostics.length > 0
    ? { diagnostics }
    : { graph: new Graph(definition, find), diagnostics };
}
