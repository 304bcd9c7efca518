/** The errors of running a net: subclasses of NetrunError, one per thing a caller may want to catch. */
import { NetrunError } from '../errors.ts';
import type { NetrunErrorDetails } from '../errors.ts';
import type { Action, KernelEvent, Rejection, RejectionCode } from '../machines/action.ts';
import { errorCatalogue } from './error-catalogue.ts';

/** The kernel refused an action. `code` is the rejection's. Nothing changed (G3). */
export class ActionRejected extends NetrunError {
  override readonly name: string = 'ActionRejected';
  /** The type of the refused action. */
  readonly action: string;
  /** Position of the illegal operation of a batch. */
  readonly operation: number | undefined;

  constructor(action: string, rejection: Rejection, details: NetrunErrorDetails = {}) {
    super(rejection.code, `${action}: ${rejection.message}`, {
      hint: errorCatalogue[rejection.code],
      ...details,
    });
    this.action = action;
    this.operation = rejection.operation;
  }
}

/** The error of an answer to `action`, with the subject's ids filled in. */
export function rejected(action: Action, rejection: Rejection, nodeName?: string): ActionRejected {
  const subject: { epochId?: string; packetId?: string } = {};
  if ('epoch' in action && action.epoch !== undefined) subject.epochId = action.epoch;
  if ('packet' in action) subject.packetId = action.packet;
  return new ActionRejected(action.type, rejection, { nodeName, ...subject });
}

/** A machine of the flow threw: a bug. `events` are those of the action until then; the kernel takes no more. */
export class KernelFailed extends NetrunError {
  override readonly name: string = 'KernelFailed';
  readonly events: readonly KernelEvent[];

  constructor(cause: unknown, events: readonly KernelEvent[]) {
    const message = cause instanceof Error ? cause.message : String(cause);
    super('KERNEL_FAILED', `a machine of the flow threw: ${message}`, {
      cause,
      hint: errorCatalogue['KERNEL_FAILED'],
    });
    this.events = events;
  }
}

/** A refusal by the runtime itself, in the kernel's words. */
export function refused(
  action: string,
  code: RejectionCode,
  message: string,
  details: NetrunErrorDetails = {},
): ActionRejected {
  return new ActionRejected(action, { ok: false, code, message }, details);
}

/** An epoch failed for good: its last attempt threw. `cause` is what it threw. */
export class NodeExecutionFailed extends NetrunError {
  override readonly name: string = 'NodeExecutionFailed';
  /** Errors of other epochs that followed, and of this epoch's own `failed` function. */
  readonly suppressed: Error[] = [];

  constructor(message: string, details: NetrunErrorDetails) {
    super('NODE_EXECUTION_FAILED', message, details);
  }
}

/** A node's start or stop function threw. `cause` is what it threw. */
export class NodeServiceFailed extends NetrunError {
  override readonly name: string = 'NodeServiceFailed';
  readonly suppressed: Error[] = [];

  constructor(
    code: 'NODE_START_FAILED' | 'NODE_STOP_FAILED',
    nodeName: string,
    cause: Error,
    attempts = 1,
  ) {
    const what = code === 'NODE_START_FAILED' ? 'start' : 'stop';
    const times = attempts === 1 ? '' : `, after ${attempts} attempts`;
    super(code, `the ${what} function of node ${nodeName} failed${times}: ${cause.message}`, {
      nodeName,
      cause,
      hint: errorCatalogue[code],
    });
  }
}

/** An epoch (`EPOCH_TIMEOUT`) or one attempt of it (`ATTEMPT_TIMEOUT`) ran out of time. */
export class EpochTimeout extends NetrunError {
  override readonly name: string = 'EpochTimeout';
  readonly suppressed: Error[] = [];

