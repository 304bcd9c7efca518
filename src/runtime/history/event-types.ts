/** The types of events, for whoever is asked for one by its name. */
import type { KernelEvent } from '../../machines/action.ts';

/** Held to the events there are by the compiler, both ways. */
const types: Readonly<Record<KernelEvent['event'], true>> = {
  PacketCreated: true,
  PacketMoved: true,
  PacketConsumed: true,
  PacketDestroyed: true,
  EpochCreated: true,
  InputSalvoTriggered: true,
  EpochStarted: true,
  OutputSalvoTriggered: true,
  EpochFinished: true,
  EpochFailed: true,
  EpochRetryScheduled: true,
  AttemptStarted: true,
  BatchDropped: true,
  EpochTimedOut: true,
  EpochCancelled: true,
  ValueRecorded: true,
  LateResult: true,
  DeadLetterMarked: true,
  DagViolation: true,
  TimerSet: true,
  TimerCleared: true,
  NetStarted: true,
  NetBlocked: true,
  NetPausing: true,
  NetPaused: true,
  NetResumed: true,
  NetStopping: true,
  NetStopped: true,
  NetRecovered: true,
  NetFailed: true,
  NodeStarted: true,
  NodeFailed: true,
  NodeRestartScheduled: true,
  NodeRestarting: true,
};

/** All of them. */
export const eventTypes: readonly string[] = Object.keys(types);
