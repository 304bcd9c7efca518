/** How a flow stands while it runs, as progress shows it. */
import type { Net } from '../../runtime/net.ts';
import type { NetStatus } from '../../runtime/run-result.ts';
import type { EpochCounts } from '../../runtime/drive/tally.ts';

export interface NodeStatus {
  readonly node: string;
  readonly counts: EpochCounts;
}

export interface FlowStatus {
  readonly state: string;
  readonly elapsedMs: number;
  readonly total: EpochCounts;
  /** In declaration order. */
  readonly nodes: readonly NodeStatus[];
  /** What a node does, in a word. */
  stateOf(node: NodeStatus): string;
}

/** States of a node's service and gate that say more than its counts do. */
const tellingServices: ReadonlySet<string> = new Set(['starting', 'stopping', 'failed']);
const tellingGates: ReadonlySet<string> = new Set([
  'saturated',
  'throttled',
  'backpressured',
  'exhausted',
]);

function regionsOf(net: Net, node: string): Readonly<Record<string, unknown>> {
  const { value } = net.actor(`node:${node}`).getSnapshot() as { readonly value: unknown };
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function stateOf(net: Net, { node, counts }: NodeStatus): string {
  const { service, gate } = regionsOf(net, node);
  if (typeof service === 'string' && tellingServices.has(service)) return service;
  if (counts.startable > 0 && typeof gate === 'string' && tellingGates.has(gate)) return gate;
  if (counts.running > 0) return 'running';
  if (counts.startable > 0) return 'waiting';
  return counts.opened > 0 ? 'idle' : '-';
}

export function flowStatus(net: Net, elapsedMs: number): FlowStatus {
  const { state, counts }: NetStatus = net.status();
  return {
    state,
    elapsedMs,
    total: counts.epochs,
    nodes: [...counts.nodes].map(([node, epochs]) => ({ node, counts: epochs })),
    stateOf: (node) => stateOf(net, node),
  };
}

/** Epochs that ended badly. */
export function failedIn({ failed, timedOut }: EpochCounts): number {
  return failed + timedOut;
}
