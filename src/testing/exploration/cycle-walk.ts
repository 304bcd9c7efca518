/**
 * The nodes of a cycle together, if every epoch sends what its node is said to send: whether the cycle
 * comes to a standstill in the end, whatever comes from elsewhere.
 *
 * C1 what leaves the cycle is taken away at once; what comes to it comes in any number, at any time.
 * C2 a cycle *always blocks* where none of its conditions can fire again and again, and every way ends
 *    with packets in it. What is not exact here only adds ways: it hides blocks, and makes up none.
 */
import type { NetSpec } from '../../machines/spec.ts';
import { componentsOf } from './components.ts';
import { Intake, type IntakeState } from './intake.ts';
import { keyOfIntake } from './node-walk.ts';
import { type CountRange, leftAfter, oneMore } from './port-counts.ts';
import type { Reach } from './reach.ts';
import type { Sending } from './sending.ts';
import { type Step, Walk } from './walk.ts';

interface CycleState {
  /** By node of the cycle. */
  readonly intakes: readonly IntakeState[];
  readonly running: readonly number[];
  /** Packets on the edges of the cycle. */
  readonly edges: readonly number[];
}

export interface CycleWalk {
  /** What happens until it stands still for good; null = it need not. */
  readonly blocks: readonly string[] | null;
  readonly complete: boolean;
  readonly states: number;
}

/** An edge that begins and ends in the cycle; nodes by their place in the cycle. */
interface InnerEdge {
  readonly from: number;
  readonly fromPort: number;
  readonly to: number;
  readonly toPort: number;
  readonly capacity: number | null;
  readonly range: CountRange;
}

const keyOf = ({ intakes, running, edges }: CycleState): string =>
  `${intakes.map(keyOfIntake).join('|')}#${running.join(',')}#${edges.join(',')}`;

const isEmpty = ({ intakes, running, edges }: CycleState): boolean =>
  edges.every((count) => count === 0) &&
  running.every((count) => count === 0) &&
  intakes.every(({ counts, pending }) => pending === 0 && counts.every((count) => count === 0));

class Walker {
  readonly #intakes: readonly Intake[];
  readonly #sendings: readonly Sending[];
  readonly #edges: readonly InnerEdge[];
  /** By node of the cycle and port: from where packets come that is not the cycle. */
  readonly #arrivals: readonly (readonly { byEdge: boolean; fromOutside: boolean }[])[];
  readonly #walk = new Walk<CycleState>(keyOf);

