/** Cycles in a directed graph, found without recursion. */

/** Positions left once everything that has no way in, or no way out, is trimmed off again and again. */
class Trimmed {
  readonly #next: readonly (readonly number[])[];
  readonly #previous: readonly number[][];
  readonly #ins: number[];
  readonly #outs: number[];
  readonly #gone: Uint8Array;

  constructor(next: readonly (readonly number[])[]) {
    this.#next = next;
    this.#previous = next.map(() => []);
    this.#ins = next.map(() => 0);
    this.#outs = next.map((targets) => targets.length);
    this.#gone = new Uint8Array(next.length);
    for (const [from, targets] of next.entries()) {
      for (const to of targets) {
        this.#previous[to]?.push(from);
        this.#ins[to] = (this.#ins[to] ?? 0) + 1;
      }
    }
    this.remove([...next.keys()].filter((at) => this.#ins[at] === 0 || this.#outs[at] === 0));
  }

  /** Removes positions, and what then has no way in or out. */
  remove(positions: readonly number[]): void {
    const waiting = [...positions];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (this.#gone[at] === 1) continue;
      this.#gone[at] = 1;
      for (const to of this.#next[at] ?? []) if (this.#lower(this.#ins, to)) waiting.push(to);
      for (const from of this.#previous[at] ?? [])
        if (this.#lower(this.#outs, from)) waiting.push(from);
    }
  }

  /** The cycle met first on the way from `start` along what is left; empty where `start` is gone. */
  cycleFrom(start: number): readonly number[] {
    const way: number[] = [];
    const placeOnWay = new Map<number, number>();
    let at: number | undefined = this.#gone[start] === 1 ? undefined : start;
    while (at !== undefined && !placeOnWay.has(at)) {
      placeOnWay.set(at, way.length);
      way.push(at);
      at = this.#next[at]?.find((to) => this.#gone[to] === 0);
    }
    return at === undefined ? [] : way.slice(placeOnWay.get(at));
  }

  #lower(counts: number[], at: number): boolean {
    counts[at] = (counts[at] ?? 0) - 1;
    return counts[at] === 0;
  }
}

/**
 * Cycles that share no node, as lists of positions, in the order of their first way in; none means
 * that the graph has no cycle. `next[i]` are the positions that `i` leads to. At most `most` are
 * looked for; each costs at most one walk over the graph.
 */
export function findCycles(
  next: readonly (readonly number[])[],
  most: number,
): readonly (readonly number[])[] {
  const trimmed = new Trimmed(next);
  const cycles: (readonly number[])[] = [];
  for (const start of next.keys()) {
    if (cycles.length >= most) break;
    for (
      let cycle = trimmed.cycleFrom(start);
      cycle.length > 0 && cycles.length < most;
      cycle = trimmed.cycleFrom(start)
    ) {
      cycles.push(cycle);
      trimmed.remove(cycle);
    }
  }
  return cycles;
}
