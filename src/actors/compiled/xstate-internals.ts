/**
 * Everything of XState's insides that compiled actors need in order to live among XState's own: what an
 * actor and a system have beside their public members. Nothing else in the compiler knows of it, and a
 * test holds it to the XState that is installed.
 */
import type { AnyEvent } from './event.ts';
import {
  type AnyActorRef,
  type InspectionEvent,
  type Observer,
  type Subscription,
  createActor,
  fromTransition,
} from 'xstate';
import type { AuthorFunction } from './source.ts';

/** States of an actor's life. */
export const Life = { notStarted: 0, running: 1, stopped: 2 } as const;
export type LifeStage = (typeof Life)[keyof typeof Life];

export interface ActorInternals {
  readonly _processingStatus: LifeStage;
  readonly _parent: AnyActorRef | undefined;
  readonly _syncSnapshot: boolean | undefined;
  _send(event: AnyEvent): void;
  _stop(): unknown;
}

export interface ClockParts {
  setTimeout(fn: () => void, delay: number): unknown;
  clearTimeout(id: unknown): void;
}

export type Logger = (...values: readonly unknown[]) => void;

export interface SystemParts {
  readonly scheduler: {
    schedule(
      source: AnyActorRef,
      target: AnyActorRef,
      event: AnyEvent,
      delay: number,
      id: string | undefined,
    ): void;
    cancel(source: AnyActorRef, id: string): void;
    cancelAll(actor: AnyActorRef): void;
  };
  readonly _clock: ClockParts;
  readonly _logger: Logger;
  _bookId(): string;
  _register(sessionId: string, actor: AnyActorRef): unknown;
  _unregister(actor: AnyActorRef): void;
  _set(systemId: string, actor: AnyActorRef): void;
  _relay(source: AnyActorRef | undefined, target: AnyActorRef, event: AnyEvent): void;
  _sendInspectionEvent(event: object): void;
  get(systemId: string): AnyActorRef | undefined;
  getAll(): Record<string, AnyActorRef>;
  inspect(observer: Observer<InspectionEvent> | ((event: InspectionEvent) => void)): Subscription;
  start(): void;
}

/** What XState hands to the logic of one of its actors. */
export interface ScopeParts {
  readonly self: AnyActorRef;
  readonly system: SystemParts;
  readonly logger: Logger;
  defer(effect: () => void): void;
  emit(event: AnyEvent): void;
  stopChild(child: AnyActorRef): void;
  actionExecutor(action: {
    readonly type: string;
    readonly info: unknown;
    readonly params: unknown;
    readonly exec: ((info: unknown, params: unknown) => unknown) | undefined;
  }): void;
}

export const internalsOf = (actor: AnyActorRef): ActorInternals =>
  actor as unknown as ActorInternals;

export const isRunning = (actor: AnyActorRef): boolean =>
  internalsOf(actor)._processingStatus === Life.running;

export const isStopped = (actor: AnyActorRef): boolean =>
  internalsOf(actor)._processingStatus === Life.stopped;

/** XState's marks: of an actor in persisted context, and of an actor's JSON. */
export const actorMark = 'xstate$$type';
export const actorMarkValue = 1;

interface Template {
  readonly system: SystemParts;
  /** Its session's name, until somebody has been given it. */
  session: string | null;
}

const idle = fromTransition((state: null) => state, null);

let made: Template | null = null;

/** The actor whose system lends what every system has: its way to number sessions, clock and logger. */
function template(): Template {
  if (made === null) {
    const actor = createActor(idle);
    made = { system: actor.system as unknown as SystemParts, session: actor.sessionId };
  }
  return made;
}

/** The name of a session: unique among all actors, XState's own too, and none of them is left out. */
export function bookSession(): string {
  const from = template();
  const { session } = from;
  if (session === null) return from.system._bookId();
  from.session = null;
  return session;
}

export const defaultClock = (): ClockParts => template().system._clock;
export const defaultLogger = (): Logger => template().system._logger;

const unhandled = 'unhandled';

let lent: ScopeParts | null = null;

/** What XState's own actors do, lent by one that is of no system, so that it takes no session's name. */
function lender(): ScopeParts {
  if (lent === null) {
    const nothing = (): void => undefined;
    const system = { _bookId: () => '', _register: nothing, _sendInspectionEvent: nothing };
    const actor = createActor(idle, { parent: { system } as never }).start();
    actor.on(unhandled as never, ({ error }: { readonly error: unknown }) => {
      throw error;
    });
    lent = (actor as unknown as { readonly _actorScope: ScopeParts })._actorScope;
  }
  return lent;
}

/** Calls a function as one of XState's own actors calls an action: while it runs, XState knows of it. */
export function callAsAction(fn: AuthorFunction, info: unknown, params: unknown): void {
  lender().actionExecutor({ type: fn.name, info, params, exec: fn });
}

/** Where nobody listens for an error XState throws it on its own, for the process to report: as it does for a listener's. */
export function reportUnhandled(error: unknown): void {
  lender().emit({ type: unhandled, error } as AnyEvent);
}
