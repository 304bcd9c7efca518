/** Events as the compiler knows them: a type, and whatever their author gave them. */
export interface AnyEvent {
  readonly type: string;
}

/** What a parent is told of a child that failed. */
export function errorEvent(id: string, error: unknown): AnyEvent {
  const event = { type: `xstate.error.actor.${id}`, error, actorId: id };
  return event;
}

/** The type of the event for the id that was asked for last: many children of one parent may have one id. */
let doneId = '';
let doneType = '';

/** What a parent is told of a child that is done. */
export function doneEvent(id: string, output: unknown): AnyEvent {
  if (id !== doneId || doneType === '') {
    doneId = id;
    doneType = `xstate.done.actor.${id}`;
  }
  const event = { type: doneType, output, actorId: id };
  return event;
}

export const stopEvent: AnyEvent = { type: 'xstate.stop' };
