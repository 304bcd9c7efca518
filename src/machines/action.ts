/**
 * What goes into the kernel and what comes out: actions, answers, events, locations.
 *
 * Plain data with ids as the outside knows them (`p1`, `e1`). Inside the machines an id is its
 * counter alone; the kernel converts at its border.
 */

export type PacketId = `p${number}`;
export type EpochId = `e${number}`;

/** Where a live packet is. `from`, `to` of an edge are written `Node.port`. */
export type Location =
  | { readonly type: 'OutsideNet' }
  | { readonly type: 'Edge'; readonly from: string; readonly to: string }
  | { readonly type: 'InputPort'; readonly node: string; readonly port: string }
  | { readonly type: 'Node'; readonly epoch: EpochId }
  | { readonly type: 'OutputPort'; readonly epoch: EpochId; readonly port: string };

/** `[port, packet]` pairs in the order the condition names its ports. */
export type SalvoPackets = readonly (readonly [port: string, packet: PacketId])[];

/** What a node function's failure leaves in the history. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** One operation of a batch. `#k` names the k-th packet (from 0) that the batch itself creates. */
export type BatchPacket = PacketId | `#${number}`;
export type BatchOperation =
  | { readonly type: 'CreatePacket' }
  | { readonly type: 'ConsumePacket'; readonly packet: BatchPacket }
  | {
      readonly type: 'LoadPacketIntoOutputPort';
      readonly packet: BatchPacket;
      readonly port: string;
    }
  | { readonly type: 'SendOutputSalvo'; readonly condition: string }
  | { readonly type: 'Record'; readonly kind: string; readonly value: unknown };

/** Milliseconds, an integer, never falling; the one before if omitted. The only time machines know. */
interface Timed {
  readonly now?: number;
}

export type Action = Timed &
  (
    | {
        readonly type: 'RunNetUntilBlocked';
        /** Moves at most; `more: true` in the answer says that some are left. */
        readonly max?: number;
        /** External inputs that wait outside the kernel: while there are any the net is not blocked. */
        readonly queued?: number;
      }
    | { readonly type: 'CreatePacket'; readonly epoch?: EpochId }
    | {
        readonly type: 'InjectPacket';
        readonly port: string;
        /** The packet, dead by now, whose value is put back. */
        readonly retryOf?: PacketId;
        /** The dead letter that is retried. */
        readonly letter?: string;
      }
    | { readonly type: 'ConsumePacket'; readonly packet: PacketId }
    | { readonly type: 'DestroyPacket'; readonly packet: PacketId }
    | { readonly type: 'CreateEpoch'; readonly node: string; readonly salvo?: SalvoPackets }
    | { readonly type: 'CreateAndStartEpoch'; readonly node: string; readonly salvo?: SalvoPackets }
    | { readonly type: 'StartEpoch'; readonly epoch: EpochId }
    | {
        readonly type: 'FinishEpoch';
        readonly epoch: EpochId;
        /** `destroy`: what is left in the epoch is destroyed first. Default: the node's option. */
        readonly unconsumed?: 'error' | 'destroy';
      }
    | {
        readonly type: 'CommitEpoch';
        readonly epoch: EpochId;
        readonly operations: readonly BatchOperation[];
        readonly unconsumed?: 'error' | 'destroy';
      }
    | {
        readonly type: 'FailAttempt';
        readonly epoch: EpochId;
        readonly error: RecordedError;
        /** Milliseconds until the next attempt, in place of the node's own schedule (seeded jitter). */
        readonly waitMs?: number;
        /** Operations of a dropped batch, for those who look. */
        readonly dropped?: readonly BatchOperation[];
      }
    | { readonly type: 'TimeOutEpoch'; readonly epoch: EpochId }
    | { readonly type: 'CancelEpoch'; readonly epoch: EpochId; readonly reason?: string }
    | {
        readonly type: 'LoadPacketIntoOutputPort';
        readonly packet: PacketId;
        readonly port: string;
      }
    | { readonly type: 'SendOutputSalvo'; readonly epoch: EpochId; readonly condition: string }
    | {
        readonly type: 'TransportPacketToLocation';
        readonly packet: PacketId;
        readonly to: Location;
      }
    | {
        readonly type: 'StartNet';
        /** Nodes that have no function: their services never come up, their epochs never start. */
        readonly functionless?: readonly string[];
      }
    | { readonly type: 'PauseNet'; readonly reason?: string }
    | { readonly type: 'ResumeNet' }
    | { readonly type: 'StopNet'; readonly reason?: string }
    | {
        /** Who ran the net is gone, somebody else goes on with it: paused at once, services start again. */
        readonly type: 'RecoverNet';
        /** Nodes that have no function now. */
        readonly functionless?: readonly string[];
        readonly reason?: string;
      }
    | { readonly type: 'NodeUp'; readonly node: string }
    | {
        readonly type: 'NodeFailed';
        readonly node: string;
        readonly error: RecordedError;
        /** Milliseconds until the next start, in place of the node's own schedule (seeded jitter). */
        readonly waitMs?: number;
      }
    | { readonly type: 'FireTimer'; readonly key: string }
    | {
        /** What a function did after its attempt (with `epoch`) or its start was over: nothing comes of it. */
        readonly type: 'RecordLateResult';
        readonly node: string;
        readonly epoch?: EpochId;
        /** From 0. */
        readonly attempt: number;
        readonly outcome: 'returned' | 'threw';
        readonly error?: RecordedError;
      }
    | {
        /** What became of a dead letter: it is open no more. */
        readonly type: 'RecordDeadLetter';
        readonly letter: string;
        readonly mark: DeadLetterMark;
      }
    | {
        readonly type: 'Record';
        readonly epoch: EpochId;
        readonly kind: string;
        readonly value: unknown;
      }
  );

