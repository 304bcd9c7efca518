/** What every function of a random machine is called with, and how they are typed. */
import type { AnyActorRef, AnyEventObject } from 'xstate';

export interface Context {
  n: number;
  ref: AnyActorRef | null;
}

export interface Args {
  context: Context;
  event: AnyEventObject;
  self: AnyActorRef;
  system: { get(id: string): AnyActorRef | undefined };
}

/** XState's own actions, put together at run time from data, have no type that TypeScript could find. */
export type Loose = (...args: unknown[]) => unknown;
