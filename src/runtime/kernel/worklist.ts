/**
 * What a run of the flow has to do next: nodes to evaluate, edges to serve.
 *
 * Owns: the order of turns. Fed by the marks that actors emit; decides nothing.
 *  W1  A node that opened an epoch is evaluated again before anything else.
 *  W2  Then marked nodes, in the order they were marked, each once.
 *  W3  Then edges, first in first out.
 */
import type { Mark } from '../../machines/protocol.ts';

export type Turn =
  | { readonly type: 'node'; readonly index: number }
  | { readonly type: 'edge'; readonly index: number };

/** Turns that are to come, by index; `again` from its end. */
export interface WorklistSnapshot {
  readonly again: readonly number[];
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
}

/** First in, first out: what was taken out is dropped from the array now and then. */
class Queue {
  #items: number[];
  #head = 0;

  constructor(items: readonly number[]) {
    this.#items = items.slice();
  }

  get isEmpty(): boolean {
    return this.#head === this.#items.length;
  }

  put(item: number): void {
    this.#items.push(item);
  }

  take(): number | undefined {
    if (this.isEmpty) return undefined;
    const item = this.#items[this.#head];
    this.#head += 1;
    if (this.isEmpty) {
      this.#items.length = 0;
      this.#head = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  list(): number[] {
    return this.#items.slice(this.#head);
  }
}

export class Worklist {
  readonly #again: number[];
  readonly #nodes: Queue;
  /** Whether the node is in `#nodes`, by its index. */
  readonly #marked: boolean[] = [];
  readonly #edges: Queue;

  constructor({ again, nodes, edges }: WorklistSnapshot = { again: [], nodes: [], edges: [] }) {
    this.#again = again.slice();
    this.#nodes = new Queue(nodes);
    for (const node of nodes) this.#marked[node] = true;
    this.#edges = new Queue(edges);
  }

  note(mark: Mark): void {
    switch (mark.type) {
      case 'mark.again':
        this.#again.push(mark.node);
        break;
      case 'mark.node':
        if (this.#marked[mark.node] === true) break;
        this.#marked[mark.node] = true;
        this.#nodes.put(mark.node);
        break;
      case 'mark.edge':
        this.#edges.put(mark.edge);
        break;
      case 'mark.edges':
        for (const edge of mark.edges) this.#edges.put(edge);
        break;
      default:
        break;
    }
  }

  get isEmpty(): boolean {
    return this.#again.length === 0 && this.#nodes.isEmpty && this.#edges.isEmpty;
  }

  next(): Turn | undefined {
    const again = this.#again.pop();
    if (again !== undefined) return { type: 'node', index: again };
    const node = this.#nodes.take();
    if (node !== undefined) {
      this.#marked[node] = false;
      return { type: 'node', index: node };
    }
    const edge = this.#edges.take();
    return edge === undefined ? undefined : { type: 'edge', index: edge };
  }

  /** Plain JSON. */
  snapshot(): WorklistSnapshot {
    return { again: this.#again.slice(), nodes: this.#nodes.list(), edges: this.#edges.list() };
  }
}
