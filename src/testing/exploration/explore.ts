/**
 * What can never happen in a flow, found by walking through numbers of packets instead of running it.
 *
 * X1 what is reported impossible is impossible in every run of the net, as long as packets come from
 *    outside to its inputs only and nobody opens epochs or moves packets by hand.
 * X2 what is reported of cycles and of exclusive branches holds as far as epochs send what they are said
 *    to (`sending.ts`); the message says where that was assumed.
 * X3 where a walk came to its limit nothing is claimed, and it is said.
 */
import type { GraphDefinition } from '../../dsl/definition.ts';
import { NetrunError } from '../../errors.ts';
import type { NetSpec } from '../../machines/spec.ts';
import { type TestSource, readSource } from '../net/test-source.ts';
import { componentsOf } from './components.ts';
import { walkCycle } from './cycle-walk.ts';
import { type Reach, reach, storyBefore } from './reach.ts';
import { type DeclaredSends, type Sending, sendings } from './sending.ts';

export interface ExploreOptions {
  /** States walked through, of one node or cycle at a time. Default: 20,000. */
  readonly limit?: number;
  /** What one epoch of a node sends: goes before `meta.sends` of the node. */
  readonly sends?: DeclaredSends;
}

/** Something that can never happen, or always will. */
export interface Finding {
  readonly code: 'SALVO_NEVER_FIRES' | 'PORT_NEVER_EMPTIES' | 'CYCLE_BLOCKS' | 'JOIN_OF_BRANCHES';
  /** The node; of a cycle the first one. */
  readonly node: string;
  readonly condition?: string;
  readonly port?: string;
  /** The nodes of a cycle. */
  readonly cycle?: readonly string[];
  readonly message: string;
  readonly hint: string;
  /** What happens until it shows, in order. */
  readonly witness: readonly string[];
}

export interface Exploration {
  readonly findings: readonly Finding[];
  /** Nodes and cycles about which nothing is claimed, for the limit was reached. */
  readonly unexplored: readonly string[];
  /** States walked through in all. */
  readonly states: number;
  readonly limit: number;
}

const defaultLimit = 20_000;

class Explorer {
  readonly #spec: NetSpec;
  readonly #inputs: ReadonlySet<string>;
  readonly #sendings: readonly Sending[];
  readonly #limit: number;
  readonly #findings: Finding[] = [];
  readonly #unexplored: string[] = [];
  #states = 0;

  constructor(
    spec: NetSpec,
    definition: GraphDefinition,
    inputs: readonly string[],
    { limit = defaultLimit, sends = {} }: ExploreOptions,
  ) {
    this.#spec = spec;
    this.#inputs = new Set(inputs);
    this.#sendings = sendings(spec.nodes, definition, sends);
    this.#limit = limit;
  }

  run(): Exploration {
    const all = reach(this.#spec, { inputs: this.#inputs, limit: this.#limit });
    for (const [node, { states, complete }] of all.walks.entries()) {
      this.#states += states;
      if (complete) this.#lookAtNode(node, all);
      else this.#unexplored.push(this.#name(node));
    }
    for (const nodes of this.#cycles()) this.#lookAtCycle(nodes, all);
    for (const node of this.#spec.nodes.keys()) this.#lookForBranches(node, all);
    return {
      findings: this.#findings,
      unexplored: this.#unexplored,
      states: this.#states,
      limit: this.#limit,
    };
  }

  #name(node: number): string {
    return this.#spec.nodes[node]?.name ?? '';
  }

  #lookAtNode(node: number, all: Reach): void {
    const found = this.#spec.nodes[node];
    const walk = all.walks[node];
    if (found === undefined || walk === undefined) return;
    for (const [at, { name, when }] of found.inConditions.entries()) {
      if (walk.fires.has(at)) continue;
      const { why, hint, way } = this.#whyNever(node, at, all);
      this.#findings.push({
        code: 'SALVO_NEVER_FIRES',
        node: found.name,
        condition: name,
        message: `${found.name}.${name} (${when}) can never fire${why}`,
        hint,
        witness: [...storyBefore(this.#spec, all, node), ...way],
      });
    }
    const emptied = new Set(
      [...walk.fires.keys()].flatMap((at) =>
        (found.inConditions[at]?.takes ?? []).map(({ port }) => port),
      ),
    );
    for (const [port, { byEdge, fromOutside }] of (all.arrivals[node] ?? []).entries()) {
      if (emptied.has(port) || (byEdge === null && !fromOutside)) continue;
      const name = found.inPorts[port]?.name ?? '';
      this.#findings.push({
        code: 'PORT_NEVER_EMPTIES',
        node: found.name,
        port: name,
        message: `what comes to ${found.name}.${name} stays there: no condition that can fire takes from it`,
        hint: 'Take from the port in a condition that can fire, or let nothing come to it.',
        witness: [
          ...storyBefore(this.#spec, all, node),
          `a packet comes to ${found.name}.${name} from ${byEdge ?? 'outside'}, and stays`,
        ],
      });
    }
  }

