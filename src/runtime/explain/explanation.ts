/** What an explanation of a standstill holds. */
import type { Action, BlockKind, EpochId, PacketId } from '../../machines/action.ts';

/** One atom of a term, with what it is about. */
export interface AtomExplanation {
  readonly text: string;
  readonly holds: boolean;
  readonly port: string;
  /** Packets that wait there now. */
  readonly count: number;
  /** Null = infinite. */
  readonly slots: number | null;
}

/** Packets that a condition lacks at a port. */
export interface MissingPackets {
  /** `Node.port`. */
  readonly port: string;
  /** So many more would have to come; negative: so many would have to go. */
  readonly packets: number;
  /** Output ports that could deliver them, `Node.port`; empty: only the outside can. */
  readonly from: readonly string[];
}

export interface ConditionExplanation {
  readonly name: string;
  readonly when: string;
  readonly holds: boolean;
  /** Packets it would take now. */
  readonly takes: number;
  readonly atoms: readonly AtomExplanation[];
  readonly missing: readonly MissingPackets[];
}

export interface PortExplanation {
  readonly name: string;
  readonly packets: readonly PacketId[];
  /** Null = infinite. */
  readonly slots: number | null;
  readonly full: boolean;
  /** Packets on the edges that end here. */
  readonly behind: readonly { readonly from: string; readonly packets: readonly PacketId[] }[];
  /** Injected values that wait for a slot. */
  readonly waitingInputs: number;
}

export interface NodeExplanation {
  readonly node: string;
  /** `open`, or the state that holds starts back. */
  readonly gate: string;
  /** As many epochs wait as `max_pending_epochs` allows: no condition is gathered, whether it holds or not. */
  readonly held: boolean;
  readonly ports: readonly PortExplanation[];
  readonly conditions: readonly ConditionExplanation[];
  /** Epochs that wait to be started, all held by the gate. */
  readonly startable: readonly EpochId[];
}

/** An action that can be applied as it stands: `net.apply(step.action)`. */
export interface FirstStep {
  readonly action: Action;
  readonly why: string;
}

export interface BlockExplanation {
  /** Null: the net is not blocked; what is explained is how it stands now. */
  readonly blocked: BlockKind | null;
  readonly state: string;
  /** In declaration order. */
  readonly nodes: readonly NodeExplanation[];
  readonly firstSteps: readonly FirstStep[];
  readonly text: string;
}
