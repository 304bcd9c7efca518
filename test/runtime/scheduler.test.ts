/** Which epoch next: held to a model that looks at all of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PriorityQueue } from '../../src/runtime/drive/priority-queue.ts';
import { Scheduler, type Startable } from '../../src/runtime/drive/scheduler.ts';

const startable = (order: number): Startable => ({ id: `e${order}`, order, isWaiting: false });

describe('PriorityQueue', () => {
  it('gives its elements in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (numbers) => {
        const queue = new PriorityQueue<number>((a, b) => a < b);
        for (const n of numbers) queue.push(n);
        const popped: number[] = [];
        while (queue.size > 0) popped.push(queue.pop() as number);
        expect(popped).toEqual([...numbers].sort((a, b) => a - b));
      }),
      { seed: 1 },
    );
  });
});

type Step =
  | { readonly type: 'open'; readonly node: string }
  | { readonly type: 'gate'; readonly node: string; readonly open: boolean }
  | { readonly type: 'cancel'; readonly index: number }
  | { readonly type: 'next'; readonly netOpen: boolean };

const priorities: Readonly<Record<string, number>> = { A: 0, B: 5, C: 0 };
const nodes = fc.constantFrom(...Object.keys(priorities));
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('open' as const), node: nodes }) },
  fc.record({ type: fc.constant('gate' as const), node: nodes, open: fc.boolean() }),
  fc.record({ type: fc.constant('cancel' as const), index: fc.nat(20) }),
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('next' as const), netOpen: fc.boolean() }),
  },
);

describe('Scheduler', () => {
  it('takes the epoch of highest priority, then the oldest, of nodes whose gate is open', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 80 }), (list) => {
        const scheduler = new Scheduler((node) => priorities[node] ?? 0);
        const closed = new Set<string>();
        let waiting: { epoch: Startable; node: string }[] = [];
        let opened = 0;
        for (const step of list) {
          if (step.type === 'open') {
            const epoch = startable((opened += 1));
            scheduler.add(epoch, scheduler.queueOf(step.node));
            waiting.push({ epoch, node: step.node });
          } else if (step.type === 'gate') {
            if (!step.open) closed.add(step.node);
            else if (closed.delete(step.node)) scheduler.gateOpened(step.node);
          } else if (step.type === 'cancel') {
            const [gone] = waiting.splice(step.index, 1);
            if (gone !== undefined) scheduler.remove(gone.epoch);
          } else {
            const expected = step.netOpen
              ? waiting
                  .filter(({ node }) => !closed.has(node))
                  .sort(
                    (a, b) =>
                      (priorities[b.node] ?? 0) - (priorities[a.node] ?? 0) ||
                      a.epoch.order - b.epoch.order,
                  )[0]
              : undefined;
            const next = scheduler.next((node) =>
              !step.netOpen
                ? 'net max_concurrency'
                : closed.has(node)
                  ? `node:${node} gate.saturated`
                  : 'open',
            );
            expect(next).toBe(expected?.epoch.id ?? null);
            waiting = waiting.filter(({ epoch }) => epoch.id !== next);
          }
          expect(scheduler.size).toBe(waiting.length);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('takes thousands of one node in their order, whatever came and went before', () => {
    const scheduler = new Scheduler(() => 0);
    let opened = 0;
    let taken = 0;
    for (const [more, fewer] of [
      [3000, 2990],
      [2000, 500],
      [1, 1511],
      [5, 5],
    ] as const) {
      for (let n = 0; n < more; n++)
        scheduler.add(startable((opened += 1)), scheduler.queueOf('A'));
      for (let n = 0; n < fewer; n++) expect(scheduler.next(() => 'open')).toBe(`e${(taken += 1)}`);
      expect(scheduler.size).toBe(opened - taken);
    }
    expect(scheduler.next(() => 'open')).toBeNull();
  });

  it('asks the gate once per epoch, however many wait', () => {
    const asked = (count: number): number => {
      const scheduler = new Scheduler(() => 0);
      for (let n = 1; n <= count; n++) scheduler.add(startable(n), scheduler.queueOf(`N${n % 50}`));
      let asks = 0;
      for (let n = 0; n < 10; n++) {
        scheduler.next(() => {
          asks += 1;
          return 'open';
        });
      }
      return asks;
    };
    expect(asked(10_000)).toBe(asked(100));
  });
});
