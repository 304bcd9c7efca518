/**
 * Where the bars of epochs stand: a group for each node, in it as many lanes as epochs overlap.
 *
 * L1 bars of one lane never overlap. L2 a bar takes the first lane that is free, in order of opening.
 */
import type { EpochRow } from '../../../src/runtime/inspector/history-view.ts';

export interface Placed {
  readonly row: EpochRow;
  readonly lane: number;
}

export interface Group {
  readonly node: string;
  /** Lanes of the groups before it. */
  readonly first: number;
  readonly lanes: number;
  readonly bars: readonly Placed[];
}

/** `leastMs`: as long as a bar is drawn at the least. Nodes without an epoch have no group. */
export function lanesOf(
  rows: readonly EpochRow[],
  nodes: readonly string[],
  now: number,
  leastMs: number,
): readonly Group[] {
  const order = new Map(nodes.map((node, index) => [node, index]));
  const byNode = new Map<string, EpochRow[]>();
  for (const row of rows.toSorted((a, b) => a.opened - b.opened || a.openedSeq - b.openedSeq)) {
    const ofNode = byNode.get(row.node);
    if (ofNode === undefined) byNode.set(row.node, [row]);
    else ofNode.push(row);
  }
  const groups: Group[] = [];
  let first = 0;
  const places = (node: string): number => order.get(node) ?? nodes.length;
  for (const [node, ofNode] of [...byNode].toSorted(([a], [b]) => places(a) - places(b))) {
    const ends: number[] = [];
    const bars = ofNode.map((row): Placed => {
      const free = ends.findIndex((end) => end <= row.opened);
      const lane = free === -1 ? ends.length : free;
      ends[lane] = Math.max(row.ended ?? now, row.opened + leastMs);
      return { row, lane };
    });
    groups.push({ node, first, lanes: ends.length, bars });
    first += ends.length;
  }
  return groups;
}
