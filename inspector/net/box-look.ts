/** What a box on the canvas shows: of one node, or of all the nodes of a folded subnet together. */
import type { NodeLook, NodeWord } from '../../src/runtime/inspector/instant-view.ts';
import type { NodeView } from '../../src/runtime/inspector/net-view.ts';
import { nodeStatus } from '../store/net-status.ts';
import type { Status } from '../store/tones.ts';

export interface BoxLook {
  readonly status: Status;
  /** Epochs that run, that wait to be started; finished and failed until this instant. */
  readonly running: number;
  readonly startable: number;
  readonly finished: number;
  readonly failed: number;
  /** Packets that wait at its input ports. */
  readonly packets: number;
}

/** What is said of several: the first of these that holds for one of them. */
const urgency: readonly NodeWord[] = [
  'failed',
  'blocked',
  'running',
  'saturated',
  'throttled',
  'backpressured',
  'retrying',
  'waiting',
  'exhausted',
  'closed',
  'idle',
];

/** What is said of all of them. */
export function wordOf(looks: readonly NodeLook[]): NodeWord {
  return urgency.find((word) => looks.some((look) => look.word === word)) ?? 'idle';
}

export function boxLook(looks: readonly NodeLook[]): BoxLook {
  const sum = (read: (look: NodeLook) => number): number =>
    looks.reduce((total, look) => total + read(look), 0);
  return {
    status: nodeStatus(wordOf(looks)),
    running: sum(({ running }) => running),
    startable: sum(({ startable }) => startable),
    finished: sum(({ finished }) => finished),
    failed: sum(({ failed }) => failed),
    packets: sum(({ ports }) => ports.reduce((total, each) => total + each, 0)),
  };
}

/** Whether a port with so many packets has no slot left. */
export function isFull(node: NodeView | undefined, port: number, packets: number): boolean {
  const slots = node?.inPorts[port]?.slots ?? null;
  return slots !== null && packets >= slots;
}
