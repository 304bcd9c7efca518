/** What exploration says can never happen does not happen: random nets, run at random. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Graph } from '../../../src/dsl/graph.ts';
import type { EpochId, KernelEvent } from '../../../src/machines/action.ts';
import { type Kernel, createKernel } from '../../../src/runtime/kernel/kernel.ts';
import { explore } from '../../../src/testing/exploration/explore.ts';
import { type Choice, anyGraph, choices } from '../../kernel/random-nets.ts';

const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % list.length];

/** A net driven by chance, by what a run of it can do: nothing is moved, opened or cancelled by hand. */
class RandomRun {
  readonly #graph: Graph;
  readonly #kernel: Kernel;
  readonly #running = new Map<EpochId, string>();
  readonly #nodes = new Map<EpochId, string>();
  readonly #timers = new Set<string>();
  /** `N0.c1` for each condition that fired, `N0.p` for each port that gave a packet to an epoch. */
  readonly happened = new Set<string>();
  #now = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#kernel = createKernel(graph);
  }

  start(): void {
    this.#apply({ type: 'StartNet' });
    for (const { name } of this.#graph.nodes) this.#apply({ type: 'NodeUp', node: name });
  }

  act([kind, first, second, third]: Choice): void {
    this.#now += third % 50;
    const epoch = pick([...this.#running.keys()], first);
    switch (kind % 8) {
      case 0:
      case 1: {
        const port = pick(this.#graph.inputs, first);
        if (port !== undefined) this.#apply({ type: 'InjectPacket', port });
        return;
      }
      case 2:
        this.#apply({ type: 'RunNetUntilBlocked', max: second % 4, now: this.#now });
        return;
      case 3:
        this.#apply({ type: 'RunNetUntilBlocked', now: this.#now });
        return;
      case 4: {
        const waiting = pick(this.#kernel.startableEpochs(), first);
        if (waiting !== undefined)
          this.#apply({ type: 'StartEpoch', epoch: waiting, now: this.#now });
        return;
      }
      case 5:
        if (epoch !== undefined) this.#send(epoch, second, third);
        return;
      case 6: {
        const key = pick([...this.#timers], first);
        if (key !== undefined) this.#apply({ type: 'FireTimer', key, now: this.#now });
        return;
      }
      default:
        if (epoch === undefined) return;
        if (second % 5 > 0) this.#apply({ type: 'FinishEpoch', epoch, unconsumed: 'destroy' });
        else {
          const error = { name: 'Error', message: 'no luck' };
          this.#apply({ type: 'FailAttempt', epoch, error });
        }
    }
  }

  /** Loads an output port with a few packets, and sends by one of the conditions. */
  #send(epoch: EpochId, second: number, third: number): void {
    const node = this.#graph.node(this.#running.get(epoch) ?? '');
    for (const [at, { name }] of (node?.outPorts ?? []).entries()) {
      for (let more = (second >> at) % 3; more > 0; more--) {
        const made = this.#kernel.apply({ type: 'CreatePacket', epoch });
        const packet = made.ok ? made.packet : undefined;
        if (packet !== undefined)
          this.#apply({ type: 'LoadPacketIntoOutputPort', packet, port: name });
      }
    }
    const condition = pick(node?.outConditions ?? [], third);
    if (condition !== undefined)
      this.#apply({ type: 'SendOutputSalvo', epoch, condition: condition.name });
  }

  #apply(action: Parameters<Kernel['apply']>[0]): void {
    const answer = this.#kernel.apply(action);
    if (answer.ok) for (const event of answer.events) this.#note(event);
  }

  #note(event: KernelEvent): void {
    switch (event.event) {
      case 'EpochCreated':
        this.#nodes.set(event.epoch, event.node);
        break;
      case 'InputSalvoTriggered': {
        const node = this.#nodes.get(event.epoch);
        this.happened.add(`${node}.${event.condition}`);
        for (const [port] of event.packets) this.happened.add(`${node}.in ${port}`);
        break;
      }
      case 'EpochStarted':
        this.#running.set(event.epoch, this.#nodes.get(event.epoch) ?? '');
        break;
      case 'EpochFinished':
      case 'EpochTimedOut':
      case 'EpochCancelled':
        this.#running.delete(event.epoch);
        break;
      case 'EpochFailed':
        if (event.final) this.#running.delete(event.epoch);
        break;
      case 'TimerSet':
        this.#timers.add(event.key);
        break;
      case 'TimerCleared':
        this.#timers.delete(event.key);
        break;
      default:
    }
  }
}

it('a salvo that a run fires is never said to be impossible, nor a port that it empties', () => {
  let claims = 0;
  let fired = 0;
  const property = fc.property(anyGraph, choices, fc.boolean(), (input, acts, started) => {
    const graph = new Graph(input);
    const { findings } = explore(graph, { limit: 5000 });
    const run = new RandomRun(graph);
    if (started) run.start();
    for (const choice of acts) run.act(choice);
    for (const { code, node, condition, port } of findings) {
      if (code === 'SALVO_NEVER_FIRES') expect(run.happened).not.toContain(`${node}.${condition}`);
      if (code === 'PORT_NEVER_EMPTIES') expect(run.happened).not.toContain(`${node}.in ${port}`);
      claims += 1;
    }
    fired += run.happened.size;
  });
  fc.assert(property, { seed: 7, numRuns: 100, endOnFailure: true });
  expect(claims).toBeGreaterThan(30);
  expect(fired).toBeGreaterThan(100);
});
