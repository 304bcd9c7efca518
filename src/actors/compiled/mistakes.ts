/** What XState's development build says of mistakes in the use of actors; all of it is silent with its production build. */
import type { AnyEvent } from './event.ts';
import { createActor, fromTransition } from 'xstate';

/** The development build refuses an event that is only text; the production build keeps it for later. */
function isDevelopmentBuild(): boolean {
  const actor = createActor(fromTransition((state: null) => state, null));
  try {
    actor.send('' as never);
    return false;
  } catch {
    return true;
  }
}

const tells = isDevelopmentBuild();

function warn(message: string): void {
  // oxlint-disable-next-line no-console -- XState's own warnings go there, too
  console.warn(message);
}

export function refuseTextEvent(event: unknown): void {
  if (!tells || typeof event !== 'string') return;
  throw new Error(
    `Only event objects may be sent to actors; use .send({ type: "${event}" }) instead`,
  );
}

export function refuseWildcardEvent(event: AnyEvent): void {
  if (tells && event.type === '*') {
    throw new Error(`An event cannot have the wildcard type ('*')`);
  }
}

/** An actor that is still being made has no snapshot. */
export function refuseMissingSnapshot(snapshot: object | undefined): void {
  if (tells && snapshot === undefined) {
    throw new Error(`Snapshot can't be read while the actor initializes itself`);
  }
}

export function refuseInlineChild(src: unknown, options: unknown): void {
  if (!tells || typeof src === 'string') return;
  const allowed =
    typeof options === 'object' && options !== null && '__unsafeAllowInlineActors' in options;
  if (!allowed) throw new Error('An inline child actor cannot be persisted.');
}

export function warnOfStoppedActor(
  { id, sessionId }: { readonly id: string; readonly sessionId: string },
  event: AnyEvent,
): void {
  if (!tells) return;
  let text: string;
  try {
    text = JSON.stringify(event);
  } catch {
    text = Object.prototype.toString.call(event);
  }
  warn(
    `Event "${event.type}" was sent to stopped actor "${id} (${sessionId})". This actor has already reached its final state, and will not transition.\nEvent: ${text}`,
  );
}

export function warnOfMissingLogic(src: unknown, actor: { readonly id: string }): void {
  if (tells) warn(`Actor type '${String(src)}' not found in machine '${actor.id}'.`);
}
