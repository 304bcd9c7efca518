/**
 * Where a flow is on a path: everything that decides how it can go on, and what of it is new.
 *
 * Packets and epochs are told by where they come from, not by their ids, which tell in which order everything
 * happened: two ways that lead to the same have the same key.
 */
import type { EpochId, KernelEvent, PacketId } from '../../machines/action.ts';
import type { NetSpec } from '../../machines/spec.ts';
import type { Kernel } from '../../runtime/kernel/kernel.ts';
import type { KernelSnapshot } from '../../runtime/kernel/kernel-snapshot.ts';
import type { TestEvent } from '../events/test-event.ts';

export interface ModelEpoch {
  readonly id: EpochId;
  readonly node: string;
  /** Its place among the epochs of its node, from 1. */
  readonly nth: number;
}

export interface ModelTimer {
  readonly key: string;
  readonly due: number;
}

export interface FlowState {
  readonly kernel: KernelSnapshot;
  /** Milliseconds. */
  readonly now: number;
  /** Armed, in the order in which they will fire. */
  readonly timers: readonly ModelTimer[];
  /** Live, in the order in which they were opened. */
  readonly epochs: readonly ModelEpoch[];
  /** Epochs opened, ever, by node. */
  readonly opened: Readonly<Record<string, number>>;
  /** Epochs that ended, by node and how. */
  readonly ended: Readonly<Record<string, number>>;
  /** What each live packet is called. */
  readonly labels: Readonly<Record<string, string>>;
  /** Packets made, ever, by who made them. */
  readonly made: Readonly<Record<string, number>>;
  /** Values of each input that have come in. */
  readonly injected: Readonly<Record<string, number>>;
  /** What can happen next. */
  readonly next: readonly TestEvent[];
  /** States that actors came to on the way here from the state before: address and path. */
  readonly visited: readonly (readonly [address: string, state: string])[];
  /** How the machines stand, line by line. */
  readonly standing: readonly string[];
  readonly key: string;
}

/** What is told of a state while it is being made. */
export type Books = {
  -readonly [
    K in 'now' | 'timers' | 'epochs' | 'opened' | 'ended' | 'labels' | 'made' | 'injected'
  ]: FlowState[K];
};

/** Follows an event of the kernel. `injecting` is the input that a packet from outside comes in by. */
export function follow(books: Books, event: KernelEvent, injecting: string): void {
  switch (event.event) {
    case 'EpochCreated': {
      const nth = (books.opened[event.node] ?? 0) + 1;
      books.opened = { ...books.opened, [event.node]: nth };
      books.epochs = [...books.epochs, { id: event.epoch, node: event.node, nth }];
      break;
    }
    case 'EpochFinished':
    case 'EpochTimedOut':
    case 'EpochCancelled':
      endEpoch(books, event);
      break;
    case 'EpochFailed':
      if (event.final) endEpoch(books, event);
      break;
    case 'PacketCreated': {
      const epoch = books.epochs.find(({ id }) => id === event.epoch);
      const from =
        event.copyOf !== undefined
          ? `copy of ${books.labels[event.copyOf] ?? ''}`
          : epoch === undefined
            ? injecting
            : epochName(epoch);
      const count = (books.made[from] ?? 0) + 1;
      books.made = { ...books.made, [from]: count };
      books.labels = { ...books.labels, [event.packet]: `${from}/${count}` };
      break;
    }
    case 'PacketConsumed':
    case 'PacketDestroyed': {
      const { [event.packet]: _, ...left } = books.labels;
      books.labels = left;
      break;
    }
    case 'TimerSet': {
      const timers = [...books.timers, { key: event.key, due: event.at }];
      books.timers = timers.sort((a, b) => a.due - b.due);
      break;
    }
    case 'TimerCleared':
      books.timers = books.timers.filter(({ key }) => key !== event.key);
      break;
    default:
  }
}

function endEpoch(books: Books, { event, epoch }: { event: string; epoch: EpochId }): void {
  const node = books.epochs.find(({ id }) => id === epoch)?.node;
  const how = `${node} ${event}`;
  books.ended = { ...books.ended, [how]: (books.ended[how] ?? 0) + 1 };
  books.epochs = books.epochs.filter(({ id }) => id !== epoch);
}

