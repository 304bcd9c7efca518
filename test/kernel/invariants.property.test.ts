/** The guarantees, on random graphs under random actions, against a second account of the same net. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphInput } from '../../src/dsl/definition.ts';
import { Graph } from '../../src/dsl/graph.ts';
import { type Kernel, createKernel } from '../../src/runtime/kernel/kernel.ts';
import { inject, kernelOf, pass, run } from './driving.ts';
import { diamond } from './graphs.ts';
import { anyGraph, choices } from './random-nets.ts';
import { Trial, stateOf } from './trial.ts';

const runs = { seed: 20250105, numRuns: 300 } as const;

describe('random actions on a random net', () => {
  it('keep every packet at one place, in order, and every rule of the flow (G1, G2, G3, G8)', () => {
    let accepted = 0;
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyGraph, choices, (graph, list) => {
        const trial = new Trial(new Graph(graph).toSpec());
        for (const choice of list) trial.take(choice);
        for (const answer of trial.answers) {
          if (!answer.ok) seen.add(answer.code);
          else {
            accepted += 1;
            for (const { event } of answer.events) seen.add(event);
          }
        }
      }),
      runs,
    );
    // What the runs came across, so that they prove something.
    expect(accepted).toBeGreaterThan(4000);
    for (const name of everything)
      expect(seen, `the runs never came across ${name}`).toContain(name);
  });

  it('give the same answers and the same state on a second kernel (G4)', () => {
    fc.assert(
      fc.property(anyGraph, choices, (graph, list) => {
        const spec = new Graph(graph).toSpec();
        const trial = new Trial(spec);
        for (const choice of list) trial.take(choice);
        const again = createKernel(new Graph(graph).toSpec());
        const answers = trial.actions.map((action) => again.apply(action));
        expect(JSON.stringify(answers)).toBe(JSON.stringify(trial.answers));
        expect(stateOf(again)).toBe(stateOf(trial.kernel));
      }),
      { ...runs, seed: 7, numRuns: 40 },
    );
  });

  it('leave contexts plain JSON with the keys they had at first', () => {
    fc.assert(
      fc.property(anyGraph, choices, (graph, list) => {
        const trial = new Trial(new Graph(graph).toSpec());
        const keys = new Map<string, string>();
        const look = (): void => {
          for (const { address, context } of contexts(trial.kernel)) {
            expect(plain(context), address).toBe(true);
            // Epochs of one node are alike.
            const node = address.startsWith('epoch:') ? String(context['node']) : '';
            const name = node === '' ? address : `epochs of ${node}`;
            const now = Object.keys(context).join();
            expect(keys.get(name) ?? now, name).toBe(now);
            keys.set(name, now);
          }
        };
        look();
        for (const choice of list) {
          trial.take(choice);
          look();
        }
      }),
      { ...runs, seed: 11, numRuns: 25 },
    );
  });
});

/** What the runs above have to come across. */
const everything = `
  PacketCreated PacketConsumed PacketDestroyed PacketMoved EpochCreated
  EpochStarted EpochFinished EpochCancelled EpochTimedOut EpochFailed
  EpochRetryScheduled AttemptStarted DagViolation ValueRecorded InputSalvoTriggered
  OutputSalvoTriggered TimerSet TimerCleared NetStarted NetBlocked
  NetPausing NetPaused NetResumed NetStopped NetRecovered DeadLetterMarked NodeStarted
  NodeFailed NodeRestartScheduled NodeRestarting LateResult PACKET_NOT_FOUND PACKET_NOT_IN_EPOCH PACKET_IN_EPOCH PACKET_NOT_AT_INPUT_PORT
  EPOCH_NOT_FOUND EPOCH_NOT_STARTABLE EPOCH_NOT_RUNNING EPOCH_NOT_EMPTY GATE_CLOSED
  OUTPUT_PORT_NOT_EMPTY OUTPUT_PORT_NOT_FOUND OUTPUT_PORT_FULL OUTPUT_PORT_NOT_CONNECTED INPUT_PORT_NOT_FOUND
  INPUT_PORT_FULL NODE_NOT_FOUND SALVO_CONDITION_NOT_FOUND SALVO_CONDITION_NOT_MET MAX_SALVOS_REACHED
  TIMER_NOT_ARMED NET_STATE
`
  .trim()
  .split(/\s+/);

type Context = Readonly<Record<string, unknown>>;

/** The contexts of all actors, as they are. */
function contexts(kernel: Kernel): { address: string; context: Context }[] {
  const { actors } = kernel.snapshot();
  return actors.map(({ address }) => {
    const snapshot = kernel.actor(address)?.getSnapshot() as { context: Context };
    return { address, context: snapshot.context };
  });
}

/** Whether a value is what JSON can say, and says so. */
function plain(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.every(plain);
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(plain);
}

describe('the state of a kernel', () => {
  /** A net through which `count` packets went one after another, until nothing is inside. */
  function used(graph: GraphInput, port: string, count: number): string {
    const kernel = kernelOf(graph);
    for (let n = 0; n < count; n++) {
      const [packet] = inject(kernel, port);
      for (run(kernel); kernel.startableEpochs().length > 0; run(kernel)) {
        for (const epoch of kernel.startableEpochs()) pass(kernel, epoch);
      }
      expect(kernel.packetsAt({ type: 'OutsideNet' })).toEqual([packet]);
      kernel.apply({ type: 'ConsumePacket', packet: packet ?? 'p0' });
      expect(kernel.packetsAt({ type: 'OutsideNet' })).toEqual([]);
    }
    return stateOf(kernel);
  }

  it('does not grow with finished epochs (G7)', () => {
    // Counters have more digits: that is all.
    const size = (snapshot: string): number => snapshot.replace(/\d+/g, '0').length;
    const few = used(diamond(), 'A.in', 3);
    const many = used(diamond(), 'A.in', 200);
    expect(size(many)).toBe(size(few));
  });

  it('keeps nothing of the actors of epochs that ended (G7)', () => {
    const kernel = kernelOf(diamond());
    inject(kernel, 'A.in');
    run(kernel);
    expect(kernel.actor('epoch:e1')).toBeDefined();
    pass(kernel, 'e1');
    expect(kernel.actor('epoch:e1')).toBeUndefined();
    const { actors } = kernel.snapshot();
    expect(actors.filter(({ address }) => address.startsWith('epoch:'))).toEqual([]);
  });
});
