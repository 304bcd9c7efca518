/** The actors that random machines invoke and spawn: one of each kind that XState has, recording what they see. */
import {
  type AnyActorLogic,
  type AnyEventObject,
  type Subscribable,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
} from 'xstate';
import type { Trace } from './trace.ts';

interface Input {
  n: number;
}

interface Listener<T> {
  next?: (value: T) => void;
  error?: (error: unknown) => void;
  complete?: () => void;
}

/** Gives its values as soon as it is subscribed to, then ends. */
function valuesOf<T>(trace: Trace, values: readonly T[], failure: Error | null): Subscribable<T> {
  const subscribe = (listener: Listener<T>): { unsubscribe(): void } => {
    for (const value of values) listener.next?.(value);
    if (failure === null) listener.complete?.();
    else listener.error?.(failure);
    return { unsubscribe: () => trace.see('unsubscribed') };
  };
  return { subscribe } as Subscribable<T>;
}

export type SourceLogic = Readonly<
  Record<
    | 'resolving'
    | 'rejecting'
    | 'callback'
    | 'observable'
    | 'eventObservable'
    | 'failingObservable'
    | 'reducer',
    AnyActorLogic
  >
>;

export function actorSources(trace: Trace): SourceLogic {
  return {
    resolving: fromPromise<number, Input>(({ input, self }) => {
      trace.see('promise', input, self.id);
      return Promise.resolve(input.n);
    }),
    rejecting: fromPromise<number, Input>(({ input, self }) => {
      trace.see('promise', input, self.id);
      return Promise.reject(new Error('rejected'));
    }),
    callback: fromCallback<AnyEventObject, Input>(({ input, receive, sendBack, self }) => {
      trace.see('callback', input, self.id);
      receive((event) => {
        trace.see('received', event, self.id);
        if (event.type === 'a') sendBack({ type: 'b', from: 'callback' });
        if (event.type === 'c') throw new Error('callback');
      });
      if (input.n === 3) sendBack({ type: 'a.x', from: 'callback' });
      return () => trace.see('cleaned', self.id);
    }),
    observable: fromObservable<number, Input>(({ input, self }) => {
      trace.see('observable', input, self.id);
      return valuesOf(trace, [1, 2], null);
    }),
    eventObservable: fromEventObservable<AnyEventObject, Input>(({ input, self }) => {
      trace.see('event observable', input, self.id);
      return valuesOf(trace, [{ type: 'a' }, { type: 'a.x.y' }], null);
    }),
    failingObservable: fromObservable<number, Input>(({ input, self }) => {
      trace.see('failing observable', input, self.id);
      return valuesOf(trace, [1], new Error('observable'));
    }),
    reducer: fromTransition<number, AnyEventObject, never, Input>(
      (state, event, { self }) => {
        trace.see('reduced', state, event, self.id);
        if (event.type === 'a.x.y') throw new Error('reducer');
        return state + 1;
      },
      ({ input }) => {
        trace.see('reducer', input);
        return input.n;
      },
    ),
  };
}
