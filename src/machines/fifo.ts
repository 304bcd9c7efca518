/**
 * A first-in first-out queue as plain data, for machine contexts.
 *
 * A queue is a window [head, tail) over an array. Pushing writes behind the window into the same
 * array and makes a new window, so earlier windows keep showing what they showed; popping moves
 * the head. Both take constant time on average. A window that is no longer the newest of its
 * array is copied before it is pushed to.
 */
export interface Fifo<T = number> {
  readonly items: readonly T[];
  readonly head: number;
  readonly tail: number;
}

const nothing: readonly never[] = Object.freeze([]);

/** The empty queue. */
export const emptyFifo: Fifo<never> = Object.freeze({ items: nothing, head: 0, tail: 0 });

/** The queue of these, in their order. */
export function fifoOf<T>(items: readonly T[]): Fifo<T> {
  const { length } = items;
  return length === 0 ? emptyFifo : { items: items.slice(), head: 0, tail: length };
}

/** A dead prefix longer than this, and longer than what lives, is cut off. */
const slack = 32;

export function sizeOf(fifo: Fifo<unknown>): number {
  return fifo.tail - fifo.head;
}

export function push<T>(fifo: Fifo<T>, item: T): Fifo<T> {
  const { items, head, tail } = fifo;
  if (head === tail) return { items: [item], head: 0, tail: 1 };
  if (items.length === tail) {
    (items as T[]).push(item);
    return { items, head, tail: tail + 1 };
  }
  const copy = items.slice(head, tail);
  copy.push(item);
  return { items: copy, head: 0, tail: copy.length };
}

/** The queue without its first `n` items; `n` is at most its size. */
export function drop<T>(fifo: Fifo<T>, n: number): Fifo<T> {
  const head = fifo.head + n;
  if (head === fifo.tail) return emptyFifo;
  if (head > slack && head > fifo.tail - head) {
    return { items: fifo.items.slice(head, fifo.tail), head: 0, tail: fifo.tail - head };
  }
  return { items: fifo.items, head, tail: fifo.tail };
}

/** The item that came first; undefined where there is none. */
export function first<T>(fifo: Fifo<T>): T | undefined {
  return fifo.head === fifo.tail ? undefined : fifo.items[fifo.head];
}

/** The first `n` items, in order. */
export function firstItems<T>(fifo: Fifo<T>, n: number): T[] {
  if (n === 1 && fifo.head < fifo.tail) return [fifo.items[fifo.head] as T];
  return fifo.items.slice(fifo.head, Math.min(fifo.tail, fifo.head + n));
}

export function toArray<T>(fifo: Fifo<T>): T[] {
  return fifo.items.slice(fifo.head, fifo.tail);
}

export function includes<T>(fifo: Fifo<T>, item: T): boolean {
  const at = fifo.items.indexOf(item, fifo.head);
  return at >= 0 && at < fifo.tail;
}

/** The queue without `item`: constant time where it is the first, linear elsewhere; the same queue where it is not in it. */
export function without<T>(fifo: Fifo<T>, item: T): Fifo<T> {
  const at = fifo.items.indexOf(item, fifo.head);
  if (at < 0 || at >= fifo.tail) return fifo;
  if (at === fifo.head) return drop(fifo, 1);
  const items = fifo.items.slice(fifo.head, fifo.tail);
  items.splice(at - fifo.head, 1);
  return { items, head: 0, tail: items.length };
}