  /** Why a condition never fires, and what happens until that shows. */
  #whyNever(node: number, at: number, all: Reach) {
    const conditions = this.#spec.nodes[node]?.inConditions ?? [];
    const walk = all.walks[node];
    const passed = walk?.passedOver.get(at);
    if (passed !== undefined) {
      const by = conditions[passed.by]?.name;
      return {
        why: `: wherever it holds, ${by} fires first`,
        hint: `Write it before ${by}, or make the term of ${by} narrower.`,
        way: passed.way,
      };
    }
    const lacking = this.#lacking(node, all);
    const ports = new Set(conditions[at]?.takes.map(({ port }) => port));
    const [taker] = [...(walk?.fires ?? [])].filter(([other]) =>
      conditions[other]?.takes.some(({ port }) => ports.has(port)),
    );
    const by = conditions[taker?.[0] ?? -1]?.name;
    if (lacking !== '' || taker === undefined) {
      const hint = 'Let packets come to every port that it waits for, or change the term.';
      return { why: lacking, hint, way: walk?.fullest ?? [] };
    }
    return {
      why: `: ${by} takes what comes before it can hold`,
      hint: `Make the term of ${by} narrower, or wait for fewer packets.`,
      way: [...taker[1], `${this.#name(node)} fires ${by}`],
    };
  }

  /** The ports of the node that nothing can come to, and why. */
  #lacking(node: number, { arrivals, active }: Reach): string {
    const found = this.#spec.nodes[node];
    const parts = (arrivals[node] ?? []).flatMap(({ byEdge, fromOutside }, port) => {
      if (byEdge !== null || fromOutside) return [];
      const sources = this.#spec.edges
        .filter(({ to }) => to.node === node && to.port === port)
        .map(({ from }) => from.node);
      const silent = [...new Set(sources)].filter((source) => !active.includes(source));
      const why =
        sources.length === 0
          ? 'no edge ends there, and it is no input of the net'
          : silent.length === 0
            ? 'no output condition sends there'
            : `${silent.map((source) => this.#name(source)).join(', ')} never has an epoch`;
      return [`nothing can come to ${found?.name}.${found?.inPorts[port]?.name} (${why})`];
    });
    return parts.length === 0 ? '' : `: ${parts.join('; ')}`;
  }

  /** The strongly connected parts of the graph. */
  #cycles(): readonly (readonly number[])[] {
    const { nodes, edges } = this.#spec;
    const next: number[][] = nodes.map(() => []);
    for (const { from, to } of edges) next[from.node]?.push(to.node);
    const component = componentsOf(nodes.length, (node) => next[node] ?? []);
    const members = new Map<number, number[]>();
    for (const node of nodes.keys()) {
      const own = component[node] ?? -1;
      members.set(own, [...(members.get(own) ?? []), node]);
    }
    return [...members.values()].filter(
      ([first = -1, second]) => second !== undefined || next[first]?.includes(first) === true,
    );
  }

  #lookAtCycle(nodes: readonly number[], all: Reach): void {
    const cycle = nodes.map((node) => this.#name(node));
    const words = cycle.join(', ');
    const walk = walkCycle(this.#spec, nodes, all, this.#sendings, this.#limit);
    this.#states += walk.states;
    if (!walk.complete) this.#unexplored.push(`the cycle of ${words}`);
    if (walk.blocks === null) return;
    const [first = 0] = nodes;
    const assumed = nodes
      .filter((node) => this.#sendings[node]?.known === 'assumed')
      .map((node) => this.#name(node));
    const as =
      assumed.length === 0
        ? ''
        : `, if each epoch of ${assumed.join(', ')} sends one packet to every output port`;
    this.#findings.push({
      code: 'CYCLE_BLOCKS',
      node: this.#name(first),
      cycle,
      message: `the cycle of ${words} always comes to a standstill with packets in it${as}`,
      hint: 'Give it a way out, more room, or a first packet; meta.sends says what an epoch sends.',
      witness: [...this.#storyBeforeCycle(nodes, all), ...walk.blocks],
    });
  }

  #storyBeforeCycle(nodes: readonly number[], all: Reach): readonly string[] {
    const own = new Set(nodes.map((node) => this.#name(node)));
    const [first = 0] = nodes;
    return storyBefore(this.#spec, all, first).filter(
      (step) =>
        ![...own].some((name) => step.includes(`${name} fires`) || step.includes(`to ${name}.`)),
    );
  }

  /** Joins that one epoch of the node can never complete, for it sends to one of their branches only. */
  #lookForBranches(split: number, all: Reach): void {
    const { alternatives = [], known } = this.#sendings[split] ?? {};
    if (alternatives.length < 2 || known === 'assumed') return;
    const ways = alternatives.map((sends) => {
      const ports = new Set([...sends].flatMap(([port, count]) => (count > 0 ? [port] : [])));
      const only = { node: split, ports };
      return reach(this.#spec, { inputs: this.#inputs, only, limit: this.#limit });
    });
    for (const way of ways) {
      for (const { states } of way.walks) this.#states += states;
    }
    for (const [node, walk] of all.walks.entries()) {
      if (ways.some((way) => way.walks[node]?.complete !== true)) continue;
      for (const at of walk.fires.keys()) {
        if (ways.some((way) => way.walks[node]?.fires.has(at))) continue;
        this.#reportJoin(split, node, at, ways);
      }
    }
  }

  #reportJoin(split: number, node: number, at: number, ways: readonly Reach[]): void {
    const found = this.#spec.nodes[node];
    const condition = found?.inConditions[at];
    const way = ways.find((one) => one.walks[node]?.fullest.length !== 0) ?? ways[0];
    if (found === undefined || condition === undefined || way === undefined) return;
    const [from, name] = [this.#name(split), `${found.name}.${condition.name}`];
    this.#findings.push({
      code: 'JOIN_OF_BRANCHES',
      node: found.name,
      condition: condition.name,
      message: `one epoch of ${from} can never complete ${name} (${condition.when}): it sends to one of the branches that the join waits for, so every salvo mixes packets of different epochs`,
      hint: 'Let each branch open an epoch by itself (or), or let the split send to all of them.',
      witness: [
        ...storyBefore(this.#spec, way, node),
        ...(way.walks[node]?.fullest ?? []),
        `${name} waits for the branch that was not taken`,
      ],
    });
  }
}

/**
 * Walks through the packet counts of a definition, of each node and each cycle by itself, and reports
 * salvos that can never fire, ports that nothing can empty, cycles that always block and joins of
 * exclusive branches, each with a witness. Nothing is run. A node may send any of its salvos, any number
 * of times, or none; for cycles and branches what it sends is what `sends` or `meta.sends` says, what
 * conditions that exclude each other say, or one packet to each output port.
 *
 * Throws GraphValidationError, `DEFINITION_UNREADABLE`, `OPTION_INVALID`.
 */
export function explore(source: TestSource, options: ExploreOptions = {}): Exploration {
  const { limit = defaultLimit } = options;
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new NetrunError('OPTION_INVALID', `limit is ${String(limit)}: it is a number of states`, {
      hint: 'Give a whole number from 1 on.',
    });
  }
  const { graph } = readSource(source);
  return new Explorer(graph.toSpec(), graph.definition, graph.inputs, options).run();
}
