/** What XState's development build says of mistakes in the use of actors; all of it is silent with its production build. */
import type { AnyEvent } from './event.ts';
import { cancel } from 'xstate';
import { type AuthorFunction, isRecord } from './source.ts';
import { callAsAction } from './xstate-internals.ts';

/** In the development build XState's own actions refuse to be called; in the production build they do nothing. */
function isDevelopmentBuild(): boolean {
  try {
    (cancel('') as unknown as AuthorFunction)();
    return false;
  } catch {
    return true;
  }
}

/** Whether this is XState's development build. */
export const tells = isDevelopmentBuild();

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

const told = new WeakMap<AuthorFunction, AuthorFunction>();

/** The function as it is called for an action: XState warns of its own actions being made meanwhile. */
export function asAction(fn: AuthorFunction): AuthorFunction {
  if (!tells) return fn;
  let telling = told.get(fn);
  if (telling === undefined) {
    telling = (info, params) => callAsAction(fn, info, params);
    told.set(fn, telling);
  }
  return telling;
}

const asked = new WeakMap<object, Set<string>>();

/** Wildcards that cover nothing, told of once for the handlers of a state and a type of event. */
export function warnOfWildcards(handlers: ReadonlyMap<string, unknown>, eventType: string): void {
  if (!tells) return;
  let types = asked.get(handlers);
  if (types === undefined) {
    types = new Set();
    asked.set(handlers, types);
  }
  if (types.has(eventType)) return;
  types.add(eventType);
  for (const descriptor of handlers.keys()) {
    if (descriptor !== eventType && descriptor.endsWith('.*'))
      warnOfWildcard(descriptor, eventType);
  }
}

function warnOfWildcard(descriptor: string, eventType: string): void {
  if (/\*./.test(descriptor)) {
    warn(
      `Wildcards can only be the last token of an event descriptor (e.g., "event.*") or the entire event descriptor ("*"). Check the "${descriptor}" event.`,
    );
  }
  const tokens = descriptor.split('.');
  const infix = tokens.indexOf('*');
  if (infix === tokens.length - 1) return;
  const before = tokens.slice(0, infix);
  const reached = eventType.split('.').slice(0, infix);
  if (before.join('.') !== reached.join('.')) return;
  warn(
    `Infix wildcards in transition events are not allowed. Check the "${descriptor}" transition.`,
  );
}

/** Functions within an output are not called. */
export function warnOfMappedOutput(output: unknown): void {
  if (!tells || !isRecord(output)) return;
  const mapping = Object.entries(output).filter(([, value]) => typeof value === 'function');
  if (mapping.length === 0) return;
  const list = mapping.map(([key, value]) => {
    const text = Function.prototype.toString.call(value).replaceAll(/\n\s*/g, '');
    return `\n - ${key}: ${text}`;
  });
  warn(
    `Dynamically mapping values to individual properties is deprecated. Use a single function that returns the mapped object instead.\nFound object containing properties whose values are possibly mapping functions: ${list.join('')}`,
  );
}

export function warnOfForgottenState(id: string): void {
  if (tells) warn(`Could not resolve StateNode for id: ${id}`);
}

export function warnOfMissingLogic(src: unknown, actor: { readonly id: string }): void {
  if (tells) warn(`Actor type '${String(src)}' not found in machine '${actor.id}'.`);
}
