/** The public API. */
export { NetrunError } from './errors.ts';
export type { NetrunErrorDetails } from './errors.ts';

// Describing a net.
export {
  DslError,
  Graph,
  GraphValidationError,
  TermError,
  formatDiagnostic,
  parseDefinition,
  parseTerm,
  printTerm,
} from './dsl/index.ts';
export type {
  ConditionDefinition,
  ConditionInput,
  Diagnostic,
  EdgeDefinition,
  EdgeInput,
  GraphDefinition,
  GraphInput,
  InPortDefinition,
  NetSettings,
  NodeDefinition,
  NodeFunctionPaths,
  NodeInput,
  NodeOptions,
  OutPortDefinition,
  OutPortInput,
  Place,
  PoolOptions,
  PortClass,
  PortInput,
  PortType,
  ReadOptions,
  TakeDefinition,
} from './dsl/index.ts';
export { defineNode, defineRawNode } from './dsl/define-node.ts';
export type { NodeInputs, NodeOutputs, NodeResult } from './dsl/define-node.ts';
export type { NodeType } from './dsl/node-type.ts';
export { flow } from './dsl/builder.ts';
export type { Flow } from './dsl/builder.ts';
export type {
  ExecContext,
  InputPackets,
  NodeFailureContext,
  NodeFunctions,
  NodeLife,
  NodeMemory,
  Packet,
} from './dsl/node-functions.ts';
export { graphToDot, graphToMermaid } from './dsl/diagram-graph.ts';
export { statechartToMermaid } from './machines/statechart-diagram.ts';

// Running it.
export { Net } from './runtime/net.ts';
export type { Inspector, InspectorOptions } from './runtime/inspector/inspector.ts';
export { SeenNet } from './runtime/seen-net.ts';
export type { ActionWatcher, AppliedAction } from './runtime/drive/journal.ts';
export type { InjectOptions, NetStatus, RunResult } from './runtime/run-result.ts';
export type { TakeOverOptions } from './runtime/recovery/recovered-source.ts';
export type { RecoveryNotice, RunAgain } from './runtime/recovery/recovery.ts';
export type { NetOptions, RuntimeOptions } from './runtime/setup/net-options.ts';
export type {
  NetState,
  StepOptions,
  StepResult,
  StopOptions,
  WaitOptions,
} from './runtime/drive/lifecycle.ts';
export type { ExecFunction, NodeConfig } from './runtime/setup/node-setup.ts';
export { HeldClock, SystemClock } from './runtime/time/clock.ts';
export type { Clock } from './runtime/time/clock.ts';
export type { EpochCounts, PacketCounts, RunCounts } from './runtime/drive/tally.ts';
export type {
  ActionRecord,
  EventRecord,
  HeaderRecord,
  HistoryLevel,
  HistoryRecord,
  RecordedValue,
} from './runtime/history/record.ts';
export type { HistoryReader } from './runtime/history/history.ts';
export { openHistory, repairHistory } from './runtime/history/recorded-history.ts';
export type { HistoryRepair } from './runtime/history/recorded-history.ts';
export type { BlockExplanation, FirstStep } from './runtime/explain/explanation.ts';
export type { PacketTrace, TraceStep } from './runtime/explain/packet-trace.ts';
export { packetLineage } from './runtime/explain/packet-lineage.ts';
export type { LineageOptions, PacketLineage } from './runtime/explain/packet-lineage.ts';
export type { LineageEpoch, LineageNode } from './runtime/explain/packet-lineage-node.ts';

// Going through its history again.
export { Replay } from './runtime/replay/replay.ts';
export type { ReplayOptions, ReplayResult } from './runtime/replay/replay.ts';
export type { ReplayDifference } from './runtime/replay/record-check.ts';
export { replayHistories } from './runtime/replay/replay-histories.ts';
export type { HistoryVerdict, ReplayHistoriesOptions } from './runtime/replay/replay-histories.ts';
export { reexecute } from './runtime/replay/reexecution.ts';
export type { ReexecutionOptions, ReexecutionResult } from './runtime/replay/reexecution.ts';
export type { AttemptVerdict } from './runtime/replay/rerun.ts';
export { diffRuns } from './runtime/replay/diff-runs.ts';
export type { PartingPlace, RunDiff, RunEnd } from './runtime/replay/diff-runs.ts';
export type { RecordSource } from './runtime/replay/record-source.ts';
export type {
  ActorState,
  EpochState,
  NodeState,
  PlacedPackets,
  RunState,
  TimerState,
} from './runtime/replay/run-state.ts';
export type {
  DeadLetter,
  DeadLetterError,
  DeadLetterPacket,
} from './runtime/failure/dead-letter.ts';
export type { DeadLetterProblem, DeadLetterQueue } from './runtime/failure/dead-letters.ts';
export { registerClass } from './runtime/values/class-registry.ts';
export type { ClassCodec } from './runtime/values/class-registry.ts';
export type { Encoded, ValueLoss } from './runtime/values/value-encoding.ts';
export type { LogLine } from './runtime/logs/logs.ts';
export type { Signal, SignalSource } from './runtime/drive/signals.ts';
export type { ValueReader } from './runtime/values/values.ts';
export type { MissingPart } from './runtime/errors.ts';
export {
  ActionRejected,
  CheckpointUnserialisable,
  DagViolated,
  DeferredPacketIdUnavailable,
  EpochCancelled,
  EpochTimeout,
  NetNotPaused,
  NetStateError,
  NodeExecutionFailed,
  NodeServiceFailed,
  NonDeterminismError,
  PacketTypeMismatch,
  RecoveryValueMissing,
  ValueFunctionFailed,
} from './runtime/errors.ts';
export { errorCatalogue } from './runtime/error-catalogue.ts';
