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
import { keepProgram } from './programs.ts';
import { ScopeHost } from './scope-host.ts';
import { CompiledSnapshot } from './snapshot.ts';
import type { ScopeParts } from './xstate-internals.ts';

export class CompiledLogic {
  readonly machine: AnyStateMachine;
  readonly #program: Program;

  constructor(program: Program) {
    this.machine = program.machine;
    this.#program = program;
    keepProgram(this, program);
  }

  /** The machine as it was written: what tools that look at actors show of it. */
  get config(): AnyStateMachine['config'] {
    return this.machine.config;
  }

  get id(): string {
    return this.machine.id;
  }

  readonly transition = (
    from: CompiledSnapshot | LiveSnapshot,
    event: AnyEvent,
    scope: ScopeParts,
  ): CompiledSnapshot => {
    const frame = StepFrame.from(this.#program, ScopeHost.of(scope), this.#own(from));
    macrostep(frame, event);
    return frame.snapshot();
  };

  /** XState's pure functions may give a snapshot that XState itself has made of the machine. */
  #own(from: CompiledSnapshot | LiveSnapshot): CompiledSnapshot {
    const isOwn = from instanceof CompiledSnapshot && from.configuration.program === this.#program;
    return isOwn ? from : adopted(this.#program, from);
  }

  readonly getInitialSnapshot = (scope: ScopeParts, input: unknown): CompiledSnapshot =>
    firstFrame(this.#program, ScopeHost.of(scope), input).snapshot();

  readonly restoreSnapshot = (from: PersistedMachine, scope: ScopeParts): CompiledSnapshot =>
    restored(this.#program, ScopeHost.of(scope), from);

  readonly getPersistedSnapshot = (snapshot: CompiledSnapshot, options?: unknown): object =>
    persisted(snapshot, options);

  readonly start = (snapshot: CompiledSnapshot): void => {
    for (const child of Object.values(snapshot.children)) {
      if ((child as AnyActorRef).getSnapshot().status === 'active') (child as AnyActorRef).start();
    }
  };
}
