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

export const compiledEngines = {
  tables: { name: 'tables', logicOf: logicWith(false), create },
  tablesHosted: { name: 'tables in XState', logicOf: logicWith(false), create: createXstateActor },
  code: { name: 'code', logicOf: logicWith(true), create },
  codeHosted: { name: 'code in XState', logicOf: logicWith(true), create: createXstateActor },
} satisfies Readonly<Record<string, EngineUnderTest>>;
