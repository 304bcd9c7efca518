/**
 * Which epoch next: among nodes whose gate is open the one of highest priority, then oldest epoch.
 *
 * Owns: the startable epochs by node, in the order they were opened. Does not decide whether an
 * epoch may start: it asks the gate, at the moment of starting.
 * S1 a node stands in the heap at most once, by its oldest epoch; a node with a closed gate is
 * parked until its gate opens. S2 the work per epoch is logarithmic in the nodes that wait.
 */
import type { EpochId } from '../../machines/action.ts';
import { PriorityQueue } from './priority-queue.ts';
import { Queue } from './queue.ts';

/** An epoch that may wait to be started. */
export interface Startable {
  readonly id: EpochId;
  /** The epoch's counter: its age. */
  readonly order: number;
  /** It waits: the scheduler's own to set. */
  isWaiting: boolean;
}

/** The epochs of one node that wait; the scheduler's own. */
export interface NodeQueue {
  readonly node: string;
  readonly priority: number;
  readonly epochs: Queue<Startable>;
  /** In the heap, by this epoch's age. */
  queued: boolean;
  order: number;
}

/** `open`, or the state that holds starts back; `net …` holds back every node. */
export type Gate = (node: string) => string;

function isBefore(a: NodeQueue, b: NodeQueue): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  return a.order < b.order;
}

export class Scheduler {
  readonly #priorityOf: (node: string) => number;
  readonly #queues = new Map<string, NodeQueue>();
  readonly #heap = new PriorityQueue<NodeQueue>(isBefore);
  #size = 0;

  constructor(priorityOf: (node: string) => number) {
    this.#priorityOf = priorityOf;
  }

  /** Startable epochs. */
  get size(): number {
    return this.#size;
  }

  /** Where the epochs of the node wait. */
  queueOf(node: string): NodeQueue {
    let queue = this.#queues.get(node);
    if (queue === undefined) {
      const priority = this.#priorityOf(node);
      queue = { node, priority, epochs: new Queue(), queued: false, order: 0 };
      this.#queues.set(node, queue);
    }
    return queue;
  }

  /** An epoch was opened. Epochs of one node come in the order of their ids. */
  add(epoch: Startable, queue: NodeQueue): void {
    const wasEmpty = this.#head(queue) === undefined;
    epoch.isWaiting = true;
    queue.epochs.put(epoch);
    this.#size += 1;
    if (wasEmpty) this.#enqueue(queue);
  }

  /** The epoch started or ended, if it waited until now. */
  remove(epoch: Startable): void {
    if (!epoch.isWaiting) return;
    epoch.isWaiting = false;
    this.#size -= 1;
  }

  /** The node's gate opened. */
  gateOpened(node: string): void {
    const queue = this.#queues.get(node);
    if (queue !== undefined) this.#enqueue(queue);
  }

  /** Takes the epoch that is to start now; null where none may. */
  next(gate: Gate): EpochId | null {
    for (;;) {
      const queue = this.#heap.peek();
      if (queue === undefined) return null;
      const head = this.#head(queue);
      if (head === undefined || head.order !== queue.order) {
        this.#place(queue, head);
        continue;
      }
      const state = gate(queue.node);
      if (state !== 'open') {
        if (state.startsWith('net ')) return null;
        this.#dequeue(queue);
        continue;
      }
      this.remove(head);
      this.#place(queue, this.#head(queue));
      return head.id;
    }
  }

  /** Puts the first in the heap where its oldest epoch belongs. */
  #place(first: NodeQueue, head: Startable | undefined): void {
    if (head === undefined) {
      this.#dequeue(first);
      return;
    }
    first.order = head.order;
    this.#heap.moveFirst();
  }

  #enqueue(queue: NodeQueue): void {
    const head = this.#head(queue);
    if (queue.queued || head === undefined) return;
    queue.queued = true;
    queue.order = head.order;
    this.#heap.push(queue);
  }

  #dequeue(queue: NodeQueue): void {
    this.#heap.pop();
    queue.queued = false;
  }

  /** The oldest epoch of the node that still waits. */
  #head({ epochs }: NodeQueue): Startable | undefined {
    let head = epochs.first();
    while (head !== undefined && !head.isWaiting) {
      epochs.take();
      head = epochs.first();
    }
    return head;
  }
}
