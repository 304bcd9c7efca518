/** One packet in a tree of lineage. */
import type { EpochId, PacketId } from '../../machines/action.ts';
import type { Derivation, PacketEnd } from './packet-graph.ts';

export interface LineageEpoch {
  readonly epoch: EpochId;
  readonly node: string;
}

/** A packet in the tree, and those one step further. */
export interface LineageNode {
  readonly packet: PacketId;
  /**
   * How it and the packet above it belong together: one was made of the other in an epoch, is its copy,
   * or was put back for it from a dead letter; null for the packet that was asked for.
   */
  readonly how: Derivation | null;
  /** The epoch between the two, and the port by which the one of them went in. */
  readonly epoch: LineageEpoch | null;
  readonly port: string | null;
  /** The epoch that made it; null for one from outside. */
  readonly maker: LineageEpoch | null;
  /** The input of the net that it was put at. */
  readonly entry: string | null;
  /** Number of the record of its creation; null where the history begins later. */
  readonly born: number | null;
  readonly end: PacketEnd;
  /** The epoch it ended in, and the number of the record. */
  readonly endEpoch: LineageEpoch | null;
  readonly endSeq: number | null;
  readonly next: readonly LineageNode[];
  /** Why `next` is not all there is: it stands elsewhere in the tree, or a limit was reached; else null. */
  readonly cut: 'elsewhere' | 'depth' | 'size' | null;
}
