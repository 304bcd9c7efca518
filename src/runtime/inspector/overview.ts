/**
 * How a whole net looks at an instant: one row per node and per edge with packets.
 *
 * Read from the snapshots of the actors as they are; nothing is copied but what is told. Takes time in
 * proportion to nodes, ports and edges, whatever waits in them.
 */
import type { AnyMachineSnapshot, StateValue } from 'xstate';
import { sizeOf } from '../../machines/fifo.ts';
import type { InputPortContext } from '../../machines/input-port.machine.ts';
import type { NetContext } from '../../machines/net-parts.ts';
import type { NodeContext } from '../../machines/node-context.ts';
import { inputAddress, nodeAddress } from '../../machines/protocol.ts';
import { itemIn } from '../../machines/rows.ts';
import type { Kernel, NetView } from '../kernel/kernel.ts';
import type {
  EdgeLook,
  NetLook,
  NodeLook,
  NodeWord,
  Overview,
  OverviewChange,
} from './instant-view.ts';
import type { NodeCounts } from './run-index.ts';
import type { Instant } from './time-travel.ts';
import type { WatchedRun } from './watched-run.ts';

type NodeValue = { readonly intake: StateValue; readonly gate: string; readonly service: string };

const gateWords: Readonly<Record<string, NodeWord>> = {
  saturated: 'saturated',
  throttled: 'throttled',
  backpressured: 'backpressured',
  exhausted: 'exhausted',
};

interface NodeFacts {
  readonly value: NodeValue;
  readonly context: NodeContext;
  readonly counts: NodeCounts;
  readonly blocked: NetView['blocked'];
}

/** The first of these that holds. */
function wordOf({ value, context, counts, blocked }: NodeFacts): NodeWord {
  const { pending, running } = context;
  const waits = pending > 0 || context.counts.some((count) => count > 0);
  if (value.service === 'failed') return 'failed';
  if (running > 0) return counts.retrying >= running ? 'retrying' : 'running';
  if (counts.lastFailed) return 'failed';
  const word = gateWords[value.gate];
  if (word !== undefined && waits) return word;
  if (waits && blocked !== null && blocked !== 'drained') return 'blocked';
  if (waits) return value.gate === 'closed' ? 'closed' : 'waiting';
  return 'idle';
}

/** Says of a node what its history does, until an instant. */
export type CountsOf = (node: number, at: number) => NodeCounts;

/** An edge as its end has it. */
interface EdgePlace {
  readonly edge: number;
  readonly capacity: number | null;
}

export class Overviews {
  readonly #run: WatchedRun;
  readonly #counts: CountsOf;
  /** Addresses of the nodes, and of their input ports with the edges that end there, in their order. */
  readonly #nodes: readonly string[];
  readonly #ports: readonly { readonly address: string; readonly edges: EdgePlace[] }[];

  constructor(run: WatchedRun, counts: CountsOf) {
    const { spec } = run;
    this.#run = run;
    this.#counts = counts;
    this.#nodes = spec.nodes.map(({ name }) => nodeAddress(name));
    const ports = spec.nodes.map(({ name, inPorts }) =>
      inPorts.map((port) => ({ address: inputAddress(name, port.name), edges: [] as EdgePlace[] })),
    );
    for (const [edge, { to, capacity }] of spec.edges.entries())
      ports[to.node]?.[to.port]?.edges.push({ edge, capacity });
    this.#ports = ports.flat();
  }

  at(instant: Instant, isSuspended: boolean): Overview {
    const { at, kernel } = instant;
    const context = snapshotOf(kernel, 'net').context as NetContext;
    const net = netLook(kernel, context, isSuspended);
    return {
      at,
      now: context.now,
      net,
      nodes: this.#nodes.map((address, node) => this.#node(instant, address, node, net)),
      edges: this.#edges(kernel),
    };
  }

