/** An error of the tools for tests: its message ends with its hint, for a test runner shows nothing else of an error. */
import { NetrunError, type NetrunErrorDetails } from '../errors.ts';

export class TestError extends NetrunError {
  constructor(code: string, message: string, details: NetrunErrorDetails = {}) {
    const { hint } = details;
    super(code, hint === undefined ? message : `${message}\nhint: ${hint}`, details);
  }
}

/** What a net has thrown, as a test is to be told of it. */
export function asTold(thrown: unknown): unknown {
  if (!(thrown instanceof NetrunError) || thrown instanceof TestError) return thrown;
  if (Object.getPrototypeOf(thrown) !== NetrunError.prototype || thrown.hint === undefined)
    return thrown;
  const { code, message, nodeName, epochId, packetId, hint, cause } = thrown;
  return new TestError(code, message, { nodeName, epochId, packetId, hint, cause });
}
