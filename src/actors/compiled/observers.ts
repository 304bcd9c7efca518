/** Who watches an actor: observers of its snapshots, and listeners to what it emits. */
import type { AnyEvent } from './event.ts';
import type { AnyActorRef, Observer, Subscription } from 'xstate';
import { type SystemParts, reportUnhandled } from './xstate-internals.ts';

/** One who watches many actors, at no cost to each. */
export interface Watcher {
  emitted(event: AnyEvent, actor: object): void;
  failed(error: unknown, actor: object): void;
  completed(actor: object): void;
}

export interface SnapshotObserver {
  readonly next: ((snapshot: unknown) => void) | undefined;
  readonly error: ((error: unknown) => void) | undefined;
  readonly complete: (() => void) | undefined;
}

/** What `subscribe` takes: an observer, or its functions one by one. */
export type ObserverLike = Partial<SnapshotObserver> | ((snapshot: unknown) => void) | undefined;

export function observerOf(
  next: ObserverLike,
  error?: (error: unknown) => void,
  complete?: () => void,
): SnapshotObserver {
  if (typeof next !== 'object') return { next, error, complete };
  return {
    next: next.next?.bind(next),
    error: next.error?.bind(next),
    complete: next.complete?.bind(next),
  };
}

/** What a selector makes of the snapshots: whoever subscribes is told where it became another. */
export function selected<S, T>(
  actor: {
    getSnapshot(): S;
    subscribe(next: (snapshot: unknown) => void): Subscription;
  },
  selector: (snapshot: S) => T,
  equal: (one: T, other: T) => boolean,
): { subscribe(observer: Observer<T> | ((value: T) => void)): Subscription; get(): T } {
  return {
    subscribe: (given) => {
      const observer = observerOf(given as ObserverLike);
      let last = selector(actor.getSnapshot());
      return actor.subscribe((snapshot) => {
        const next = selector(snapshot as S);
        if (equal(last, next)) return;
        last = next;
        observer.next?.(next);
      });
    },
    get: () => selector(actor.getSnapshot()),
  };
}

/** Calls somebody else's function; what it throws is thrown on its own. */
function callSafely(call: () => void): void {
  try {
    call();
  } catch (error) {
    reportUnhandled(error);
  }
}

export function tellAll(observers: ReadonlySet<SnapshotObserver>, snapshot: unknown): void {
  for (const { next } of observers) {
    try {
      next?.(snapshot);
    } catch (error) {
      reportUnhandled(error);
    }
  }
}

/** Tells one who comes when it is over how it ended. */
export function tellEnd(
  observer: SnapshotObserver,
  { status, error }: { readonly status: string; readonly error: unknown },
): void {
  if (status === 'done') callSafely(() => observer.complete?.());
  else if (status === 'error' && observer.error === undefined) reportUnhandled(error);
  else if (status === 'error') callSafely(() => observer.error?.(error));
}

/** For `syncSnapshot`: the parent gets every snapshot of its child while that is active, as an event. */
export function tellParentOfSnapshots(actor: AnyActorRef, parent: AnyActorRef): void {
  actor.subscribe({
    next: (snapshot: { readonly status?: string }) => {
      if (snapshot.status !== 'active') return;
      const news = { type: `xstate.snapshot.${actor.id}`, snapshot };
      (actor.system as unknown as SystemParts)._relay(actor, parent, news);
    },
    error: () => undefined,
  });
}

export function completeAll(observers: Set<SnapshotObserver>): void {
  for (const { complete } of observers) callSafely(() => complete?.());
  observers.clear();
}

/** An error that one of them has no ear for is thrown on its own as well. */
export function failAll(observers: Set<SnapshotObserver>, failure: unknown): void {
  let unheard = false;
  for (const { error } of observers) {
    if (error === undefined) unheard = true;
    callSafely(() => error?.(failure));
  }
  observers.clear();
  if (unheard) reportUnhandled(failure);
}

type Handler = (event: AnyEvent) => void;

interface Listener {
  readonly type: string;
  readonly handler: Handler;
}

/** Listeners in the order they came; those for a type are called before those for all. */
export class Listeners {
  #list: readonly Listener[] = [];

  add(type: string, handler: Handler): { unsubscribe(): void } {
    const listener: Listener = { type, handler };
    this.#list = [...this.#list, listener];
    return {
      unsubscribe: () => {
        this.#list = this.#list.filter((each) => each !== listener);
      },
    };
  }

  clear(): void {
    this.#list = [];
  }

  emit(event: AnyEvent): void {
    const list = this.#list;
    for (const { type, handler } of list) {
      if (type === event.type && type !== '*') call(handler, event);
    }
    for (const { type, handler } of list) if (type === '*') call(handler, event);
  }
}

function call(handler: Handler, event: AnyEvent): void {
  try {
    handler(event);
  } catch (error) {
    reportUnhandled(error);
  }
}
