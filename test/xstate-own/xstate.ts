/** XState as its tests see it, with machines compiled wherever they come to life; what is refused stays interpreted. */
import {
  type ActorOptions,
  type AnyActorLogic,
  type AnyStateMachine,
  StateMachine,
  createActor as createXstateActor,
  getInitialMicrosteps as xstateInitialMicrosteps,
  getInitialSnapshot as xstateInitialSnapshot,
  getMicrosteps as xstateMicrosteps,
  getNextSnapshot as xstateNextSnapshot,
  initialTransition as xstateInitialTransition,
  transition as xstateTransition,
} from 'xstate';
import {
  CompileError,
  compileMachine,
  createActor as createCompiledActor,
} from '../../src/compiled.ts';

export * from 'xstate';

type Loose = (...args: readonly unknown[]) => unknown;

function compiled(logic: unknown): ReturnType<typeof compileMachine> | null {
  if (!(logic instanceof StateMachine)) return null;
  try {
    return compileMachine(logic as AnyStateMachine);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    process.stderr.write(`interpreted: ${error.message}\n`);
    return null;
  }
}

export function createActor(logic: AnyActorLogic, options?: ActorOptions<AnyActorLogic>): unknown {
  const made = compiled(logic);
  if (made === null) return createXstateActor(logic, options);
  return createCompiledActor(made, options as never);
}

/** Its older name. */
export function interpret(logic: AnyActorLogic, options?: ActorOptions<AnyActorLogic>): unknown {
  return createActor(logic, options);
}

const known = new WeakMap<object, unknown>();

/** Snapshots of one machine go from one pure function to the next. */
function logicOf(logic: unknown): unknown {
  if (!(logic instanceof StateMachine)) return logic;
  if (!known.has(logic)) known.set(logic, compiled(logic) ?? logic);
  return known.get(logic);
}

/** The function, handed compiled logic in the place of a machine. */
export const onCompiled =
  (pure: unknown): Loose =>
  (logic, ...args) =>
    (pure as Loose)(logicOf(logic), ...args);

export const transition = onCompiled(xstateTransition);
export const initialTransition = onCompiled(xstateInitialTransition);
export const getNextSnapshot = onCompiled(xstateNextSnapshot);
export const getInitialSnapshot = onCompiled(xstateInitialSnapshot);
export const getMicrosteps = onCompiled(xstateMicrosteps);
export const getInitialMicrosteps = onCompiled(xstateInitialMicrosteps);
