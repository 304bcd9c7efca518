/** The refusal of a machine that the compiler does not take, with everything in it that it does not take. */
import { NetrunError } from '../../errors.ts';

/** Something in a machine that is not compiled, and where it is. */
export interface Unsupported {
  /** Id of the state, or the kind and name of an implementation. */
  readonly place: string;
  readonly what: string;
}

/** A machine has something that the compiler does not take: code COMPILE_UNSUPPORTED. */
export class CompileError extends NetrunError {
  override readonly name: string = 'CompileError';
  readonly unsupported: readonly Unsupported[];

  constructor(machine: string, unsupported: readonly Unsupported[]) {
    const lines = unsupported.map(({ place, what }) => `\n  ${place}: ${what}`);
    super(
      'COMPILE_UNSUPPORTED',
      `machine '${machine}' has what the compiler does not take:${lines.join('')}`,
      { hint: "Run this machine on XState's own interpreter: createActor(machine) of xstate." },
    );
    this.unsupported = unsupported;
  }
}