  constructor(code: 'EPOCH_TIMEOUT' | 'ATTEMPT_TIMEOUT', nodeName: string, epochId: string) {
    const what = code === 'EPOCH_TIMEOUT' ? `epoch ${epochId}` : `an attempt of epoch ${epochId}`;
    super(code, `${what} of node ${nodeName} ran out of time`, {
      nodeName,
      epochId,
      hint: errorCatalogue[code],
    });
  }
}

/** What `ctx.cancelEpoch()` throws, and the abort reason of a cancelled epoch: not a failure. */
export class EpochCancelled extends NetrunError {
  override readonly name: string = 'EpochCancelled';
  readonly reason: string;

  constructor(nodeName: string, epochId: string, reason: string) {
    super('EPOCH_CANCELLED', `epoch ${epochId} of node ${nodeName} was cancelled: ${reason}`, {
      nodeName,
      epochId,
    });
    this.reason = reason;
  }
}

/** A node opened more epochs than DAG mode or `max_epochs` allow. */
export class DagViolated extends NetrunError {
  override readonly name: string = 'DagViolated';
  readonly suppressed: Error[] = [];

  constructor(nodeName: string, first: string, epochId: string) {
    super(
      'DAG_VIOLATION',
      `node ${nodeName} opened epoch ${epochId} although ${first} was its last`,
      {
        nodeName,
        epochId,
        hint: errorCatalogue['DAG_VIOLATION'],
      },
    );
  }
}

/** The errors that can end a run: each may have later ones in `suppressed`. */
export type RunError = NodeExecutionFailed | NodeServiceFailed | EpochTimeout | DagViolated;

/** A value is not of its port's type. */
export class PacketTypeMismatch extends NetrunError {
  override readonly name: string = 'PacketTypeMismatch';
  /** `Node.port`. */
  readonly port: string;
  readonly expected: string;
  readonly actual: string;
  /** Where in the value, as zod tells it; empty for the value itself. */
  readonly path: readonly PropertyKey[];

  constructor(
    port: string,
    mismatch: { expected: string; actual: string; path: readonly PropertyKey[] },
    details: NetrunErrorDetails,
  ) {
    const where = mismatch.path.length === 0 ? '' : ` at ${mismatch.path.map(String).join('.')}`;
    super(
      'PACKET_TYPE_MISMATCH',
      `port ${port} takes ${mismatch.expected}${where}, but the value of ${details.packetId ?? 'a packet'} is ${mismatch.actual}`,
      { hint: errorCatalogue['PACKET_TYPE_MISMATCH'], ...details },
    );
    this.port = port;
    this.expected = mismatch.expected;
    this.actual = mismatch.actual;
    this.path = mismatch.path;
  }
}

/** A lazy value's function threw. Names the node and epoch that made the packet. */
export class ValueFunctionFailed extends NetrunError {
  override readonly name: string = 'ValueFunctionFailed';
  constructor(message: string, details: NetrunErrorDetails) {
    super('VALUE_FUNCTION_FAILED', message, details);
  }
}

/** The net is not paused, and what was asked can only be done then. */
export class NetNotPaused extends NetrunError {
  override readonly name: string = 'NetNotPaused';
  constructor(what: string, state: string) {
    super('NET_NOT_PAUSED', `${what} needs a paused net, but the net is ${state}`, {
      hint: errorCatalogue['NET_NOT_PAUSED'],
    });
  }
}

/** The id of a deferred packet was read before its epoch was committed. */
export class DeferredPacketIdUnavailable extends NetrunError {
  override readonly name: string = 'DeferredPacketIdUnavailable';
  constructor(nodeName: string, epochId: string) {
    super(
      'DEFERRED_PACKET_ID_UNAVAILABLE',
      `a packet made in epoch ${epochId} of node ${nodeName} has no id until the epoch is committed`,
      { nodeName, epochId, hint: errorCatalogue['DEFERRED_PACKET_ID_UNAVAILABLE'] },
    );
  }
}

/**
 * A run that is gone through again does not do what its history says. Names the record where they part,
 * and what stands on either side; what has no such side is undefined.
 */
