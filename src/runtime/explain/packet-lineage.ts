/** What a packet was made from, or what was made of it, as a tree: across epochs, copies and retries. */
import { NetrunError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import type { HistoryReader } from '../history/history.ts';
import { type RecordSource, recordSource } from '../replay/record-source.ts';
import { withEvents } from '../replay/with-events.ts';
import { type Derivation, type DerivedPacket, PacketGraph } from './packet-graph.ts';
import type { LineageEpoch, LineageNode } from './packet-lineage-node.ts';
import { lineageText } from './packet-lineage-text.ts';

export interface LineageOptions {
  /** `up`: what it was made from; `down`: what was made of it. Default: `up`. */
  readonly direction?: 'up' | 'down';
  /** Steps from the packet at most. Default: 50. */
  readonly depth?: number;
}

export interface PacketLineage {
  readonly direction: 'up' | 'down';
  readonly root: LineageNode;
  /** Packets in the tree. */
  readonly size: number;
  /** A limit has left something out. */
  readonly isCut: boolean;
  /** The tree as lines of text. */
  readonly text: string;
}

type Growing = { -readonly [K in keyof LineageNode]: LineageNode[K] } & { next: LineageNode[] };

const usualDepth = 50;

/** Grows the tree level by level, so that what is near is in it. */
class LineageTree {
  readonly #graph: PacketGraph;
  readonly #step: (row: number) => Iterable<DerivedPacket>;
  readonly #depth: number;
  readonly #seen = new Set<number>();
  size = 0;
  isCut = false;

  constructor(graph: PacketGraph, direction: 'up' | 'down', depth: number) {
    this.#graph = graph;
    this.#step = (row) => (direction === 'up' ? graph.from(row) : graph.into(row));
    this.#depth = depth;
  }

  grow(row: number): LineageNode {
    const root = this.#node({ row, how: null, epoch: null, port: null });
    let level: (readonly [number, Growing])[] = [[row, root]];
    for (let depth = 0; level.length > 0; depth++) {
      const next: (readonly [number, Growing])[] = [];
      for (const [at, node] of level) this.#expand(at, node, depth, next);
      level = next;
    }
    return root;
  }

  #expand(row: number, node: Growing, depth: number, level: (readonly [number, Growing])[]): void {
    const isNew = !this.#seen.has(row);
    this.#seen.add(row);
    for (const step of this.#step(row)) {
      node.cut = this.#cutAt(isNew, depth);
      if (node.cut !== null) return;
      const child = this.#node(step);
      node.next.push(child);
      level.push([step.row, child]);
    }
  }

  #cutAt(isNew: boolean, depth: number): LineageNode['cut'] {
    if (!isNew) return 'elsewhere';
    if (depth < this.#depth && this.size < limits.lineagePackets) return null;
    this.isCut = true;
    return depth < this.#depth ? 'size' : 'depth';
  }

  #node(step: Omit<DerivedPacket, 'how'> & { readonly how: Derivation | null }): Growing {
    this.size += 1;
    const graph = this.#graph;
    const epochAt = (row: number | null): LineageEpoch | null =>
      row === null ? null : graph.epoch(row);
    const { end, epoch, seq } = graph.endOf(step.row);
    return {
      packet: graph.packet(step.row),
      how: step.how,
      epoch: epochAt(step.epoch),
      port: step.port,
      maker: epochAt(graph.makerOf(step.row)),
      entry: graph.entryOf(step.row),
      born: graph.bornAt(step.row),
      end,
      endEpoch: epochAt(epoch),
      endSeq: end === 'live' ? null : seq,
      next: [],
      cut: null,
    };
  }
}

/**
 * Reads the history once, and keeps some ten numbers per packet of it. A packet stands once with all
 * that follows; where it comes again, it is `cut: 'elsewhere'`. Throws `PACKET_NOT_FOUND`,
 * `OPTION_INVALID`, and as reading the history does.
 */
export function packetLineage(
  history: RecordSource | HistoryReader,
  packet: string,
  options: LineageOptions = {},
): PacketLineage {
  const graph = new PacketGraph();
  for (const record of withEvents(recordSource(history)).records(1)) graph.take(record);
  return lineageIn(graph, packet, options);
}

/** The lineage of a packet in what was read. Throws `PACKET_NOT_FOUND`, `OPTION_INVALID`. */
export function lineageIn(
  graph: PacketGraph,
  packet: string,
  { direction = 'up', depth = usualDepth }: LineageOptions = {},
): PacketLineage {
  if (!Number.isInteger(depth) || depth < 0) {
    throw new NetrunError('OPTION_INVALID', `a lineage of ${depth} steps cannot be told`, {
      hint: 'depth is a whole number from 0 on.',
    });
  }
  const row = /^p[1-9]\d*$/.test(packet) ? graph.find(packet) : undefined;
  if (row === undefined) {
    throw new NetrunError('PACKET_NOT_FOUND', `the history has no packet ${packet}`, {
      packetId: packet,
      hint: 'Packets are p1, p2, and so on, as the history names them.',
    });
  }
  const tree = new LineageTree(graph, direction, depth);
  const root = tree.grow(row);
  const { size, isCut } = tree;
  return { direction, root, size, isCut, text: lineageText(root, direction) };
}
