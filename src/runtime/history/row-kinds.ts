/** What the rows of a packed history begin with, which its writer and its reader have in common. */

/** Kinds of rows; none is 0. `kept…` has its object beside the rows; the others are named for what stands in them. */
export const rowKinds = {
  keptAction: 1,
  keptEvent: 2,
  PacketCreated: 3,
  /** As the one before, made by an epoch; a copy of another packet; both. */
  PacketCreatedInEpoch: 4,
  PacketCopied: 5,
  PacketCopiedInEpoch: 6,
  PacketConsumed: 7,
  PacketDestroyed: 8,
  PacketMoved: 9,
  EpochCreated: 10,
  EpochStarted: 11,
  EpochFinished: 12,
  InputSalvoTriggered: 13,
  OutputSalvoTriggered: 14,
  RunNetUntilBlocked: 20,
  CreatePacket: 21,
  CreatePacketInEpoch: 22,
  ConsumePacket: 23,
  LoadPacketIntoOutputPort: 24,
  SendOutputSalvo: 25,
  StartEpoch: 26,
  FinishEpoch: 27,
  InjectPacket: 28,
  CommitEpoch: 29,
} as const;

/** Operations of a batch, as they stand in its row. */
export const operationKinds = {
  CreatePacket: 1,
  ConsumePacket: 2,
  LoadPacketIntoOutputPort: 3,
  SendOutputSalvo: 4,
} as const;
