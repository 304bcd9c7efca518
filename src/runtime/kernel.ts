/** The kernel's contract. */
import type { AnyActorRef, InspectionEvent, Observer } from 'xstate';
import type { Action, Answer, BlockKind, EpochId, Location, PacketId } from '../machines/action.ts';
import type { NetSpec } from '../machines/spec.ts';

export interface PacketView {
  readonly id: PacketId;
  readonly location: Location;
  readonly copyOf?: PacketId;
}

export interface EpochView {
  readonly id: EpochId;
  readonly node: string;
  /** The epoch's statechart value in short. */
  readonly state: 'startable' | 'running' | 'finished' | 'failed' | 'timedOut' | 'cancelled';
  readonly inSalvo: { readonly condition: string; readonly packets: readonly (readonly [string, PacketId])[] };
  readonly outSalvos: readonly { readonly condition: string; readonly packets: readonly (readonly [string, PacketId])[] }[];
}

export interface NetView {
  readonly lifecycle: 'created' | 'starting' | 'running' | 'pausing' | 'paused' | 'stopping' | 'stopped' | 'failed';
  readonly activity: 'moving' | 'working' | 'waiting' | 'blocked';
  readonly blocked: BlockKind | null;
  readonly mode: 'cyclic' | 'clean' | 'violated';
  readonly running: number;
  readonly startable: number;
  readonly timers: number;
  /** Packets inside the net, exact while no epoch runs. */
  readonly inside: number;
}

export interface KernelOptions {
  readonly engine?: 'interpreted' | 'compiled';
  /** Called when a node's gate opens (its waiting epochs may start now), in order, within `apply`. */
  readonly onGateOpened?: (node: string) => void;
}

export interface Kernel {
  /** Synchronous and deterministic. Throws only after a bug in a machine (`KERNEL_FAILED`). */
  apply(action: Action): Answer;
  /** Throws ActionRejected `PACKET_NOT_FOUND`. */
  packet(id: PacketId): PacketView;
  /** Live epochs only. Throws ActionRejected `EPOCH_NOT_FOUND`. */
  epoch(id: EpochId): EpochView;
  packetsAt(location: Location): readonly PacketId[];
  startableEpochs(): readonly EpochId[];
  net(): NetView;
  /** `open`, or the name of the state that holds starts back: `node:A gate.saturated`, `net lifecycle.paused`. */
  gate(node: string): string;
  /** Plain JSON: everything a kernel can be made from again. */
  snapshot(): unknown;
  actor(address: string): AnyActorRef | undefined;
  inspect(observer: Observer<InspectionEvent> | ((event: InspectionEvent) => void)): { unsubscribe(): void };
}

export type CreateKernel = (graph: NetSpec, options?: KernelOptions) => Kernel;
