/** Kernels made from snapshots, on random graphs under random actions: nobody can tell them from the first. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/dsl/graph.ts';
import type { Action, PacketId } from '../../src/machines/action.ts';
import { type Kernel, createKernel } from '../../src/runtime/kernel/kernel.ts';
import { act } from './driving.ts';
import { anyGraph, choices } from './random-nets.ts';
import { Trial, stateOf } from './trial.ts';

const runs = { seed: 20_250_601, numRuns: 150 } as const;

/** Another kernel, from what the first would write into a file. */
function restored(graph: Graph, kernel: Kernel): Kernel {
  return createKernel(graph, { snapshot: JSON.parse(stateOf(kernel)) as unknown });
}

/** What a kernel says of the net, but for its snapshot. */
function views(kernel: Kernel, packets: Iterable<PacketId>, nodes: readonly string[]): unknown {
  return {
    net: kernel.net(),
    packets: [...packets].map((id) => kernel.packet(id)),
    startable: kernel.startableEpochs().map((id) => kernel.epoch(id)),
    gates: nodes.map((node) => kernel.gate(node)),
  };
}

describe('a kernel made from the snapshot of another', () => {
  it('has the same snapshot, says the same, and answers the same from there on (G4)', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyGraph, choices, fc.nat(59), fc.nat(59), (input, list, first, second) => {
        const graph = new Graph(input);
        const names = input.nodes.map(({ name }) => name);
        const trial = new Trial(graph.toSpec());
        let twin: Kernel | null = null;
        for (const [at, choice] of list.entries()) {
          // Once from the first kernel, and once from one that was itself restored.
          if (at === Math.min(first, second)) twin = restored(graph, trial.kernel);
          if (at === Math.max(first, second) && twin !== null) twin = restored(graph, twin);
          trial.take(choice);
          if (twin === null) continue;
          const answer = trial.answers.at(-1);
          const same = twin.apply(trial.actions.at(-1) as Action);
          expect(JSON.stringify(same)).toBe(JSON.stringify(answer));
          expect(stateOf(twin)).toBe(stateOf(trial.kernel));
          for (const event of same.ok ? same.events : []) seen.add(event.event);
        }
        if (twin === null) return;
        const packets = [...trial.model.where.keys()];
        expect(views(twin, packets, names)).toEqual(views(trial.kernel, packets, names));
      }),
      runs,
    );
    for (const name of afterwards) {
      expect(seen, `no restored kernel came across ${name}`).toContain(name);
    }
  });

  it('hears the gates of nodes open as the other does', () => {
    fc.assert(
      fc.property(anyGraph, choices, fc.nat(30), (input, list, from) => {
        const graph = new Graph(input);
        const trial = new Trial(graph.toSpec());
        for (const choice of list) trial.take(choice);
        const told: string[][] = [[], []];
        const first = createKernel(graph, { onGateOpened: (node) => told[0]?.push(node) });
        for (const action of trial.actions.slice(0, from)) first.apply(action);
        told[0]?.splice(0);
        const second = createKernel(graph, {
          snapshot: first.snapshot(),
          onGateOpened: (node) => told[1]?.push(node),
        });
        expect(told[1]).toEqual([]);
        for (const action of trial.actions.slice(from)) {
          first.apply(action);
          second.apply(action);
        }
        expect(told[1]).toEqual(told[0]);
      }),
      { ...runs, seed: 31, numRuns: 40 },
    );
  });
});

/** What restored kernels have to come across. */
const afterwards = `
  PacketCreated PacketConsumed PacketDestroyed PacketMoved EpochCreated EpochStarted EpochFinished
  EpochCancelled EpochFailed EpochRetryScheduled AttemptStarted DagViolation InputSalvoTriggered
  OutputSalvoTriggered TimerSet TimerCleared NetStarted NetBlocked NetPausing NetPaused NetResumed
  NetStopped NetRecovered NodeStarted NodeFailed NodeRestartScheduled
`
  .trim()
  .split(/\s+/);

describe('RecoverNet at any point of a run', () => {
  it('keeps every packet and every epoch where it was, and the net goes on when it is resumed (G1, G8)', () => {
    let recovered = 0;
    fc.assert(
      fc.property(anyGraph, choices, (input, list) => {
        const graph = new Graph(input);
        const names = input.nodes.map(({ name }) => name);
        const trial = new Trial(graph.toSpec());
        for (const choice of list) trial.take(choice);
        const kernel = restored(graph, trial.kernel);
        const { running, startable, inside } = kernel.net();
        const answer = kernel.apply({ type: 'RecoverNet' });
        if (!answer.ok) {
          expect(trial.rules.lifecycle).toBe('created');
          return;
        }
        recovered += 1;
        for (const [id, location] of trial.model.where) {
          expect(kernel.packet(id).location).toEqual(location);
        }
        for (const { id, node } of trial.model.epochs.values()) {
          expect(kernel.epoch(id).node).toBe(node);
        }
        expect(kernel.net()).toMatchObject({ lifecycle: 'paused', running, startable, inside });
        act(kernel, { type: 'ResumeNet' });
        for (const node of names) {
          // Refused where its start waits for its timer.
          kernel.apply({ type: 'FireTimer', key: `restart:${node}` });
          act(kernel, { type: 'NodeUp', node });
        }
        expect(kernel.net().lifecycle).toBe('running');
        act(kernel, { type: 'RunNetUntilBlocked' });
        endAll(kernel, trial);
      }),
      { ...runs, seed: 5 },
    );
    expect(recovered).toBeGreaterThan(50);
  });
});

/** Every epoch there was ends once, with what it holds. */
function endAll(kernel: Kernel, trial: Trial): void {
  for (const id of trial.model.epochs.keys()) {
    act(kernel, { type: 'CancelEpoch', epoch: id });
    expect(kernel.apply({ type: 'CancelEpoch', epoch: id })).toMatchObject({
      code: 'EPOCH_NOT_FOUND',
    });
  }
}