  constructor(
    spec: NetSpec,
    nodes: readonly number[],
    reached: Reach,
    sendings: readonly Sending[],
  ) {
    this.#intakes = nodes.flatMap((node) => {
      const found = spec.nodes[node];
      return found === undefined ? [] : [new Intake(found)];
    });
    this.#sendings = nodes.map((node) => sendings[node] ?? { alternatives: [], known: 'assumed' });
    this.#edges = this.#innerEdges(spec, nodes);
    this.#arrivals = nodes.map((node) =>
      (reached.arrivals[node] ?? []).map(({ fromOutside }, port) => {
        const source = spec.edges.find(
          ({ from, to }) =>
            to.node === node &&
            to.port === port &&
            !nodes.includes(from.node) &&
            reached.active.includes(from.node),
        );
        return { byEdge: source !== undefined, fromOutside };
      }),
    );
  }

  #innerEdges(spec: NetSpec, nodes: readonly number[]): readonly InnerEdge[] {
    return spec.edges.flatMap(({ from, to, capacity }) => {
      const [source, target] = [nodes.indexOf(from.node), nodes.indexOf(to.node)];
      if (source < 0 || target < 0) return [];
      const { alternatives } = this.#sendings[source] ?? { alternatives: [] };
      const atOnce = Math.max(0, ...alternatives.map((sends) => sends.get(from.port) ?? 0));
      const parallel = spec.nodes[from.node]?.rules.maxParallelEpochs ?? 1;
      const most = (capacity ?? 1) + atOnce * parallel;
      const range = { most, open: true };
      const ends = { from: source, fromPort: from.port, to: target, toPort: to.port };
      return [{ ...ends, capacity, range }];
    });
  }

  run(limit: number): CycleWalk {
    const first: CycleState = {
      intakes: this.#intakes.map((intake) => intake.first),
      running: this.#intakes.map(() => 0),
      edges: this.#edges.map(() => 0),
    };
    this.#walk.run(first, (state) => this.#next(state), limit);
    const { complete, size: states } = this.#walk;
    return { blocks: complete ? this.#standstill() : null, complete, states };
  }

  #standstill(): readonly string[] | null {
    const { steps, size } = this.#walk;
    const next: number[][] = Array.from({ length: size }, () => []);
    for (const [from, to] of steps) next[from]?.push(to);
    const component = componentsOf(size, (place) => next[place] ?? []);
    const inside = (from: number, to: number) => component[from] === component[to];
    if (steps.some(([from, to, fires]) => fires && inside(from, to))) return null;
    const left = new Set(
      steps.filter(([from, to]) => !inside(from, to)).map(([from]) => component[from]),
    );
    const last = this.#walk
      .states()
      .flatMap((state, at) => (left.has(component[at]) ? [] : [{ state, at }]));
    if (last.some(({ state }) => isEmpty(state))) return null;
    const [found] = last;
    return found === undefined ? null : this.#walk.wayTo(found.at);
  }

  #next(state: CycleState): readonly Step<CycleState>[] {
    return [
      ...this.#intakes.flatMap((_, node) => this.#nodeSteps(state, node)),
      ...this.#edges.flatMap((_, edge) => this.#edgeSteps(state, edge)),
    ];
  }

  #with(state: CycleState, node: number, intake: IntakeState): CycleState {
    return { ...state, intakes: state.intakes.with(node, intake) };
  }

  #asked(state: CycleState, node: number, intake: IntakeState, words: string): Step<CycleState>[] {
    const found = this.#intakes[node];
    if (found === undefined) return [];
    return found.asked(intake).map(({ state: next, fired }) => {
      const told = `${found.node.name} fires ${found.node.inConditions[fired]?.name}`;
      const all = fired < 0 ? words : words === '' ? told : `${words}, ${told}`;
      return { state: this.#with(state, node, next), words: all, fires: fired >= 0 };
    });
  }

  #nodeSteps(state: CycleState, node: number): readonly Step<CycleState>[] {
    const [intake, own] = [this.#intakes[node], state.intakes[node]];
    if (intake === undefined || own === undefined) return [];
    const steps: Step<CycleState>[] = [];
    for (const [port, { byEdge, fromOutside }] of (this.#arrivals[node] ?? []).entries()) {
      const arrived = intake.withPacket(own, port);
      if (arrived === null) continue;
      const words = `a packet comes to ${intake.portName(port)} from outside`;
      if (byEdge && !own.marked) {
        steps.push(...this.#asked(state, node, arrived, `${words} the cycle`));
      }
      if (fromOutside) {
        steps.push({ state: this.#with(state, node, { ...arrived, marked: true }), words });
      }
    }
    if (own.marked) steps.push(...this.#asked(state, node, own, ''));
    if (this.#mayStart(state, node)) {
      const running = state.running.with(node, this.#runningAfterStart(state, node));
      for (const started of intake.started(own)) {
        const next = { ...this.#with(state, node, started), running };
        steps.push({ state: next, words: `an epoch of ${intake.node.name} starts` });
      }
    }
    steps.push(...this.#endings(state, node));
    return steps;
  }

  /** One running epoch stands for any number, where there is no limit to them. */
  #runningAfterStart(state: CycleState, node: number): number {
    const limit = this.#intakes[node]?.node.rules.maxParallelEpochs ?? null;
    return limit === null ? 1 : (state.running[node] ?? 0) + 1;
  }

  #mayStart({ running, edges }: CycleState, node: number): boolean {
    const limit = this.#intakes[node]?.node.rules.maxParallelEpochs ?? null;
    if (limit !== null && (running[node] ?? 0) >= limit) return false;
    return this.#edges.every(
      ({ from, capacity }, at) => from !== node || capacity === null || (edges[at] ?? 0) < capacity,
    );
  }

  /** An epoch ends, with everything it sends. */
  #endings(state: CycleState, node: number): readonly Step<CycleState>[] {
    const count = state.running[node] ?? 0;
    const intake = this.#intakes[node];
    if (count === 0 || intake === undefined) return [];
    const limit = intake.node.rules.maxParallelEpochs;
    const left = limit === null ? [0, 1] : [count - 1];
    return (this.#sendings[node]?.alternatives ?? []).flatMap((sends) => {
      let ways: (readonly number[])[] = [state.edges];
      for (const [port, count] of sends) {
        for (let more = count; more > 0; more--) {
          ways = ways.flatMap((edges) => this.#sent(edges, node, port));
        }
      }
      const words = `an epoch of ${intake.node.name} ends${this.#sentWords(intake, sends)}`;
      return ways.flatMap((edges) =>
        left.map((rest) => ({
          state: { ...state, edges, running: state.running.with(node, rest) },
          words,
        })),
      );
    });
  }

  /** One packet more from an output port: on all of its edges, or where they take turns on any of them. */
  #sent(edges: readonly number[], node: number, port: number): readonly (readonly number[])[] {
    const inner = [...this.#edges.entries()].filter(
      ([, { from, fromPort }]) => from === node && fromPort === port,
    );
    const more = (counts: readonly number[], at: number, range: CountRange) =>
      counts.with(at, oneMore(counts[at] ?? 0, range) ?? range.most);
    const found = this.#intakes[node]?.node.outPorts[port];
    if (found?.fanout !== 'round_robin') {
      return [inner.reduce((counts, [at, { range }]) => more(counts, at, range), edges)];
    }
    const leaves = found.outside || found.edges.length > inner.length;
    return [...inner.map(([at, { range }]) => more(edges, at, range)), ...(leaves ? [edges] : [])];
  }

  #sentWords({ node }: Intake, sends: ReadonlyMap<number, number>): string {
    const parts = [...sends].flatMap(([port, count]) =>
      count === 0 ? [] : [`${count} to ${node.outPorts[port]?.name}`],
    );
    return parts.length === 0 ? '' : ` and sends ${parts.join(', ')}`;
  }

  #edgeSteps(state: CycleState, at: number): readonly Step<CycleState>[] {
    const edge = this.#edges[at];
    const count = state.edges[at] ?? 0;
    if (edge === undefined || count === 0) return [];
    const [intake, own] = [this.#intakes[edge.to], state.intakes[edge.to]];
    if (intake === undefined || own === undefined || own.marked) return [];
    const arrived = intake.withPacket(own, edge.toPort);
    if (arrived === null) return [];
    const source = this.#intakes[edge.from]?.node;
    const from = `${source?.name}.${source?.outPorts[edge.fromPort]?.name}`;
    const words = `a packet comes to ${intake.portName(edge.toPort)} from ${from}`;
    return leftAfter(count, { port: 0, count: 1 }, edge.range).flatMap((left) => {
      const moved = { ...state, edges: state.edges.with(at, left) };
      return this.#asked(moved, edge.to, arrived, words);
    });
  }
}

/** Walks through what the nodes of a cycle, by their index, can come to together. */
export function walkCycle(
  spec: NetSpec,
  nodes: readonly number[],
  reached: Reach,
  sendings: readonly Sending[],
  limit: number,
): CycleWalk {
  return new Walker(spec, nodes, reached, sendings).run(limit);
}
