/** The entry point `netrun/compiled`: XState machines compiled, to run faster. */
export { compileMachine, createActor } from './actors/compiled/compile-machine.ts';
export type {
  CompileOptions,
  CompiledActorRef,
  CompiledMachine,
} from './actors/compiled/compile-machine.ts';
export { CompileError } from './actors/compiled/unsupported.ts';
export type { Unsupported } from './actors/compiled/unsupported.ts';
