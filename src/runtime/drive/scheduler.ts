/**
 * Which epoch next: among nodes whose gate is open the one of highest priority, then oldest epoch.
 *
 * Owns: the startable epochs by node, in the order they were opened. Does not decide whether an
 * epoch may start: it asks the gate, at the moment of starting.
 * S1 a node stands in the heap at most once, by its oldest epoch; a node with a closed gate is
 * parked until its gate opens. S2 the work per epoch is logarithmic in the nodes that wait.
 */
import type { EpochId } from '../../machines/action.ts';
import { counterOf } from '../../machines/protocol.ts';
import { CounterTable } from '../kernel/counter-table.ts';
import { PriorityQueue } from './priority-queue.ts';

interface Waiting {
  readonly epoch: EpochId;
  /** The epoch's counter: its age. */
  readonly order: number;
  /** It started, or ended. */
  gone: boolean;
}

interface NodeQueue {
  readonly node: string;
  readonly priority: number;
  readonly epochs: Waiting[];
  /** Entries before this one are gone. */
  head: number;
  /** In the heap. */
  queued: boolean;
}

interface HeapEntry {
  readonly queue: NodeQueue;
  readonly order: number;
}

/** Entries at the front of a queue before it is cut. */
const cutAt = 1024;

/** `open`, or the state that holds starts back; `net …` holds back every node. */
export type Gate = (node: string) => string;

function isBefore(a: HeapEntry, b: HeapEntry): boolean {
  if (a.queue.priority !== b.queue.priority) return a.queue.priority > b.queue.priority;
  return a.order < b.order;
}

export class Scheduler {
  readonly #priorityOf: (node: string) => number;
  readonly #queues = new Map<string, NodeQueue>();
  readonly #heap = new PriorityQueue<HeapEntry>(isBefore);
  readonly #waiting = new CounterTable<Waiting>();

  constructor(priorityOf: (node: string) => number) {
    this.#priorityOf = priorityOf;
  }

  /** Startable epochs. */
  get size(): number {
    return this.#waiting.size;
  }

  /** An epoch was opened. Epochs of one node come in the order of their ids. */
  add(epoch: EpochId, node: string): void {
    let queue = this.#queues.get(node);
    if (queue === undefined) {
      queue = { node, priority: this.#priorityOf(node), epochs: [], head: 0, queued: false };
      this.#queues.set(node, queue);
    }
    const wasEmpty = this.#head(queue) === undefined;
    const waiting: Waiting = { epoch, order: counterOf(epoch, 'e'), gone: false };
    queue.epochs.push(waiting);
    this.#waiting.set(waiting.order, waiting);
    if (wasEmpty) this.#enqueue(queue);
  }

  /** The epoch started or ended. */
  remove(epoch: EpochId): void {
    const order = counterOf(epoch, 'e');
    const waiting = this.#waiting.get(order);
    if (waiting !== undefined) this.#forget(waiting);
  }

  /** The node's gate opened. */
  gateOpened(node: string): void {
    const queue = this.#queues.get(node);
    if (queue !== undefined) this.#enqueue(queue);
  }

  /** Takes the epoch that is to start now; null where none may. */
  next(gate: Gate): EpochId | null {
    for (;;) {
      const entry = this.#heap.peek();
      if (entry === undefined) return null;
      const { queue } = entry;
      const head = this.#head(queue);
      if (head === undefined || head.order !== entry.order) {
        this.#dequeue(queue);
        this.#enqueue(queue);
        continue;
      }
      const state = gate(queue.node);
      if (state !== 'open' && state.startsWith('net ')) return null;
      this.#dequeue(queue);
      if (state !== 'open') continue;
      this.#forget(head);
      this.#enqueue(queue);
      return head.epoch;
    }
  }

  #enqueue(queue: NodeQueue): void {
    const head = this.#head(queue);
    if (queue.queued || head === undefined) return;
    queue.queued = true;
    this.#heap.push({ queue, order: head.order });
  }

  #forget(waiting: Waiting): void {
    waiting.gone = true;
    this.#waiting.delete(waiting.order);
  }

  #dequeue(queue: NodeQueue): void {
    this.#heap.pop();
    queue.queued = false;
  }

  /** The oldest epoch of the node that still waits. */
  #head(queue: NodeQueue): Waiting | undefined {
    for (;;) {
      const head = queue.epochs[queue.head];
      if (head === undefined || !head.gone) {
        if (head === undefined) {
          queue.epochs.length = 0;
          queue.head = 0;
        } else if (queue.head > cutAt && queue.head * 2 > queue.epochs.length) {
          queue.epochs.splice(0, queue.head);
          queue.head = 0;
        }
        return head;
      }
      queue.head += 1;
    }
  }
}
