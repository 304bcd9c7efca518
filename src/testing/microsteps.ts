/**
 * Which transitions XState's actors take, and which states they come through: its inspection events, read.
 *
 * All that netrun/testing knows of how XState reports is in this file.
 */
import type {
  AnyActorRef,
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyStateNode,
  AnyTransitionDefinition,
  EventObject,
  InspectionEvent,
  StateValue,
} from 'xstate';

/** What is told of the actors that are watched. */
export interface MicrostepListener {
  onMachine(address: string, machine: AnyStateMachine): void;
  onTransition(address: string, transition: AnyTransitionDefinition): void;
  onState(address: string, path: readonly string[]): void;
}

/** XState's actors run the machine itself, compiled ones what was compiled from it. */
function machineOf(actor: AnyActorRef): AnyStateMachine {
  const { logic } = actor as unknown as {
    readonly logic: AnyStateMachine | { readonly machine: AnyStateMachine };
  };
  return 'machine' in logic ? logic.machine : logic;
}

/** The states of a value, as paths from the root. */
function pathsOf(value: StateValue, above: readonly string[] = []): string[][] {
  if (typeof value === 'string') return [[...above, value]];
  return Object.entries(value).flatMap(([key, inner]) =>
    inner === undefined ? [] : [[...above, key], ...pathsOf(inner, [...above, key])],
  );
}

/** Tells what an inspection event says of transitions and states. */
export function readInspection(event: InspectionEvent, listener: MicrostepListener): void {
  const actor = event.actorRef as AnyActorRef;
  switch (event.type) {
    case '@xstate.actor': {
      listener.onMachine(actor.id, machineOf(actor));
      const snapshot = snapshotOf(actor);
      if (snapshot !== null) tellBeginning(actor.id, snapshot, listener);
      break;
    }
    case '@xstate.microstep':
      for (const transition of event._transitions) listener.onTransition(actor.id, transition);
      tellStates(actor.id, event.snapshot as AnyMachineSnapshot, listener);
      break;
    case '@xstate.snapshot':
      tellStates(actor.id, event.snapshot as AnyMachineSnapshot, listener);
      break;
    default:
  }
}

/** Null: the actor is being made; it tells of its first snapshot once it has one. */
function snapshotOf(actor: AnyActorRef): AnyMachineSnapshot | null {
  try {
    return (actor.getSnapshot() as AnyMachineSnapshot | undefined) ?? null;
  } catch {
    return null;
  }
}

/**
 * An actor that was there before it was watched, and has not moved since it was made: the initial
 * states that it is not in it left by a transition without an event, to a state that it is in.
 */
function tellBeginning(
  address: string,
  snapshot: AnyMachineSnapshot,
  listener: MicrostepListener,
): void {
  const now = new Set(pathsOf(snapshot.value as StateValue).map((path) => path.join('.')));
  const visit = (state: AnyStateNode): void => {
    const left = state.path.length > 0 && !now.has(state.path.join('.'));
    if (left) listener.onState(address, state.path);
    for (const transition of left ? (state.always ?? []) : []) {
      const reached = transition.target?.every((target) => now.has(target.path.join('.'))) === true;
      if (reached) listener.onTransition(address, transition);
    }
    if (state.type === 'parallel') Object.values(state.states).forEach(visit);
    else state.initial?.target?.forEach(visit);
  };
  visit(snapshot.machine.root);
  tellStates(address, snapshot, listener);
}

/** The states that a snapshot is in. */
export function tellStates(
  address: string,
  snapshot: AnyMachineSnapshot,
  listener: MicrostepListener,
): void {
  for (const path of pathsOf(snapshot.value as StateValue)) listener.onState(address, path);
}

/** The transitions that a question would take, asked as `snapshot.can` asks it. */
export function transitionsOfQuestion(
  actor: AnyActorRef,
  question: EventObject,
): readonly AnyTransitionDefinition[] {
  const snapshot = actor.getSnapshot() as AnyMachineSnapshot;
  return machineOf(actor).getTransitionData(snapshot, question) ?? [];
}
