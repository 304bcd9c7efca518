/** The queue of the machines' contexts, against an array. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Fifo,
  drop,
  emptyFifo,
  first,
  firstItems,
  includes,
  push,
  sizeOf,
  toArray,
  without,
} from '../../src/machines/fifo.ts';

/** A queue and what it has to hold. */
interface Pair {
  readonly queue: Fifo;
  readonly model: readonly number[];
}

function agree({ queue, model }: Pair): void {
  expect(toArray(queue)).toEqual(model);
  expect(sizeOf(queue)).toBe(model.length);
  expect(first(queue)).toBe(model[0]);
  expect(firstItems(queue, 2)).toEqual(model.slice(0, 2));
  expect(JSON.parse(JSON.stringify(queue))).toEqual(queue);
}

const fill = (count: number): Fifo =>
  Array.from({ length: count }).reduce<Fifo>((queue, _, at) => push(queue, at), emptyFifo);

describe('a queue', () => {
  it('does what an array does, and earlier windows stay what they were', () => {
    const step = fc.record({
      what: fc.constantFrom('push', 'push', 'push', 'drop', 'without', 'miss'),
      /** Which of the queues made so far. */
      from: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(50)),
      by: fc.nat(60),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const pairs: Pair[] = [{ queue: emptyFifo, model: [] }];
        for (const [item, { what, from, by }] of steps.entries()) {
          const { queue, model } = pairs[Math.max(0, pairs.length - 1 - from)] ?? {
            queue: emptyFifo,
            model: [],
          };
          const n = Math.min(by, model.length);
          const target = model[by % Math.max(1, model.length)] ?? -1;
          switch (what) {
            case 'push':
              pairs.push({ queue: push(queue, item), model: [...model, item] });
              break;
            case 'drop':
              pairs.push({ queue: drop(queue, n), model: model.slice(n) });
              break;
            case 'without':
              pairs.push({
                queue: without(queue, target),
                model: model.filter((other) => other !== target),
              });
              break;
            default:
              // In another window of the same array it may be: in this one it is not.
              expect(includes(queue, item)).toBe(false);
              expect(without(queue, item)).toBe(queue);
          }
          for (const other of model) expect(includes(queue, other)).toBe(true);
        }
        for (const pair of pairs) agree(pair);
      }),
      { seed: 4, numRuns: 150 },
    );
  });

  it('is the one empty queue when it is empty', () => {
    expect(drop(fill(3), 3)).toBe(emptyFifo);
    expect(without(fill(1), 0)).toBe(emptyFifo);
    expect(first(emptyFifo)).toBeUndefined();
    expect(push(emptyFifo, 1)).toEqual({ items: [1], head: 0, tail: 1 });
    expect(toArray(emptyFifo)).toEqual([]);
  });

  it('does not look behind its window', () => {
    const short = fill(2);
    const long = push(short, 9);
    expect(includes(short, 9)).toBe(false);
    expect(without(short, 9)).toBe(short);
    expect(includes(drop(long, 1), 0)).toBe(false);
  });

  it('keeps no more of what went through it than of what is in it', () => {
    let queue = fill(10);
    for (let n = 0; n < 10_000; n++) queue = drop(push(queue, n), 1);
    expect(queue.items.length).toBeLessThan(100);
    expect(sizeOf(queue)).toBe(10);
  });
});
