/**
 * One family of errors, and the catalogue of their codes.
 *
 * A code is stable once released: never reused, never given another meaning. docs/errors.md is
 * held to the catalogue by a test.
 */

export interface NetrunErrorDetails {
  readonly nodeName?: string | undefined;
  readonly epochId?: string | undefined;
  readonly packetId?: string | undefined;
  /** What to do about it, in one sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** Base of every error that netrun throws on purpose. `code` is one of the catalogue in docs/errors.md. */
export class NetrunError extends Error {
  override readonly name: string = 'NetrunError';
  readonly code: string;
  readonly nodeName: string | undefined;
  readonly epochId: string | undefined;
  readonly packetId: string | undefined;
  readonly hint: string | undefined;

  constructor(code: string, message: string, details: NetrunErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.nodeName = details.nodeName;
    this.epochId = details.epochId;
    this.packetId = details.packetId;
    this.hint = details.hint;
  }
}
