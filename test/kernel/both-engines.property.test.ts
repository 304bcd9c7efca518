/** Random actions on random graphs: nobody can tell the engines apart (G4). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/dsl/graph.ts';
import { createKernel } from '../../src/runtime/kernel/kernel.ts';
import { anyGraph, choices } from './random-nets.ts';
import { Trial, stateOf } from './trial.ts';

const runs = { seed: 20_260_311, numRuns: 120 } as const;

describe('a kernel on the compiled engine and one on the interpreted', () => {
  it('give the same answers to the same actions, and have the same state after each (G4)', () => {
    let events = 0;
    fc.assert(
      fc.property(anyGraph, choices, (input, list) => {
        const graph = new Graph(input);
        const trial = new Trial(graph.toSpec());
        const told: Record<'compiled' | 'interpreted', string[]> = {
          compiled: [],
          interpreted: [],
        };
        const on = (engine: 'compiled' | 'interpreted') =>
          createKernel(graph, { engine, onGateOpened: (node) => told[engine].push(node) });
        const [compiled, interpreted] = [on('compiled'), on('interpreted')];
        for (const choice of list) {
          trial.take(choice);
          const action = trial.actions.at(-1);
          if (action === undefined) continue;
          const answer = compiled.apply(action);
          expect(JSON.stringify(answer)).toBe(JSON.stringify(interpreted.apply(action)));
          expect(stateOf(compiled)).toBe(stateOf(interpreted));
          events += answer.ok ? answer.events.length : 0;
        }
        expect(told.compiled).toEqual(told.interpreted);
      }),
      runs,
    );
    expect(events).toBeGreaterThan(2000);
  });

  it('take over from each other in the middle (G4)', () => {
    fc.assert(
      fc.property(anyGraph, choices, fc.nat(40), (input, list, from) => {
        const graph = new Graph(input);
        const trial = new Trial(graph.toSpec());
        for (const choice of list) trial.take(choice);
        let first = createKernel(graph, { engine: 'interpreted' });
        let second = createKernel(graph, { engine: 'compiled' });
        for (const [at, action] of trial.actions.entries()) {
          if (at === from) {
            const snapshots = [first, second].map(
              (kernel) => JSON.parse(stateOf(kernel)) as unknown,
            );
            second = createKernel(graph, { engine: 'compiled', snapshot: snapshots[0] });
            first = createKernel(graph, { engine: 'interpreted', snapshot: snapshots[1] });
          }
          expect(JSON.stringify(second.apply(action))).toBe(JSON.stringify(first.apply(action)));
        }
        expect(stateOf(second)).toBe(stateOf(first));
      }),
      { ...runs, numRuns: 60 },
    );
  });
});
