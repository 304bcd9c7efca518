/**
 * Watches the kernels of a process, on either engine, and notes what their statecharts reach.
 *
 * Owns: what was reached since it began. Where no collector is there nothing is watched, and nothing
 * is paid for it.
 */
import type { AnyActorRef, AnyMachineSnapshot, AnyTransitionDefinition } from 'xstate';
import { type MadeKernel, witnessKernels } from '../../runtime/kernel/kernel-witness.ts';
import { type MicrostepListener, readInspection, tellStates } from '../microsteps.ts';
import { type CoverageRecord, inOrder, mergeCoverage } from './coverage-record.ts';
import { epochsOf } from './net-machines.ts';
import { transitionName } from './statechart-items.ts';

/** Coverage being collected, of every net and kernel that is made after its beginning. */
export interface CoverageCollector {
  /** What was reached so far. */
  record(): CoverageRecord;
  /** Watches no kernel that is made from now on; what was reached. */
  stop(): CoverageRecord;
}

/** Notes what the actors of one address reach: each transition once. */
class ReachedNames implements MicrostepListener {
  readonly #names: Set<string>;
  readonly #seen = new WeakSet<object>();

  constructor(names: Set<string>) {
    this.#names = names;
  }

  onMachine(): void {
    // Which machine an address runs is known from the spec.
  }

  onTransition(_address: string, transition: AnyTransitionDefinition): void {
    if (this.#seen.has(transition)) return;
    this.#seen.add(transition);
    this.#names.add(transitionName(transition));
  }

  onState(_address: string, path: readonly string[]): void {
    this.#names.add(path.join('.'));
  }
}

/** The address of an actor of a net; that of all epochs of its node for an epoch. */
function addressOf(actor: AnyActorRef): string {
  const { id, _parent: parent } = actor as { readonly id: string; readonly _parent?: AnyActorRef };
  return id === 'epoch' && parent !== undefined ? epochsOf(parent.id) : id;
}

interface Net {
  readonly spec: MadeKernel['spec'];
  readonly reached: Map<string, Set<string>>;
}

class KernelCollector implements CoverageCollector {
  readonly #nets = new Map<string, Net>();
  readonly #unwitness: () => void;

  constructor() {
    this.#unwitness = witnessKernels((kernel) => this.#watch(kernel));
  }

  record(): CoverageRecord {
    const nets = [...this.#nets.values()];
    return mergeCoverage([
      { version: 1, nets: nets.map(({ spec, reached }) => ({ spec, reached: inOrder(reached) })) },
    ]);
  }

  stop(): CoverageRecord {
    this.#unwitness();
    return this.record();
  }

  #watch(kernel: MadeKernel): void {
    const key = JSON.stringify(kernel.spec);
    const net: Net = this.#nets.get(key) ?? { spec: kernel.spec, reached: new Map() };
    this.#nets.set(key, net);
    const byAddress = new Map<string, ReachedNames>();
    const byActor = new WeakMap<object, ReachedNames>();
    const listenerOf = (actor: AnyActorRef): ReachedNames => {
      const known = byActor.get(actor);
      if (known !== undefined) return known;
      const address = addressOf(actor);
      const names = net.reached.get(address) ?? new Set<string>();
      net.reached.set(address, names);
      const listener = byAddress.get(address) ?? new ReachedNames(names);
      byAddress.set(address, listener);
      byActor.set(actor, listener);
      return listener;
    };
    // Actors that are there already and are as another kernel's were did not come there in this one.
    let found = kernel.restored;
    kernel.inspect((event) => {
      const actor = event.actorRef as AnyActorRef;
      const listener = listenerOf(actor);
      if (found) tellStates(actor.id, actor.getSnapshot() as AnyMachineSnapshot, listener);
      else readInspection(event, listener);
    });
    found = false;
  }
}

/**
 * Begins to collect the coverage of statecharts: of the machines of every net, kernel and replay that
 * is made in this process from now on. They run as before, with the same history, more slowly.
 */
export function collectCoverage(): CoverageCollector {
  return new KernelCollector();
}