function epochName({ node, nth }: Pick<ModelEpoch, 'node' | 'nth'>): string {
  return `${node} ${nth}`;
}

/** How an actor stands. */
export interface ActorStanding {
  readonly value: unknown;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Fields of contexts, beside the statechart, that decide how an actor goes on; by what its address begins or goes on with. */
const telling: readonly (readonly [address: RegExp, fields: readonly string[]])[] = [
  [
    /^node:[^/]+$/,
    ['counts', 'opened', 'started', 'pending', 'running', 'startFailures', 'autostart'],
  ],
  [/\/out:/, ['turn', 'filled']],
  [/\/in:/, ['waiting', 'idle']],
  [/^epoch:/, ['attempt']],
];

/** How the actors stand, one line each; epochs by their names. */
export function standingOf(
  snapshotAt: (address: string) => ActorStanding | undefined,
  spec: NetSpec,
  epochs: readonly ModelEpoch[],
): string[] {
  const line = (address: string, name: string): string[] => {
    const snapshot = snapshotAt(address);
    if (snapshot === undefined) return [];
    const fields = telling.find(([form]) => form.test(address))?.[1] ?? [];
    const context = fields.map((field) => `${field} ${JSON.stringify(snapshot.context[field])}`);
    return [[name, plainValue(snapshot.value), ...context].join(' ')];
  };
  const actors = spec.nodes.flatMap(({ name, inPorts, outPorts }) => [
    `node:${name}`,
    ...inPorts.map((port) => `node:${name}/in:${port.name}`),
    ...outPorts.map((port) => `node:${name}/out:${port.name}`),
  ]);
  return [
    ...['net', ...actors].flatMap((address) => line(address, address)),
    ...epochs.flatMap((epoch) => line(`epoch:${epoch.id}`, `epoch ${epochName(epoch)}:`)),
  ];
}

/** Engines may have the regions in the order in which they were last entered. */
function plainValue(value: unknown): string {
  if (typeof value === 'string') return value;
  const regions = Object.entries(value as Readonly<Record<string, unknown>>);
  return regions
    .map(([region, inner]) => `${region}.${plainValue(inner)}`)
    .sort()
    .join(' ');
}

/** Counts by name, whichever came first. */
function inOrder(counts: Readonly<Record<string, number>>): [name: string, count: number][] {
  return Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What a state is the same by. */
export function keyOf(
  kernel: Kernel,
  spec: NetSpec,
  books: Books,
  standing: readonly string[],
): string {
  const label = (packet: PacketId): string => books.labels[packet] ?? '';
  const inputs = spec.nodes.flatMap(({ name, inPorts }) =>
    inPorts.map((port) =>
      kernel.packetsAt({ type: 'InputPort', node: name, port: port.name }).map(label),
    ),
  );
  const ports = (node: number, of: 'inPorts' | 'outPorts', port: number): string =>
    `${spec.nodes[node]?.name}.${spec.nodes[node]?.[of][port]?.name}`;
  const edges = spec.edges.map(({ from, to }) =>
    kernel
      .packetsAt({
        type: 'Edge',
        from: ports(from.node, 'outPorts', from.port),
        to: ports(to.node, 'inPorts', to.port),
      })
      .map(label),
  );
  const epochs = books.epochs.map((epoch) => [
    epochName(epoch),
    kernel.packetsAt({ type: 'Node', epoch: epoch.id }).map(label),
  ]);
  const name = (key: string): string => {
    const epoch = books.epochs.find(({ id }) => key.endsWith(`:${id}`));
    return epoch === undefined ? key : `${key.slice(0, key.indexOf(':'))}:${epochName(epoch)}`;
  };
  const timers = books.timers.map(({ key, due }) => [name(key), due - books.now]);
  const outside = kernel.packetsAt({ type: 'OutsideNet' }).map(label);
  return JSON.stringify([
    standing,
    inputs,
    edges,
    epochs,
    timers,
    outside,
    inOrder(books.injected),
    inOrder(books.ended),
  ]);
}
