/** A valid definition resolved to the specification that machines are made from: indexes, milliseconds, defaults. */
import type {
  EdgeSpec,
  InConditionSpec,
  NetSpec,
  NodeRules,
  NodeSpec,
  OutPortSpec,
  PortRef,
} from '../machines/spec.ts';
import { defaultRules } from '../machines/spec.ts';
import type { ConditionDefinition, GraphDefinition, NodeDefinition } from './definition.ts';
import type { Path, Problems } from './diagnostic.ts';
import { splitPortRef } from './graph-index.ts';
import type { IndexedNode, Terms } from './graph-index.ts';
import { slotsOf, takesOf, withIndexes } from './resolve-condition.ts';
import type { PortPositions } from './resolve-condition.ts';
import type { NodeOptions } from './schema.ts';
import { parseTerm } from './term/parser.ts';

/** Running epochs of a net that does not say otherwise, at most. */
const defaultMaxConcurrency = 256;

function finite(limit: number | 'infinite'): number | null {
  return limit === 'infinite' ? null : limit;
}

function milliseconds(seconds: number | undefined): number | null {
  return seconds === undefined ? null : Math.round(seconds * 1000);
}

/** A time limit is never rounded down to none. */
function deadline(seconds: number | undefined): number | null {
  return seconds === undefined ? null : Math.max(1, Math.round(seconds * 1000));
}

/** In whole milliseconds, but where several start in one. */
function spacing(rate: number): number {
  return rate > 1000 ? 1000 / rate : Math.ceil(1000 / rate);
}

function rulesOf(node: NodeDefinition, options: NodeOptions): NodeRules {
  const rate = options.rateLimitPerSecond;
  return {
    maxParallelEpochs: options.maxParallelEpochs ?? defaultRules.maxParallelEpochs,
    maxPendingEpochs: options.maxPendingEpochs ?? defaultRules.maxPendingEpochs,
    maxEpochs: options.maxEpochs ?? defaultRules.maxEpochs,
    startSpacingMs: rate === undefined ? defaultRules.startSpacingMs : spacing(rate),
    retries: options.retries ?? defaultRules.retries,
    retryWaitMs: milliseconds(options.retryWait) ?? defaultRules.retryWaitMs,
    retryBackoff: options.retryBackoff ?? defaultRules.retryBackoff,
    retryWaitMaxMs: milliseconds(options.retryWaitMax),
    restarts: options.restart === 'on_failure' ? (options.retries ?? 0) : defaultRules.restarts,
    timeoutMs: deadline(options.timeout),
    attemptTimeoutMs: deadline(options.attemptTimeout),
    autostart: options.autostart ?? node.inPorts.length === 0,
    unconsumed: options.unconsumed ?? defaultRules.unconsumed,
  };
}

function conditionOf(
  condition: ConditionDefinition,
  positions: PortPositions,
  terms: Terms,
): InConditionSpec {
  const reading = terms.read(condition.when);
  return {
    name: condition.name,
    when: terms.canonical(condition.when),
    term: withIndexes(reading.ok ? reading.term : parseTerm(condition.when), positions),
    takes: takesOf(condition, positions),
  };
}

class Resolution {
  readonly #definition: GraphDefinition;
  readonly #nodes: ReadonlyMap<string, IndexedNode>;
  readonly #terms: Terms;
  readonly #outside: ReadonlySet<string>;
  /** Edges that leave each output port, by `Node.port`. */
  readonly #leaving = new Map<string, number[]>();

  constructor(definition: GraphDefinition, nodes: ReadonlyMap<string, IndexedNode>, terms: Terms) {
    this.#definition = definition;
    this.#nodes = nodes;
    this.#terms = terms;
    this.#outside = new Set(definition.outputs);
    for (const [index, { from }] of definition.edges.entries()) {
      const leaving = this.#leaving.get(from);
      if (leaving === undefined) this.#leaving.set(from, [index]);
      else leaving.push(index);
    }
  }

  spec(): NetSpec {
    const { net, edges } = this.#definition;
    return {
      nodes: [...this.#nodes.values()].map((node) => this.#node(node)),
      edges: edges.map((edge): EdgeSpec => ({
        from: this.#ref(edge.from, 'out'),
        to: this.#ref(edge.to, 'in'),
        capacity: finite(edge.capacity),
      })),
      mode: net.mode ?? 'cyclic',
      maxConcurrency: net.maxConcurrency ?? defaultMaxConcurrency,
      onError: net.onError ?? 'pause',
    };
  }

  #node(indexed: IndexedNode): NodeSpec {
    const { node } = indexed;
    const options = { ...this.#definition.net.defaults, ...node.options };
    const slots = slotsOf(node.inPorts);
    return {
      name: node.name,
      inPorts: node.inPorts.map(({ name }, index) => ({ name, slots: slots[index] ?? null })),
      outPorts: node.outPorts.map((port): OutPortSpec => {
        const ref = `${node.name}.${port.name}`;
        const leaving = this.#leaving.get(ref) ?? [];
        return {
          name: port.name,
          slots: finite(port.slots),
          fanout: port.fanout,
          edges: leaving,
          outside: this.#outside.has(ref),
        };
      }),
      inConditions: node.inConditions.map((condition) =>
        conditionOf(condition, indexed.in, this.#terms),
      ),
      outConditions: node.outConditions.map((condition) => ({
        ...conditionOf(condition, indexed.out, this.#terms),
        maxSalvos: finite(condition.maxSalvos),
      })),
      rules: rulesOf(node, options),
    };
  }

  #ref(ref: string, direction: 'in' | 'out'): PortRef {
    const name = splitPortRef(ref);
    const node = this.#nodes.get(name?.node ?? '');
    const port = node?.[direction].get(name?.port ?? '');
    if (node === undefined || port === undefined)
      throw new Error(`Port ${ref} was not found in a graph that passed validation.`);
    return { node: node.index, port };
  }
}

/** Reports what the definition uses that this version can read and print, but not run. */
export function reportUnsupported(definition: GraphDefinition, problems: Problems): void {
  const report = (path: Path, what: string): void => {
    problems.report(
      'UNSUPPORTED',
      path,
      `${what} cannot be run yet`,
      'Remove it, or wait for a version that runs it.',
      { at: 'key' },
    );
  };
  const { net } = definition;
  if (net.threadPools !== undefined) report(['net', 'thread_pools'], 'Thread pools');
  if (net.processPools !== undefined) report(['net', 'process_pools'], 'Process pools');
  if (net.poolSelection !== undefined) report(['net', 'pool_selection'], 'The choice among pools');
  if (net.defaults?.pool !== undefined)
    report(['net', 'defaults', 'pool'], 'The pool of the defaults');
  for (const node of definition.nodes) {
    const path = ['nodes', node.name];
    if (node.options.pool !== undefined)
      report([...path, 'options', 'pool'], `The pool of node \`${node.name}\``);
    if (node.factory !== undefined)
      report([...path, 'factory'], `The factory of node \`${node.name}\``);
    if (node.net !== undefined) report([...path, 'net'], `The net that is node \`${node.name}\``);
  }
}

/** The specification of a definition that has no problems. */
export function resolveSpec(
  definition: GraphDefinition,
  nodes: ReadonlyMap<string, IndexedNode>,
  terms: Terms,
): NetSpec {
  return new Resolution(definition, nodes, terms).spec();
}