export class NonDeterminismError extends NetrunError {
  override readonly name: string = 'NonDeterminismError';
  /** Number of the record, and id of the action that it belongs to; undefined where there is no record. */
  readonly seq: number | undefined;
  readonly action: string | undefined;
  /** Where in the record or value, as a JSON path: `$.packets[0][1]`. */
  readonly path: string;
  readonly recorded: unknown;
  readonly replayed: unknown;
  /** Where a node function acts otherwise: its attempt and the operation in it (both from 0), and the output port. */
  readonly attempt: number | undefined;
  readonly operation: number | undefined;
  readonly port: string | undefined;

  constructor(
    message: string,
    difference: {
      readonly seq?: number;
      readonly action?: string;
      readonly path: string;
      readonly recorded: unknown;
      readonly replayed: unknown;
      readonly attempt?: number;
      readonly operation?: number;
      readonly port?: string;
    },
    details: NetrunErrorDetails = {},
  ) {
    super('NON_DETERMINISM', message, { hint: errorCatalogue['NON_DETERMINISM'], ...details });
    this.seq = difference.seq;
    this.action = difference.action;
    this.path = difference.path;
    this.recorded = difference.recorded;
    this.replayed = difference.replayed;
    this.attempt = difference.attempt;
    this.operation = difference.operation;
    this.port = difference.port;
  }
}

/** Something that a run cannot go on without, and that is not to be had. */
export interface MissingPart {
  /** `p12`, or what else it is. */
  readonly what: string;
  readonly place: string;
  /** Why, as a sentence of its own. */
  readonly reason: string;
}

/** Missing parts told in a message; the error has all of them. */
const partsTold = 10;

function partsText(parts: readonly MissingPart[]): string {
  const told = parts
    .slice(0, partsTold)
    .map(({ what, place, reason }) => `${what} (${place}): ${reason}`);
  const more = parts.length > partsTold ? `; and ${parts.length - partsTold} more` : '';
  return `${told.join('; ')}${more}`;
}

/** A run cannot be recovered, for values that it needs cannot be read. `missing` has all of them. */
export class RecoveryValueMissing extends NetrunError {
  override readonly name: string = 'RecoveryValueMissing';
  readonly missing: readonly MissingPart[];

  constructor(missing: readonly MissingPart[]) {
    super('RECOVERY_VALUE_MISSING', `the run cannot be recovered: ${partsText(missing)}`, {
      hint: errorCatalogue['RECOVERY_VALUE_MISSING'],
    });
    this.missing = missing;
  }
}

/** A net has what no file can keep. `missing` has all of it. */
export class CheckpointUnserialisable extends NetrunError {
  override readonly name: string = 'CheckpointUnserialisable';
  readonly missing: readonly MissingPart[];

  constructor(missing: readonly MissingPart[]) {
    super('CHECKPOINT_UNSERIALISABLE', `no checkpoint can be saved: ${partsText(missing)}`, {
      hint: errorCatalogue['CHECKPOINT_UNSERIALISABLE'],
    });
    this.missing = missing;
  }
}

/** The net's state does not allow what was asked (`NET_STATE`, `NET_RUNNING`). */
export class NetStateError extends NetrunError {
  override readonly name: string = 'NetStateError';
  constructor(
    code: 'NET_STATE' | 'NET_RUNNING',
    message: string,
    details: NetrunErrorDetails = {},
  ) {
    super(code, message, { hint: errorCatalogue[code], ...details });
  }
}

/** The code that a thrown value has: of the system's errors, `ENOENT` and the like. */
export function codeOf(thrown: unknown): unknown {
  return (thrown as { readonly code?: unknown }).code;
}

/** A value that was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  let text: string;
  try {
    text = String(thrown);
  } catch {
    text = 'a value that cannot be shown';
  }
  return new Error(`a value that is no Error was thrown: ${text}`, { cause: thrown });
}