  #node({ kernel, at, isNow }: Instant, address: string, node: number, net: NetLook): NodeLook {
    const spec = this.#run.spec.nodes[node];
    const snapshot = snapshotOf(kernel, address);
    const value = snapshot.value as NodeValue;
    const context = snapshot.context as NodeContext;
    const counts = this.#counts(node, at);
    const ended = isNow ? this.#run.ended(spec?.name ?? '') : null;
    const { finished, failed, cancelled, retried } = ended ?? counts;
    return {
      node,
      word: wordOf({ value, context, counts, blocked: net.blocked }),
      service: value.service,
      gate: value.gate,
      intake: value.intake,
      ports: spec?.inPorts.map((_, port) => context.counts[port] ?? 0) ?? [],
      startable: context.pending,
      running: context.running,
      opened: context.opened,
      started: context.started,
      finished,
      failed: failed + (ended?.timedOut ?? 0),
      cancelled,
      retried,
    };
  }

  #edges(kernel: Kernel): EdgeLook[] {
    const looks: EdgeLook[] = [];
    for (const { address, edges } of this.#ports) {
      if (edges.length === 0) continue;
      const { queues, waiting } = snapshotOf(kernel, address).context as InputPortContext;
      for (const [slot, { edge, capacity }] of edges.entries()) {
        const queue = itemIn(queues, slot);
        const count = queue === undefined ? 0 : sizeOf(queue);
        if (count === 0) continue;
        const isFull = waiting.includes(slot) || (capacity !== null && count >= capacity);
        looks.push({ edge, count, isFull });
      }
    }
    return looks.sort((a, b) => a.edge - b.edge);
  }
}

function snapshotOf(kernel: Kernel, address: string): AnyMachineSnapshot {
  return kernel.actor(address)?.getSnapshot() as AnyMachineSnapshot;
}

/** States that a net is in for a reason. */
const restStates: ReadonlySet<string> = new Set([
  'pausing',
  'paused',
  'stopping',
  'stopped',
  'failed',
]);

function netLook(kernel: Kernel, context: NetContext, isSuspended: boolean): NetLook {
  const { lifecycle, activity, blocked, mode, running, startable, timers, inside } = kernel.net();
  return {
    lifecycle: isSuspended ? 'suspended' : lifecycle,
    activity,
    blocked,
    mode,
    reason: restStates.has(lifecycle) ? context.reason : '',
    running,
    startable,
    timers,
    packets: inside,
    packetsMade: context.nextPacket - 1,
    epochsOpened: context.nextEpoch - 1,
    outside: sizeOf(context.outside),
  };
}

/** An overview with its rows as text, by which they are compared. */
export interface WrittenOverview {
  readonly overview: Overview;
  readonly nodes: readonly string[];
  /** By index of the edge. */
  readonly edges: ReadonlyMap<number, string>;
}

export function written(overview: Overview): WrittenOverview {
  return {
    overview,
    nodes: overview.nodes.map((node) => JSON.stringify(node)),
    edges: new Map(overview.edges.map((edge) => [edge.edge, JSON.stringify(edge)])),
  };
}

/**
 * What one page was told of the net, and what it has not been told yet: row by row, so that however many
 * overviews are left out, the next change has everything.
 */
export class ToldRows {
  #nodes: readonly string[] = [];
  #edges: ReadonlyMap<number, string> = new Map();

  /** The rows of the overview that are not as they were told; they are then. */
  change({ overview, nodes, edges }: WrittenOverview): OverviewChange {
    const told = this.#nodes;
    const before = this.#edges;
    this.#nodes = nodes;
    this.#edges = edges;
    const { at, now, net } = overview;
    const changed = overview.edges.filter(({ edge }) => edges.get(edge) !== before.get(edge));
    const emptied = [...before.keys()].filter((edge) => !edges.has(edge));
    return {
      at,
      now,
      net,
      nodes: overview.nodes.filter((_, index) => nodes[index] !== told[index]),
      edges: [...changed, ...emptied.map((edge) => ({ edge, count: 0, isFull: false }))],
    };
  }
}