export type ActionType = Action['type'];

/** How a dead letter is done with: its packets were put back, or nobody wants them. */
export type DeadLetterMark = 'retried' | 'discarded';

/** Which kind of block a net came to. */
export type BlockKind = 'drained' | 'starved' | 'stuck';

/** What happened, cause before effect. */
export type KernelEvent =
  | {
      readonly event: 'PacketCreated';
      readonly packet: PacketId;
      readonly epoch?: EpochId;
      readonly copyOf?: PacketId;
      /** The dead packet whose value was put back as this one. */
      readonly retryOf?: PacketId;
    }
  | {
      readonly event: 'PacketConsumed' | 'PacketDestroyed';
      readonly packet: PacketId;
      readonly from: Location;
    }
  | {
      readonly event: 'PacketMoved';
      readonly packet: PacketId;
      readonly from: Location;
      readonly to: Location;
    }
  | { readonly event: 'EpochCreated'; readonly epoch: EpochId; readonly node: string }
  | {
      readonly event: 'InputSalvoTriggered' | 'OutputSalvoTriggered';
      readonly epoch: EpochId;
      readonly condition: string;
      readonly packets: SalvoPackets;
    }
  | { readonly event: 'EpochStarted' | 'EpochFinished'; readonly epoch: EpochId }
  | { readonly event: 'AttemptStarted'; readonly epoch: EpochId; readonly attempt: number }
  | {
      readonly event: 'EpochFailed';
      readonly epoch: EpochId;
      /** From 0. */
      readonly attempt: number;
      readonly error: RecordedError;
      readonly final: boolean;
    }
  | {
      readonly event: 'EpochRetryScheduled';
      readonly epoch: EpochId;
      /** The attempt that will be made, from 0. */
      readonly attempt: number;
      /** Milliseconds, in the time of `now`. */
      readonly at: number;
    }
  | {
      readonly event: 'BatchDropped';
      readonly epoch: EpochId;
      readonly attempt: number;
      readonly operations: readonly BatchOperation[];
    }
  | { readonly event: 'EpochTimedOut'; readonly epoch: EpochId }
  | { readonly event: 'EpochCancelled'; readonly epoch: EpochId; readonly reason: string }
  | {
      readonly event: 'ValueRecorded';
      readonly epoch: EpochId;
      readonly kind: string;
      readonly value: unknown;
    }
  | {
      readonly event: 'LateResult';
      readonly node: string;
      readonly epoch?: EpochId;
      readonly attempt: number;
      readonly outcome: 'returned' | 'threw';
      readonly error?: RecordedError;
    }
  | {
      readonly event: 'DeadLetterMarked';
      readonly letter: string;
      readonly mark: DeadLetterMark;
    }
  | { readonly event: 'TimerSet' | 'TimerCleared'; readonly key: string; readonly at: number }
  | {
      readonly event: 'DagViolation';
      readonly node: string;
      /** The epoch that had already been opened, and the one too many. */
      readonly epochs: readonly [EpochId, EpochId];
    }
  | { readonly event: 'NetStarted' | 'NetResumed' | 'NetRecovered' }
  | {
      readonly event: 'NetPausing' | 'NetPaused' | 'NetStopping' | 'NetStopped';
      readonly reason: string;
    }
  | { readonly event: 'NetBlocked'; readonly kind: BlockKind }
  | { readonly event: 'NetFailed'; readonly error: RecordedError }
  | { readonly event: 'NodeStarted'; readonly node: string }
  | { readonly event: 'NodeFailed'; readonly node: string; readonly error: RecordedError }
  | {
      readonly event: 'NodeRestartScheduled';
      readonly node: string;
      /** The start that will be made, from 0. */
      readonly attempt: number;
      /** Milliseconds, in the time of `now`. */
      readonly at: number;
    }
  /** The start function is to be called again. */
  | { readonly event: 'NodeRestarting'; readonly node: string; readonly attempt: number };

