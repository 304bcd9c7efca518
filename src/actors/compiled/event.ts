/** Events as the compiler knows them: a type, and whatever their author gave them. */
export interface AnyEvent {
  readonly type: string;
}

/** What a parent is told of a child that failed. */
export function errorEvent(id: string, error: unknown): AnyEvent {
  const event = { type: `xstate.error.actor.${id}`, error, actorId: id };
  return event;
}

/** What a parent is told of a child that is done. */
export function doneEvent(id: string, output: unknown): AnyEvent {
  const event = { type: `xstate.done.actor.${id}`, output, actorId: id };
  return event;
}
