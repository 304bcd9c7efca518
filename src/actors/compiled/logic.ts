/** A compiled machine as XState's actor logic, and for actors of our own. */
import type { Program } from './model.ts';
import type { AnyEvent } from './event.ts';
import type { AnyActorRef, AnyStateMachine } from 'xstate';
import { firstFrame } from './first-snapshot.ts';
import { StepFrame } from './frame.ts';
import { macrostep } from './macrostep.ts';
import {
  type LiveSnapshot,
  type PersistedMachine,
  adopted,
  persisted,
  restored,
} from './persistence.ts';
import { type KeptProgram, keepProgram } from './programs.ts';
import { ScopeHost } from './scope-host.ts';
import { CompiledSnapshot } from './snapshot.ts';
import type { ScopeParts } from './xstate-internals.ts';

/** What a compiled machine is to XState's actors and pure functions. */
export interface CompiledLogic {
  readonly machine: AnyStateMachine;
  transition(
    this: void,
    from: CompiledSnapshot | LiveSnapshot,
    event: AnyEvent,
    scope: ScopeParts,
  ): CompiledSnapshot;
  getInitialSnapshot(this: void, scope: ScopeParts, input: unknown): CompiledSnapshot;
  restoreSnapshot(this: void, from: PersistedMachine, scope: ScopeParts): CompiledSnapshot;
  getPersistedSnapshot(this: void, snapshot: CompiledSnapshot, options?: unknown): object;
  start(this: void, snapshot: CompiledSnapshot): void;
  provide(this: void, implementations: Implementations): CompiledLogic;
}

type Implementations = Parameters<AnyStateMachine['provide']>[0];

/**
 * The logic of a machine by its program. It inherits from the machine everything else that is asked of one: its states,
 * its definition, its snapshots of a value; so that what looks at machines, as `xstate/graph` does, finds one.
 */
export function compiledLogic(
  machine: AnyStateMachine,
  kept: KeptProgram,
  compiled: (machine: AnyStateMachine) => CompiledLogic,
): CompiledLogic {
  const own: CompiledLogic = {
    machine,
    transition: (from, event, scope) => {
      const program = kept.current;
      const frame = StepFrame.from(program, ScopeHost.of(scope), asOwn(program, from));
      macrostep(frame, event);
      return frame.snapshot();
    },
    getInitialSnapshot: (scope, input) =>
      firstFrame(kept.current, ScopeHost.of(scope), input).snapshot(),
    restoreSnapshot: (from, scope) => restored(kept.current, ScopeHost.of(scope), from),
    getPersistedSnapshot: persisted,
    start: startChildren,
    provide: (implementations) => compiled(machine.provide(implementations)),
  };
  const logic = Object.create(machine, Object.getOwnPropertyDescriptors(own)) as CompiledLogic;
  keepProgram(logic, kept);
  return logic;
}

/** XState's pure functions may give a snapshot that XState itself has made of the machine. */
function asOwn(program: Program, from: CompiledSnapshot | LiveSnapshot): CompiledSnapshot {
  const isOwn = from instanceof CompiledSnapshot && from.configuration.program === program;
  return isOwn ? from : adopted(program, from);
}

function startChildren(snapshot: CompiledSnapshot): void {
  for (const child of Object.values(snapshot.children)) {
    if ((child as AnyActorRef).getSnapshot().status === 'active') (child as AnyActorRef).start();
  }
}
