/** The queue of the drive: held to a list. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Queue } from '../../src/runtime/drive/queue.ts';

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ put: fc.integer({ min: 1, max: 1500 }) }) },
    { weight: 6, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 1500 }) }) },
    fc.record({ keepMultiplesOf: fc.integer({ min: 1, max: 3 }) }),
  ),
  { maxLength: 12 },
);

it('gives what came, in order, whatever came and went before', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const queue = new Queue<number>();
      let model: number[] = [];
      let next = 0;
      for (const step of list) {
        if ('put' in step) {
          for (let n = 0; n < step.put; n++) {
            queue.put(next);
            model.push(next++);
          }
        } else if ('take' in step) {
          const taken = model.splice(0, step.take);
          expect(taken.map(() => queue.take())).toEqual(taken);
          if (taken.length < step.take) expect(queue.take()).toBeUndefined();
        } else {
          const keep = (item: number): boolean => item % step.keepMultiplesOf === 0;
          queue.filter(keep);
          model = model.filter(keep);
        }
        expect(queue.size).toBe(model.length);
        expect(queue.first()).toBe(model[0]);
      }
      expect(queue.list()).toEqual(model);
    }),
    { numRuns: 60, seed: 1 },
  );
});
