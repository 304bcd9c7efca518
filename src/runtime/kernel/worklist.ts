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

export class Worklist {
  readonly #again: number[];
  readonly #nodes: Set<number>;
  #edges: number[];
  #served = 0;

  constructor({ again, nodes, edges }: WorklistSnapshot = { again: [], nodes: [], edges: [] }) {
    this.#again = again.slice();
    this.#nodes = new Set(nodes);
    this.#edges = edges.slice();
  }

  note(mark: Mark): void {
    switch (mark.type) {
      case 'mark.again':
        this.#again.push(mark.node);
        break;
      case 'mark.node':
        this.#nodes.add(mark.node);
        break;
      case 'mark.edge':
        this.#edges.push(mark.edge);
        break;
      case 'mark.edges':
        for (const edge of mark.edges) this.#edges.push(edge);
        break;
      default:
        break;
    }
  }

  get isEmpty(): boolean {
    return this.#again.length + this.#nodes.size + this.#edges.length - this.#served === 0;
  }

  next(): Turn | undefined {
    const again = this.#again.pop();
    if (again !== undefined) return { type: 'node', index: again };
    for (const index of this.#nodes) {
      this.#nodes.delete(index);
      return { type: 'node', index };
    }
    const index = this.#edges[this.#served];
    if (index === undefined) return undefined;
    this.#served += 1;
    if (this.#served > 1024 && this.#served * 2 > this.#edges.length) {
      this.#edges = this.#edges.slice(this.#served);
      this.#served = 0;
    }
    return { type: 'edge', index };
  }

  /** Plain JSON. */
  snapshot(): WorklistSnapshot {
    return {
      again: this.#again.slice(),
      nodes: [...this.#nodes],
      edges: this.#edges.slice(this.#served),
    };
  }
}
