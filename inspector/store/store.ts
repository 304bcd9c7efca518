/**
 * A value that parts of the page read, and are drawn again by when what they read of it has changed.
 *
 * S1 everything read while one frame is drawn comes from one value.
 * S2 a part that reads through a selector is drawn again only when what it selected is another value.
 */
import { useSyncExternalStore } from 'react';

export interface Store<T> {
  readonly get: () => T;
  /** Replaces some fields; those who read are told at once. */
  readonly set: (change: Partial<T> | ((now: T) => Partial<T>)) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

export function createStore<T extends object>(first: T): Store<T> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(change) {
      const fields = typeof change === 'function' ? change(value) : change;
      const changed = (Object.keys(fields) as (keyof T)[]).some(
        (key) => !Object.is(fields[key], value[key]),
      );
      if (!changed) return;
      value = { ...value, ...fields };
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** What `select` takes of the store, which must be the same value as long as nothing has changed in it. */
export function useStore<T, S>(store: Store<T>, select: (value: T) => S): S {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
