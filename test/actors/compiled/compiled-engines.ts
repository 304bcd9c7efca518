/** The compiled engine in the ways it is used: from tables or generated code, in its own actors or in XState's. */
import { type AnyActorLogic, type AnyStateMachine, createActor as createXstateActor } from 'xstate';
import {
  type CompiledMachine,
  compileMachine,
  createActor,
} from '../../../src/actors/compiled/compile-machine.ts';
import type { EngineUnderTest } from './case-run.ts';

const create: EngineUnderTest['create'] = (logic, options) =>
  createActor(logic as unknown as CompiledMachine<AnyStateMachine>, options as never) as never;

function logicWith(codegen: boolean) {
  return (machine: AnyStateMachine): AnyActorLogic => compileMachine(machine, { codegen });
}

export const compiledEngines: readonly EngineUnderTest[] = [
  { name: 'tables', logicOf: logicWith(false), create },
  { name: 'tables in an XState actor', logicOf: logicWith(false), create: createXstateActor },
  { name: 'code', logicOf: logicWith(true), create },
  { name: 'code in an XState actor', logicOf: logicWith(true), create: createXstateActor },
];
