/** Graphs put together from typed nodes: an edge that cannot be is refused by the compiler. */
import { NetrunError } from '../errors.ts';
import type { EdgeInput, NodeInput } from './definition.ts';
import { formatPath } from './diagnostic.ts';
import type { Diagnostic } from './diagnostic.ts';
import { GraphValidationError } from './errors.ts';
import { Graph } from './graph.ts';
import type { NodeFunctions } from './node-functions.ts';
import { configProblems, isNodeType } from './node-type.ts';
import type { NodeType, NoPorts, PortTypes } from './node-type.ts';
import type { PortValue, TypeFits } from './port-type.ts';
import type { NetSettings, NodeOptions } from './schema.ts';

/** A graph and the functions of its nodes: what `new Net` takes. Configurations are in the graph. */
export interface Flow {
  readonly graph: Graph;
  /** By node name, in declaration order. */
  readonly functions: ReadonlyMap<string, NodeFunctions>;
}

/** The ports of a node called `Name`, by `Name.port`. */
type PortsOf<Name extends string, Ports> = {
  readonly [P in keyof Ports & string as `${Name}.${P}`]: Ports[P];
};

/** What the compiler says of a name that is taken: no string is one. */
interface NameIsTaken<Name extends string> {
  readonly 'there is a node of this name': Name;
}

/** What the compiler says of an edge whose ends do not fit: no string is one. */
interface TypesDoNotFit<Sent, Taken> {
  readonly 'the output port sends': Sent;
  readonly 'the input port takes': Taken;
}

interface CommonSettings {
  /** Over those of the node type. */
  readonly options?: NodeOptions;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** The rest of `node`'s parameters: required where the configuration has something required. */
type NodeSettings<Config> = [Config] extends [undefined]
  ? [settings?: CommonSettings & { readonly config?: undefined }]
  : undefined extends Config
    ? [settings?: CommonSettings & { readonly config?: Config }]
    : Record<never, never> extends Config
      ? [settings?: CommonSettings & { readonly config?: Config }]
      : [settings: CommonSettings & { readonly config: Config }];

interface BuilderState {
  readonly nodes: readonly { readonly input: NodeInput; readonly type: NodeType }[];
  readonly edges: readonly EdgeInput[];
  readonly inputs: readonly string[] | undefined;
  readonly outputs: readonly string[];
  readonly settings: NetSettings;
}

/**
 * Grows a graph step by step; each step gives a new builder and leaves the old one as it is. `Names` are
 * the names of its nodes, `Outs` and `Ins` the types of their ports by `Node.port`.
 */
class FlowBuilder<Names extends string, Outs, Ins> {
  readonly #state: BuilderState;

  constructor(state: BuilderState) {
    this.#state = state;
  }

  /**
   * Adds a node of the given type. Its configuration is what the type's schema takes. Throws
   * `NODE_TYPE_INVALID` for what no `defineNode` made.
   */
  node<const Name extends string, In extends PortTypes, Out extends PortTypes, Config>(
    name: Name & (Name extends Names ? NameIsTaken<Name> : unknown),
    type: NodeType<In, Out, Config>,
    ...[settings]: NodeSettings<NoInfer<Config>>
  ): FlowBuilder<Names | Name, Outs & PortsOf<Name, Out>, Ins & PortsOf<Name, In>> {
    if (!isNodeType(type)) {
      throw new NetrunError(
        'NODE_TYPE_INVALID',
        `What was given for node ${name} is no node type`,
        {
          nodeName: name,
          hint: 'Give what defineNode or defineRawNode returned.',
        },
      );
    }
    const { definition } = type as NodeType;
    const { options, config, meta } = (settings ?? {}) as CommonSettings & { config?: unknown };
    const input: NodeInput = {
      ...definition,
      name,
      options: { ...definition.options, ...options },
      ...(config === undefined ? {} : { config }),
      ...(meta === undefined ? {} : { meta }),
    };
    const nodes = [...this.#state.nodes, { input, type: type as NodeType }];
    return new FlowBuilder({ ...this.#state, nodes });
  }

  /** Adds an edge between two ports, `Node.port`, of nodes that are there. */
  edge<From extends keyof Outs & string, To extends keyof Ins & string>(
    from: From,
    to: To &
      (TypeFits<Outs[From], Ins[To]> extends true
        ? unknown
        : TypesDoNotFit<PortValue<Outs[From]>, PortValue<Ins[To]>>),
    settings: Omit<EdgeInput, 'from' | 'to'> = {},
  ): FlowBuilder<Names, Outs, Ins> {
    return new FlowBuilder({
      ...this.#state,
      edges: [...this.#state.edges, { ...settings, from, to }],
    });
  }

  /** Input ports that face the outside, further ones with each call. Default: all that no edge ends in. */
  inputs(...ports: readonly (keyof Ins & string)[]): FlowBuilder<Names, Outs, Ins> {
    return new FlowBuilder({ ...this.#state, inputs: [...(this.#state.inputs ?? []), ...ports] });
  }

  /** Output ports that face the outside, further ones with each call. */
  outputs(...ports: readonly (keyof Outs & string)[]): FlowBuilder<Names, Outs, Ins> {
    return new FlowBuilder({ ...this.#state, outputs: [...this.#state.outputs, ...ports] });
  }

  /** Settings of the net, over those of earlier calls. */
  settings(settings: NetSettings): FlowBuilder<Names, Outs, Ins> {
    return new FlowBuilder({ ...this.#state, settings: { ...this.#state.settings, ...settings } });
  }

  /** The flow. Throws GraphValidationError with every problem of the graph and of its configurations. */
  build(): Flow {
    const { nodes, edges, inputs, outputs, settings } = this.#state;
    const graph = new Graph({
      nodes: nodes.map(({ input }) => input),
      edges,
      ...(inputs === undefined ? {} : { inputs }),
      outputs,
      net: settings,
    });
    const diagnostics = [
      ...graph.validate(),
      ...nodes.flatMap(({ input, type }) => configDiagnostics(input, type)),
    ];
    if (diagnostics.length > 0) throw new GraphValidationError(diagnostics);
    return {
      graph,
      functions: new Map(nodes.map(({ input, type }) => [input.name, type.functions])),
    };
  }
}

function configDiagnostics(input: NodeInput, type: NodeType): readonly Diagnostic[] {
  return configProblems(type.configSchema, input.config).map(({ message, path }) => ({
    code: 'CONFIG_INVALID',
    message: `The configuration of node \`${input.name}\` does not fit: ${message}`,
    path: formatPath(['nodes', input.name, 'config', ...path]),
    hint:
      type.configSchema === undefined
        ? 'Leave it out.'
        : 'Set what the schema of the node type asks for.',
  }));
}

/**
 * An empty flow, to be grown:
 *
 * ```ts
 * const { graph, functions } = flow()
 *   .node('A', double)
 *   .node('B', print, { config: { prefix: '> ' } })
 *   .edge('A.y', 'B.x', { capacity: 10 })
 *   .inputs('A.x')
 *   .build();
 * ```
 */
export function flow(): FlowBuilder<never, NoPorts, NoPorts> {
  return new FlowBuilder({ nodes: [], edges: [], inputs: undefined, outputs: [], settings: {} });
}
