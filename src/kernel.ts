/** The entry point `netrun/kernel`: the flow by itself, for simulation and embedding. */
export { createKernel } from './runtime/kernel/kernel.ts';
export type {
  EpochView,
  Kernel,
  KernelOptions,
  KernelSource,
  NetView,
  PacketView,
} from './runtime/kernel/kernel.ts';
export type { ActorSnapshot, KernelSnapshot } from './runtime/kernel/kernel-snapshot.ts';
export type { WorklistSnapshot } from './runtime/kernel/worklist.ts';
export { ActionRejected } from './runtime/errors.ts';
export type {
  Action,
  Answer,
  BatchOperation,
  BlockKind,
  DeadLetterMark,
  EpochId,
  KernelEvent,
  Location,
  PacketId,
  RecordedError,
  RejectionCode,
  SalvoPackets,
} from './machines/action.ts';
export type { NetSpec } from './machines/spec.ts';