/** Why an action was refused. Stable; docs/errors.md explains each. */
export type RejectionCode =
  | 'PACKET_NOT_FOUND'
  | 'PACKET_NOT_IN_EPOCH'
  | 'PACKET_IN_EPOCH'
  | 'PACKET_NOT_AT_INPUT_PORT'
  | 'EPOCH_NOT_FOUND'
  | 'EPOCH_NOT_STARTABLE'
  | 'EPOCH_NOT_RUNNING'
  | 'EPOCH_NOT_EMPTY'
  | 'GATE_CLOSED'
  | 'OUTPUT_PORT_NOT_EMPTY'
  | 'OUTPUT_PORT_NOT_FOUND'
  | 'OUTPUT_PORT_FULL'
  | 'OUTPUT_PORT_NOT_CONNECTED'
  | 'INPUT_PORT_NOT_FOUND'
  | 'INPUT_PORT_FULL'
  | 'SALVO_CONDITION_NOT_FOUND'
  | 'SALVO_CONDITION_NOT_MET'
  | 'MAX_SALVOS_REACHED'
  | 'NODE_NOT_FOUND'
  | 'EDGE_NOT_FOUND'
  | 'TIMER_NOT_ARMED'
  | 'ACTION_INVALID'
  | 'NET_STATE';

export interface Rejection {
  readonly ok: false;
  readonly code: RejectionCode;
  readonly message: string;
  /** Position of the operation of a batch that was illegal. */
  readonly operation?: number;
}

export interface Acceptance {
  readonly ok: true;
  readonly events: readonly KernelEvent[];
  /** The packet made by CreatePacket or InjectPacket. */
  readonly packet?: PacketId;
  /** The packets made by CommitEpoch's own CreatePacket operations, in order. */
  readonly packets?: readonly PacketId[];
  /** The epoch made by CreateEpoch or CreateAndStartEpoch. */
  readonly epoch?: EpochId;
  /** RunNetUntilBlocked stopped at `max` with moves left. */
  readonly more?: boolean;
}

export type Answer = Acceptance | Rejection;
