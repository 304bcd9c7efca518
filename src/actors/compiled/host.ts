/**
 * What a compiled machine asks of the actor that runs it, be it one of ours or XState's own.
 *
 * H1 Actions are done at once where the actor runs, and when it starts where it does not yet.
 * H2 Effects wait until the snapshot has changed, and are made in their order.
 */
import type { AnyEvent } from './event.ts';
import type { AnyActorLogic, AnyActorRef } from 'xstate';
import type { SystemParts } from './xstate-internals.ts';

/** What waits for the snapshot: small integers, for they are kept in a list with what they concern. */
export const Effect = {
  /** a: the actor, b: the event. */
  relay: 0,
  /** a: the event. */
  emit: 1,
  /** a: SendParams. */
  send: 2,
  /** a: RaiseParams. */
  schedule: 3,
  /** a: the id. */
  cancel: 4,
  /** a: the actor. */
  start: 5,
  /** a: the actor. */
  stop: 6,
  /** a: a PendingAction. */
  perform: 7,
} as const;
export type EffectKind = (typeof Effect)[keyof typeof Effect];

/** The parameters of XState's own actions, as inspectors see them. */
export interface SendParams {
  to: AnyActorRef | string | undefined;
  readonly targetId: string | undefined;
  readonly event: AnyEvent;
  readonly id: string | undefined;
  readonly delay: number | undefined;
}

export interface RaiseParams {
  readonly event: AnyEvent;
  readonly id: string | undefined;
  readonly delay: number | undefined;
}

/** An action with everything it takes: what XState calls an executable action. */
export interface PendingAction {
  readonly type: string;
  readonly info: unknown;
  readonly params: unknown;
  readonly exec: ((info: unknown, params: unknown) => unknown) | undefined;
}

export interface ChildOptions {
  readonly id: string | undefined;
  readonly src: unknown;
  readonly input: unknown;
  readonly systemId: string | undefined;
  readonly syncSnapshot: boolean | undefined;
  readonly snapshot?: unknown;
}

export interface Host {
  readonly self: AnyActorRef;
  readonly system: SystemParts;
  /** Actions can be called and effects kept without further ado: the actor runs, and nobody looks on. */
  readonly isDirect: boolean;
  /** Somebody may look on. */
  readonly isWatched: boolean;
  log(...values: readonly unknown[]): void;
  perform(action: PendingAction): void;
  later(kind: EffectKind, a: unknown, b: unknown): void;
  emit(event: AnyEvent): void;
  stopChild(child: AnyActorRef): void;
  spawn(logic: AnyActorLogic, options: ChildOptions): AnyActorRef;
}
