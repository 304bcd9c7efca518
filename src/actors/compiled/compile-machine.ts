/** `compileMachine` and the actors of what it makes. */
import {
  type ActorLogic,
  type ActorOptions,
  type ActorRef,
  type ActorSystem,
  type ActorSystemInfo,
  type AnyActorLogic,
  type AnyStateMachine,
  type EmittedFrom,
  type EventFromLogic,
  type InputFrom,
  type Observer,
  type SnapshotFrom,
  type Subscription,
} from 'xstate';
import { CompiledActor } from './actor.ts';
import { StepGenerator } from './generator.ts';
import { compiledLimits } from './limits.ts';
import { compiledLogic } from './logic.ts';
import type { Program } from './model.ts';
import { MachineProgram } from './program.ts';
import { KeptProgram, programOf } from './programs.ts';
import { isMachine, sourceOf } from './source.ts';
import { mayGenerate } from './source-writer.ts';
import { CompileError } from './unsupported.ts';

export interface CompileOptions {
  /**
   * Whether code is generated (`new Function`): `true` for everything at once, `false` for nothing: the
   * machine runs from tables, in the same way. Default: for what happens often, where it is allowed.
   */
  readonly codegen?: boolean;
  /**
   * Whether contexts may be changed in place, which spares a copy for every assignment. The machine
   * promises for it that no function of it keeps a context, or its arguments, beyond its own call; that
   * `context` is a function that returns a new object with the same keys every time; and that assignments
   * return only these keys. A snapshot that somebody asked for is not changed. An error leaves the snapshot
   * as it was when it was thrown. Default: false.
   */
  readonly reuseContexts?: boolean;
  /** Whether machines that it invokes or spawns are compiled as well, as far as they can be. Default: true. */
  readonly children?: boolean;
}

/** What is asked of a machine that is not run. */
type MachineParts =
  | 'definition'
  | 'events'
  | 'getStateNodeById'
  | 'id'
  | 'implementations'
  | 'resolveState'
  | 'root'
  | 'schemas'
  | 'states'
  | 'toJSON'
  | 'version';

/**
 * The logic of a compiled machine: everything that takes XState's actor logic takes it, and it answers
 * for the machine where that is looked at: by `xstate/graph`, or by a test of its states.
 */
export interface CompiledMachine<TMachine extends AnyStateMachine>
  extends
    ActorLogic<
      SnapshotFrom<TMachine>,
      EventFromLogic<TMachine>,
      InputFrom<TMachine>,
      ActorSystem<ActorSystemInfo>,
      EmittedFrom<TMachine>
    >,
    Pick<TMachine, MachineParts> {
  /** What it was compiled from. */
  readonly machine: TMachine;
  /** The machine with other implementations, compiled with the same options. */
  provide(implementations: Parameters<TMachine['provide']>[0]): CompiledMachine<TMachine>;
}

/** An actor of a compiled machine. */
export interface CompiledActorRef<TMachine extends AnyStateMachine> extends ActorRef<
  SnapshotFrom<TMachine>,
  EventFromLogic<TMachine>,
  EmittedFrom<TMachine>
> {
  start(): this;
  stop(): this;
  select<T>(
    selector: (snapshot: SnapshotFrom<TMachine>) => T,
    equal?: (one: T, other: T) => boolean,
  ): { subscribe(observer: Observer<T> | ((value: T) => void)): Subscription; get(): T };
}

/**
 * Compiles an XState machine into logic that does the same, faster. Throws CompileError (code
 * COMPILE_UNSUPPORTED) with a list of everything in the machine that is not taken.
 */
export function compileMachine<TMachine extends AnyStateMachine>(
  machine: TMachine,
  options: CompileOptions = {},
): CompiledMachine<TMachine> {
  const childLogic =
    options.children === false ? (logic: AnyActorLogic) => logic : compiledIn(options);
  const generates = options.codegen !== false && mayGenerate();
  const patience = options.codegen === true ? 0 : compiledLimits.eventsUntilCode;
  const generatorFor = (made: Program) => (generates ? new StepGenerator(made, patience) : null);
  const kept = new KeptProgram(
    sourceOf(machine),
    () => new MachineProgram(machine, generatorFor, childLogic, options.reuseContexts === true),
  );
  return compiledLogic(
    machine,
    kept,
    (provided) => compileMachine(provided, options) as never,
  ) as unknown as CompiledMachine<TMachine>;
}

/** Compiles each machine once; one that cannot be compiled stays with XState's interpreter. */
function compiledIn(options: CompileOptions): (logic: AnyActorLogic) => AnyActorLogic {
  const known = new WeakMap<AnyActorLogic, AnyActorLogic>();
  return (logic) => {
    if (!isMachine(logic)) return logic;
    let found = known.get(logic);
    if (found === undefined) {
      found = compiledOrSame(logic, options);
      known.set(logic, found);
    }
    return found;
  };
}

function compiledOrSame(machine: AnyStateMachine, options: CompileOptions): AnyActorLogic {
  try {
    return compileMachine(machine, options);
  } catch (error) {
    if (error instanceof CompileError) return machine;
    throw error;
  }
}

/** An actor of a compiled machine, as XState's `createActor` would make one; it is not started yet. */
export function createActor<TMachine extends AnyStateMachine>(
  logic: CompiledMachine<TMachine>,
  options: ActorOptions<CompiledMachine<TMachine>> = {},
): CompiledActorRef<TMachine> {
  const program = programOf(logic);
  if (program === undefined) throw new TypeError('createActor of netrun takes compiled machines');
  return new CompiledActor(logic, program, options) as unknown as CompiledActorRef<TMachine>;
}
